"""A team's view: what goes in, what comes out, and what is forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import AllergyStatement
from ehr_desktop.domain.errors import HomeDamagedError, NotFoundError
from ehr_desktop.domain.ids import (
    AppointmentId,
    PatientId,
    PersonId,
    RecordId,
    RecordNumber,
    TransactionId,
)
from ehr_desktop.domain.patients import Demographics, Sex
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import EntryRow, PatientRow, SectionKind
from ehr_desktop.domain.schedule import AppointmentStatus, Slot
from ehr_desktop.node.store.engine import open_database
from ehr_desktop.node.store.views.changes import (
    AppointmentMoved,
    AppointmentSeen,
    AppointmentStatusChanged,
    AppointmentWords,
    CategoryForgotten,
    EntrySeen,
    PatientForgotten,
    PatientSeen,
)
from ehr_desktop.node.store.views.views import Views, discard

KEY = bytes(range(32))
ADA = PatientId("a" * 32)
BOB = PatientId("b" * 32)
DOCTOR = PersonId("d" * 32)
NURSE = PersonId("e" * 32)
NAMES = {DOCTOR: "Dr Grace Hopper", NURSE: "Nurse Joy"}
NINE = int(datetime(2026, 8, 14, 9, tzinfo=UTC).timestamp() * 1000)
MINUTE = 60_000
DAY = 24 * 60 * MINUTE
ADA_LOVELACE = Demographics(
    "Lovelace", "Ada", "1980-08-14", Sex.FEMALE, RecordNumber("P-000007"), "INS-42"
)


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Views]:
    opened = Views.open(tmp_path / "views.db", KEY, Team.CLINICAL)
    yield opened
    opened.close()


def registered(
    patient: PatientId = ADA, demographics: Demographics = ADA_LOVELACE, **changes: object
) -> PatientSeen:
    seen = PatientSeen(
        patient,
        RecordId(f"1{patient[1:]}"),
        PatientRow(demographics),
        f"Patient/{patient[:4]}",
        1,
    )
    return replace(seen, **changes)  # type: ignore[arg-type]


def written(number: int = 1, row: EntryRow | None = None, **changes: object) -> EntrySeen:
    seen = EntrySeen(
        patient=ADA,
        record=RecordId(f"{number:032x}"),
        version=1,
        category=Category.NOTES,
        resource_type="DocumentReference",
        reference=f"DocumentReference/{number}",
        full_url=f"urn:uuid:{number}",
        recorded_ms=NINE + number,
        author=DOCTOR,
        transaction=TransactionId(f"{number:064x}"),
        origin="",
        amends=False,
        row=row or note(number),
    )
    return replace(seen, **changes)  # type: ignore[arg-type]


def note(number: int = 1, title: str = "Visit note", **changes: object) -> EntryRow:
    row = EntryRow(SectionKind.NOTES, title, sort_ms=NINE + number * DAY)
    return replace(row, **changes)  # type: ignore[arg-type]


def allergy(number: int, **changes: object) -> EntrySeen:
    row = replace(EntryRow(SectionKind.ALLERGIES, "Penicillin"), **changes)  # type: ignore[arg-type]
    return written(number, row, category=Category.EMERGENCY)


def booked(
    number: int = 1, start_ms: int = NINE, minutes: int = 15, **changes: object
) -> AppointmentSeen:
    seen = AppointmentSeen(
        id=AppointmentId(f"{number:032x}"),
        provider=DOCTOR,
        patient=ADA,
        start_ms=start_ms,
        minutes=minutes,
        wall_start="2026-08-14T11:00:00",
        time_zone="Europe/Berlin",
        status=AppointmentStatus.BOOKED,
        status_ms=NINE - DAY,
        override=False,
        reason="Check-up",
        comment="brings letters",
        override_reason="",
    )
    return replace(seen, **changes)  # type: ignore[arg-type]


def test_a_new_view_is_empty_and_stands_at_the_beginning(views):
    assert views.position == 0
    assert views.patients.recent() == ()
    assert views.patients.count() == views.appointments.count() == views.chart.count() == 0


def test_a_view_remembers_how_far_it_has_come(views, tmp_path):
    views.apply([registered()], 12)
    views.close()
    again = Views.open(tmp_path / "views.db", KEY, Team.CLINICAL)
    assert again.position == 12
    assert again.patients.patient(ADA).demographics == ADA_LOVELACE
    again.close()


def test_applying_the_same_changes_again_changes_nothing(views):
    changes = [registered(), written(), allergy(2), booked()]
    views.apply(changes, 4)
    once = (
        views.chart.summary(ADA, NAMES),
        views.appointments.of_patient(ADA, NAMES),
        views.patients.search("lovelace"),
    )
    views.apply(changes, 4)
    assert once == (
        views.chart.summary(ADA, NAMES),
        views.appointments.of_patient(ADA, NAMES),
        views.patients.search("lovelace"),
    )


def test_a_change_the_team_may_not_see_is_refused_and_nothing_of_the_batch_is_kept(tmp_path):
    desk = Views.open(tmp_path / "desk.db", KEY, Team.FRONT_DESK)
    with pytest.raises(ValueError, match="may not see"):
        desk.apply([registered(), written()], 2)
    assert desk.position == 0
    assert desk.patients.count() == 0
    desk.close()


def test_another_schema_is_dropped_and_begins_anew(views, tmp_path):
    views.apply([registered()], 12)
    views.close()
    for version in (99, 1 << 20):
        database = open_database(tmp_path / "views.db", KEY)
        with database.writing() as connection:
            connection.exec_driver_sql(f"PRAGMA user_version = {version}")
        database.close()
        again = Views.open(tmp_path / "views.db", KEY, Team.CLINICAL)
        assert again.position == 0
        assert again.patients.count() == 0
        again.close()


def test_a_view_of_another_team_or_under_another_key_begins_anew(views, tmp_path):
    views.apply([registered()], 12)
    views.close()
    desk = Views.open(tmp_path / "views.db", KEY, Team.FRONT_DESK)
    assert (desk.position, desk.patients.count()) == (0, 0)
    desk.apply([registered()], 5)
    desk.close()
    rekeyed = Views.open(tmp_path / "views.db", bytes(32), Team.FRONT_DESK)
    assert (rekeyed.position, rekeyed.patients.count()) == (0, 0)
    rekeyed.close()


def test_a_damaged_first_page_is_mended_by_beginning_anew(views, tmp_path):
    views.apply([registered()], 12)
    views.close()
    damage(tmp_path / "views.db", range(1))
    again = Views.open(tmp_path / "views.db", KEY, Team.CLINICAL)
    assert again.position == 0
    again.close()


def test_damage_found_later_is_told_and_discarding_mends_it(views, tmp_path):
    path = tmp_path / "views.db"
    views.apply([registered(), *(written(number) for number in range(2, 400))], 12)
    views.close()
    damage(path, range(40, path.stat().st_size // 4096))
    damaged = Views.open(path, KEY, Team.CLINICAL)
    assert damaged.damaged_pages()
    with pytest.raises(HomeDamagedError):
        damaged.chart.records(ADA)
    damaged.close()
    discard(path)
    again = Views.open(path, KEY, Team.CLINICAL)
    assert again.position == 0
    assert again.damaged_pages() == ()
    again.close()


def damage(path: Path, pages: range) -> None:
    raw = bytearray(path.read_bytes())
    for page in pages:
        raw[page * 4096 + 2000] ^= 1
    path.write_bytes(raw)


def test_an_erased_patient_leaves_no_word_in_any_table(views, tmp_path):
    views.apply(
        [
            registered(
                demographics=replace(ADA_LOVELACE, family="Zyxwvut", phone="0171 5551234"),
                row=PatientRow(replace(ADA_LOVELACE, family="Zyxwvut"), ("MRN-9",), ("Qwertz",)),
            ),
            registered(BOB, replace(ADA_LOVELACE, family="Byron", given="Bob")),
            written(row=note(title="CANARY")),
            booked(reason="CANARY"),
        ],
        4,
    )
    assert views.patients.search("zyxwvut").total == 1
    views.apply([PatientForgotten(ADA)], 5)
    assert views.patients.search("zyxwvux").total == views.patients.search("qwertz").total == 0
    assert views.patients.by_identifier("MRN-9") is None
    with pytest.raises(NotFoundError):
        views.patients.patient(ADA)
    assert views.chart.records(ADA) == ()
    assert views.appointments.appointment(booked().id, NAMES).reason == ""
    assert views.patients.search("byron").total == 1
    views.close()
    database = open_database(tmp_path / "views.db", KEY)
    with database.reading() as connection:
        for table in (
            "patient",
            "name_part",
            "word",
            "handle",
            "identifier",
            "entry",
            "appointment",
        ):
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                assert not {"zyxwvut", "canary", "qwertz", "mrn9"} & set(
                    " ".join(map(str, row)).lower().split()
                )
    database.close()


def test_a_revoked_category_takes_its_entries_and_no_others(views):
    views.apply([registered(), written(1), allergy(2)], 3)
    views.apply([CategoryForgotten(ADA, Category.NOTES)], 4)
    assert views.chart.counts(ADA) == {SectionKind.ALLERGIES: 1}
    assert views.patients.patient(ADA).demographics == ADA_LOVELACE
    views.apply([CategoryForgotten(ADA, Category.DEMOGRAPHICS)], 5)
    with pytest.raises(NotFoundError):
        views.patients.patient(ADA)


def test_a_revoked_appointments_category_takes_the_words_and_leaves_the_time_taken(views):
    views.apply([registered(), booked(override_reason="asked for it")], 2)
    views.apply([CategoryForgotten(ADA, Category.APPOINTMENTS)], 3)
    left = views.appointments.appointment(booked().id, NAMES)
    assert (left.reason, left.comment, left.override_reason) == ("", "", "")
    assert len(views.appointments.busy(DOCTOR, NINE, NINE + 1)) == 1


def test_no_text_of_a_view_stands_in_its_files(views, tmp_path):
    views.apply([registered(), written(row=note(title="CANARY-note"))], 1)
    while_open = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    views.close()
    assert len(while_open) == 3
    for raw in (*while_open.values(), (tmp_path / "views.db").read_bytes()):
        assert b"CANARY" not in raw
        assert b"ovelace" not in raw


def test_a_newer_version_replaces_an_older_one_and_never_the_other_way_round(views):
    views.apply([written(1, note(title="second"), version=2, amends=True)], 1)
    views.apply([written(1, note(title="first"), version=1)], 2)
    entry = views.chart.entry(written(1).record, NAMES)
    assert (entry.title, entry.source.version, entry.source.amended) == ("second", 2, True)
    assert views.chart.count() == 1


def test_an_entry_keeps_every_field_it_came_with(views):
    row = EntryRow(
        SectionKind.RESULTS,
        title="Hämoglobin",
        detail="venous",
        status="final",
        when="2020-01-01T10:00:00+01:00",
        sort_ms=5,
        value="7.50",
        unit="mmol/L",
        code="718-7",
        interpretation="L",
        reference_low="8.0",
        reference_high="10.50",
        encounter="Encounter/1",
    )
    views.apply([written(1, row, category=Category.LABS, resource_type="Observation")], 1)
    entry = views.chart.entry(written(1).record, NAMES)
    for name in (
        *("title", "detail", "status", "when", "value", "unit", "code", "interpretation"),
        *("reference_low", "reference_high", "encounter"),
    ):
        assert getattr(entry, name) == getattr(row, name)
    assert entry.kind == "results"
    assert entry.source.author_name == "Dr Grace Hopper"
    assert entry.source.recorded == datetime(2026, 8, 14, 9, tzinfo=UTC) + timedelta(milliseconds=1)
    assert entry.source.category is Category.LABS
    assert entry.source.resource_type == "Observation"
    assert entry.source.transaction == written(1).transaction


def test_an_imported_entry_says_where_it_came_from_instead_of_who(views):
    views.apply([written(1, origin="General Hospital")], 1)
    source = views.chart.entry(written(1).record, NAMES).source
    assert (source.author_name, source.origin) == ("", "General Hospital")


def test_a_lone_surrogate_in_a_record_is_kept_as_a_replacement(views):
    views.apply([written(1, note(title="bro\ud800ken")), registered(reference="Patient/\ud800")], 1)
    assert views.chart.entry(written(1).record, NAMES).title == "bro?ken"


def test_a_section_pages_newest_first_and_counts_everything(views):
    views.apply([written(number) for number in range(1, 31)], 1)
    first = views.chart.section(ADA, SectionKind.NOTES, NAMES, limit=10)
    last = views.chart.section(ADA, SectionKind.NOTES, NAMES, limit=10, offset=25)
    assert [entry.source.record for entry in first.entries] == [
        f"{number:032x}" for number in range(30, 20, -1)
    ]
    assert [entry.source.record for entry in last.entries] == [
        f"{number:032x}" for number in range(5, 0, -1)
    ]
    assert first.total == last.total == 30


def test_a_section_is_searched_by_beginnings_of_words_without_accents(views):
    views.apply([written(1, note(1, "Fièvre aiguë")), written(2, note(2, "Headache 100%"))], 1)
    found = views.chart.section(ADA, SectionKind.NOTES, NAMES, text="aig FIEV")
    assert [entry.title for entry in found.entries] == ["Fièvre aiguë"]
    assert found.total == 1
    assert views.chart.section(ADA, SectionKind.NOTES, NAMES, text="%").total == 0
    assert views.chart.section(ADA, SectionKind.NOTES, NAMES, text="100%").total == 1


def test_a_summary_holds_the_first_page_of_every_section(views):
    entries = [
        written(number, replace(note(number), section=kind))
        for number, kind in enumerate(list(SectionKind) * 4, start=1)
    ]
    views.apply([registered(), *entries], 1)
    summary = views.chart.summary(ADA, NAMES, per_section=3)
    assert summary.patient.demographics == ADA_LOVELACE
    assert len(summary.allergies) == 4
    for kind in set(SectionKind) - {SectionKind.ALLERGIES}:
        section = getattr(summary, kind.value)
        assert (section.kind, len(section.entries), section.total) == (kind.value, 3, 4)


def test_a_summary_of_nobody_is_not_found(views):
    with pytest.raises(NotFoundError):
        views.chart.summary(BOB, NAMES)


@pytest.mark.parametrize(
    ("allergies", "statement"),
    [
        ([], AllergyStatement.NOT_RECORDED),
        ([allergy(1, status="active")], AllergyStatement.KNOWN),
        ([allergy(1)], AllergyStatement.KNOWN),
        ([allergy(1, none_known=True)], AllergyStatement.NONE_KNOWN),
        ([allergy(1, none_known=True), allergy(2)], AllergyStatement.KNOWN),
        ([allergy(1, status="refuted")], AllergyStatement.NOT_RECORDED),
        ([allergy(1, status="resolved")], AllergyStatement.NOT_RECORDED),
        ([allergy(1, none_known=True, status="entered-in-error")], AllergyStatement.NOT_RECORDED),
        ([allergy(1, none_known=True), allergy(2, status="refuted")], AllergyStatement.NONE_KNOWN),
    ],
)
def test_the_allergy_statement_says_what_is_known(views, allergies, statement):
    views.apply([registered(), *allergies], 1)
    assert views.chart.summary(ADA, NAMES).allergy_statement is statement


def test_a_team_without_the_key_says_that_allergies_are_unavailable(tmp_path):
    desk = Views.open(tmp_path / "desk.db", KEY, Team.FRONT_DESK)
    desk.apply([registered()], 1)
    assert desk.chart.summary(ADA, NAMES).allergy_statement is AllergyStatement.UNAVAILABLE
    desk.close()


def test_a_trend_is_one_code_with_values_oldest_first(views):
    values = [
        written(n, note(n, section=SectionKind.RESULTS, code=code, value=value))
        for n, (code, value) in enumerate(
            [("718-7", "7.0"), ("2", "1"), ("718-7", ""), ("718-7", "7.50")]
        )
    ]
    views.apply([registered(), *reversed(values)], 1)
    assert [entry.value for entry in views.chart.trend(ADA, "718-7", NAMES)] == ["7.0", "7.50"]


def test_an_export_lists_every_record_once_the_patient_first(views):
    views.apply([written(2), written(3), registered(full_url="urn:uuid:ada")], 1)
    views.apply([written(2, version=2)], 2)
    rows = views.chart.records(ADA)
    assert [(row.record, row.category, row.full_url) for row in rows] == [
        (registered().record, Category.DEMOGRAPHICS, "urn:uuid:ada"),
        (written(2).record, Category.NOTES, "urn:uuid:2"),
        (written(3).record, Category.NOTES, "urn:uuid:3"),
    ]
    assert [row.resource_type for row in rows] == ["Patient", *["DocumentReference"] * 2]


def test_a_day_shows_its_appointments_by_provider_and_start_with_names(views):
    views.apply(
        [
            registered(),
            booked(1, NINE + 30 * MINUTE),
            booked(2, NINE),
            booked(3, NINE, provider=NURSE, patient=BOB),
            booked(4, NINE + DAY),
        ],
        1,
    )
    day = views.appointments.between(NINE, NINE + DAY, NAMES)
    assert [int(one.id, 16) for one in day] == [2, 1, 3]
    assert [one.patient_name for one in day] == ["LOVELACE, Ada", "LOVELACE, Ada", ""]
    assert [one.provider_name for one in day] == ["Dr Grace Hopper"] * 2 + ["Nurse Joy"]
    only_nurse = views.appointments.between(NINE, NINE + DAY, NAMES, [NURSE])
    assert [int(one.id, 16) for one in only_nurse] == [3]


def test_an_appointment_comes_back_as_it_was_booked(views):
    views.apply([registered(), booked(minutes=20, override_reason="emergency", override=True)], 1)
    found = views.appointments.appointment(booked().id, NAMES)
    assert found.slot == Slot(datetime(2026, 8, 14, 9, tzinfo=UTC), timedelta(minutes=20))
    assert (found.wall_start, found.time_zone) == ("2026-08-14T11:00:00", "Europe/Berlin")
    assert (found.reason, found.comment) == ("Check-up", "brings letters")
    assert found.override_reason == "emergency"
    assert found.status_since == datetime(2026, 8, 13, 9, tzinfo=UTC)
    with pytest.raises(NotFoundError):
        views.appointments.appointment(AppointmentId("f" * 32), NAMES)


def test_a_long_appointment_reaches_into_the_span(views):
    views.apply([booked(1, NINE, minutes=180), booked(2, NINE, minutes=15)], 1)
    later = views.appointments.between(NINE + 60 * MINUTE, NINE + 61 * MINUTE, NAMES)
    assert [int(one.id, 16) for one in later] == [1]
    assert views.appointments.between(NINE + 180 * MINUTE, NINE + DAY, NAMES) == ()


def test_moving_takes_the_old_time_free_and_the_new_one_taken(views):
    views.apply([booked()], 1)
    moved = AppointmentMoved(
        booked().id, NURSE, NINE + DAY, 30, "2026-08-15T11:00:00", "Europe/Berlin", override=False
    )
    views.apply([moved], 2)
    assert views.appointments.busy(DOCTOR, NINE, NINE + DAY) == ()
    assert views.appointments.busy(NURSE, NINE, NINE + 2 * DAY) == (
        Slot(datetime(2026, 8, 15, 9, tzinfo=UTC), timedelta(minutes=30)),
    )
    assert views.appointments.appointment(booked().id, NAMES).reason == "Check-up"


@pytest.mark.parametrize(
    ("status", "taken"),
    [
        (status, status not in {AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW})
        for status in AppointmentStatus
    ],
)
def test_only_a_cancelled_or_missed_appointment_frees_its_time(views, status, taken):
    views.apply([booked(), AppointmentStatusChanged(booked().id, status, NINE + 5)], 1)
    assert bool(views.appointments.busy(DOCTOR, NINE, NINE + 1)) is taken
    found = views.appointments.between(NINE, NINE + 1, NAMES)
    assert [one.status for one in found] == [status]


def test_new_words_of_an_appointment_replace_the_old_ones(views):
    views.apply([booked(), AppointmentWords(booked().id, "Fever", "", "sees her today")], 1)
    found = views.appointments.of_patient(ADA, NAMES)[0]
    assert (found.reason, found.comment, found.override_reason) == ("Fever", "", "sees her today")


def test_a_patients_appointments_come_latest_first(views):
    views.apply([booked(1, NINE), booked(2, NINE + DAY), booked(3, NINE, patient=BOB)], 1)
    found = views.appointments.of_patient(ADA, NAMES)
    assert [int(one.id, 16) for one in found] == [2, 1]


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
