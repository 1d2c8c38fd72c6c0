"""Days, ages, flags and trends as values."""

import base64
import json
from datetime import UTC, date, datetime

import pytest

from ehr_desktop.ui.models.chart_body import written_text
from ehr_desktop.ui.models.chart_times import age_text, ago, shown_when, typed_fhir_date
from ehr_desktop.ui.models.chart_vitals import doubt_of, kind_of, problem_of

NOW = datetime(2026, 8, 14, 9, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        ("1980", "1980"),
        ("1980-08", "Aug-1980"),
        ("1980-08-14", "14-Aug-1980"),
        ("2026-08-14T09:40:00.5Z", "14-Aug-2026 09:40"),
        ("1980-13", "1980-13"),
        ("soon", "soon"),
    ],
)
def test_a_date_is_shown_with_the_precision_it_has(when, shown):
    assert shown_when(when, UTC) == shown


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1966", "1966"), ("feb 1985", "1985-02"), ("14-Aug-1980", "1980-08-14"), ("", "")],
)
def test_a_partial_birth_date_is_a_birth_date(typed, read):
    assert typed_fhir_date(typed) == read


def test_a_date_that_can_be_read_in_two_ways_is_refused():
    assert typed_fhir_date("03/04/1980") is None


@pytest.mark.parametrize(
    ("born", "age"),
    [("1980-08-15", "45y"), ("1980-08-14", "46y"), ("2026-08-02", "12d"), ("2025-06-14", "14m")],
)
def test_an_age_is_in_days_months_or_years(born, age):
    assert age_text(born, date(2026, 8, 14)) == age


def test_an_age_from_a_year_alone_is_marked_as_about():
    assert age_text("1966", date(2026, 8, 14)) == "about 60y"


def test_how_long_ago_is_said_in_the_unit_people_would_use():
    said = [ago(when, NOW) for when in ("2026-08-14", "2026-08-11", "2026-07-10", "2021-01-01")]
    assert said == ["today", "3 days ago", "5 weeks ago", "5 years ago"]


def test_the_limits_of_a_reading_doubt_first_and_refuse_later():
    kind = kind_of("heart-rate")
    reading = kind.readings[0]
    assert not problem_of(reading, kind.unit, "72") + doubt_of(reading, kind.unit, "72")
    assert doubt_of(reading, kind.unit, "150")
    assert problem_of(reading, kind.unit, "900")
    assert problem_of(reading, kind.unit, "1e2")


def test_the_words_of_a_note_are_read_out_of_its_record():
    text = "Hört gut.\nReview."
    data = base64.b64encode(text.encode()).decode()
    content = [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}]
    body = json.dumps({"resourceType": "DocumentReference", "content": content}).encode()
    assert written_text(body) == text
