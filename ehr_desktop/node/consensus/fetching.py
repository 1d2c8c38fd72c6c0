"""Asking for blocks that a quorum vouches for and that are not here."""

from ehr_desktop.node.consensus.effects import Send
from ehr_desktop.node.consensus.messages import BlockRequest
from ehr_desktop.node.ledger.vote import Certificate


class Fetching:
    """Open requests. Whoever signed for a block has stored it, so the signers are asked in turn."""

    def __init__(self, me: bytes) -> None:
        self._me = me
        self._turn = 0
        self._asked: set[bytes] = set()

    def request(self, missing: dict[bytes, Certificate]) -> list[Send]:
        """Ask for what was not asked for yet, and forget what is no longer missing."""
        self._asked &= missing.keys()
        requests = []
        for block, certificate in missing.items():
            signers = [device for device, _ in certificate.signatures if device != self._me]
            if signers and block not in self._asked:
                self._asked.add(block)
                signer = signers[(certificate.vote.slot + self._turn) % len(signers)]
                requests.append(Send(signer, BlockRequest(block)))
        return requests

    def retry(self) -> None:
        """Let everything be asked for again, from the next signer."""
        self._turn += 1
        self._asked.clear()
