"""Every error has a sentence; no unexpected error tells what somebody typed."""

import ast
import logging
from pathlib import Path

import pytest

from ehr_desktop import interchange, services
from ehr_desktop.domain import errors
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Fault, FaultKind, Outcome, TransactionState
from ehr_desktop.explain import BAD_FILE, explain, explain_door
from ehr_desktop.node.net.errors import PairingFailure
from ehr_desktop.sentences import REFUSALS
from ehr_desktop.services.values import SlotTakenError

OUTCOME = Outcome(TransactionId("ab" * 32), TransactionState.REFUSED, "slot-taken")
MADE = {
    errors.WeakPasswordError: lambda: errors.WeakPasswordError("short"),
    errors.RefusedError: lambda: errors.RefusedError(OUTCOME),
    SlotTakenError: lambda: SlotTakenError(OUTCOME, None, ()),
    errors.IntegrityError: lambda: errors.IntegrityError(Fault(FaultKind.LINK, "7", "", "x")),
    errors.HomeInUseError: lambda: errors.HomeInUseError("process 12 on desk-1"),
    errors.WorkstationHaltedError: lambda: errors.WorkstationHaltedError("forgotten"),
    errors.PairingFailedError: lambda: errors.PairingFailedError("expired"),
    errors.HomeDamagedError: lambda: errors.HomeDamagedError("ledger.db"),
    errors.InvalidInputError: lambda: errors.InvalidInputError("birth_date", "future"),
    errors.PairingFailedError: lambda: errors.PairingFailedError("expired"),
    errors.PinWrongError: lambda: errors.PinWrongError(9),
    errors.GuardsAwayError: lambda: errors.GuardsAwayError(3, 2),
    errors.SharesWrongError: lambda: errors.SharesWrongError("few"),
    errors.BadFileError: lambda: errors.BadFileError("not-json", 1200),
}


@pytest.mark.parametrize("reason", ["digits", "short", "long", "common", "date"])
def test_every_reason_against_a_pin_speaks_of_the_pin(reason):
    assert "PIN" in explain(errors.InvalidInputError("pin", reason))


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


RAISED_WITH = {
    # what raises it: the argument that is the reason's code
    "WeakPasswordError": 0,
    "InvalidInputError": 1,
    "BadFileError": 0,
    "UnreadableError": 0,
    "_broken": 1,
}


def codes_raised_by(*names):
    """Every constant code that services and interchange give to one of `names`."""
    found = set()
    for package in (services, interchange):
        for file in Path(package.__file__).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                    found.update(constants(node.args[RAISED_WITH[node.func.id]]))
    return sorted(found)


def constants(argument):
    parts = ast.walk(argument)
    return [p.value for p in parts if isinstance(p, ast.Constant) and p.value != "["]


def test_the_codes_are_found_in_the_source():
    assert {"short", "common"} <= set(codes_raised_by("WeakPasswordError"))
    assert {"empty", "impossible", "out-of-range"} <= set(codes_raised_by("InvalidInputError"))
    assert {"truncated", "wrong-type"} <= set(codes_raised_by("BadFileError"))
    assert {"too-deep", "trailing-text"} <= set(codes_raised_by("UnreadableError", "_broken"))


@pytest.mark.parametrize("reason", codes_raised_by("WeakPasswordError"))
def test_every_reason_against_a_password_has_its_own_sentence(reason):
    assert explain(errors.WeakPasswordError(reason)) != explain(errors.WeakPasswordError("?"))


@pytest.mark.parametrize("reason", codes_raised_by("InvalidInputError"))
def test_every_reason_against_an_input_has_its_own_sentence(reason):
    unknown = errors.InvalidInputError("family", "?")
    assert explain(errors.InvalidInputError("family", reason)) != explain(unknown)


@pytest.mark.parametrize("reason", PairingFailure)
def test_every_end_of_a_pairing_has_its_own_sentence_on_both_screens(reason):
    joining = explain(errors.PairingFailedError(reason))
    assert joining != explain(errors.PairingFailedError("?")).replace("?", reason)
    if reason not in {PairingFailure.UNREACHABLE, PairingFailure.BUSY}:
        assert explain_door(reason) != explain_door("?").replace("?", reason)


def test_what_the_ledger_says_of_a_new_workstation_is_told_on_both_screens():
    sentence = explain(errors.PairingFailedError("role"))
    assert REFUSALS["role"] in sentence
    assert explain_door("role") == sentence


@pytest.mark.parametrize("reason", codes_raised_by("BadFileError", "UnreadableError", "_broken"))
def test_every_reason_against_a_file_has_its_own_words(reason):
    assert reason in BAD_FILE
    assert explain(errors.BadFileError(reason)) == f"This file cannot be used: {BAD_FILE[reason]}."


def test_a_measure_is_named_as_it_is_in_the_middle_of_a_sentence():
    sentence = explain(errors.InvalidInputError("Body weight", "number"))
    assert sentence == "The body weight must be a number, such as 7.5."
    assert "The BMI" in explain(errors.InvalidInputError("BMI", "number"))


def test_what_the_ledger_refuses_is_explained_in_the_ledgers_own_words():
    outcome = Outcome(TransactionId("ab" * 32), TransactionState.REFUSED, "stale-version")
    assert REFUSALS["stale-version"] in explain(errors.RefusedError(outcome))


def test_an_invalid_field_is_named_in_words():
    sentence = explain(errors.InvalidInputError("birth_date", "too-long"))
    assert sentence == "The birth date is too long."


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
