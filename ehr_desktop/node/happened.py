"""What final and pending transactions mean to the rest of the program."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ehr_desktop.domain.consent import ClaimKind
from ehr_desktop.domain.events import (
    AppointmentsChanged,
    ChartChanged,
    ConsentChanged,
    DayBookChanged,
    EmergencyOpened,
    Event,
    LedgerGrew,
    PatientErased,
    PatientsChanged,
    PeopleChanged,
    RequestAnswered,
    WorkRefused,
    WorkstationsChanged,
)
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.node.contracts.about import patient_of
from ehr_desktop.node.contracts.consent_state import Request, entry
from ehr_desktop.node.contracts.consent_statements import (
    AnswerPin,
    GrantAccess,
    RefuseRequest,
    UseCard,
)
from ehr_desktop.node.contracts.custody_statements import (
    CancelErasure,
    ClaimShares,
    ConfirmErasure,
    DealShares,
    OrderErasure,
)
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.state import StateReader
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

_SILENT = frozenset(
    {
        ReadRecords.KIND, RegisterPatient.KIND, OpenEpochs.KIND, DealShares.KIND, AnswerPin.KIND,
        UseCard.KIND,
    }
)  # fmt: skip
"""What changes nothing that a screen shows but the ledger itself."""

_CONSENT = ("card.", "pin.", "consent.", "epoch.", "escrow.", "erasure.", "access.question",
            "record.reseal")  # fmt: skip
"""How kinds begin that change what patients and staff are shown of consent."""


def events_of(final: Sequence[FinalTransaction], value: StateReader) -> list[Event]:
    """Give the events of some final transactions, each once; `value` reads the state after them. A
    refused one is an event, too: it may have been shown as pending until now.
    """
    events: dict[Event, None] = {}
    for one in final:
        payload = one.transaction.payload
        if one.verdict.accepted:
            events.update(dict.fromkeys(_told(one.transaction)))
            events.update(dict.fromkeys(_about_consent(one.transaction, value)))
        elif payload.kind in INDEXED and one.verdict.rule != "malformed":
            events.update(dict.fromkeys(_told(one.transaction)))
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
    if statement.KIND.startswith(("member.", "team.", "clinic.", "custody.")):
        return [PeopleChanged()]
    if statement.KIND.startswith("device."):
        return [WorkstationsChanged()]
    return []


def _about_consent(transaction: Transaction, value: StateReader) -> list[Event]:
    """Give what an accepted transaction means to patients and to those who wait for them."""
    payload = transaction.payload
    if not payload.kind.startswith(_CONSENT) or payload.kind in _SILENT:
        return []
    statement = read_statement(payload.kind, tuple(payload.body))
    patient = PatientId(patient_of(statement, value).hex())
    told: list[Event] = [ConsentChanged(patient)] if patient else []
    if isinstance(statement, GrantAccess | RefuseRequest) and statement.request:
        asked = entry(value, Request, "request", statement.request)
        if asked is not None:
            granted = isinstance(statement, GrantAccess)
            told.append(RequestAnswered(patient, PersonId(asked.person.hex()), granted))
    if isinstance(statement, ClaimShares) and statement.claim_kind == ClaimKind.EMERGENCY:
        told.append(EmergencyOpened(patient, PersonId(payload.person.hex())))
    if isinstance(statement, OrderErasure | CancelErasure | ConfirmErasure):
        told.append(PatientErased(patient))
    return told
