"""What is said all day of cards: taken up, guessed at, guarded anew, lost and found."""

from dataclasses import replace

from ehr_desktop.node.contracts.consent_state import (
    Confirmation,
    card,
    entry,
    ids,
    next_generation,
)
from ehr_desktop.node.contracts.consent_statements import (
    AnswerPin,
    ConfirmCard,
    FindCard,
    GuardCard,
    LoseCard,
    NameGuardian,
    RejectCard,
    TryPin,
    UseCard,
)
from ehr_desktop.node.contracts.statements import RegisterPatient
from tests.support.consent_clinic import (
    ANNA,
    CLARA,
    CLERK,
    DAY,
    PCS,
    STAFF,
    Patient,
    guards,
    taking,
)
from tests.support.consent_traffic import CLINICIANS, CODES, Saying, Traffic
from tests.support.paper_ledger import DESK, NURSE, VAULT, seeded


def pin(t: Traffic) -> Saying | None:
    quiet = [
        patient for patient in t.leaving
        if (held := card(t.clinic.get, patient.id)) and not held.lost_ms
        and not t.clinic.get("erasure", patient.id)
    ]  # fmt: skip
    patient = t.draw.choice(quiet or [ANNA])
    tried = t.clinic.get("try", patient.id)
    if tried is None or (tried[2] < 9 and t.draw.random() < 0.3):
        guess = TryPin(patient.id, seeded(f"{t.number}", 32))
        return Saying(guess, keys=(patient.card,), pc=t.draw.choice(PCS))
    left = [pc for pc in PCS if pc.id not in tried[3]]
    if left and t.draw.random() < 0.6:
        return Saying(AnswerPin(tried[0], bytes(32)), pc=t.draw.choice(left))
    return Saying(UseCard(patient.id), patient)


def guard(t: Traffic) -> Saying | None:
    patient = t.draw.choice((ANNA, CLARA))
    return Saying(GuardCard(patient.id, 1, 3, guards(what=f"{t.number}")), patient, 1)


def lose(t: Traffic) -> Saying | None:
    # Clara stays able to speak for Dora, so it is a card of somebody who leaves soon
    for patient in t.leaving:
        held = card(t.clinic.get, patient.id)
        if held and not t.clinic.get("erasure", patient.id):
            if held.lost_ms:
                return Saying(FindCard(patient.id), patient)
            return Saying(LoseCard(patient.id), DESK)
    return None


def come(t: Traffic) -> Saying | None:
    """A patient registers, takes a card or gets a guardian."""
    fresh = [p for p in t.leaving if t.clinic.get("patient", p.id) is not None]
    waiting = [
        p for p in fresh
        if not t.clinic.get("card", p.id) and not t.clinic.get("decides-since", p.id)
        and not t.clinic.get("erasure", p.id) and not t.clinic.get("delegations", p.id)
    ]  # fmt: skip
    if waiting and t.draw.random() < 0.7:
        patient = waiting[0]
        if t.draw.random() < 0.6:
            said = replace(
                taking(patient, generation=next_generation(t.clinic.get, patient.id)),
                grant=t.new(), categories=t.some(CODES),
            )  # fmt: skip
            return Saying(said, t.draw.choice((DESK, CLERK, NURSE)), 1, (patient.key,))
        until = t.clinic.now_ms + 300 * DAY
        if len(ids(t.clinic.get, "speaks-for", CLARA.id)) < 40:
            named = NameGuardian(t.new(), patient.id, CLARA.id, until, b"", ())
            return Saying(named, t.draw.choice((DESK, NURSE)), 0, (CLARA.key,))
    patient = Patient(f"patient {t.new().hex()}")
    t.leaving = [*t.leaving[-30:], patient]
    return Saying(RegisterPatient(patient.id, VAULT), DESK)


def confirm(t: Traffic) -> Saying | None:
    """A clinician vouches for a card, or a guardian, that somebody else has made."""
    for patient, guardian, _made in _waiting(t):
        held = card(t.clinic.get, guardian.id)
        if held and not held.lost_ms:
            said = ConfirmCard(patient.id, guardian.id, held.generation)
            return Saying(said, t.draw.choice(CLINICIANS))
    return None


def reject(t: Traffic) -> Saying | None:
    """A clinician, or who has made it, turns it away; more often it is confirmed."""
    waiting = _waiting(t)
    if not waiting or t.draw.random() < 0.6:
        return None
    patient, guardian, made = t.draw.choice(waiting)
    held = card(t.clinic.get, guardian.id)
    makers = [person for person in STAFF if person.id == made.made_by]
    by = t.draw.choice((*CLINICIANS, *makers))
    return held and Saying(RejectCard(patient.id, guardian.id, held.generation), by)


def _waiting(t: Traffic) -> list[tuple[Patient, Patient, Confirmation]]:
    """Whose card or guardian nobody has vouched for yet, who speaks by it, and what is written."""
    return [
        (patient, guardian, made)
        for patient in t.leaving if not t.clinic.get("erasure", patient.id)
        for guardian in (patient, CLARA)
        if (made := entry(t.clinic.get, Confirmation, "confirmation", patient.id, guardian.id))
        and not made.confirmed_by
    ]  # fmt: skip
