"""The contract of teams' keys: what is done about them once somebody has left.

A key that somebody who has left may know seals nothing more. Whoever is of the team begins the
next generation of it, which also seals the earlier ones, so that what they opened stays readable.
An administrator who has to write for a team may begin one, too, but nobody else seals under it.
"""

from dataclasses import dataclass, replace
from typing import Final

from ehr_desktop.domain.people import TEAMS_OF_ROLE, Action, Role, Team
from ehr_desktop.node.contracts.consent_state import Entry, Value, entry
from ehr_desktop.node.contracts.rounds import round_of
from ehr_desktop.node.contracts.rules import Context, Refusal, allow, usable_box_key
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import RenewTeamKey

FOUNDING_GENERATION: Final = 1


@dataclass(frozen=True, slots=True)
class TeamStanding(Entry):
    """("team-standing", team): who drew the present generation of a team's key, `foreign` if not of
    the team; `spent` once somebody who may know it has left; and the earlier generations that are
    sealed to it.
    """

    opener: bytes = b""
    foreign: int = 0
    spent: int = 0
    linked: tuple[int, ...] = ()


def standing(value: Value, team: Team) -> TeamStanding:
    """Give how a team's present key stands."""
    return entry(value, TeamStanding, "team-standing", team) or TeamStanding()


def generations(value: Value, team: Team) -> tuple[int, ...]:
    """Give every generation of a team's key under which something is sealed, in order."""
    return tuple(value("team-keys", team) or ())


def public_key(value: Value, team: Team, generation: int) -> bytes | None:
    """Give the public half of a generation of a team's key; None if there is none any more."""
    found: bytes | None = value("team-key", team, generation)
    return found


def unlinked(value: Value, team: Team) -> frozenset[int]:
    """Give the earlier generations of a team's key that are not sealed to the present one."""
    earlier = generations(value, team)[:-1]
    return frozenset(earlier) - frozenset(standing(value, team).linked)


def is_closed_to(value: Value, team: Team, person: bytes) -> bool:
    """Tell whether somebody must seal nothing more to a team's present key: somebody who may know
    it has left, or somebody else drew it who is not of the team.
    """
    found = standing(value, team)
    return bool(found.spent or (found.foreign and found.opener != person))


def is_closed(value: Value, team: Team) -> bool:
    """Tell whether that is so for all but one, at most."""
    found = standing(value, team)
    return bool(found.spent or found.foreign)


def departures(value: Value) -> int:
    """Give how many people and workstations have left so far."""
    return int(value("departures") or 0)


def put_generation(state: State, team: Team, generation: int, public: bytes, opener: bytes) -> None:
    """Begin with a generation of a team's key: there is no earlier one any more."""
    state.put("team-standing", team, value=TeamStanding(opener).stored())
    for earlier in generations(state.get, team):
        state.remove("team-key", team, earlier)
    state.put("team", team, value=[generation, public])
    state.put("team-key", team, generation, value=public)
    state.put("team-keys", team, value=[generation])


def is_in_trust(value: Value, team: Team) -> bool:
    """Tell whether an administrator keeps a team's key until the team has members."""
    founding = value("team", team)[0] == FOUNDING_GENERATION
    return founding and team not in TEAMS_OF_ROLE[Role.ADMINISTRATOR]


def somebody_left(context: Context, teams: frozenset[Team]) -> None:
    """Have nothing more sealed under any key there is, nor to those of `teams`, which somebody who
    has left may know.
    """
    value = context.state.get
    context.state.put("departures", value=departures(value) + 1)
    for team in sorted(teams):
        if not is_in_trust(value, team):
            _put(context, team, replace(standing(value, team), spent=1))


def trustee_gone(context: Context, person: bytes) -> None:
    """Have nothing more sealed to a key that somebody kept until its team has members, and does not
    any more: nobody else opens it, and the first member begins another.
    """
    value = context.state.get
    for team in Team:
        if is_in_trust(value, team) and standing(value, team).opener == person:
            _put(context, team, replace(standing(value, team), spent=1))


def renew(statement: RenewTeamKey, context: Context) -> None:
    """Begin the next generation of a team's key."""
    team, value = Team(statement.team), context.state.get
    is_foreign = context.role is None or team not in TEAMS_OF_ROLE[context.role]
    linked = tuple(generation for generation, _ in statement.links)
    if is_foreign:
        allow(context, Action.IMPORT_RECORDS)
    _is_owed(context, team, linked, is_foreign=is_foreign)
    current = value("team", team)[0]
    if round_of(statement.generation) != round_of(current) + 1:
        raise Refusal("stale-generation", current=current, given=statement.generation)
    usable_box_key(statement.key)
    _for_members(context, team, tuple(person for person, _ in statement.boxes))
    known = generations(value, team)
    if len(set(linked)) != len(linked) or not set(linked) <= set(known):
        raise Refusal("stale-generation", team=team)
    context.state.put("team", team, value=[statement.generation, statement.key])
    context.state.put("team-key", team, statement.generation, value=statement.key)
    context.state.put("team-keys", team, value=[*known, statement.generation])
    _put(context, team, TeamStanding(context.person, int(is_foreign), 0, linked))


def _is_owed(context: Context, team: Team, linked: tuple[int, ...], *, is_foreign: bool) -> None:
    """Refuse `nothing-owed` where nothing is won by it: the key may still be sealed to, and nothing
    that was out of reach is brought back. Who is not of the team brings nothing.
    """
    value = context.state.get
    if is_foreign and linked:
        raise Refusal("not-of-the-team", person=context.person.hex(), team=team)
    is_closed = is_closed_to(value, team, context.person)
    if not is_closed and not unlinked(value, team) & set(linked):
        raise Refusal("nothing-owed", team=team)


def _for_members(context: Context, team: Team, people: tuple[bytes, ...]) -> None:
    """Refuse boxes for anybody but active members of a team, each once."""
    if len(set(people)) != len(people):
        raise Refusal("boxes", team=team)
    for person in people:
        found = context.state.get("member", person)
        if found is None or not found[3] or team not in TEAMS_OF_ROLE[Role(found[0])]:
            raise Refusal("not-of-the-team", person=person.hex(), team=team)


def _put(context: Context, team: Team, found: TeamStanding) -> None:
    context.state.put("team-standing", team, value=found.stored())
