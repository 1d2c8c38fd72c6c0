import io
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.domain.patients import Demographics, Sex
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.interchange.fhir.amend_patient import amended_patient
from ehr_desktop.interchange.fhir.build import (
    allergy,
    appointment,
    condition,
    document,
    note,
    vital,
)
from ehr_desktop.interchange.fhir.build_patient import coverage, patient
from ehr_desktop.interchange.fhir.bundle import read_entries
from ehr_desktop.interchange.fhir.display import MOST_LINES, resource_display
from ehr_desktop.interchange.fhir.export import write_bundle
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.interchange.fhir.vitals import VITALS, check_vital

WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=2)))
REF = "Patient/abc"
WHO = Demographics(
    "Okafor", "Ngozi Ada", "1980-08-14", Sex.FEMALE, "R1", "M77", "+1 555", "a@b.c", "1 High St\nX", "2020"
)  # fmt: skip
texts = st.text(max_size=40)
said = st.text(min_size=1, max_size=40).filter(lambda text: text.strip() and text.isprintable())


def check(validator, body):
    (entry,) = read_entries(io.BytesIO(body))
    assert validator.check(entry.resource) == ()
    assert entry.body == body
    return entry.resource


@given(
    st.builds(
        Demographics,
        family=texts,
        given=texts,
        birth_date=st.sampled_from(["", "1980", "1980-02", "2000-02-29"]),
        sex=st.sampled_from(Sex),
        record_number=texts,
        insurance_id=texts,
        phone=texts,
        email=texts,
        address=texts,
        deceased=st.sampled_from(["", "true", "2020-01", "2020-01-01T10:00:00Z"]),
    )
)
def test_whatever_is_typed_makes_a_valid_patient(validator, demographics):
    check(validator, patient(demographics, "abc"))


def test_a_form_comes_back_from_the_patient_it_made(validator):
    body = patient(WHO, "abc")
    check(validator, body)
    projection = project(body)
    assert projection.reference == "Patient/abc"
    assert projection.patient.demographics == WHO


@pytest.mark.parametrize("birth_date", ["14.8.1980", "1980-02-30", "80", "0000"])
def test_a_birth_date_that_is_none_is_refused(birth_date):
    with pytest.raises(InvalidInputError) as error:
        patient(Demographics("A", "B", birth_date), "abc")
    assert error.value.field == "birth_date"


@given(text=said, title=texts, author=said)
def test_a_note_says_what_was_typed(validator, text, title, author):
    body = note(text, REF, author, WHEN, title, fhir_id="n1", encounter_ref="Encounter/e")
    check(validator, body)
    row = project(body).entry
    assert row.detail == text
    assert row.when == "2026-11-22T09:30:00+02:00"
    assert row.encounter == "Encounter/e"


def test_a_note_of_nothing_is_refused():
    with pytest.raises(InvalidInputError):
        note(" \n", REF, "Dr. X", WHEN, "Note")


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        note("x", REF, "Dr. X", datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), "Note")


@pytest.mark.parametrize("size", [0, 1234, 5 * 2**30])
def test_a_document_names_its_file(validator, size):
    body = document(
        "Scan", REF, "N", WHEN, content_type="", size=size, sha1=b"1" * 20, url="urn:x:1"
    )
    attachment = check(validator, body)["content"][0]["attachment"]
    assert attachment["url"] == "urn:x:1"
    assert attachment.get("size", 5 * 2**30) == size


@pytest.mark.parametrize("kind", VITALS)
def test_every_vital_sign_keeps_its_digits(validator, kind):
    values = tuple(f"{measure.usual[0] + 1}.50" for measure in reversed(VITALS[kind].measures))
    if len(values) == 2:
        values = ("120.50", "80.50")
    body = vital(kind, values, WHEN, REF, "Nurse")
    check(validator, body)
    row = project(body).entry
    assert row.value == "/".join(values)
    assert (row.code, row.unit, row.section) == (VITALS[kind].code, VITALS[kind].unit, "vitals")


@pytest.mark.parametrize(
    ("kind", "values", "reason"),
    [
        ("mood", ("1",), "unknown"),
        ("weight", ("1", "2"), "count"),
        ("weight", ("",), "number"),
        ("weight", ("7,5",), "number"),
        ("weight", ("1e2",), "number"),
        ("weight", ("NaN",), "number"),
        ("weight", ("-70",), "number"),
        ("weight", ("070",), "number"),
        ("weight", ("70.",), "number"),
        ("weight", (" 70",), "number"),
        ("weight", ("\N{ARABIC-INDIC DIGIT SEVEN}",), "number"),
        ("weight", ("7000",), "impossible"),
        ("temperature", ("98.6",), "impossible"),
        ("blood-pressure", ("80", "120"), "order"),
        ("blood-pressure", ("400", "80"), "impossible"),
    ],
)
def test_a_vital_sign_that_cannot_be_is_refused(kind, values, reason):
    with pytest.raises(InvalidInputError) as error:
        vital(kind, values, WHEN, REF, "Nurse")
    assert error.value.reason == reason


def test_an_unusual_vital_sign_asks_to_look_again():
    assert check_vital("blood-pressure", ("120", "80")) == ()
    assert check_vital("blood-pressure", ("200", "120")) == (
        "Systolic blood pressure",
        "Diastolic blood pressure",
    )
    assert check_vital("temperature", ("41.0",)) == ("Body temperature",)


def test_an_allergy_and_the_statement_of_none(validator):
    body = allergy(
        "Penicillin", REF, WHEN, "D", reaction="Rash", criticality="high", category="medication"
    )
    check(validator, body)
    assert project(body).entry.detail == "Rash; criticality high"
    none = allergy("", REF, WHEN, "D", none_known=True)
    check(validator, none)
    assert project(none).entry.none_known
    with pytest.raises(InvalidInputError):
        allergy("", REF, WHEN, "D")


def test_a_condition_that_ended_is_resolved(validator):
    active = condition("Asthma", REF, WHEN, "D", onset="2001", comment="mild")
    check(validator, active)
    assert (project(active).entry.status, project(active).entry.when) == ("active", "2001")
    ended = condition("Flu", REF, WHEN, "D", onset="2001", abated="2001-02")
    check(validator, ended)
    assert project(ended).entry.status == "resolved"
    with pytest.raises(InvalidInputError):
        condition("Flu", REF, WHEN, "D", onset="2001-02-30")


@pytest.mark.parametrize("status", AppointmentStatus)
def test_an_appointment_is_valid_in_every_status(validator, status):
    body = appointment(
        "a1", WHEN, WHEN + timedelta(minutes=20), status,
        patient_ref=REF, provider_name="Dr. X", reason="Cough", comment="new",
    )  # fmt: skip
    resource = check(validator, body)
    assert resource["minutesDuration"] == 20
    assert project(body).appointment.reason == "Cough"


def test_a_coverage_is_valid(validator):
    resource = check(validator, coverage("M77", REF, fhir_id="c", start="2026"))
    assert resource["subscriberId"] == "M77"


RICH = {
    "resourceType": "Patient",
    "id": "abc",
    "text": {"status": "generated", "div": "<div>Ngozi Okafor</div>"},
    "extension": [{"url": "http://a.b/x", "valueDecimal": 0}],
    "identifier": [{"system": "urn:s", "value": "S1"}],
    "name": [
        {"use": "maiden", "family": "Bello"},
        {"use": "official", "family": "Okafor", "given": ["Ngozi", "Ada"], "prefix": ["Dr."]},
    ],
    "telecom": [{"system": "phone", "use": "work", "value": "1"}],
    "address": [{"line": ["1 High St"], "city": "Leeds"}],
    "contact": [{"name": {"text": "Brother"}}],
}


def amend(**changes):
    body = json.dumps(RICH).encode()
    before = project(body).patient.demographics
    fields = {name: getattr(before, name) for name in before.__slots__}
    return amended_patient(body, Demographics(**(fields | changes)))


def test_amending_one_field_leaves_the_rest_of_a_patient_alone(validator):
    resource = check(validator, amend(phone="2", insurance_id="M1"))
    unchanged = RICH.keys() - {"telecom", "identifier", "text"}
    assert {name: resource[name] for name in unchanged} == {name: RICH[name] for name in unchanged}
    assert resource["telecom"] == [{"system": "phone", "use": "work", "value": "2"}]
    assert [one["value"] for one in resource["identifier"]] == ["S1", "M1"]


def test_amending_every_field_shows_in_the_form(validator):
    body = amend(**{name: getattr(WHO, name) for name in WHO.__slots__})
    resource = check(validator, body)
    assert project(body).patient.demographics == WHO
    assert resource["name"][0] == RICH["name"][0]
    assert resource["contact"] == RICH["contact"]


def test_emptying_a_field_takes_its_element_out(validator):
    resource = check(validator, amend(phone="", address="", family="", given=""))
    assert "telecom" not in resource
    assert "address" not in resource
    assert resource["name"][0] == RICH["name"][0]


def test_a_card_shows_a_resource_in_words():
    card = dict(resource_display(json.dumps(RICH).encode()))
    assert card["Id"] == "abc"
    assert card["Name"] == "Dr. Ngozi Ada Okafor"
    assert card["Address"] == "1 High St, Leeds"
    assert card["Contact / Name"] == "Brother"
    assert card["X"] == "0"
    assert card["Text"] == "Ngozi Okafor"


def test_a_card_of_a_huge_resource_is_bounded():
    names = [{"family": str(number)} for number in range(2 * MOST_LINES)]
    card = resource_display(json.dumps({"resourceType": "Patient", "name": names}).encode())
    assert len(card) == MOST_LINES + 1
    assert card[-1][0] == "More"


def test_an_export_holds_the_bodies_byte_for_byte():
    bodies = [b'{ "resourceType":"Basic","x": 7.50 }', patient(WHO, "abc")]
    stream = io.BytesIO()
    assert write_bundle(stream, [("urn:uuid:1", bodies[0]), ("", bodies[1])]) == 2
    stream.seek(0)
    back = list(read_entries(stream))
    assert [entry.body for entry in back] == bodies
    assert [entry.full_url for entry in back] == ["urn:uuid:1", ""]


def test_an_export_of_nothing_is_a_valid_bundle(validator):
    stream = io.BytesIO()
    assert write_bundle(stream, []) == 0
    assert validator.check(json.loads(stream.getvalue())) == ()
