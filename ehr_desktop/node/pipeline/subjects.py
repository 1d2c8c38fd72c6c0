"""Whom a transaction is about: the patient, the person, or nobody."""

from ehr_desktop.node.contracts.about import patient_of
from ehr_desktop.node.contracts.custody_statements import RenewMember
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import (
    EnrolMember,
    FoundClinic,
    Statement,
    read_statement,
)
from ehr_desktop.node.ledger.transaction import Transaction


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
    if isinstance(statement, EnrolMember | RenewMember):
        return statement.person
    return patient_of(statement, value)
