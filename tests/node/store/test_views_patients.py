"""The patients in a team's view: running numbers, references, and the recently changed."""

from dataclasses import replace

from ehr_desktop.domain.ids import PatientId, RecordNumber
from ehr_desktop.domain.projection import PatientRow
from ehr_desktop.node.store.views.changes import PatientForgotten
from tests.support.view_changes import ADA, ADA_LOVELACE, BOB, registered


def test_running_numbers_continue_after_the_highest_ever_seen(views):
    assert views.patients.next_record_number() == "P-000001"
    numbers = ["P-000007", "P-000123", "X-999", "P-12345678901234567890", ""]
    views.apply(
        [
            registered(
                PatientId(f"{n:032x}"), replace(ADA_LOVELACE, record_number=RecordNumber(text))
            )
            for n, text in enumerate(numbers)
        ],
        1,
    )
    assert views.patients.next_record_number() == "P-000124"
    views.apply([PatientForgotten(PatientId(f"{1:032x}"))], 2)
    assert views.patients.next_record_number() == "P-000124"


def test_patients_are_found_by_reference_and_identifier_to_the_letter(views):
    views.apply(
        [
            registered(row=PatientRow(ADA_LOVELACE, ("MRN-1", "shared")), full_url="urn:uuid:1"),
            registered(BOB, row=PatientRow(ADA_LOVELACE, ("MRN-2", "shared"))),
        ],
        1,
    )
    assert views.patients.by_reference("Patient/aaaa") == ADA
    assert views.patients.by_reference("urn:uuid:1") == ADA
    assert views.patients.by_reference("Patient/none") is None
    assert views.patients.by_reference("") is None
    assert views.patients.by_identifier("MRN-2") == BOB
    assert views.patients.by_identifier("mrn-2") is None
    assert views.patients.by_identifier("shared") is None


def test_the_recently_changed_come_first(views):
    views.apply([registered(changed_ms=5), registered(BOB, changed_ms=3)], 1)
    assert [patient.id for patient in views.patients.recent()] == [ADA, BOB]
    views.apply([registered(BOB, changed_ms=9)], 2)
    assert [patient.id for patient in views.patients.recent(1)] == [BOB]
