"""Questions of patients as FHIR resources."""

from datetime import UTC, datetime

import pytest

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.interchange.fhir.build_question import MOST_LETTERS, communication, said_in
from ehr_desktop.interchange.fhir.json_text import LosslessDecoder
from tests.support.one_pc import validator

SENT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
PATIENT = "Patient/5ccae7142a14086ff5065a889505a1b2"


def test_what_is_asked_is_a_valid_communication_and_can_be_read_back():
    body = communication("  Why did you\nlook? ", PATIENT, "Anna Smith", SENT)
    resource, _ = LosslessDecoder().decode(body.decode(), 0)
    assert validator().check(resource) == ()
    assert said_in(body) == "Why did you\nlook?"


@pytest.mark.parametrize(
    ("text", "reason"), [("  ", "empty"), ("x" * (MOST_LETTERS + 1), "too-long")]
)
def test_a_question_says_something_and_not_too_much(text, reason):
    with pytest.raises(InvalidInputError) as wrong:
        communication(text, PATIENT, "Anna", SENT)
    assert wrong.value.reason == reason


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"payload": 1}', b'{"payload": [1, {}]}'])
def test_what_says_nothing_is_read_as_nothing(body):
    assert said_in(body) == ""
