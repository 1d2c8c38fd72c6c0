import json
from decimal import Decimal

import pytest

OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
    "subject": {"reference": "Patient/p"},
    "valueQuantity": {"value": Decimal("7.50"), "unit": "/min"},
}
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "2000-02-29"}
ALLERGY = {
    "resourceType": "AllergyIntolerance",
    "patient": {"reference": "Patient/p"},
    "clinicalStatus": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                "code": "active",
            }
        ]
    },
}
APPOINTMENT = {
    "resourceType": "Appointment",
    "status": "booked",
    "start": "2026-01-01T09:00:00Z",
    "end": "2026-01-01T09:20:00Z",
    "participant": [{"status": "accepted", "actor": {"reference": "Patient/p"}}],
}
PROVENANCE_CODE = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}


def found(validator, resource):
    return {(problem.path, problem.code) for problem in validator.check(resource)}


@pytest.mark.parametrize("resource", [OBSERVATION, PATIENT, ALLERGY, APPOINTMENT])
def test_a_good_resource_has_no_problems(validator, resource):
    assert validator.check(resource) == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"status": None}, ("Observation.status", "type")),
        ({"status": "zzz"}, ("Observation.status", "code")),
        ({"status": ["final"]}, ("Observation.status", "type")),
        ({"colour": "red"}, ("Observation.colour", "unknown-element")),
        ({"_colour": {"id": "a"}}, ("Observation._colour", "unknown-element")),
        ({"code": {}}, ("Observation.code", "empty")),
        ({"code": "8867-4"}, ("Observation.code", "type")),
        ({"category": {"text": "x"}}, ("Observation.category", "not-a-list")),
        ({"category": []}, ("Observation.category", "empty")),
        ({"category": [None]}, ("Observation.category[0]", "type")),
        ({"category": [{"text": "x"}, {"text": ""}]}, ("Observation.category[1].text", "empty")),
        ({"note": [{"text": "a\x00b"}]}, ("Observation.note[0].text", "control")),
        ({"note": [{"text": 5}]}, ("Observation.note[0].text", "type")),
        ({"valueString": "x"}, ("Observation.value[x]", "choice")),
        ({"_valueString": {"id": "x"}}, ("Observation.value[x]", "choice")),
        ({"issued": "2026-01-01"}, ("Observation.issued", "format")),
        ({"issued": "2026-02-29T10:00:00Z"}, ("Observation.issued", "date")),
        ({"effectiveDateTime": "2026-13"}, ("Observation.effectiveDateTime", "format")),
        ({"effectiveDateTime": "2026-04-31"}, ("Observation.effectiveDateTime", "date")),
        ({"effectiveDateTime": "2026-04-30T10:00:00"}, ("Observation.effectiveDateTime", "format")),
        ({"subject": {"reference": "Medication/1"}}, ("Observation.subject.reference", "reference-target")),
        ({"subject": {"reference": "http://a.b/c/Medication/1/_history/2"}}, ("Observation.subject.reference", "reference-target")),
        ({"subject": {"type": "Medication", "display": "x"}}, ("Observation.subject.reference", "reference-target")),
        ({"subject": {"reference": "#gone"}}, ("Observation.subject.reference", "ref-1")),
        ({"subject": {"reference": 5}}, ("Observation.subject.reference", "type")),
        ({"id": "a b"}, ("Observation.id", "format")),
        ({"id": "x" * 65}, ("Observation.id", "format")),
        ({"id": ["a"]}, ("Observation.id", "type")),
        ({"dataAbsentReason": {"text": "x"}}, ("Observation.dataAbsentReason", "obs-6")),
        ({"component": [{"code": PROVENANCE_CODE}]}, ("Observation.component", "obs-7")),
        ({"referenceRange": [{"age": {"low": {"value": 1}}}]}, ("Observation.referenceRange[0]", "obs-3")),
        ({"valueQuantity": {"value": "7.5"}}, ("Observation.valueQuantity.value", "type")),
        ({"valueQuantity": {"value": True}}, ("Observation.valueQuantity.value", "type")),
        ({"valueQuantity": {"value": 1, "code": "kg"}}, ("Observation.valueQuantity.code", "qty-3")),
        ({"extension": [{"url": "http://a"}]}, ("Observation.extension[0]", "ext-1")),
        ({"extension": [{"valueString": "x"}]}, ("Observation.extension[0].url", "required")),
        ({"contained": [{"resourceType": "Nope"}]}, ("Observation.contained[0]", "unknown-type")),
        ({"contained": [{"resourceType": "Patient", "meta": {"versionId": "1"}}]}, ("Observation.contained[0].meta", "dom-4")),
        ({"text": {"status": "generated", "div": "<p>x</p>"}}, ("Observation.text.div", "markup")),
        ({"text": {"status": "generated", "div": "<div><script>x</script></div>"}}, ("Observation.text.div", "markup")),
    ],
)  # fmt: skip
def test_a_fault_in_an_observation_is_named_with_its_place(validator, change, problem):
    changed = OBSERVATION | change
    assert problem in found(validator, changed)


@pytest.mark.parametrize(
    ("resource", "problem"),
    [
        ({}, ("Resource", "not-a-resource")),
        ({"resourceType": "Martian"}, ("Martian", "unknown-type")),
        ({"resourceType": "DomainResource"}, ("DomainResource", "unknown-type")),
        ({"resourceType": "HumanName"}, ("HumanName", "unknown-type")),
        ({"resourceType": "Observation"}, ("Observation.status", "required")),
        (PATIENT | {"active": "true"}, ("Patient.active", "type")),
        (PATIENT | {"birthDate": "1999-02-29"}, ("Patient.birthDate", "date")),
        (PATIENT | {"birthDate": "0000"}, ("Patient.birthDate", "format")),
        (PATIENT | {"multipleBirthInteger": "2"}, ("Patient.multipleBirthInteger", "type")),
        (PATIENT | {"multipleBirthInteger": 2**31}, ("Patient.multipleBirthInteger", "range")),
        (PATIENT | {"telecom": [{"value": "1"}]}, ("Patient.telecom[0].system", "cpt-2")),
        (PATIENT | {"telecom": [{"system": "phone", "rank": 0}]}, ("Patient.telecom[0].rank", "range")),
        (PATIENT | {"contact": [{"gender": "male"}]}, ("Patient.contact[0]", "pat-1")),
        (PATIENT | {"photo": [{"data": "QUJD"}]}, ("Patient.photo[0].contentType", "att-1")),
        (PATIENT | {"photo": [{"contentType": "image/png", "data": "QUJ"}]}, ("Patient.photo[0].data", "base64")),
        (PATIENT | {"photo": [{"contentType": "image/png", "data": "ümlaut"}]}, ("Patient.photo[0].data", "base64")),
        (PATIENT | {"name": [{"given": [None]}]}, ("Patient.name[0].given[0]", "type")),
        (PATIENT | {"name": [{"given": ["a"], "_given": [None, {"id": "x"}]}]}, ("Patient.name[0]._given", "length")),
        (PATIENT | {"name": [{"period": {"start": "2020-01-02", "end": "2020-01-01"}}]}, ("Patient.name[0].period", "per-1")),
        (PATIENT | {"link": [{"other": {"reference": "Patient/2"}}]}, ("Patient.link[0].type", "required")),
        ({"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": {"reference": "Patient/p"}}, ("MedicationRequest.medication[x]", "required")),
        ({name: value for name, value in ALLERGY.items() if name != "clinicalStatus"}, ("AllergyIntolerance.clinicalStatus", "ait-1")),
        (ALLERGY | {"clinicalStatus": {"coding": [{"system": "http://snomed.info/sct", "code": "active"}]}}, ("AllergyIntolerance.clinicalStatus.coding", "code")),
        (APPOINTMENT | {"participant": [{"status": "accepted"}]}, ("Appointment.participant[0]", "app-1")),
        (APPOINTMENT | {"cancelationReason": {"text": "x"}}, ("Appointment.cancelationReason", "app-4")),
        ({name: value for name, value in APPOINTMENT.items() if name != "end"}, ("Appointment", "app-2")),
        ({name: value for name, value in APPOINTMENT.items() if name not in {"start", "end"}}, ("Appointment.start", "app-3")),
        ({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient", "x": 1}}]}, ("Bundle.entry[0].resource.x", "unknown-element")),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(validator, resource, problem):
    assert problem in found(validator, resource)


def test_a_missing_part_of_a_list_may_be_explained_by_an_extension(validator):
    extension = {"extension": [{"url": "http://a.b/masked", "valueCode": "masked"}]}
    assert validator.check(PATIENT | {"name": [{"given": [None], "_given": [extension]}]}) == ()
    assert validator.check({"resourceType": "Patient", "_birthDate": extension}) == ()


def test_a_contained_resource_may_be_referred_to(validator):
    contained = {"contained": [{"resourceType": "Patient", "id": "in"}]}
    assert validator.check(OBSERVATION | contained | {"subject": {"reference": "#in"}}) == ()


def test_contained_ids_of_one_bundle_entry_do_not_count_for_another(validator):
    inner = OBSERVATION | {"contained": [{"resourceType": "Patient", "id": "in"}]}
    outer = OBSERVATION | {"subject": {"reference": "#in"}}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": inner}, {"resource": outer}],
    }
    assert found(validator, bundle) == {("Bundle.entry[1].resource.subject.reference", "ref-1")}


def test_deep_nesting_is_a_problem_and_no_crash(validator):
    extension = {"url": "http://a", "valueString": "x"}
    for _ in range(900):
        extension = {"url": "http://a", "extension": [extension]}
    problems = validator.check(PATIENT | {"extension": [extension]})
    assert [problem.code for problem in problems] == ["too-deep"]


def test_problems_are_bounded_and_quote_nothing_from_the_resource(validator):
    names = [
        {
            "family": "SECRET\x00",
            "SECRET text": 1,
            "giv\N{LATIN SMALL LETTER DOTLESS I}n": ["SECRET"],
        }
    ] * 500
    problems = validator.check(PATIENT | {"name": names, "gender": "SECRET"})
    assert len(problems) == 100
    assert "SECRET" not in json.dumps([(p.path, p.code, p.text) for p in problems])
