"""The day somebody comes of age, and when a day is over at the clinic."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ehr_desktop.dates import end_of_day
from ehr_desktop.domain.consent import of_age_on
from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.explain import explain


@pytest.mark.parametrize(
    ("born", "of_age"),
    [
        ("2012-05-14", date(2030, 5, 14)),
        ("2012-02-28", date(2030, 2, 28)),
        ("2012-02-29", date(2030, 3, 1)),
        ("2012-03-01", date(2030, 3, 1)),
        ("2012-12-31", date(2030, 12, 31)),
        ("2012-05", None),
        ("2012", None),
        ("", None),
    ],
)
def test_one_comes_of_age_on_the_eighteenth_birthday(born, of_age):
    assert of_age_on(born) == of_age


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [
        ("Pacific/Kiritimati", 10, 27),
        ("Asia/Kolkata", 18, 27),
        ("Europe/London", 0, 28),
        ("America/Los_Angeles", 8, 28),
        ("Pacific/Honolulu", 10, 28),
    ],
)
def test_a_day_ends_where_the_clinic_is(zone, hour, day):
    end = end_of_day(date(2030, 2, 27), ZoneInfo(zone))
    assert end.tzinfo is UTC
    after = end + timedelta(seconds=1)
    minute = 30 if zone == "Asia/Kolkata" else 0
    assert after == datetime(2030, 2, day, hour, minute, tzinfo=UTC)
    assert after.astimezone(ZoneInfo(zone)).date() == date(2030, 2, 28)


def test_a_day_of_summer_ends_by_summer_time():
    end = end_of_day(date(2030, 6, 13), ZoneInfo("Europe/London"))
    assert end == datetime(2030, 6, 13, 22, 59, 59, tzinfo=UTC)


def test_a_guardian_named_for_too_long_is_explained():
    words = explain(InvalidInputError("until", "full-age"))
    assert "18th birthday" in words
