"""The tables of a team's view. Ids are the domain's hexadecimal texts, times UTC milliseconds.

A view is made anew when `SCHEMA` changes, so there are no migrations. Names are found through
`name_part` instead of a full-text index: a sorted table needs no query language, counts and pages
in name order by itself, and a deleted row is gone at once (FTS5 keeps it until segments merge).
"""

from enum import IntEnum
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

SCHEMA: Final = 2
"""Raise this with any change to the tables or to what `folding` makes of a text."""


class NameKind(IntEnum):
    """Which part of a name a row of `name_part` begins with, best match first."""

    FAMILY = 0
    GIVEN = 1
    OTHER = 2
    INITIALS = 3


WHOLE_NAMES: Final = (NameKind.FAMILY, NameKind.GIVEN, NameKind.OTHER)
"""The kinds that hold all words of a name."""


class HandleKind(IntEnum):
    """What a row of `handle` is: something other than a name that people look patients up by."""

    RECORD_NUMBER = 0
    INSURANCE_ID = 1
    PHONE = 2
    EMAIL = 3
    IDENTIFIER = 4


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="")


def _pending() -> Column[int]:
    """Mark with 1 a row that shows something signed and not final yet."""
    return Column("pending", Integer, nullable=False, default=0)


def _integer(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


METADATA: Final = MetaData()

ABOUT: Final = Table(
    "about", METADATA, Column("name", Text, primary_key=True), _text("value"), sqlite_strict=True
)
"""`team`, `position` and `record_number` (the highest running number seen)."""

PATIENT: Final = Table(
    "patient",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _text("record"),
    _text("reference"),
    _text("full_url"),
    _integer("changed_ms"),
    _text("sort_name"),
    _text("family"),
    _text("given"),
    _text("birth_date"),
    _text("sex"),
    _text("record_number"),
    _text("insurance_id"),
    _text("phone"),
    _text("email"),
    _text("address"),
    _text("deceased"),
    _text("transaction_id"),
    _pending(),
    Index("patient_name", "id", "family", "given"),
    Index("patient_changed", "changed_ms"),
    Index("patient_reference", "reference"),
    Index("patient_full_url", "full_url"),
    Index("patient_birth", "birth_date", "sort_name"),
    sqlite_strict=True,
)

NAME_PART: Final = Table(
    "name_part",
    METADATA,
    Column("kind", Integer, primary_key=True),
    Column("text", Text, primary_key=True),
    Column("patient", Integer, primary_key=True),
    Index("name_part_patient", "patient"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""A name once for each of its words, beginning with that word, the other words behind it."""

WORD: Final = Table(
    "word",
    METADATA,
    Column("text", Text, primary_key=True),
    _integer("uses"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""Every word of every name, for spelling. A word goes with its last patient."""

HANDLE: Final = Table(
    "handle",
    METADATA,
    Column("kind", Integer, primary_key=True),
    Column("text", Text, primary_key=True),
    Column("patient", Integer, primary_key=True),
    Index("handle_patient", "patient"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

IDENTIFIER: Final = Table(
    "identifier",
    METADATA,
    Column("value", Text, primary_key=True),
    Column("patient", Integer, primary_key=True),
    Index("identifier_patient", "patient"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""Identifiers to the letter, for imports."""

ENTRY: Final = Table(
    "entry",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("record", Text, nullable=False, unique=True),
    _text("patient"),
    _text("section"),
    _integer("sort_ms"),
    _integer("recorded_ms"),
    _integer("version"),
    _text("category"),
    _text("resource_type"),
    _text("reference"),
    _text("full_url"),
    _text("author"),
    _text("transaction_id"),
    _text("origin"),
    Column("amended", Boolean, nullable=False),
    Column("none_known", Boolean, nullable=False),
    _text("title"),
    _text("detail"),
    _text("status"),
    _text("when_text"),
    _text("value"),
    _text("unit"),
    _text("code"),
    _text("interpretation"),
    _text("reference_low"),
    _text("reference_high"),
    _text("encounter"),
    _text("folded"),
    _pending(),
    Index("entry_section", "patient", "section", "sort_ms", "recorded_ms"),
    Index("entry_trend", "patient", "code", "sort_ms", sqlite_where=text("value <> ''")),
)

APPOINTMENT: Final = Table(
    "appointment",
    METADATA,
    Column("id", Text, primary_key=True),
    _text("provider"),
    _text("patient"),
    _integer("start_ms"),
    _integer("minutes"),
    _text("wall_start"),
    _text("time_zone"),
    _text("status"),
    _integer("status_ms"),
    Column("override", Boolean, nullable=False),
    _text("reason"),
    _text("comment"),
    _text("override_reason"),
    _text("words_of"),
    _pending(),
    Index("appointment_provider", "provider", "start_ms"),
    Index("appointment_start", "start_ms"),
    Index("appointment_patient", "patient", "start_ms"),
    Index("appointment_minutes", "minutes"),
    sqlite_with_rowid=False,
)
"""`words_of` is the transaction that brought the words, empty while none has."""

BEFORE: Final = Table(
    "before",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    _text("rows"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""What stood in a row that shows something pending, as JSON: it is put back if that is refused."""

PROVISIONAL: Final = Table(
    "provisional",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("transaction_id", LargeBinary, nullable=False),
    _text("kind"),
    _text("id"),
    sqlite_strict=True,
)
"""Which transactions were applied to a row ahead of the ledger, in that order."""

AWAITED: Final = Table(
    "awaited",
    METADATA,
    Column("name", LargeBinary, primary_key=True),
    Column("transaction_id", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""What a transaction needs and this workstation has not got: a container by its commitment, or a
patient's keys by the patient.
"""
