"""Signing statements: each the next in this workstation's feed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.transaction import (
    ContainerRef,
    Payload,
    Transaction,
    device_id_of,
    sign,
)
from ehr_desktop.node.pipeline.unsigned import Unsigned


@dataclass(frozen=True, slots=True)
class Signing:
    """This workstation's hand. `clock` gives UTC milliseconds."""

    network: bytes
    device_key: SigningKey
    clock: Callable[[], int]

    def sign(self, wanted: Sequence[Unsigned], feed: tuple[int, bytes]) -> list[Transaction]:
        """Give the transactions that follow on `feed`: sequence and id of the one before."""
        sequence, previous = feed
        signed: list[Transaction] = []
        for unsigned in wanted:
            sequence += 1
            keys = [self.device_key, *unsigned.keys]
            signed.append(sign(self._payload(unsigned, sequence, previous), keys))
            previous = signed[-1].id
        return signed

    def _payload(self, unsigned: Unsigned, sequence: int, previous: bytes) -> Payload:
        return Payload(
            network=self.network,
            kind=unsigned.statement.KIND,
            device=device_id_of(self.device_key.public),
            person=unsigned.person,
            sequence=sequence,
            previous=previous,
            valid_until=0,
            time_ms=self.clock(),
            body=unsigned.statement.body(),
            containers=tuple(ContainerRef(c.commitment, c.size) for c in unsigned.containers),
        )
