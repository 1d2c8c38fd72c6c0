"""The custodians contract: what their key does, beyond being there."""

from ehr_desktop.domain.people import TEAMS_OF_ROLE, Action, Role, Team
from ehr_desktop.node.contracts.consent_state import CustodyKey, card, entry, team_of
from ehr_desktop.node.contracts.custody_statements import CarryOver, HandByCustodians
from ehr_desktop.node.contracts.rules import Context, Refusal, allow
from ehr_desktop.node.contracts.team_keys import generations


def hand(statement: HandByCustodians, context: Context) -> None:
    """Hand a team's key on to active members of it: that generation which the custodians have."""
    allow(context, Action.MANAGE_PEOPLE)
    if statement.generation not in generations(context.state.get, Team(statement.team)):
        raise Refusal("stale-generation", team=statement.team, given=statement.generation)
    for person, _box in statement.boxes:
        found = context.state.get("member", person)
        if not found or not found[3] or Team(statement.team) not in TEAMS_OF_ROLE[Role(found[0])]:
            raise Refusal("not-of-the-team", person=person.hex(), team=statement.team)


def carry(statement: CarryOver, context: Context) -> None:
    """Note that what the key before could open is sealed to the present one."""
    allow(context, Action.MANAGE_PEOPLE)
    custody = entry(context.state.get, CustodyKey, "custody")
    current = custody.generation if custody else 0
    if statement.generation != current:
        raise Refusal("stale-generation", current=current, given=statement.generation)
    for what, whose, name in statement.boxes:
        known = context.state.get("custody-box", what, whose)
        if known is None or known[1] not in _generations(context, what, whose):
            raise Refusal("not-yours")
        context.state.put("custody-box", what, whose, value=[current, known[1], name])


def _generations(context: Context, what: str, whose: bytes) -> tuple[int, ...]:
    """Give the generations of a team's key, or the present one of a patient's card."""
    if what == "team":
        try:
            return generations(context.state.get, team_of(whose))
        except ValueError:
            return ()
    found = card(context.state.get, whose)
    return (found.generation,) if found else ()
