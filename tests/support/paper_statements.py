"""Statements about two patients and their day, as a clinic on paper says them."""

from dataclasses import replace

from ehr_desktop.node.contracts.rounds import ROUND_BITS
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    CommitRecords,
    MoveAppointment,
    OpenEpochs,
)
from tests.support.paper_ledger import DOCTOR, seeded

ANNA, BEN = seeded("anna"), seeded("ben")
NINE = 1_800_000_000_000 - 1_800_000_000_000 % 86_400_000 + 9 * 3_600_000
HOUR = 3_600_000
NEW = seeded("somebody new")
LOW_ORDER = bytes(32)
BOTH = (("clinical", 1, seeded("b1", 32)), ("front-desk", 1, seeded("b2", 32)))
CLINICAL = (("clinical", 1, seeded("b3", 32)),)


def numbered(turn: int, draw: int = 0) -> int:
    """The epoch number of a round of keys."""
    return turn << ROUND_BITS | draw


FIRST = numbered(1)


def epochs(patient: bytes, *rows: tuple) -> OpenEpochs:
    return OpenEpochs(patient, rows)


def row(category: str, epoch: int = FIRST, boxes: tuple = CLINICAL, readers: tuple = ()) -> tuple:
    return category, epoch, seeded(f"{category}{epoch}", 32), boxes, readers


def booking(name: str, start: int = NINE, minutes: int = 60, **changes) -> BookAppointment:
    whole = BookAppointment(
        seeded(name),
        DOCTOR.id,
        ANNA,
        start,
        minutes,
        "2027-01-15T09:00",
        "Europe/London",
        "",
        FIRST,
    )
    return replace(whole, **changes)


def moving(name: str, start: int, **changes) -> MoveAppointment:
    whole = MoveAppointment(
        seeded(name), DOCTOR.id, start, 60, "2027-01-15T09:00", "Europe/London", "", 0
    )
    return replace(whole, **changes)


def note(record: str, version: int = 1, category: str = "notes", **changes) -> CommitRecords:
    whole = CommitRecords(ANNA, ((seeded(record), version, category, FIRST),), "form")
    return replace(whole, **changes)
