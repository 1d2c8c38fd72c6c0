"""Whom a transaction is about: the patient, the person, or nobody."""

from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import (
    ChangeAppointmentStatus,
    EnrolMember,
    FoundClinic,
    MoveAppointment,
    Statement,
    read_statement,
)
from ehr_desktop.node.ledger.transaction import Transaction

FOLLOWS_A_BOOKING = frozenset({MoveAppointment.KIND, ChangeAppointmentStatus.KIND})
"""Kinds that name an appointment only; whose it is stands in the state."""


def subject_of(transaction: Transaction, value: StateReader) -> bytes:
    """Give the 16-byte id of whom a transaction is about, empty if nobody or not known yet."""
    payload = transaction.payload
    try:
        statement = read_statement(payload.kind, tuple(payload.body))
    except MalformedBodyError:
        return b""
    return subject_of_statement(statement, value)


def subject_of_statement(statement: Statement, value: StateReader) -> bytes:
    """Give whom a statement is about."""
    if isinstance(statement, FoundClinic):
        return statement.directory
    if isinstance(statement, EnrolMember):
        return statement.person
    if isinstance(statement, MoveAppointment | ChangeAppointmentStatus):
        appointment = value("appointment", statement.appointment)
        return bytes(appointment[1]) if appointment else b""
    return bytes(getattr(statement, "patient", b""))
