import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.interchange.fhir.instant import instant_ms, is_date, is_date_time
from ehr_desktop.interchange.fhir.json_text import DecimalLiteral, LosslessDecoder, write_json

digits = st.text("0123456789", min_size=1, max_size=15)
whole = st.integers(0, 10**15).map(str)
literals = st.builds(
    "{}{}.{}{}".format,
    st.sampled_from(["", "-"]),
    whole,
    digits,
    st.sampled_from(["", "e3", "E-6", "e+07", "E0"]),
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | literals.map(DecimalLiteral)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


def decode(text):
    decoder = LosslessDecoder()
    value, end = decoder.decode(text, 0)
    assert end == len(text)
    return value, decoder.faults


@given(literals)
def test_a_decimal_keeps_every_digit_through_reading_and_writing(literal):
    value, faults = decode(f"[{literal}]")
    assert faults == []
    assert str(value[0]) == literal
    assert value[0] == Decimal(literal)
    assert write_json(value) == f"[{literal}]".encode()


@given(json_values)
def test_what_is_written_reads_back_the_same(value):
    assert decode(write_json(value).decode())[0] == value


@given(json_values)
def test_what_is_written_is_json_as_the_standard_library_reads_it(value):
    def plain(one):
        return json.loads(write_json(one), parse_float=Decimal)

    assert plain(value) == value


@given(st.dates(min_value=datetime(1, 1, 2, tzinfo=UTC).date()))
def test_dates_count_from_their_first_instant(day):
    expected = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    assert instant_ms(day.isoformat()) == expected
    assert is_date(day.isoformat())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("soon", 0),
        ("1970", 0),
        ("1971", 31_536_000_000),
        ("1970-02", 31 * 86_400_000),
        ("1970-01-01T00:00:01.5Z", 1500),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:59:59-01:00", 3_599_000),
        ("2016-12-31T23:59:60Z", instant_ms("2016-12-31T23:59:59Z")),
        ("1969", -31_536_000_000),
    ],
)
def test_instants_are_put_in_order_by_utc_milliseconds(text, expected):
    assert instant_ms(text) == expected


@pytest.mark.parametrize("text", ["2001", "2001-02", "2000-02-29"])
def test_partial_dates_are_dates(text):
    assert is_date(text)
    assert is_date_time(text)


@pytest.mark.parametrize(
    "text", ["", "1", "2001-13", "2001-02-29", "2001-1-1", "0000", "2001-01-01x"]
)
def test_what_is_no_date_is_told(text):
    assert not is_date(text)
    assert not is_date_time(text)


def test_a_moment_needs_its_offset():
    assert is_date_time("2001-01-01T10:00:00+02:00")
    assert not is_date_time("2001-01-01T10:00:00")
