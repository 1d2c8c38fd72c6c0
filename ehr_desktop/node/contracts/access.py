"""The access contract: nobody reads without a receipt, and a receipt says who, whose and why."""

from ehr_desktop.domain.categories import Category, default_teams
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Role
from ehr_desktop.node.contracts.rules import Context, Refusal, known_patient
from ehr_desktop.node.contracts.statements import ReadRecords

PURPOSES = frozenset({"treatment", "administration", "export", "audit", "patient-request"})

_OPEN_TO = {
    role: frozenset(str(category) for category in Category if default_teams(category) & teams)
    for role, teams in TEAMS_OF_ROLE.items()
}
"""The categories each role's teams hold the keys of."""


def read(statement: ReadRecords, context: Context) -> None:
    """Record a reading. The basis is the clinic's policy: the signer's teams hold the keys."""
    known_patient(context, statement.patient)
    _known_purpose(statement)
    _holds_the_keys(statement, context.role)


def _known_purpose(statement: ReadRecords) -> None:
    if statement.purpose not in PURPOSES:
        raise Refusal("purpose", purpose=statement.purpose)


def _holds_the_keys(statement: ReadRecords, role: Role | None) -> None:
    open_to_role = _OPEN_TO[role] if role else frozenset()
    for category in statement.categories:
        if category not in open_to_role:
            raise Refusal("no-grant", category=category, patient=statement.patient.hex())
