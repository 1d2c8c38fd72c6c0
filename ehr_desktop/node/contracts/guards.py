"""Who guards a PIN or a shared-out key: enough honest workstations, and enough of them to open."""

from typing import Final

from ehr_desktop.node.contracts.devices import MOST_VOTERS
from ehr_desktop.node.contracts.roster import devices
from ehr_desktop.node.contracts.rules import Context, Refusal
from ehr_desktop.node.ledger.validators import quorum_of

LEAST_GUARDS: Final = MOST_VOTERS
"""So many workstations guard at least, or all there are."""

Guards = tuple[tuple[bytes, int, bytes], ...]
"""Device, place from 1, and hash of the box with its share."""


def guarded(context: Context, guards: Guards, threshold: int) -> None:
    """Refuse `guards` unless different workstations of the clinic hold the shares, at places of
    their own; not too few of them, and so many have to answer as decide on a block.
    """
    trusted = {
        entry.id for entry in devices(context.state.get) if entry.active and not entry.accused
    }
    names = {name for name, _, _ in guards}
    places = {place for _, place, _ in guards}
    if not len(names) == len(places) == len(guards) or not names <= trusted:
        raise Refusal("guards")
    if len(guards) < min(LEAST_GUARDS, len(trusted)) or threshold != quorum_of(len(guards)):
        raise Refusal("guards", threshold=threshold, guards=len(guards))


def active_devices(context: Context) -> tuple[bytes, ...]:
    """Give the workstations that are in, in order of joining."""
    return tuple(entry.id for entry in devices(context.state.get) if entry.active)
