import base64
import json

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import BadFileError
from ehr_desktop.domain.patients import Sex
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.interchange.fhir.category import category_of
from ehr_desktop.interchange.fhir.patient_of import patient_keys, patient_references
from ehr_desktop.interchange.fhir.project import project, project_resource

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"


def concept(code, display="", system=LOINC):
    return {"coding": [{"system": system, "code": code, "display": display}]}


def entry(resource_type, **elements):
    return project_resource({"resourceType": resource_type, "id": "x", **elements}).entry


def test_digits_stay_as_they_were_written():
    body = b'{"resourceType":"Observation","valueQuantity":{"value":7.50,"unit":"mmol/L"}}'
    projection = project(body)
    assert (projection.entry.value, projection.entry.unit) == ("7.50", "mmol/L")


def test_a_blood_pressure_panel_is_one_entry():
    row = entry(
        "Observation",
        category=[concept("vital-signs")],
        code=concept("85354-9", "Blood pressure panel"),
        effectiveDateTime="2026-01-02T03:04:05Z",
        component=[
            {"code": concept("8462-4"), "valueQuantity": {"value": 80, "unit": "mmHg"}},
            {"code": concept("8480-6"), "valueQuantity": {"value": 120, "unit": "mmHg"}},
        ],
    )
    assert (row.section, row.value, row.unit) == (SectionKind.VITALS, "120/80", "mmHg")
    assert (row.title, row.code, row.detail) == ("Blood pressure panel", "85354-9", "")
    assert row.when == "2026-01-02T03:04:05Z"


def test_a_laboratory_result_has_its_range_and_interpretation():
    row = entry(
        "Observation",
        category=[concept("laboratory")],
        code=concept("2823-3", "Potassium"),
        valueQuantity={"value": 6, "comparator": ">", "code": "mmol/L"},
        interpretation=[concept("HH", "Critical high")],
        referenceRange=[{"low": {"value": 3}, "high": {"value": 5}}],
        encounter={"reference": "Encounter/e"},
    )
    assert (row.section, row.value, row.unit) == (SectionKind.RESULTS, ">6", "mmol/L")
    assert (row.interpretation, row.reference_low, row.reference_high) == ("HH", "3", "5")
    assert row.encounter == "Encounter/e"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"valueString": "clear"}, "clear"),
        ({"valueBoolean": False}, "false"),
        ({"valueInteger": 0}, "0"),
        ({"valueCodeableConcept": concept("x", "Never smoker")}, "Never smoker"),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 2}}}, "1 - 2"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1:128"),
        ({"valuePeriod": {"start": "2020"}}, "2020 - ?"),
        ({"valueSampledData": {"data": "E"}}, ""),
        ({"dataAbsentReason": concept("unknown", "Unknown")}, ""),
    ],
)
def test_every_type_of_value_is_shown(value, shown):
    assert entry("Observation", **value).value == shown


@pytest.mark.parametrize("code", ["716186003", "409137002", "429625007"])
def test_a_statement_of_no_allergy_is_marked(code):
    assert entry("AllergyIntolerance", code=concept(code, system=SNOMED)).none_known


def test_a_refuted_statement_of_no_allergy_is_not_one():
    refuted = concept("refuted")
    row = entry("AllergyIntolerance", code=concept("716186003"), verificationStatus=refuted)
    assert not row.none_known
    assert row.status == "refuted"


def test_an_allergy_shows_its_reaction_and_criticality():
    row = entry(
        "AllergyIntolerance",
        clinicalStatus=concept("active"),
        criticality="high",
        code={"text": "Penicillin"},
        reaction=[{"manifestation": [{"text": "Rash"}, {"text": "Hives"}], "severity": "severe"}],
    )
    assert row.title == "Penicillin"
    assert row.detail == "Rash, Hives; severe; criticality high"
    assert (row.status, row.none_known) == ("active", False)


def test_a_prescription_shows_how_to_take_it():
    row = entry(
        "MedicationRequest",
        status="active",
        contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "Aspirin 100 mg"}}],
        medicationReference={"reference": "#m"},
        dosageInstruction=[
            {
                "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
                "asNeededBoolean": True,
            }
        ],
    )
    assert row.title == "Aspirin 100 mg"
    assert row.detail == "1 tablet, 2 times per day, as needed"


def test_a_note_shows_its_words_and_a_scan_its_size():
    text = {"contentType": "text/plain", "data": base64.b64encode("Zoë is well".encode()).decode()}
    note = entry("DocumentReference", type=concept("11506-3"), content=[{"attachment": text}])
    assert (note.section, note.detail) == (SectionKind.NOTES, "Zoë is well")
    picture = {"contentType": "image/png", "size": 2048, "title": "Scan"}
    scan = entry("DocumentReference", content=[{"attachment": picture}])
    assert (scan.section, scan.title) == (SectionKind.DOCUMENTS, "Scan")
    assert scan.detail == "image/png; 2.0 KB"


def test_an_appointment_gives_its_words():
    words = project_resource(
        {"resourceType": "Appointment", "reasonCode": [{"text": "Cough"}], "comment": "first visit"}
    ).appointment
    assert (words.reason, words.comment) == ("Cough", "first visit")


def test_a_patient_is_called_by_the_official_name_of_today():
    row = project_resource(
        {
            "resourceType": "Patient",
            "name": [
                {"use": "maiden", "family": "Old"},
                {"use": "official", "family": "Okafor", "given": ["Ngozi", "Ada"]},
            ],
            "gender": "female",
            "birthDate": "1980-08",
            "identifier": [
                {"value": "S1"},
                {"type": concept("MR"), "value": "R7"},
                {"type": concept("MB"), "value": "M9"},
            ],
            "telecom": [
                {"system": "phone", "use": "old", "value": "1"},
                {"system": "phone", "value": "2", "rank": 2},
                {"system": "phone", "value": "3", "rank": 1},
            ],
            "deceasedBoolean": True,
        }
    ).patient
    who = row.demographics
    assert (who.family, who.given, who.birth_date) == ("Okafor", "Ngozi Ada", "1980-08")
    assert (who.sex, who.record_number, who.insurance_id) == (Sex.FEMALE, "R7", "M9")
    assert (who.phone, who.deceased) == ("3", "true")
    assert row.identifiers == ("S1", "R7", "M9")
    assert row.other_names == ("Old",)


def test_any_other_resource_has_a_line():
    row = entry("NutritionOrder", dateTime="2020-05", status="active")
    assert (row.section, row.title, row.when) == (SectionKind.OTHER, "Nutrition order", "2020-05")
    assert entry("Flag", code={"text": "Falls"}).title == "Flag: Falls"
    assert entry("Practitioner", name=[{"family": "Weiß"}]).title == "Practitioner: Weiß"


def test_bytes_that_are_no_resource_are_refused():
    with pytest.raises(BadFileError):
        project(b"{")


@pytest.mark.parametrize(
    ("resource", "category"),
    [
        ({"resourceType": "Patient"}, Category.DEMOGRAPHICS),
        ({"resourceType": "AllergyIntolerance"}, Category.EMERGENCY),
        ({"resourceType": "MedicationStatement"}, Category.EMERGENCY),
        ({"resourceType": "RelatedPerson"}, Category.EMERGENCY),
        ({"resourceType": "Observation", "code": concept("882-1")}, Category.EMERGENCY),
        ({"resourceType": "Observation"}, Category.GENERAL),
        ({"resourceType": "Observation", "category": [concept("laboratory")]}, Category.LABS),
        ({"resourceType": "DiagnosticReport"}, Category.LABS),
        ({"resourceType": "DiagnosticReport", "category": [concept("RAD")]}, Category.IMAGING),
        ({"resourceType": "DiagnosticReport", "category": [concept("GE")]}, Category.GENETICS),
        ({"resourceType": "DiagnosticReport", "code": concept("51969-4")}, Category.GENETICS),
        ({"resourceType": "ImagingStudy"}, Category.IMAGING),
        ({"resourceType": "MolecularSequence"}, Category.GENETICS),
        ({"resourceType": "DocumentReference"}, Category.DOCUMENTS),
        ({"resourceType": "DocumentReference", "type": concept("11506-3")}, Category.NOTES),
        ({"resourceType": "Composition"}, Category.NOTES),
        ({"resourceType": "Claim"}, Category.BILLING),
        ({"resourceType": "Coverage"}, Category.BILLING),
        ({"resourceType": "Appointment"}, Category.APPOINTMENTS),
        ({"resourceType": "Observation", "code": concept("44261-6")}, Category.MENTAL_HEALTH),
        ({"resourceType": "Observation", "code": concept("20447-9")}, Category.SEXUAL_HEALTH),
        ({"resourceType": "Condition", "code": concept("7200002", system=SNOMED)}, Category.SUBSTANCE_USE),
        ({"resourceType": "Condition", "code": concept("F32.1", system="http://hl7.org/fhir/sid/icd-10-cm")}, Category.MENTAL_HEALTH),
        ({"resourceType": "Condition", "code": concept("F10.2", system="http://hl7.org/fhir/sid/icd-10")}, Category.SUBSTANCE_USE),
        ({"resourceType": "Condition", "code": concept("J45", system="http://hl7.org/fhir/sid/icd-10")}, Category.GENERAL),
        ({"resourceType": "Condition", "code": concept("F32.1")}, Category.GENERAL),
        ({"resourceType": "Claim", "type": concept("7200002", system=SNOMED)}, Category.BILLING),
    ],
)  # fmt: skip
def test_a_resource_falls_into_its_category(resource, category):
    assert category_of(resource) is category


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("ETH", Category.SUBSTANCE_USE),
        ("PSY", Category.MENTAL_HEALTH),
        ("HIV", Category.SEXUAL_HEALTH),
        ("SDV", Category.SEXUAL_HEALTH),
        ("GDIS", Category.GENETICS),
        ("N", Category.EMERGENCY),
    ],
)
def test_a_sensitivity_label_decides_first(label, category):
    meta = {"security": [{"code": label}]}
    assert category_of({"resourceType": "MedicationRequest", "meta": meta}) is category


def test_a_label_never_hides_a_patients_name():
    labelled = {"resourceType": "Patient", "meta": {"security": [{"code": "PSY"}]}}
    assert category_of(labelled) is Category.DEMOGRAPHICS


@pytest.mark.parametrize(
    ("resource", "references"),
    [
        ({"resourceType": "Patient", "id": "p"}, ("Patient/p",)),
        ({"resourceType": "Observation", "subject": {"reference": "urn:uuid:1"}}, ("urn:uuid:1",)),
        ({"resourceType": "Observation", "subject": {"reference": "Group/1"}}, ()),
        ({"resourceType": "Observation", "subject": {"reference": "#p"}}, ()),
        ({"resourceType": "Observation", "subject": {"reference": "urn:uuid:1", "type": "Device"}}, ()),
        ({"resourceType": "Immunization", "patient": {"reference": "http://a/Patient/1/_history/3"}}, ("http://a/Patient/1",)),
        ({"resourceType": "Coverage", "beneficiary": {"reference": "Patient/1"}}, ("Patient/1",)),
        ({"resourceType": "Task", "for": {"reference": "Patient/1"}}, ("Patient/1",)),
        ({"resourceType": "Account", "subject": [{"reference": "Patient/1"}, {"reference": "Patient/2"}]}, ("Patient/1", "Patient/2")),
        ({"resourceType": "Appointment", "participant": [{"actor": {"reference": "Patient/1"}}, {"actor": {"reference": "Practitioner/1"}}]}, ("Patient/1",)),
        ({"resourceType": "Practitioner", "id": "x"}, ()),
    ],
)  # fmt: skip
def test_a_resource_names_its_patients(resource, references):
    assert patient_references(resource) == references


def test_a_patient_is_meant_by_its_full_url_and_by_its_id():
    patient = {"resourceType": "Patient", "id": "1"}
    assert patient_keys("urn:uuid:7", patient) == ("urn:uuid:7", "Patient/1")
    assert patient_keys("http://a/Patient/1", patient) == ("http://a/Patient/1", "Patient/1")
    assert patient_keys("", json.loads('{"resourceType":"Patient"}')) == ()
