"""Who may already be registered, while somebody fills in a registration form."""

from collections.abc import Iterable, Iterator
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from sqlalchemy import Connection, select

from ehr_desktop.domain.patients import Demographics, DuplicateWarning, PatientSummary
from ehr_desktop.node.store.views.folding import compact, digits, storable, words
from ehr_desktop.node.store.views.patient_rows import summaries
from ehr_desktop.node.store.views.spelling import Vocabulary, similar_names
from ehr_desktop.node.store.views.tables import HANDLE, NAME_PART, PATIENT, HandleKind, NameKind

SAME_NAME: Final = 0.86
"""Likeness from which two names may be one, slips and swapped parts included."""

_CERTAIN: Final = frozenset({"insurance_id", "record_number"})
_MOST: Final = 200
_SIMILAR: Final = 50
_LONG_NUMBER: Final = 7


def duplicates(
    connection: Connection, vocabulary: Vocabulary, wanted: Demographics, limit: int
) -> tuple[DuplicateWarning, ...]:
    """Compare `wanted` with everybody who shares a number, a birth date or nearly a name.

    A warning is strong when the insurance id or record number is equal, or when both name and
    birth date agree but for a slip.
    """
    candidates = dict.fromkeys(_candidates(connection, vocabulary, wanted))
    known = summaries(connection, candidates)
    warnings = [
        warning
        for number in candidates
        if number in known and (warning := _compare(known[number], wanted)) is not None
    ]
    warnings.sort(key=lambda warning: (not warning.strong, -len(warning.reasons)))
    return tuple(warnings[: max(0, limit)])


def _candidates(
    connection: Connection, vocabulary: Vocabulary, wanted: Demographics
) -> Iterator[int]:
    for kind, text in (
        (HandleKind.RECORD_NUMBER, compact(wanted.record_number)),
        (HandleKind.INSURANCE_ID, compact(wanted.insurance_id)),
        (HandleKind.PHONE, digits(wanted.phone).lstrip("0")),
        (HandleKind.EMAIL, storable(wanted.email).strip().lower()),
    ):
        if text:
            condition = (HANDLE.c.kind == kind) & (HANDLE.c.text == text)
            found = select(HANDLE.c.patient).where(condition).limit(_MOST)
            yield from connection.execute(found).scalars()
    if wanted.birth_date:
        born_on = storable(wanted.birth_date)
        dates = (born_on, _swapped(born_on))
        born = select(PATIENT.c.number).where(PATIENT.c.birth_date.in_(dates)).limit(_MOST)
        yield from connection.execute(born).scalars()
    typed = words(wanted.family) + words(wanted.given)
    if words(wanted.family) and words(wanted.given):
        yield from _same_name(connection, wanted)
        yield from list(similar_names(connection, vocabulary, typed))[:_SIMILAR]


def _same_name(connection: Connection, wanted: Demographics) -> Iterable[int]:
    name = " ".join(words(wanted.family) + words(wanted.given))
    condition = (NAME_PART.c.kind == NameKind.FAMILY) & (NAME_PART.c.text == name)
    return connection.execute(select(NAME_PART.c.patient).where(condition).limit(_MOST)).scalars()


def _compare(known: PatientSummary, wanted: Demographics) -> DuplicateWarning | None:
    reasons = tuple(_reasons(known.demographics, wanted))
    strong = not _CERTAIN.isdisjoint(reasons) or {"name", "birth_date"} <= set(reasons)
    apart = _apart(known.demographics.birth_date, wanted.birth_date)
    enough = strong or len(reasons) > 1 or (reasons == ("name",) and not apart)
    return DuplicateWarning(known, reasons, strong) if enough else None


def _reasons(known: Demographics, wanted: Demographics) -> Iterator[str]:
    if _likeness(known, wanted) >= SAME_NAME:
        yield "name"
    if _same_birth_date(known.birth_date, wanted.birth_date):
        yield "birth_date"
    if _equal(compact(known.insurance_id), compact(wanted.insurance_id)):
        yield "insurance_id"
    if _equal(compact(known.record_number), compact(wanted.record_number)):
        yield "record_number"
    if _same_phone(digits(known.phone), digits(wanted.phone)):
        yield "phone"
    if _equal(known.email.strip().lower(), wanted.email.strip().lower()):
        yield "email"


def _likeness(known: Demographics, wanted: Demographics) -> float:
    """Give how like two names are, 0.0 to 1.0, whichever way round their parts were typed."""
    one = " ".join(sorted(words(known.family) + words(known.given)))
    other = " ".join(sorted(words(wanted.family) + words(wanted.given)))
    if not words(wanted.family) or not words(wanted.given):
        return 0.0
    return fuzz.ratio(one, other) / 100


def _same_birth_date(known: str, wanted: str) -> bool:
    """Tell whether two dates agree as far as both are known, but for a swap or a digit."""
    if not known or not wanted:
        return False
    if known.startswith(wanted) or wanted.startswith(known) or _swapped(known) == wanted:
        return True
    return len(known) == len(wanted) == 10 and OSA.distance(known, wanted) == 1


def _apart(known: str, wanted: str) -> bool:
    return bool(known and wanted) and not _same_birth_date(known, wanted)


def _swapped(born: str) -> str:
    """Give a full date with day and month the other way round."""
    year, _, rest = born.partition("-")
    month, _, day = rest.partition("-")
    return f"{year}-{day}-{month}" if day else born


def _same_phone(known: str, wanted: str) -> bool:
    one, other = known.lstrip("0"), wanted.lstrip("0")
    short = min(len(one), len(other))
    return short >= _LONG_NUMBER and (one.endswith(other) or other.endswith(one))


def _equal(known: str, wanted: str) -> bool:
    return bool(known) and known == wanted
