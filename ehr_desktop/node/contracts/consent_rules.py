"""What the contracts of consent share: whom they are about, about what, for how long, how many."""

from dataclasses import replace
from typing import Final

from ehr_desktop.domain.consent import CONTROLLED
from ehr_desktop.node.contracts.consent_state import Card, Entry, card
from ehr_desktop.node.contracts.rules import Context, Refusal, known_patient

_CODES: Final = frozenset(map(str, CONTROLLED))


def unlocked_patient(context: Context, patient: bytes) -> None:
    """Refuse what is about no patient, or about one whose record is to be erased."""
    known_patient(context, patient)
    if patient == context.state.get("directory"):
        raise Refusal("unknown-patient", patient=patient.hex())
    if context.state.get("erasure", patient) is not None:
        raise Refusal("erasing", patient=patient.hex())


def card_of(context: Context, patient: bytes) -> Card:
    """Give a patient's card; refuse `no-card` if there is none."""
    found = card(context.state.get, patient)
    if found is None:
        raise Refusal("no-card", patient=patient.hex())
    return found


def own_card(context: Context, patient: bytes) -> Card:
    """Give the card of the patient who speaks; refuse `not-the-patient` for a delegate."""
    if context.person != patient:
        raise Refusal("not-the-patient", patient=patient.hex())
    return card_of(context, patient)


def decide_from_now(context: Context, patient: bytes) -> None:
    """Write down since when a patient, or a guardian, decides, and no policy."""
    if context.state.get("decides-since", patient) is None:
        context.state.put("decides-since", patient, value=context.now_ms)


def some_controlled(categories: tuple[str, ...]) -> None:
    """Refuse `categories` unless there are some, each once, that patients decide about."""
    if not categories or len(set(categories)) != len(categories) or not set(categories) <= _CODES:
        raise Refusal("categories")


def still_to_come(context: Context, until_ms: int, from_ms: int = 0) -> None:
    """Refuse `period` unless an end lies ahead, and after the start; 0 is without end."""
    if until_ms and until_ms <= max(from_ms, context.now_ms):
        raise Refusal("period", until_ms=until_ms)


def list_more(context: Context, label: str, owner: bytes, name: bytes, most: int) -> None:
    """Add an id to a list of the state; refuse `too-many` if it is full."""
    listed = tuple(context.state.get(label, owner) or ())
    if len(listed) >= most:
        raise Refusal("too-many", most=most)
    context.state.put(label, owner, value=[*listed, name])


def list_less(context: Context, label: str, owner: bytes, *names: bytes) -> None:
    """Take ids from a list of the state."""
    listed = [one for one in context.state.get(label, owner) if one not in names]
    if listed:
        context.state.put(label, owner, value=listed)
    else:
        context.state.remove(label, owner)


def put(context: Context, *place: str | bytes | int, value: Entry) -> None:
    """Write an entry."""
    context.state.put(*place, value=value.stored())


def change(context: Context, found: Entry, *place: str | bytes | int, **changes: object) -> None:
    """Write an entry with some of its fields changed."""
    put(context, *place, value=replace(found, **changes))
