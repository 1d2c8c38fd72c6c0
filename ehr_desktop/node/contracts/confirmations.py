"""Cards and guardians count once somebody has vouched for them who reads the record anyway: whoever
does not could make a card for somebody else's record, and read it as the patient. Where somebody
has decided, that is no single member: what was closed to clinicians they could open like this.
"""

from ehr_desktop.domain.people import Action, may
from ehr_desktop.node.contracts.consent_basis import is_confirmed
from ehr_desktop.node.contracts.consent_rules import change, put
from ehr_desktop.node.contracts.consent_state import Confirmation, entry
from ehr_desktop.node.contracts.rules import Context, Refusal, allow


def register(context: Context, patient: bytes, speaker: bytes, grant: bytes) -> bool:
    """Write down who made a card, or named a guardian, and the first grant that goes with it; tell
    whether it counts at once.
    """
    _unlist(context, patient, speaker)
    made = Confirmation(context.person, context.now_ms, grant)
    put(context, "confirmation", patient, speaker, value=made)
    reads = context.role is not None and may(context.role, Action.READ_CLINICAL)
    if reads and context.state.get("decides-since", patient) is None:
        settle(context, patient, speaker)
        return True
    place = _place(patient)
    listed = context.state.get(*place) or ()
    context.state.put(*place, value=[*map(list, listed), [patient, speaker]])
    return False


def confirm(context: Context, patient: bytes, speaker: bytes) -> None:
    """Have the signer vouch for what somebody else has made, and nobody vouched for yet."""
    if context.person == waiting(context, patient, speaker).made_by:
        raise Refusal("same-member", person=context.person.hex())
    settle(context, patient, speaker)


def reject(context: Context, patient: bytes, speaker: bytes) -> None:
    """Have what nobody vouched for wait no longer; a clinician can say so, and who has made it."""
    if context.person != waiting(context, patient, speaker).made_by:
        allow(context, Action.READ_CLINICAL)
    forget(context, patient, speaker)


def waiting(context: Context, patient: bytes, speaker: bytes) -> Confirmation:
    """Give what is written of a card or a guardian that nobody vouched for yet; refuse `no-card`
    where there is none, and `already-confirmed`.
    """
    found = entry(context.state.get, Confirmation, "confirmation", patient, speaker)
    if found is None:
        raise Refusal("no-card", patient=speaker.hex())
    if found.confirmed_by:
        raise Refusal("already-confirmed", person=found.confirmed_by.hex())
    return found


def settle(context: Context, patient: bytes, speaker: bytes) -> None:
    """Write down who vouches."""
    found = first_of(context, patient, speaker)
    _unlist(context, patient, speaker)
    change(
        context, found, "confirmation", patient, speaker,
        confirmed_by=context.person, confirmed_ms=context.now_ms,
    )  # fmt: skip


def first_of(context: Context, patient: bytes, speaker: bytes) -> Confirmation:
    """Give what is written of a card or a guardian that there is."""
    found = entry(context.state.get, Confirmation, "confirmation", patient, speaker)
    assert found is not None, "whatever speaks was registered"
    return found


def forget(context: Context, patient: bytes, speaker: bytes) -> None:
    """Nothing is vouched for any more, nor to be: there is no such card or guardian."""
    _unlist(context, patient, speaker)
    context.state.remove("confirmation", patient, speaker)


def a_confirmed_card(context: Context, patient: bytes) -> None:
    """Refuse `unconfirmed` for whoever shows a card that nobody has vouched for."""
    if not is_confirmed(context.state.get, patient, patient):
        raise Refusal("unconfirmed", patient=patient.hex())


def _unlist(context: Context, patient: bytes, speaker: bytes) -> None:
    place = _place(patient)
    listed = context.state.get(*place) or ()
    left = [list(row) for row in listed if tuple(row) != (patient, speaker)]
    context.state.put(*place, value=left) if left else context.state.remove(*place)


def _place(patient: bytes) -> tuple[str, int]:
    """Give where waiting ones are listed: by the first byte of the pseudonym, as a clinic may have
    thousands.
    """
    return "unconfirmed", patient[0]
