"""When this workstation should build a block, and of what sort."""

from dataclasses import dataclass

from ehr_desktop.node.consensus.effects import Effect, Propose, WithdrawProposal
from ehr_desktop.node.consensus.events import BlockBuilt


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block would go: the epoch, the open slot, and the block it would follow.

    `awaited` tells that an ancestor with transactions is not final yet, so that even an empty
    block would serve; `only_empty` that an ancestor ends the epoch.
    """

    epoch: int
    slot: int
    parent: bytes
    awaited: bool
    only_empty: bool


class Proposing:
    """What was asked of the node and what it answered.

    No empty block is made while there is nothing to make final with it, and none at once: in
    the usual case the votes that make the parent final are already on their way.
    """

    def __init__(self) -> None:
        self._asked: Propose | None = None
        self._declined: Place | None = None
        self._waited: Place | None = None

    def consider(self, place: Place | None, *, pending: bool) -> list[Effect]:
        """Ask for a block at `place`, or withdraw what was asked; None where this workstation
        may not propose now.
        """
        wish = self._wish(place, pending=pending) if place else None
        if wish == self._asked:
            return []
        previous, self._asked = self._asked, wish
        if wish is not None:
            return [wish]
        return [WithdrawProposal(previous.slot)] if previous else []

    def waits(self, place: Place | None, *, pending: bool) -> bool:
        """Tell whether an empty block at `place` may be due later."""
        return (
            place is not None
            and place.awaited
            and self._waited != place
            and self._wish(place, pending=pending) is None
        )

    def waited(self, place: Place | None) -> None:
        """Note that the wait for an empty block at `place` is over."""
        self._waited = place

    def answers(self, built: BlockBuilt) -> bool:
        """Tell whether this is the block that was asked for."""
        asked = self._asked
        return asked is not None and (asked.slot, asked.parent) == (built.slot, built.parent)

    def decline(self, place: Place | None) -> None:
        """Note that there is nothing to build at `place` for now."""
        self._asked = None
        self._declined = place

    def reconsider(self) -> None:
        """Forget a refusal: there are new transactions."""
        self._declined = None

    def _wish(self, place: Place, *, pending: bool) -> Propose | None:
        if pending and not place.only_empty and self._declined != place:
            return Propose(place.epoch, place.slot, place.parent, empty=False)
        if self._waited == place and place.awaited:
            return Propose(place.epoch, place.slot, place.parent, empty=True)
        return None
