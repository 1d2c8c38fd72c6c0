"""The standing rules contract: what a patient allows beforehand, without being asked each time."""

from typing import Final

from ehr_desktop.node.contracts.consent_rules import (
    change,
    list_less,
    list_more,
    put,
    some_controlled,
    still_to_come,
    unlocked_patient,
)
from ehr_desktop.node.contracts.consent_state import StandingRule, entry, ids
from ehr_desktop.node.contracts.consent_statements import EndRule, LapseRule, SetRule
from ehr_desktop.node.contracts.rules import Context, Refusal, unused

MOST_RULES: Final = 20
"""So many rules of one patient hold at once."""


def set_rule(statement: SetRule, context: Context) -> None:
    """Set a rule."""
    unlocked_patient(context, statement.patient)
    unused(context, "rule", statement.rule)
    some_controlled(statement.categories)
    still_to_come(context, statement.until_ms)
    list_more(context, "rules", statement.patient, statement.rule, MOST_RULES)
    made = StandingRule(
        statement.patient, statement.rule_kind, statement.categories, statement.until_ms, 1
    )
    put(context, "rule", statement.rule, value=made)


def end_rule(statement: EndRule, context: Context) -> None:
    """End a rule."""
    found = active_rule(context, statement.rule)
    _end(context, statement.rule, found)


def lapse(statement: LapseRule, context: Context) -> None:
    """End a rule whose time is over."""
    found = active_rule(context, statement.rule)
    if not found.is_over_at(context.now_ms):
        raise Refusal("not-over", until_ms=found.until_ms)
    _end(context, statement.rule, found)


def end_all(context: Context, patient: bytes) -> None:
    """End every rule of a patient."""
    for name in ids(context.state.get, "rules", patient):
        _end(context, name, active_rule(context, name))


def active_rule(context: Context, name: bytes) -> StandingRule:
    """Give a rule that was not ended; its time may be over."""
    found = entry(context.state.get, StandingRule, "rule", name)
    if found is None or not found.active:
        raise Refusal("unknown-rule", id=name.hex())
    return found


def covered_by_rules(context: Context, patient: bytes) -> frozenset[str]:
    """Give the categories that rules of a patient open."""
    return frozenset(
        category
        for name in ids(context.state.get, "rules", patient)
        for category in active_rule(context, name).categories
    )


def _end(context: Context, name: bytes, found: StandingRule) -> None:
    change(context, found, "rule", name, active=0)
    list_less(context, "rules", found.patient, name)
