"""The made-up clinic is coherent, valid in shape, and the same for the same seed."""

import base64
import json
import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ehr_desktop.domain.people import Role
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.services.demo.clinic import demo_clinic, heavy_patient, many_demographics
from ehr_desktop.services.demo.tables import load_tables
from ehr_desktop.services.demo.values import DemoAppointment, DemoClinic, DemoPatient
from ehr_desktop.services.demo.week import sessions

RESOURCES = Path(__file__).parents[3] / "resources" / "demo"
MONDAY = date(2026, 11, 23)
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 25, 11, 7, tzinfo=LONDON)


@cache
def clinic(seed: int = 7, patients: int = 200) -> DemoClinic:
    return demo_clinic(seed=seed, resources=RESOURCES, monday=MONDAY, now=NOW, patients=patients)


def chart(patient: DemoPatient) -> list[dict[str, Any]]:
    return [json.loads(body) for body in patient.resources]


@cache
def charts() -> list[list[dict[str, Any]]]:
    return [chart(patient) for patient in clinic().patients]


def of_type(resources: list[dict[str, Any]], resource_type: str) -> list[dict[str, Any]]:
    return [one for one in resources if one["resourceType"] == resource_type]


def texts(resources: list[dict[str, Any]]) -> list[str]:
    return [
        base64.b64decode(one["content"][0]["attachment"]["data"]).decode()
        for one in of_type(resources, "DocumentReference")
    ]


def with_problem(code: str) -> list[list[dict[str, Any]]]:
    return [
        one
        for one in charts()
        if any(c["code"]["coding"][0]["code"] == code for c in of_type(one, "Condition"))
    ]


def numbers_of(resources: list[dict[str, Any]], loinc: str) -> list[float]:
    return [
        one["valueQuantity"]["value"]
        for one in of_type(resources, "Observation")
        if one["code"]["coding"][0]["code"] == loinc
    ]


def test_the_same_seed_gives_the_same_clinic_to_the_byte():
    again = demo_clinic(seed=7, resources=RESOURCES, monday=MONDAY, now=NOW, patients=40)
    assert again == clinic(7, 40)


def test_another_seed_gives_other_people():
    names = [
        {(one.demographics.family, one.demographics.given) for one in clinic(seed, 40).patients}
        for seed in (7, 8)
    ]
    assert len(names[0] & names[1]) < 5


def test_charts_do_not_change_while_the_week_goes_by():
    later = demo_clinic(
        seed=7, resources=RESOURCES, monday=MONDAY, now=NOW + timedelta(days=2), patients=40
    )
    assert later.patients == clinic(7, 40).patients
    assert later.appointments != clinic(7, 40).appointments


def test_the_staff_are_one_administrator_two_receptionists_two_nurses_and_four_doctors():
    roles = Counter(one.role for one in clinic().staff)
    assert roles == {Role.ADMINISTRATOR: 1, Role.RECEPTIONIST: 2, Role.NURSE: 2, Role.DOCTOR: 4}
    assert len({one.account_name for one in clinic().staff}) == 9


def test_record_and_insurance_numbers_are_never_given_twice():
    people = list(many_demographics(5000, seed=3, resources=RESOURCES, today=MONDAY))
    assert len({one.record_number for one in people}) == 5000
    assert len({one.insurance_id for one in people}) == 5000
    own = [one.demographics.record_number for one in clinic().patients]
    assert len(set(own)) == len(own)


def test_ages_run_from_a_newborn_to_the_nineties():
    births = [one.demographics.birth_date for one in clinic().patients]
    ages = [MONDAY.year - int(birth[:4]) for birth in births]
    assert min(ages) <= 1
    assert 90 <= max(ages) <= 98
    assert all(birth <= MONDAY.isoformat() for birth in births)


def test_names_come_in_many_scripts_and_some_people_have_one_name_only():
    names = [one.demographics for one in clinic().patients]
    assert any(not name.given for name in names)
    assert any("\u0590" <= letter <= "\u06ff" for name in names for letter in name.family)
    others = [
        name
        for one in charts()
        for name in one[0]["name"]
        if name["use"] == "usual" and name["extension"][0]["valueCode"] in {"IDE", "SYL"}
    ]
    assert len(others) >= 10


def test_every_chart_begins_with_its_patient_and_every_reference_within_it_resolves():
    for resources in charts():
        assert resources[0]["resourceType"] == "Patient"
        known = {f"{one['resourceType']}/{one['id']}" for one in resources}
        assert len(known) == len(resources)
        assert set(re.findall(r"'reference': '([^']+)'", str(resources))) <= known


def test_the_patient_resource_says_what_the_registration_says():
    for patient, resources in zip(clinic().patients, charts(), strict=True):
        given, resource = patient.demographics, resources[0]
        assert resource["identifier"][0]["value"] == given.record_number
        assert resource["identifier"][1]["value"] == given.insurance_id
        assert resource["birthDate"] == given.birth_date
        assert resource["gender"] == given.sex.value
        assert resource["name"][0]["family"] == given.family
        assert resource.get("deceasedDateTime", "") == given.deceased


def test_the_charts_hold_all_kinds_of_records():
    kinds = Counter(one["resourceType"] for resources in charts() for one in resources)
    for kind, least in {
        "Encounter": 1000, "Condition": 400, "AllergyIntolerance": 100, "MedicationRequest": 300,
        "Observation": 3000, "Immunization": 300, "Procedure": 50, "DocumentReference": 900,
        "DiagnosticReport": 300, "Coverage": 200,
    }.items():  # fmt: skip
        assert kinds[kind] >= least, kind


def test_allergies_are_known_known_to_be_none_or_not_recorded():
    allergies = [of_type(resources, "AllergyIntolerance") for resources in charts()]
    words = [[one["code"]["text"] for one in own] for own in allergies]
    assert sum(own == ["No known allergy"] for own in words) > 40
    assert sum(own == [] for own in words) > 10
    assert sum(bool(own) and "No known allergy" not in own for own in words) > 20


def test_nobody_allergic_to_penicillin_is_given_one():
    forbidden = ("Amoxicillin", "Phenoxymethylpenicillin", "Flucloxacillin")
    seen = 0
    for resources in charts():
        allergies = {one["code"]["text"] for one in of_type(resources, "AllergyIntolerance")}
        if allergies & {"Penicillin", "Amoxicillin"}:
            seen += 1
            for one in of_type(resources, "MedicationRequest"):
                assert not one["medicationCodeableConcept"]["text"].startswith(forbidden)
    assert seen > 3


def test_a_diabetic_has_metformin_an_hba1c_series_and_notes_that_cite_it():
    diabetics = with_problem("E11.9")
    assert len(diabetics) >= 8
    for resources in diabetics:
        drugs = [
            one["medicationCodeableConcept"]["text"]
            for one in of_type(resources, "MedicationRequest")
        ]
        assert any(drug.startswith("Metformin") for drug in drugs)
        values = numbers_of(resources, "59261-8")
        written = " ".join(texts(resources))
        cited = {int(found) for found in re.findall(r"HbA1c (\d+) mmol/mol", written)}
        assert cited
        assert cited <= set(values)
    assert max(len(numbers_of(resources, "59261-8")) for resources in diabetics) >= 4


def test_everybody_with_atrial_fibrillation_takes_an_anticoagulant():
    fibrillating = with_problem("I48.91")
    assert len(fibrillating) >= 5
    for resources in fibrillating:
        drugs = str(of_type(resources, "MedicationRequest"))
        assert "Apixaban" in drugs or "Warfarin" in drugs


def test_a_pregnancy_is_a_womans_and_its_blood_pressure_and_weeks_stand_in_the_notes():
    pregnant = with_problem("Z34.90")
    assert len(pregnant) >= 3
    for resources in pregnant:
        assert resources[0]["gender"] == "female"
        assert any("weeks pregnant" in text for text in texts(resources))


def test_young_children_have_had_their_vaccines():
    children = [
        resources
        for resources in charts()
        if "2014-01-01" < resources[0]["birthDate"] < "2025-01-01"
    ]
    assert len(children) > 15
    assert all(len(of_type(resources, "Immunization")) >= 8 for resources in children)


def test_measurements_stay_within_what_a_body_can_do():
    possible = {
        "8867-4": (40, 190), "8310-5": (35.5, 40.5), "29463-7": (2.3, 160), "8302-2": (42, 205),
        "2708-6": (85, 100), "9279-1": (8, 60), "39156-5": (15, 50), "59261-8": (25, 120),
        "718-7": (70, 190), "98979-8": (15, 140), "3016-3": (0.1, 25), "39469-2": (0.3, 7),
    }  # fmt: skip
    for loinc, (low, high) in possible.items():
        values = [value for resources in charts() for value in numbers_of(resources, loinc)]
        assert values, loinc
        assert low <= min(values), loinc
        assert max(values) <= high, loinc


def test_blood_pressure_is_one_panel_with_the_upper_value_above_the_lower():
    panels = [
        one["component"]
        for resources in charts()
        for one in of_type(resources, "Observation")
        if one["code"]["coding"][0]["code"] == "85354-9"
    ]
    assert len(panels) > 200
    for upper, lower in panels:
        assert 60 < upper["valueQuantity"]["value"] < 215
        assert upper["valueQuantity"]["value"] > lower["valueQuantity"]["value"] + 10


def test_decimals_keep_their_last_zero():
    bodies = [body for patient in clinic().patients for body in patient.resources]
    assert any(re.search(rb'"value":\d+\.\d0[,}]', body) for body in bodies)


def test_results_carry_a_range_and_the_reading_that_follows_from_it():
    seen = Counter[str]()
    for resources in charts():
        for one in of_type(resources, "Observation"):
            if "referenceRange" in one:
                bounds, value = one["referenceRange"][0], one["valueQuantity"]["value"]
                below = "low" in bounds and value < bounds["low"]["value"]
                above = "high" in bounds and value > bounds["high"]["value"]
                reading = one["interpretation"][0]["coding"][0]["code"]
                assert reading == "LHN"[0 if below else 1 if above else 2]
                seen[reading] += 1
    assert min(seen[code] for code in "LHN") > 20


def test_notes_are_prose_without_a_gap_to_fill():
    written = [text for resources in charts() for text in texts(resources)]
    assert len(written) > 900
    for text in written:
        assert not re.search(r"[{}]|[Ll]orem|TODO|\bNone\b|xxx| {2}", text)
        assert len(text) > 80
    assert len(set(written)) > 0.97 * len(written)


def test_mental_and_sexual_health_carry_their_sensitivity_labels():
    def label(one: dict[str, Any]) -> str:
        return one.get("meta", {}).get("security", [{}])[0].get("code", "")

    for resources in with_problem("F32.1"):
        condition = next(
            one
            for one in of_type(resources, "Condition")
            if one["code"]["coding"][0]["code"] == "F32.1"
        )
        assert label(condition) == "PSY"
    labels = {label(one) for resources in charts() for one in resources}
    assert {"PSY", "SEX", "ETH"} <= labels


def test_nothing_in_a_chart_is_in_the_future_or_before_birth():
    for resources in charts():
        born = resources[0]["birthDate"]
        for one in of_type(resources, "Encounter"):
            assert born[:4] <= one["period"]["start"][:10]
            assert one["period"]["start"][:10] < MONDAY.isoformat()


def by_provider() -> dict[int, list[DemoAppointment]]:
    found: dict[int, list[DemoAppointment]] = {}
    for one in clinic().appointments:
        found.setdefault(one.provider_index, []).append(one)
    return found


def test_no_provider_has_two_appointments_at_once_and_no_patient_two_on_a_day():
    assert len(by_provider()) == 6
    for own in by_provider().values():
        assert all(first.end <= second.start for first, second in pairwise(own))
    days = Counter((one.patient_index, one.start.date()) for one in clinic().appointments)
    assert max(days.values()) == 1


def test_the_week_is_full_but_not_to_the_brim():
    offered = sum(
        (one.end - one.start for one in sessions(load_tables(RESOURCES), MONDAY)), timedelta()
    )
    booked = sum((one.end - one.start for one in clinic().appointments), timedelta())
    assert 0.7 <= booked / offered <= 0.9


def test_appointments_keep_to_opening_hours_and_leave_a_lunch_break():
    for own in by_provider().values():
        for one in own:
            hours = clinic().hours.on(one.start.weekday())
            assert hours is not None
            assert hours[0] <= one.start.time()
            assert one.end.time() <= hours[1]
        lunch = [one for one in own if one.start.time() < time(13) and one.end.time() > time(13)]
        assert lunch == []


def test_the_past_is_done_the_present_in_the_room_and_the_future_booked():
    for one in clinic().appointments:
        if one.end <= NOW:
            assert one.status in {
                AppointmentStatus.DONE,
                AppointmentStatus.NO_SHOW,
                AppointmentStatus.CANCELLED,
            }
        elif one.start > NOW + timedelta(minutes=25):
            assert one.status in {AppointmentStatus.BOOKED, AppointmentStatus.CANCELLED}
    statuses = {one.status for one in clinic().appointments}
    assert statuses == set(AppointmentStatus)


def test_the_dead_have_no_appointments():
    for one in clinic().appointments:
        assert not clinic().patients[one.patient_index].demographics.deceased


def test_a_heavy_patient_has_exactly_the_visits_asked_for():
    heavy = heavy_patient(seed=7, resources=RESOURCES, today=MONDAY, visits=700)
    resources = chart(heavy)
    assert len(of_type(resources, "Encounter")) == 700
    assert len(of_type(resources, "Observation")) > 1000


def test_many_people_are_as_varied_as_a_city():
    people = list(many_demographics(3000, seed=1, resources=RESOURCES, today=MONDAY))
    assert len({(one.family, one.given, one.birth_date) for one in people}) > 2990
    assert people == list(many_demographics(3000, seed=1, resources=RESOURCES, today=MONDAY))
