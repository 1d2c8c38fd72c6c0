"""Finding patients while somebody types: by name, birth date, phone, number or e-mail.

Names come first in name order, counted and paged in SQL. A text that holds digits or an address
asks several indexes, the surest first. When hardly anything is found, similar names follow.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from ehr_desktop.domain.patients import Match, PatientPage
from ehr_desktop.node.store.views.folding import digits
from ehr_desktop.node.store.views.patient_rows import summaries
from ehr_desktop.node.store.views.spelling import Vocabulary, similar_names
from ehr_desktop.node.store.views.tables import (
    HANDLE,
    NAME_PART,
    PATIENT,
    WHOLE_NAMES,
    HandleKind,
    NameKind,
)
from ehr_desktop.node.store.views.terms import Terms, read_terms

MOST_ROWS: Final = 500
"""The longest page."""

_FEW: Final = 5
_MOST_FOUND: Final = 2000
_MOST_SIMILAR: Final = 50
_LAST: Final = "\U0010ffff"
_SHORTEST_RUN: Final = 3
_VIA_NAME: Final = {
    NameKind.FAMILY: "name",
    NameKind.GIVEN: "name",
    NameKind.OTHER: "other_name",
    NameKind.INITIALS: "initials",
}
_VIA_HANDLE: Final = {
    HandleKind.RECORD_NUMBER: "record_number",
    HandleKind.INSURANCE_ID: "insurance_id",
    HandleKind.PHONE: "phone",
    HandleKind.EMAIL: "email",
    HandleKind.IDENTIFIER: "identifier",
}
_NUMBER_KINDS: Final = (HandleKind.RECORD_NUMBER, HandleKind.INSURANCE_ID)


@dataclass(slots=True)
class _Found:
    """Patients by number in the order they were found, each with what found it."""

    via: dict[int, str] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)

    def add(self, numbers: Iterable[int], via: str) -> None:
        for number in numbers:
            self.via.setdefault(number, via)


def search(
    connection: Connection, vocabulary: Callable[[], Vocabulary], text: str, limit: int, offset: int
) -> PatientPage:
    """Give one page of the patients `text` may mean; `limit` is at most `MOST_ROWS`.

    `vocabulary` is asked for only when hardly anything was found.
    """
    limit, offset = max(0, min(limit, MOST_ROWS)), max(0, offset)
    terms = read_terms(text)
    if terms.empty:
        return _recent(connection, limit, offset)
    if not (terms.dates or terms.handle or terms.email):
        total = _count_names(connection, terms)
        if total >= _FEW:
            numbers = _distinct(_name_rows(connection, terms.words, terms.kinds), offset, limit)
            return _page(connection, _Found(numbers), total)
    found = _everywhere(connection, terms)
    if len(found.via) < _FEW:
        _add_similar(connection, vocabulary, terms, found)
    total = len(found.via)
    found.via = dict(list(found.via.items())[offset : offset + limit])
    return _page(connection, found, total)


def _recent(connection: Connection, limit: int, offset: int) -> PatientPage:
    total = connection.execute(select(func.count()).select_from(PATIENT)).scalar_one()
    newest = (
        select(PATIENT.c.number)
        .order_by(PATIENT.c.changed_ms.desc(), PATIENT.c.number.desc())
        .limit(limit)
        .offset(offset)
    )
    found = _Found()
    found.add(connection.execute(newest).scalars(), "recent")
    return _page(connection, found, total)


def _page(connection: Connection, found: _Found, total: int) -> PatientPage:
    patients = summaries(connection, found.via)
    return PatientPage(
        tuple(
            Match(patients[number], via, found.scores.get(number, 1.0))
            for number, via in found.via.items()
        ),
        total,
    )


def _everywhere(connection: Connection, terms: Terms) -> _Found:
    """Ask every index that `terms` may mean, the surest first."""
    found = _Found()
    whole = terms.whole if terms.whole != terms.handle else ""
    for kind in _NUMBER_KINDS:
        for text in filter(None, (terms.handle, whole)):
            found.add(_handles(connection, kind, text, exact=True), _VIA_HANDLE[kind])
    found.add(_born(connection, terms), "birth_date")
    if not terms.dated and terms.words:
        _add_names(connection, terms, found)
    for kind, text, within in _handle_questions(terms, whole):
        found.add(_handles(connection, kind, text, within=within), _VIA_HANDLE[kind])
    return found


def _add_names(connection: Connection, terms: Terms, found: _Found) -> None:
    """Add names as the grammar has them or, where there are none, with the words anywhere."""
    for kinds in dict.fromkeys((terms.kinds, WHOLE_NAMES)):
        names = _name_rows(connection, terms.words, kinds)
        for number, via in _distinct(names, 0, _MOST_FOUND).items():
            found.via.setdefault(number, via)
        if found.via:
            return


def _handle_questions(
    terms: Terms, whole: str
) -> Iterator[tuple[HandleKind, str, tuple[str, ...]]]:
    """Give which beginnings to look for among which handles, and the names they are to go with."""
    if terms.email:
        yield HandleKind.EMAIL, terms.email, ()
    for text, within in ((terms.handle, terms.lettered), (whole, ())):
        if text:
            for kind in _NUMBER_KINDS:
                yield kind, text, within
        if len(text) >= _SHORTEST_RUN:
            yield HandleKind.IDENTIFIER, text, within
    for run in phone_runs(terms.digits):
        yield HandleKind.PHONE, run, terms.lettered


def phone_runs(number: str) -> tuple[str, ...]:
    """Give the runs of digits by which a phone number may be found: as it is, and without what
    may be a trunk zero or a country code of one to three digits.
    """
    run = digits(number)
    plain = run.lstrip("0")
    shorter = (plain[code:] for code in (1, 2, 3) if len(plain) - code > 6)
    runs = dict.fromkeys((run, plain, *shorter))
    return tuple(one for one in runs if len(one) >= _SHORTEST_RUN)


def _add_similar(
    connection: Connection, vocabulary: Callable[[], Vocabulary], terms: Terms, found: _Found
) -> None:
    typed = terms.lettered or terms.words
    if not typed or ((terms.dates or terms.handle) and found.via):
        return
    similar = similar_names(connection, vocabulary(), typed)
    for number, score in list(similar.items())[:_MOST_SIMILAR]:
        if number not in found.via:
            found.via[number] = "similar_name"
            found.scores[number] = score


def _begins(column: ColumnElement[str], start: str) -> ColumnElement[bool]:
    return (column >= start) & (column < start + _LAST)


def _named(typed: Sequence[str], kinds: Sequence[NameKind]) -> list[ColumnElement[bool]]:
    """Give the conditions for a name with all words of `typed`. The longest word leads through
    the index, unless the grammar says which one stands first.
    """
    leading = typed[0] if len(kinds) == 1 else max(typed, key=len)
    parts = NAME_PART.c
    return [
        parts.kind.in_(kinds),
        _begins(parts.text, leading),
        *(func.instr(parts.text, f" {word}") > 0 for word in typed if word != leading),
    ]


def _count_names(connection: Connection, terms: Terms) -> int:
    statement = select(func.count(NAME_PART.c.patient.distinct()))
    return connection.execute(statement.where(*_named(terms.words, terms.kinds))).scalar_one()


def _name_rows(
    connection: Connection, typed: Sequence[str], kinds: Sequence[NameKind]
) -> Iterator[tuple[int, str]]:
    statement = select(NAME_PART.c.patient, NAME_PART.c.kind).where(*_named(typed, kinds))
    for row in connection.execute(statement.order_by(NAME_PART.c.kind, NAME_PART.c.text)):
        yield row[0], _VIA_NAME[NameKind(row[1])]


def _distinct(rows: Iterator[tuple[int, str]], offset: int, limit: int) -> dict[int, str]:
    """Give the `limit` patients after the first `offset`, reading no more rows than that takes."""
    found: dict[int, str] = {}
    for number, via in rows:
        if len(found) >= offset + limit:
            break
        found.setdefault(number, via)
    return dict(list(found.items())[offset:])


def _within(column: ColumnElement[int], names: Sequence[str]) -> list[ColumnElement[bool]]:
    if not names:
        return []
    return [column.in_(select(NAME_PART.c.patient).where(*_named(names, WHOLE_NAMES)))]


def _born(connection: Connection, terms: Terms) -> Iterator[int]:
    for start in terms.dates:
        statement = (
            select(PATIENT.c.number)
            .where(
                _begins(PATIENT.c.birth_date, start),
                *_within(PATIENT.c.number, terms.lettered),
            )
            .order_by(PATIENT.c.birth_date, PATIENT.c.sort_name)
        )
        yield from _numbers(connection, statement)


def _handles(
    connection: Connection,
    kind: HandleKind,
    text: str,
    *,
    exact: bool = False,
    within: Sequence[str] = (),
) -> Iterator[int]:
    wanted = HANDLE.c.text == text if exact else _begins(HANDLE.c.text, text)
    statement = (
        select(HANDLE.c.patient)
        .where(HANDLE.c.kind == kind, wanted, *_within(HANDLE.c.patient, within))
        .order_by(HANDLE.c.text)
    )
    yield from _numbers(connection, statement)


def _numbers(connection: Connection, statement: Any) -> Iterator[int]:
    yield from connection.execute(statement.limit(_MOST_FOUND)).scalars()
