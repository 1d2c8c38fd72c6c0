"""The custody contract: the clinic's recovery key, and what custodians could open with it."""

from typing import Final

from ehr_desktop.domain.people import TEAMS_OF_ROLE, Action, Team
from ehr_desktop.node.contracts.consent_rules import put
from ehr_desktop.node.contracts.consent_state import CustodyKey, card, entry, team_id
from ehr_desktop.node.contracts.custody_statements import BoxForCustodians, SetCustody
from ehr_desktop.node.contracts.rules import (
    Context,
    Refusal,
    allow,
    usable_box_key,
    usable_key,
)

TEAM: Final = "team"
READ_KEY: Final = "read-key"
_TEAMS: Final = {team_id(team): team for team in Team}


def set_custody(statement: SetCustody, context: Context) -> None:
    """Make the recovery key, or another one."""
    allow(context, Action.MANAGE_PEOPLE)
    usable_key(statement.signing_key)
    usable_box_key(statement.box_key)
    current = entry(context.state.get, CustodyKey, "custody")
    generation = current.generation if current else 0
    if statement.generation != generation + 1:
        raise Refusal("stale-generation", current=generation, given=statement.generation)
    if statement.threshold > statement.count:
        raise Refusal("guards", threshold=statement.threshold, guards=statement.count)
    if current is not None and statement.signing_key == current.signing_key:
        raise Refusal("same-key")
    put(
        context, "custody",
        value=CustodyKey(
            statement.generation, statement.signing_key, statement.box_key,
            statement.threshold, statement.count,
        ),
    )  # fmt: skip


def box(statement: BoxForCustodians, context: Context) -> None:
    """Write down what custodians could open: ("custody-box", what, whose) is the generation of
    their key, that of the team's key or of the card, and the hash of the box.
    """
    current = entry(context.state.get, CustodyKey, "custody")
    if current is None:
        raise Refusal("no-custody")
    if statement.generation != current.generation:
        raise Refusal("stale-generation", current=current.generation, given=statement.generation)
    for what, whose, name in statement.boxes:
        of = _generation_of_own(context, what, whose)
        context.state.put("custody-box", what, whose, value=[statement.generation, of, name])


def _generation_of_own(context: Context, what: str, whose: bytes) -> int:
    """Give the generation of a key that the signer holds: a team's of the member's role, or the
    patient's own.
    """
    if what == TEAM and whose in _TEAMS:
        team = _TEAMS[whose]
        if context.role is None or team not in TEAMS_OF_ROLE[context.role]:
            raise Refusal("not-of-the-team", person=context.person.hex(), team=team)
        return int(context.state.get("team", team)[0])
    found = card(context.state.get, whose) if what == READ_KEY else None
    if found is None or whose != context.person:
        raise Refusal("not-yours")
    return found.generation
