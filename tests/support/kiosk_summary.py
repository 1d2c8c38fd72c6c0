"""What the patient of the kiosk in memory reads of the own record."""

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import AllergyStatement, ChartSummary, Entry, EntrySource, Section
from ehr_desktop.domain.ids import PatientId, PersonId, RecordId, TransactionId
from ehr_desktop.domain.patients import Demographics, PatientSummary, Sex
from tests.support.memory_world import NOON, made_hash, made_id

PATIENT = PatientId(made_id("patient 0"))
LINDQVIST, DOCTOR = PersonId(made_id("karin.lindqvist")), "Dr Karin Lindqvist"


def _entry(section: str, title: str, **other: str) -> Entry:
    source = EntrySource(
        RecordId(made_id(title)), 1, Category.GENERAL, "Observation", NOON, LINDQVIST, DOCTOR,
        TransactionId(made_hash(title)),
    )  # fmt: skip
    return Entry(source, section, title, **other)


def made_summary(family: str) -> ChartSummary:
    empty = Section("other", (), 0)
    known = Demographics(family=family, given="Margaret", birth_date="1948-03-02", sex=Sex.FEMALE)
    return ChartSummary(
        patient=PatientSummary(PATIENT, RecordId(made_id("demographics 0")), known),
        allergy_statement=AllergyStatement.KNOWN,
        allergies=(_entry("allergies", "Penicillin", detail="Rash", when="2009-05"),),
        problems=Section("problems", (_entry("problems", "Type 2 diabetes", when="2014"),), 3),
        medications=Section(
            "medications",
            (_entry("medications", "Metformin", detail="500 mg twice a day", when="2026-01-09"),),
            1,
        ),
        vitals=empty,
        results=Section(
            "results",
            (_entry("results", "HbA1c", value="48", unit="mmol/mol", when="2026-08-01"),),
            1,
        ),
        visits=empty,
        notes=empty,
        documents=empty,
        immunizations=empty,
        other=empty,
    )
