"""Every error has a sentence; no unexpected error tells what somebody typed."""

import logging

import pytest

from ehr_desktop.domain import errors
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Fault, FaultKind, Outcome, TransactionState
from ehr_desktop.explain import explain
from ehr_desktop.services.values import SlotTakenError

OUTCOME = Outcome(TransactionId("ab" * 32), TransactionState.REFUSED, "slot-taken")
MADE = {
    errors.WeakPasswordError: lambda: errors.WeakPasswordError("short"),
    errors.RefusedError: lambda: errors.RefusedError(OUTCOME),
    SlotTakenError: lambda: SlotTakenError(OUTCOME, None, ()),
    errors.IntegrityError: lambda: errors.IntegrityError(Fault(FaultKind.LINK, "7", "", "x")),
    errors.HomeInUseError: lambda: errors.HomeInUseError("process 12 on desk-1"),
    errors.HomeDamagedError: lambda: errors.HomeDamagedError("ledger.db"),
    errors.InvalidInputError: lambda: errors.InvalidInputError("birth_date", "future"),
    errors.BadFileError: lambda: errors.BadFileError("not-json", 1200),
}


def everything_below(kind):
    return {kind}.union(*(everything_below(child) for child in kind.__subclasses__()))


ALL = sorted(everything_below(errors.EhrError), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_of_the_program_has_its_own_sentence(kind, caplog):
    sentence = explain(MADE.get(kind, kind)())
    assert sentence.endswith((".", ")"))
    assert "wrong" not in sentence
    assert kind is errors.EhrError or sentence != explain(errors.EhrError())
    assert not caplog.records


@pytest.mark.parametrize("reason", ["short", "common", "account-name"])
def test_every_reason_against_a_password_has_its_own_sentence(reason):
    assert explain(errors.WeakPasswordError(reason)) != explain(errors.WeakPasswordError("?"))


def test_an_invalid_field_is_named_in_words():
    sentence = explain(errors.InvalidInputError("birth_date", "future"))
    assert sentence == "The birth date lies in the future."


def test_what_nobody_expected_is_noted_without_its_message(caplog):
    def quote():
        raise ValueError("Margaret Ashworth has diabetes")

    with caplog.at_level(logging.ERROR):
        try:
            quote()
        except ValueError as error:
            sentence = explain(error)
    (record,) = caplog.records
    written = record.getMessage()
    assert written.split()[2].rstrip(":") in sentence
    assert "ValueError" in written
    assert "test_explain" in written
    assert "Ashworth" not in written
