"""The PINs contract: so many guesses, counted where no rollback of one disk reaches."""

from ehr_desktop.domain.consent import MOST_GUESSES
from ehr_desktop.node.contracts.consent_rules import card_of, change, put, unlocked_patient
from ehr_desktop.node.contracts.consent_state import Try, entry
from ehr_desktop.node.contracts.consent_statements import AnswerPin, TryPin
from ehr_desktop.node.contracts.rules import Context, Refusal


def try_pin(statement: TryPin, context: Context) -> None:
    """Count a guess, and have the guards answer to it and to none before; also for a card that was
    reported lost, as only who opens it can say that it was found.
    """
    unlocked_patient(context, statement.patient)
    before = entry(context.state.get, Try, "try", statement.patient)
    count = before.count if before else 0
    if count >= MOST_GUESSES:
        raise Refusal("pin-locked", most=MOST_GUESSES)
    if before is not None:
        context.state.remove("asked", before.asked)
    put(
        context, "try", statement.patient,
        value=Try(context.transaction, statement.blinded, count + 1),
    )  # fmt: skip
    context.state.put("asked", context.transaction, value=[statement.patient])


def answer(statement: AnswerPin, context: Context) -> None:
    """Note that a guard has answered to the newest guess."""
    asked = context.state.get("asked", statement.asked)
    if asked is None:
        raise Refusal("stale-try")
    (patient,) = asked
    unlocked_patient(context, patient)
    found = card_of(context, patient)
    newest = entry(context.state.get, Try, "try", patient)
    assert newest is not None, "what was asked for is the newest try"
    if context.payload.device not in {name for name, _place in found.guards}:
        raise Refusal("not-a-guard", device=context.payload.device.hex())
    if context.payload.device in newest.answered:
        raise Refusal("already-answered")
    change(
        context, newest, "try", patient,
        answered=(*newest.answered, context.payload.device),
    )  # fmt: skip


def opened(context: Context) -> None:
    """The patient who speaks has opened the card: the guesses start anew."""
    forget(context, context.person)


def forget(context: Context, patient: bytes) -> None:
    """Forget the guesses at a patient's PIN."""
    before = entry(context.state.get, Try, "try", patient)
    if before is not None:
        context.state.remove("asked", before.asked)
        context.state.remove("try", patient)
