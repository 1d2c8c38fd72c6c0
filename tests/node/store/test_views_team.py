"""A team's view as a whole: how far it has come, how it begins anew, and what is forgotten."""

from dataclasses import replace
from pathlib import Path

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import HomeDamagedError, NotFoundError
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import PatientRow, SectionKind
from ehr_desktop.node.store.engine import open_database
from ehr_desktop.node.store.views.changes import CategoryForgotten, PatientForgotten
from ehr_desktop.node.store.views.views import Views, discard
from tests.support.view_changes import (
    ADA,
    ADA_LOVELACE,
    BOB,
    DOCTOR,
    KEY,
    NAMES,
    NINE,
    allergy,
    booked,
    note,
    registered,
    written,
)


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
