"""The cards contract: patients take up cards, lose them, find them and get new ones."""

from typing import Final

from ehr_desktop.domain.consent import RECOVERY_HOURS
from ehr_desktop.domain.people import Action
from ehr_desktop.node.contracts import confirmations, delegations, grants, pins, standing_rules
from ehr_desktop.node.contracts.category_keys import forget_readers, shut_out
from ehr_desktop.node.contracts.consent_basis import is_confirmed
from ehr_desktop.node.contracts.consent_rules import (
    card_of,
    change,
    decide_from_now,
    own_card,
    put,
    unlocked_patient,
)
from ehr_desktop.node.contracts.consent_state import (
    Card,
    Rejection,
    next_generation,
    rejection,
)
from ehr_desktop.node.contracts.consent_statements import (
    ConfirmCard,
    FindCard,
    GuardCard,
    LoseCard,
    RejectCard,
    ReplaceCard,
    TakeCard,
    UseCard,
)
from ehr_desktop.node.contracts.guards import Guards, guarded
from ehr_desktop.node.contracts.rules import (
    Context,
    Refusal,
    allow,
    container_count,
    usable_box_key,
    usable_key,
)

RECOVERY_MS: Final = RECOVERY_HOURS * 60 * 60 * 1000


def take(statement: TakeCard, context: Context) -> None:
    """Give a patient a card. Once it is confirmed it counts; before, another may take its place."""
    allow(context, Action.REGISTER_PATIENT)
    unlocked_patient(context, statement.patient)
    if is_confirmed(context.state.get, statement.patient, statement.patient):
        raise Refusal("card-taken", patient=statement.patient.hex())
    _of_generation(statement.generation, next_generation(context.state.get, statement.patient))
    _put_new(statement, context)
    pins.forget(context, statement.patient)
    grants.prepare_first(context, statement.patient, statement.patient, statement)
    if confirmations.register(context, statement.patient, statement.patient, statement.grant):
        _count(context, statement.patient)


def confirm(statement: ConfirmCard, context: Context) -> None:
    """Have a card, or a guardian, count from now on."""
    allow(context, Action.READ_CLINICAL)
    unlocked_patient(context, statement.patient)
    shown = card_of(context, statement.speaker)
    _of_generation(statement.generation, shown.generation)
    if shown.lost_ms:
        raise Refusal("card-lost", patient=statement.speaker.hex())
    confirmations.confirm(context, statement.patient, statement.speaker)
    if statement.speaker == statement.patient:
        _count(context, statement.patient)
    else:
        delegations.count(context, statement.patient, statement.speaker)


def reject(statement: RejectCard, context: Context) -> None:
    """Turn a card, or a guardian, away that nobody has vouched for: there is none any more."""
    unlocked_patient(context, statement.patient)
    shown = card_of(context, statement.speaker)
    _of_generation(statement.generation, shown.generation)
    confirmations.reject(context, statement.patient, statement.speaker)
    before = rejection(context.state.get, statement.patient)
    newest = before.generation if before else 0
    if statement.speaker == statement.patient:
        newest = shown.generation
        context.state.remove("card", statement.patient)
        pins.forget(context, statement.patient)
    else:
        delegations.turn_away(context, statement.patient, statement.speaker)
    put(
        context, "rejected", statement.patient,
        value=Rejection(newest, statement.speaker, context.person, context.now_ms),
    )  # fmt: skip


def guard(statement: GuardCard, context: Context) -> None:
    """Put the keys under another PIN, or have other workstations guard it."""
    unlocked_patient(context, statement.patient)
    found = own_card(context, statement.patient)
    _of_generation(statement.generation, found.generation)
    guarded(context, statement.guards, statement.threshold)
    container_count(context, 1)
    change(
        context, found, "card", statement.patient,
        threshold=statement.threshold, guards=_places(statement.guards), secrets=_secrets(context),
    )  # fmt: skip


def lose(statement: LoseCard, context: Context) -> None:
    """Note that a card is lost."""
    allow(context, Action.REGISTER_PATIENT)
    unlocked_patient(context, statement.patient)
    found = card_of(context, statement.patient)
    if found.lost_ms:
        raise Refusal("card-lost", patient=statement.patient.hex())
    change(
        context, found, "card", statement.patient,
        lost_ms=context.now_ms, lost_by=context.person,
    )  # fmt: skip


def find(statement: FindCard, context: Context) -> None:
    """Note that it was not."""
    unlocked_patient(context, statement.patient)
    found = own_card(context, statement.patient)
    if not found.lost_ms:
        raise Refusal("not-lost", patient=statement.patient.hex())
    change(context, found, "card", statement.patient, lost_ms=0, lost_by=b"")


def replace_card(statement: ReplaceCard, context: Context) -> None:
    """Give a patient who lost a card another, with other keys: what is sealed for the old ones is
    to be sealed anew. The custodians vouch for it.
    """
    allow(context, Action.REGISTER_PATIENT)
    unlocked_patient(context, statement.patient)
    found = card_of(context, statement.patient)
    if not found.lost_ms:
        raise Refusal("not-lost", patient=statement.patient.hex())
    ready_ms = found.lost_ms + RECOVERY_MS
    if context.now_ms < ready_ms:
        raise Refusal("recovery-delay", from_ms=ready_ms)
    if context.person == found.lost_by:
        raise Refusal("same-member", person=context.person.hex())
    if _keys(statement) & _keys(found):
        raise Refusal("same-key")
    _of_generation(statement.generation, found.generation + 1)
    _put_new(statement, context)
    pins.forget(context, statement.patient)
    for other in (statement.patient, *delegations.represented(context, statement.patient)):
        forget_readers(context, other, delegations.ALL, (statement.patient,))
    if not is_confirmed(context.state.get, statement.patient, statement.patient):
        confirmations.settle(context, statement.patient, statement.patient)
        _count(context, statement.patient)


def use(statement: UseCard, context: Context) -> None:
    """Note that a card was opened. That it was said with the consent key is all there is to it."""
    unlocked_patient(context, statement.patient)
    own_card(context, statement.patient)


def _count(context: Context, patient: bytes) -> None:
    """From now on the patient decides, and whoever decided until now does not any more."""
    decide_from_now(context, patient)
    delegations.end_guardians(context, patient)
    grants.end_all(context, patient)
    standing_rules.end_all(context, patient)
    grants.begin_first(context, confirmations.first_of(context, patient, patient).grant)
    # teams hold the keys on that they are to hand to the patient
    shut_out(context, patient, delegations.ALL, teams_too=False)


def _put_new(statement: TakeCard | ReplaceCard, context: Context) -> None:
    usable_key(statement.consent_key)
    usable_box_key(statement.read_key)
    usable_key(statement.card_key)
    guarded(context, statement.guards, statement.threshold)
    container_count(context, 1)
    made = Card(
        statement.consent_key,
        statement.read_key,
        statement.card_key,
        statement.generation,
        statement.threshold,
        _places(statement.guards),
        _secrets(context),
    )
    put(context, "card", statement.patient, value=made)


def _keys(whose: ReplaceCard | Card) -> set[bytes]:
    return {whose.consent_key, whose.read_key, whose.card_key}


def _of_generation(given: int, wanted: int) -> None:
    if given != wanted:
        raise Refusal("stale-generation", current=wanted, given=given)


def _places(guards: Guards) -> tuple[tuple[bytes, int], ...]:
    return tuple((name, place) for name, place, _box in guards)


def _secrets(context: Context) -> bytes:
    (container,) = context.payload.containers
    return container.commitment
