"""What final and pending transactions mean to the rest of the program."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ehr_desktop.domain.events import (
    AppointmentsChanged,
    ChartChanged,
    DayBookChanged,
    Event,
    LedgerGrew,
    PatientsChanged,
    PeopleChanged,
    WorkRefused,
    WorkstationsChanged,
)
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    CommitRecords,
    MoveAppointment,
    OpenEpochs,
    ReadRecords,
    RegisterPatient,
    Statement,
    read_statement,
)
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.final import FinalTransaction
from ehr_desktop.node.viewing.projecting import INDEXED

_SILENT = frozenset({ReadRecords.KIND, RegisterPatient.KIND, OpenEpochs.KIND})
"""What changes nothing that a screen shows but the ledger itself."""


def events_of(final: Sequence[FinalTransaction]) -> list[Event]:
    """Give the events of some final transactions, each once. A refused one is an event, too: it
    may have been shown as pending until now.
    """
    events: dict[Event, None] = {}
    for entry in final:
        payload = entry.transaction.payload
        if entry.verdict.accepted:
            events.update(dict.fromkeys(_told(entry.transaction)))
        elif payload.kind in INDEXED and entry.verdict.rule != "malformed":
            events.update(dict.fromkeys(_told(entry.transaction)))
            events[WorkRefused(PersonId(payload.person.hex()))] = None
    if final:
        events[LedgerGrew(final[-1].height)] = None
    return list(events)


def events_of_pending(waiting: Sequence[Transaction]) -> list[Event]:
    """Give the events of transactions that are shown as pending, or are no longer: each once."""
    events: dict[Event, None] = {}
    for transaction in waiting:
        if transaction.payload.kind in INDEXED:
            events.update(dict.fromkeys(_told(transaction)))
    return list(events)


def _told(transaction: Transaction) -> list[Event]:
    payload = transaction.payload
    if payload.kind in _SILENT:
        return []
    try:
        return _events(read_statement(payload.kind, tuple(payload.body)))
    except MalformedBodyError:
        # what waits was not run yet, and what was refused need not have been read
        return []


def _events(statement: Statement) -> list[Event]:
    if isinstance(statement, CommitRecords):
        patient = PatientId(statement.patient.hex())
        changed: list[Event] = [ChartChanged(patient)]
        if any(category == "demographics" for _, _, category, _ in statement.records):
            changed.append(PatientsChanged(patient))
        return changed
    if isinstance(statement, BookAppointment):
        day = datetime.fromtimestamp(statement.start_ms / 1000, UTC).date()
        return [AppointmentsChanged(day, PersonId(statement.provider.hex()))]
    if isinstance(statement, MoveAppointment | ChangeAppointmentStatus):
        return [DayBookChanged()]
    if statement.KIND.startswith(("member.", "team.", "clinic.")):
        return [PeopleChanged()]
    if statement.KIND.startswith("device."):
        return [WorkstationsChanged()]
    return []
