"""The membership contract: who belongs to the clinic, in which role, and the teams' keys."""

from typing import Any

from ehr_desktop.domain.people import TEAMS_OF_ROLE, Action, Role, Team
from ehr_desktop.node.contracts import grants
from ehr_desktop.node.contracts.custody_statements import RenewMember
from ehr_desktop.node.contracts.rules import (
    Context,
    Refusal,
    allow,
    container_count,
    free_id,
    usable_box_key,
    usable_key,
)
from ehr_desktop.node.contracts.statements import (
    DeactivateMember,
    EnrolMember,
    ReplaceAccount,
    ReplaceTeamKey,
    ResealKeys,
    WelcomeMembers,
)
from ehr_desktop.node.contracts.team_keys import (
    is_in_trust,
    put_generation,
    somebody_left,
    trustee_gone,
)


def enrol(statement: EnrolMember, context: Context) -> None:
    """Add an account, signed by an administrator."""
    allow(context, Action.MANAGE_PEOPLE)
    container_count(context, 1)
    usable_key(statement.signing_key)
    usable_box_key(statement.box_key)
    free_id(context, statement.person)
    context.state.put(
        "member",
        statement.person,
        value=[statement.role, statement.signing_key, statement.box_key, True,
               context.payload.containers[0].commitment],
    )  # fmt: skip


def replace_account(statement: ReplaceAccount, context: Context) -> None:
    """Commit to new particulars; everyone may replace their own, nobody another's."""
    container_count(context, 1)
    if statement.person != context.person:
        raise Refusal("not-your-account", person=statement.person.hex())
    role, signing_key, box_key, active, _ = _member(context, statement.person)
    context.state.put(
        "member",
        statement.person,
        value=[role, signing_key, box_key, active, context.payload.containers[0].commitment],
    )


def deactivate(statement: DeactivateMember, context: Context) -> None:
    """Close an account; the last active administrator stays."""
    allow(context, Action.MANAGE_PEOPLE)
    role, signing_key, box_key, active, account = _member(context, statement.person)
    if not active:
        raise Refusal("not-active", person=statement.person.hex())
    if statement.person == context.person:
        raise Refusal("last-administrator", person=statement.person.hex())
    context.state.put(
        "member", statement.person, value=[role, signing_key, box_key, False, account]
    )
    grants.end_those_of(context, statement.person)
    somebody_left(context, TEAMS_OF_ROLE[Role(role)])
    trustee_gone(context, statement.person)


def renew(statement: RenewMember, context: Context) -> None:
    """Give somebody who forgot the password new keys; what was sealed for the old ones is to be
    sealed anew.
    """
    allow(context, Action.MANAGE_PEOPLE)
    container_count(context, 1)
    usable_key(statement.signing_key)
    usable_box_key(statement.box_key)
    role, signing_key, box_key, active, _ = _member(context, statement.person)
    if not active:
        raise Refusal("not-active", person=statement.person.hex())
    if statement.person == context.person:
        raise Refusal("same-member", person=statement.person.hex())
    if statement.signing_key == signing_key or statement.box_key == box_key:
        raise Refusal("same-key")
    context.state.put(
        "member",
        statement.person,
        value=[role, statement.signing_key, statement.box_key, True,
               context.payload.containers[0].commitment],
    )  # fmt: skip
    grants.forget_boxes_of(context, statement.person)
    trustee_gone(context, statement.person)


def replace_team_key(statement: ReplaceTeamKey, context: Context) -> None:
    """Replace a team's founding key, which an administrator held in trust."""
    generation = _in_trust(context, Team(statement.team))
    if statement.generation != generation + 1:
        raise Refusal("stale-generation", current=generation, given=statement.generation)
    usable_box_key(statement.key)
    put_generation(
        context.state, Team(statement.team), statement.generation, statement.key, context.person
    )


def reseal(statement: ResealKeys, context: Context) -> None:
    """Commit to category keys sealed to the generation that is about to start."""
    generation = _in_trust(context, Team(statement.team))
    if statement.generation != generation + 1:
        raise Refusal("stale-generation", current=generation, given=statement.generation)


def welcome(statement: WelcomeMembers, context: Context) -> None:
    """Hand the team's current key on to members whose role belongs to the team."""
    generation, _ = context.state.get("team", statement.team)
    _of_the_team(context, Team(statement.team))
    if statement.generation != generation:
        raise Refusal("stale-generation", current=generation, given=statement.generation)
    for person, _box in statement.boxes:
        role, _signing, _public, active, _account = _member(context, person)
        if not active or Team(statement.team) not in TEAMS_OF_ROLE[Role(role)]:
            raise Refusal("not-of-the-team", person=person.hex(), team=statement.team)


def _of_the_team(context: Context, team: Team) -> None:
    """Refuse `not-of-the-team` unless the signer's role belongs to the team."""
    if context.role is None or team not in TEAMS_OF_ROLE[context.role]:
        raise Refusal("not-of-the-team", person=context.person.hex(), team=team)


def _in_trust(context: Context, team: Team) -> int:
    """Give the generation of a team's founding key, which an administrator or a member may replace:
    what was sealed to it goes with it, so no later one is replaced like this.
    """
    in_trust = is_in_trust(context.state.get, team)
    if not in_trust or context.role is not Role.ADMINISTRATOR:
        _of_the_team(context, team)
    if not in_trust:
        raise Refusal("nothing-owed", team=team)
    return int(context.state.get("team", team)[0])


def _member(context: Context, person: bytes) -> tuple[Any, ...]:
    member = context.state.get("member", person)
    if member is None:
        raise Refusal("unknown-person", person=person.hex())
    return tuple(member)
