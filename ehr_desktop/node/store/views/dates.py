"""Birth dates as people type them, as FHIR dates. Everything else in a search text stays text."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_MONTH: Final = rf"({'|'.join(_MONTHS)})[a-z]*"
_GAP: Final = r"\s*[-/.,\s]\s*"
_YEAR: Final = r"(\d{4}|\d{2})"
_EDGES: Final = r"(?<![\w-]){}(?![\w-])"


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(_EDGES.format(pattern), re.ASCII)


_ISO: Final = _form(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_YEAR_FIRST: Final = _form(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_NUMBERS: Final = _form(rf"(\d{{1,2}}){_GAP}(\d{{1,2}}){_GAP}{_YEAR}")
_DAY_MONTH: Final = _form(rf"(\d{{1,2}})[-/.,\s]*{_MONTH}[-/.,\s]*{_YEAR}")
_MONTH_DAY: Final = _form(rf"{_MONTH}[-/.,\s]*(\d{{1,2}}){_GAP}{_YEAR}")
_MONTH_YEAR: Final = _form(r"(\d{1,2})[-/.](\d{4})")
_COMPACT: Final = _form(r"(\d{8})")
_ONLY_YEAR: Final = _form(r"(1[89]\d\d|20\d\d)")


@dataclass(frozen=True, slots=True)
class BirthDates:
    """What a text says about a birth date: FHIR dates (`1980`, `1980-08`, `1980-08-14`), any of
    which may be meant, and the text without them. `certain` if it can only be a date.
    """

    dates: tuple[str, ...] = ()
    rest: str = ""
    certain: bool = False


def birth_dates(text: str) -> BirthDates:
    """Find a birth date in `text`, which is in lower case with ASCII digits.

    Where day and month could be either way round, both are given; a year of two digits may be of
    this century or the last.
    """
    for form, reading, certain in _FORMS:
        found = form.search(text)
        if found is not None and (dates := tuple(dict.fromkeys(reading(found)))):
            return BirthDates(dates, f"{text[: found.start()]} {text[found.end() :]}", certain)
    return BirthDates(rest=text)


def _iso(found: re.Match[str]) -> Iterator[str]:
    year, month, day = found.groups()
    return _full(year, month, day) if day else _partial(year, month)


def _year_first(found: re.Match[str]) -> Iterator[str]:
    return _full(*found.groups())


def _numbers(found: re.Match[str]) -> Iterator[str]:
    first, second, year = found.groups()
    for full_year in _years(year):
        yield from _full(full_year, second, first)
        yield from _full(full_year, first, second)


def _day_month(found: re.Match[str]) -> Iterator[str]:
    day, month, year = found.groups()
    for full_year in _years(year):
        yield from _full(full_year, str(_MONTHS.index(month) + 1), day)


def _month_day(found: re.Match[str]) -> Iterator[str]:
    month, day, year = found.groups()
    for full_year in _years(year):
        yield from _full(full_year, str(_MONTHS.index(month) + 1), day)


def _month_year(found: re.Match[str]) -> Iterator[str]:
    return _partial(found[2], found[1])


def _compact(found: re.Match[str]) -> Iterator[str]:
    run = found[1]
    yield from _full(run[4:], run[2:4], run[:2])
    yield from _full(run[:4], run[4:6], run[6:])
    yield from _full(run[4:], run[:2], run[2:4])


def _only_year(found: re.Match[str]) -> Iterator[str]:
    yield found[1]


def _years(year: str) -> tuple[str, ...]:
    return (year,) if len(year) == 4 else (f"19{year}", f"20{year}")


def _full(year: str, month: str, day: str) -> Iterator[str]:
    with suppress(ValueError):
        found = date(int(year), int(month), int(day))
        if found.year >= 1800:
            yield found.isoformat()


def _partial(year: str, month: str) -> Iterator[str]:
    if 1 <= int(month) <= 12 and int(year) >= 1800:
        yield f"{year}-{int(month):02d}"


_FORMS: Final = (
    (_ISO, _iso, True),
    (_YEAR_FIRST, _year_first, True),
    (_NUMBERS, _numbers, True),
    (_DAY_MONTH, _day_month, True),
    (_MONTH_DAY, _month_day, True),
    (_MONTH_YEAR, _month_year, True),
    (_COMPACT, _compact, False),
    (_ONLY_YEAR, _only_year, False),
)
