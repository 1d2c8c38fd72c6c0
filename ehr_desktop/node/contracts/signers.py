"""Who has to sign a statement: a workstation, and with it a member, a patient, both, or nobody."""

from typing import Final

from ehr_desktop.domain.people import Role
from ehr_desktop.node.contracts.about import patient_of
from ehr_desktop.node.contracts.consent_basis import is_confirmed, named_speakers
from ehr_desktop.node.contracts.consent_state import CustodyKey, card, entry, guarded_once
from ehr_desktop.node.contracts.consent_statements import (
    AskClinic,
    BoxKeys,
    Delegate,
    EndDelegation,
    EndRule,
    FindCard,
    GrantAccess,
    GuardCard,
    NameGuardian,
    ReadOwn,
    RefuseRequest,
    ReplaceCard,
    RevokeAccess,
    SetRule,
    TakeCard,
    TryPin,
    UseCard,
)
from ehr_desktop.node.contracts.custody_statements import (
    BoxForCustodians,
    CarryOver,
    CloseEpochs,
    DealShares,
    HandByCustodians,
    ResealRecords,
    RestartClinic,
    SetCustody,
)
from ehr_desktop.node.contracts.rules import Refusal
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import (
    NOBODY,
    SAID_BY_DEVICES,
    ChangeAppointmentStatus,
    FoundClinic,
    OpenEpochs,
    Statement,
)
from ehr_desktop.node.ledger.transaction import Payload, Transaction

SAID_BY_PATIENTS: Final = frozenset(
    {
        GuardCard.KIND, FindCard.KIND, UseCard.KIND, RefuseRequest.KIND, GrantAccess.KIND,
        RevokeAccess.KIND, SetRule.KIND, EndRule.KIND, Delegate.KIND, EndDelegation.KIND,
        ReadOwn.KIND,
    }
)  # fmt: skip
"""What only a patient says, or somebody who speaks for one: signed by the speaker's consent key."""

SAID_BY_BOTH: Final = frozenset(
    {
        AskClinic.KIND, BoxKeys.KIND, DealShares.KIND, OpenEpochs.KIND, ResealRecords.KIND,
        CloseEpochs.KIND, BoxForCustodians.KIND, ChangeAppointmentStatus.KIND,
    }
)  # fmt: skip
"""What a member says, or a patient at the kiosk."""


SAID_BY_ANY_CARD: Final = frozenset(
    {
        UseCard.KIND, FindCard.KIND, GuardCard.KIND, BoxForCustodians.KIND,
        ChangeAppointmentStatus.KIND,
    }
)  # fmt: skip
"""What also a card says that no clinician has confirmed: it is about the card alone, or that its
patient has arrived.
"""


def signed_by_whom_it_names(
    transaction: Transaction, state: State, statement: Statement, now_ms: int
) -> Role | None:
    """Refuse `signer` unless exactly those signed who have to; give the role of the member among
    them, None for what a patient, or a device by itself, says.
    """
    payload = transaction.payload
    signed = {signature.key for signature in transaction.signatures}
    if isinstance(statement, FoundClinic) and state.get("clinic") is None:
        _exactly(signed, statement.device_key, statement.administrator_key)
        if (payload.device, payload.person) != (statement.device, statement.administrator):
            raise Refusal("signer")
        return Role.ADMINISTRATOR
    device = state.get("device", payload.device)
    if isinstance(statement, RestartClinic) and device is None:
        _exactly(signed, statement.key, _custody(state).signing_key)
        if (payload.device, payload.person) != (statement.device, NOBODY):
            raise Refusal("signer")
        return None
    if not device or not device[1]:
        raise Refusal("device-removed", device=payload.device.hex())
    if payload.kind in SAID_BY_DEVICES:
        if payload.person != NOBODY:
            raise Refusal("signer")
        _exactly(signed, device[0], *_besides_the_device(statement, state))
        return None
    if _is_said_by_a_patient(payload, state):
        _exactly(signed, device[0], _consent_key(statement, payload.person, state, now_ms))
        return None
    member = state.get("member", payload.person)
    if not member or not member[3]:
        raise Refusal("not-a-member", person=payload.person.hex())
    _exactly(signed, device[0], member[1], *_besides_the_member(statement, state))
    return Role(member[0])


def _exactly(signed: set[bytes], *wanted: bytes) -> None:
    """Refuse `signer` unless just these keys signed; nobody signs in two capacities."""
    if len(set(wanted)) != len(wanted) or signed != set(wanted):
        raise Refusal("signer")


def _is_said_by_a_patient(payload: Payload, state: State) -> bool:
    if payload.kind in SAID_BY_PATIENTS:
        return True
    return payload.kind in SAID_BY_BOTH and state.get("member", payload.person) is None


def _consent_key(statement: Statement, speaker: bytes, state: State, now_ms: int) -> bytes:
    """Give the consent key of whoever speaks. A lost card says nothing but that it was found."""
    if not _hands_over(statement, speaker, state):
        _may_speak(statement, speaker, state, now_ms)
    found = card(state.get, speaker)
    if found is None:
        raise Refusal("not-a-speaker", person=speaker.hex())
    if found.lost_ms and not isinstance(statement, FindCard):
        raise Refusal("card-lost", patient=speaker.hex())
    return found.consent_key


def _may_speak(statement: Statement, speaker: bytes, state: State, now_ms: int) -> None:
    """Refuse whoever was not named to speak, or whom no clinician has vouched for yet."""
    patient = patient_of(statement, state.get) or speaker
    named = named_speakers(state.get, patient, now_ms)
    if speaker not in named:
        raise Refusal("not-a-speaker", person=speaker.hex())
    if not named[speaker] and (speaker != patient or statement.KIND not in SAID_BY_ANY_CARD):
        raise Refusal("unconfirmed", patient=speaker.hex())


def _hands_over(statement: Statement, speaker: bytes, state: State) -> bool:
    """Tell whether a guardian whose time is over hands keys on to a patient with a card by now."""
    return (
        isinstance(statement, BoxKeys)
        and statement.patient in guarded_once(state.get, speaker)
        and is_confirmed(state.get, statement.patient, statement.patient)
    )


def _besides_the_device(statement: Statement, state: State) -> tuple[bytes, ...]:
    """Give the keys that sign what a workstation says for itself. Only a card lets it guess at the
    card's PIN: no workstation locks one by itself.
    """
    if not isinstance(statement, TryPin):
        return ()
    tried = card(state.get, statement.patient)
    if tried is None:
        raise Refusal("no-card", patient=statement.patient.hex())
    return (tried.card_key,)


def _besides_the_member(statement: Statement, state: State) -> tuple[bytes, ...]:
    """Give the keys that sign what a member says, besides the member's own."""
    if isinstance(statement, TakeCard):
        return (statement.consent_key,)
    if isinstance(statement, ReplaceCard):
        return statement.consent_key, _custody(state).signing_key
    if isinstance(statement, NameGuardian):
        guardian = card(state.get, statement.delegate)
        if guardian is None:
            raise Refusal("no-card", patient=statement.delegate.hex())
        if guardian.lost_ms:
            raise Refusal("card-lost", patient=statement.delegate.hex())
        return (guardian.consent_key,)
    if isinstance(statement, SetCustody) and state.get("custody") is None:
        return ()
    if isinstance(statement, SetCustody | CarryOver | HandByCustodians):
        return (_custody(state).signing_key,)
    return ()


def _custody(state: State) -> CustodyKey:
    found = entry(state.get, CustodyKey, "custody")
    if found is None:
        raise Refusal("no-custody")
    return found
