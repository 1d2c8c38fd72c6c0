"""The chart in a team's view: entries, sections, the summary, and what an export lists."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import AllergyStatement
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import EntryRow, SectionKind
from ehr_desktop.node.store.views.views import Views
from tests.support.view_changes import (
    ADA,
    ADA_LOVELACE,
    BOB,
    KEY,
    NAMES,
    allergy,
    note,
    registered,
    written,
)


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
