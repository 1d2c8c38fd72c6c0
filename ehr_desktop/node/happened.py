"""What final transactions mean to the rest of the program."""

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
    WorkstationsChanged,
)
from ehr_desktop.domain.ids import PatientId, PersonId
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
from ehr_desktop.node.final import FinalTransaction

_SILENT = frozenset({ReadRecords.KIND, RegisterPatient.KIND, OpenEpochs.KIND})
"""What changes nothing that a screen shows but the ledger itself."""


def events_of(final: Sequence[FinalTransaction]) -> list[Event]:
    """Give the events of some final transactions, each once."""
    events: dict[Event, None] = {}
    for entry in final:
        payload = entry.transaction.payload
        if entry.verdict.accepted and payload.kind not in _SILENT:
            for event in _events(read_statement(payload.kind, tuple(payload.body))):
                events[event] = None
    if final:
        events[LedgerGrew(final[-1].height)] = None
    return list(events)


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
    if statement.KIND.startswith(("member.", "team.")):
        return [PeopleChanged()]
    if statement.KIND.startswith("device."):
        return [WorkstationsChanged()]
    return []
