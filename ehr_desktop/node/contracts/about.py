"""Whose record a statement is about."""

from typing import Final

from ehr_desktop.node.contracts.consent_statements import (
    EndDelegation,
    EndRule,
    LapseAccess,
    LapseDelegation,
    LapseRule,
    RefuseRequest,
    ReshareAccess,
    RevokeAccess,
    WithdrawRequest,
)
from ehr_desktop.node.contracts.custody_statements import ReleaseShares, ReviewClaim
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import (
    ChangeAppointmentStatus,
    MoveAppointment,
    Statement,
)

_NAMED: Final[dict[type[Statement], tuple[str, str, int]]] = {
    MoveAppointment: ("appointment", "appointment", 1),
    ChangeAppointmentStatus: ("appointment", "appointment", 1),
    WithdrawRequest: ("request", "request", 0),
    RefuseRequest: ("request", "request", 0),
    ReshareAccess: ("parent", "grant", 0),
    RevokeAccess: ("grant", "grant", 0),
    LapseAccess: ("grant", "grant", 0),
    EndRule: ("rule", "rule", 0),
    LapseRule: ("rule", "rule", 0),
    EndDelegation: ("delegation", "delegation", 0),
    LapseDelegation: ("delegation", "delegation", 0),
    ReleaseShares: ("claim", "claim", 0),
    ReviewClaim: ("claim", "claim", 0),
}
"""What names something else than the patient: the field, the label of what it names in the state,
and where the patient stands there.
"""

NAMES_NO_PATIENT: Final = frozenset(statement.KIND for statement in _NAMED)
"""Kinds of which only the state tells whose record they are about."""


def patient_of(statement: Statement, value: StateReader) -> bytes:
    """Give the patient's pseudonym (16 bytes); empty if it is about no patient, or nobody known."""
    named = _NAMED.get(type(statement))
    if named is None:
        return bytes(getattr(statement, "patient", b""))
    field, label, place = named
    found = value(label, getattr(statement, field))
    return bytes(found[place]) if found else b""
