"""Releases this workstation's shares of keys to claims that are final in its own ledger."""

from typing import ClassVar, Final

from ehr_desktop.node.contracts.consent_state import Claim, Escrow, entry
from ehr_desktop.node.contracts.custody_statements import ClaimShares, ReleaseShares
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.duties.duty import Cause, Here, Later, Owed, said
from ehr_desktop.node.keys.escrow import release
from ehr_desktop.node.store import secrets
from ehr_desktop.node.store.secrets import KeyBox

_LOOK_AGAIN_MS: Final = 200


class Releasing:
    """Says `escrow.release`, once a claim."""

    kinds: ClassVar[frozenset[str]] = frozenset({ClaimShares.KIND})
    looks_back: ClassVar[int] = 1_000

    def owed(self, here: Here, cause: Cause) -> Owed:
        """Give the shares for a claim that still holds, in the order of its categories."""
        statement = cause.statement
        assert isinstance(statement, ClaimShares)
        claim = entry(here.final, Claim, "claim", statement.claim)
        known = entry(here.expected, Claim, "claim", statement.claim)
        if claim is None or known is None or here.device in known.released:
            return []
        if here.now_ms >= known.until_ms:
            return []
        names = [self._share(here, claim.patient, one) for one in claim.categories]
        if None in names:
            return []
        shares = [secrets.box_named(here.connection, name) for name in names if name is not None]
        found = [share for share in shares if share is not None]
        if len(found) < len(names):
            # it was dealt a moment ago, and is on its way
            return [Later(here.now_ms + _LOOK_AGAIN_MS)]
        boxes: list[KeyBox] = []
        for share in found:
            try:
                boxes.append(release(share, here.box, statement.claim, claim.key))
            except OpenFailedError:
                # whoever dealt it sealed something else: nobody can release it
                return []
        statement_ = ReleaseShares(statement.claim, tuple(box.hash for box in boxes))
        return [said(statement_, subject=claim.patient, boxes=tuple(boxes))]

    def _share(self, here: Here, patient: bytes, category: str) -> bytes | None:
        """Give the hash of the box with this workstation's share; None if it has none."""
        dealt = entry(here.final, Escrow, "escrow", patient, category)
        guards = dealt.guards if dealt else ()
        return next((name for device, _place, name in guards if device == here.device), None)
