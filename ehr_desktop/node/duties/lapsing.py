"""Notes on the ledger that the time of a grant, a standing rule or a delegation is over."""

from dataclasses import dataclass
from typing import ClassVar, Final

from ehr_desktop.node.contracts.consent_state import Delegated, Grant, StandingRule, entry
from ehr_desktop.node.contracts.consent_statements import (
    Delegate,
    GrantAccess,
    LapseAccess,
    LapseDelegation,
    LapseRule,
    NameGuardian,
    ReshareAccess,
    SetRule,
)
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import Statement
from ehr_desktop.node.duties.duty import Cause, Here, Later, Owed, said

TURN_MS: Final = 2_000
"""Every workstation waits so long for each one before it, so that one of them speaks."""


@dataclass(frozen=True, slots=True)
class _Ending:
    """What holds until an instant (UTC milliseconds), and what is said when it is over."""

    patient: bytes
    until_ms: int
    lapse: Statement


class Lapsing:
    """Says `consent.lapse`, `consent.lapse-rule` and `consent.lapse-delegation`."""

    kinds: ClassVar[frozenset[str]] = frozenset(
        {GrantAccess.KIND, ReshareAccess.KIND, SetRule.KIND, Delegate.KIND, NameGuardian.KIND}
    )
    looks_back: ClassVar[int] = 100_000

    def owed(self, here: Here, cause: Cause) -> Owed:
        """Give the lapse of what was begun, or when its time will be over."""
        ending = _ending(here.expected, cause.statement)
        if ending is None or not ending.until_ms:
            return []
        due_ms = ending.until_ms + here.place * TURN_MS
        if here.now_ms < due_ms:
            return [Later(due_ms)]
        return [said(ending.lapse, subject=ending.patient)]


def _ending(value: StateReader, begun: Statement) -> _Ending | None:
    """Give the end of what a statement began; None if it has ended."""
    match begun:
        case GrantAccess() | ReshareAccess():
            grant = entry(value, Grant, "grant", begun.grant)
            if grant is not None and grant.state == "active":
                return _Ending(grant.patient, grant.until_ms, LapseAccess(begun.grant))
        case SetRule():
            rule = entry(value, StandingRule, "rule", begun.rule)
            if rule is not None and rule.active:
                return _Ending(rule.patient, rule.until_ms, LapseRule(begun.rule))
        case Delegate() | NameGuardian():
            spoken = entry(value, Delegated, "delegation", begun.delegation)
            if spoken is not None and spoken.active:
                lapse = LapseDelegation(begun.delegation)
                return _Ending(spoken.patient, spoken.until_ms, lapse)
        case _:
            pass
    return None
