"""Which workstations guard secrets for each other now, and for how many of them it takes."""

from ehr_desktop.domain.consent import GuardRule
from ehr_desktop.node.contracts.consent_state import Card
from ehr_desktop.node.contracts.consent_statements import MOST_GUARDS
from ehr_desktop.node.contracts.roster import devices
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.crypto.sharing import random_scalar
from ehr_desktop.node.keys.guarding import Guard, deal_guards, threshold_of
from ehr_desktop.node.store.secrets import KeyBox


def guards_now(value: StateReader) -> tuple[Guard, ...]:
    """Give the workstations that guard what is dealt now, each with a place of its own."""
    trusted = [one for one in devices(value) if one.active and not one.accused][:MOST_GUARDS]
    return tuple(Guard(one.id, place, one.box_key) for place, one in enumerate(trusted, 1))


def guard_rule(value: StateReader) -> GuardRule:
    """Give how many of how many workstations it takes now."""
    count = len(guards_now(value))
    return GuardRule(threshold_of(count), count)


def is_guarded_by_all(value: StateReader, card: Card) -> bool:
    """Tell whether exactly the workstations of now guard a card's PIN."""
    return {name for name, _place in card.guards} == {one.device for one in guards_now(value)}


def deal_pin_key(
    value: StateReader, patient: bytes, generation: int
) -> tuple[bytes, int, tuple[KeyBox, ...]]:
    """Draw the key that makes something of a card's PIN and share it out: the key, which nobody
    keeps, how many have to answer, and the boxes with the shares.
    """
    guards, key = guards_now(value), random_scalar()
    threshold = threshold_of(len(guards))
    return key, threshold, deal_guards(patient, generation, key, guards, threshold)


def rows_of(boxes: tuple[KeyBox, ...]) -> tuple[tuple[bytes, int, bytes], ...]:
    """Give boxes with shares as a statement names them: device, place and hash."""
    return tuple((box.recipient, box.generation, box.hash) for box in boxes)
