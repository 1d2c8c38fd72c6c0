"""Teams' keys after somebody has left: the next generation, begun by whoever is here."""

from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category, default_teams
from ehr_desktop.domain.errors import DiskFullError, RefusedError, WorkstationHaltedError
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Team
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import RenewTeamKey
from ehr_desktop.node.contracts.team_keys import is_closed_to, standing, unlinked
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.keys.keyring import Session, TeamKey
from ehr_desktop.node.keys.opening import Holder
from ehr_desktop.node.keys.teams import (
    box_team_key,
    held_team_keys,
    link_team_key,
    new_team_key,
    open_team_keys,
)
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import (
    Member,
    member,
    next_generation,
    team_generations,
    team_public,
)
from ehr_desktop.node.store import transactions


class Renewing:
    """Begins new generations of teams' keys, and has those who are here take them up."""

    def __init__(self, core: Core) -> None:
        self._core = core
        core.take_up_keys = self._take_up
        core.ready_keys = self.ready

    def owed(self) -> tuple[Team, ...]:
        """Give the teams whose key somebody may know who has left."""
        return tuple(team for team in Team if standing(self._core.value, team).spent)

    def is_owed_by(self, session: Session) -> bool:
        """Tell whether somebody who is here is to begin a new generation of a team's key."""
        value = self._core.value
        return any(
            is_closed_to(value, team, session.person) or unlinked(value, team)
            for team in session.teams
        )

    async def renew(self, session: Session) -> None:
        """Replace the keys a session holds and somebody may know who has left. What cannot be done
        now is left for the next time, and for others.
        """
        for team in tuple(session.teams):
            if is_closed_to(self._core.value, team, session.person) or unlinked(
                self._core.value, team
            ):
                with suppress(RefusedError, DiskFullError, WorkstationHaltedError):
                    await self._renew(session, team, without_earlier=False)

    async def ready(self, holder: Holder, categories: Iterable[Category]) -> None:
        """Before something is written: see to it that it can be sealed to keys that nobody knows
        who has left. Who never got a team's key can do that, too; colleagues who hold the earlier
        ones make up for it.

        Raises:
            DiskFullError, WorkstationHaltedError: nothing can be written.
        """
        if not isinstance(holder, Session):
            return
        only = {default_teams(category) for category in categories}
        for team in Team:
            # others are given what is written once their key is replaced
            is_concerned = team in TEAMS_OF_ROLE[holder.actor.role] or frozenset({team}) in only
            if is_concerned and is_closed_to(self._core.value, team, holder.person):
                # somebody else may have been faster
                with suppress(RefusedError):
                    await self._renew(holder, team, without_earlier=True)

    async def _renew(self, session: Session, team: Team, *, without_earlier: bool) -> None:
        def prepare(connection: Connection) -> Prepared:
            value = self._core.pipeline.value_here(connection)
            said = _renewal(connection, value, session, team, without_earlier=without_earlier)
            return Prepared([said] if said else ())

        raise_refusal(await self._core.write(team.encode(), prepare, alone=True))

    def _take_up(self, turn: Turn) -> None:
        """Have those who are here hold the teams' keys of now, before anything is shown: nothing
        new may stand in a view under a key that somebody knows who has left. On the writer thread.
        """
        said = (*turn.signed, *(one.transaction for one in turn.final))
        is_renewed = any(one.payload.kind == RenewTeamKey.KIND for one in said)
        if not is_renewed and not turn.arrived:
            return
        for session in self._core.keyring.sessions():
            for key in self._fresh(session):
                session.teams[key.team] = key
                self._core.show_under(key)

    def _fresh(self, session: Session) -> list[TeamKey]:
        """Open the teams' keys that were replaced since a session took them up."""
        value = self._core.value
        stale = [
            team
            for team, key in session.teams.items()
            if key.generation != team_public(value, team).generation
        ]
        if not stale:
            return []
        named = {team: team_generations(value, team) for team in stale}
        with self._core.database.reading() as connection:
            opened = open_team_keys(connection, session.person, session.keys, named)
        return list(opened.values())


def members_of(connection: Connection, value: StateReader, team: Team) -> list[Member]:
    """Give the active members of a team, as the ledger has them."""
    people = (member(value, person) for person in transactions.persons(connection))
    return [one for one in people if one.active and team in TEAMS_OF_ROLE[one.role]]


def _renewal(
    connection: Connection,
    value: StateReader,
    session: Session,
    team: Team,
    *,
    without_earlier: bool,
) -> Unsigned | None:
    """Give what begins the next generation of a team's key; None if nothing is to be done, or by
    somebody else.
    """
    people, named = members_of(connection, value, team), team_generations(value, team)
    held: list[TeamKey] = []
    if team in TEAMS_OF_ROLE[session.actor.role]:
        held = held_team_keys(connection, session.person, session.keys, team, named)
    is_closed = is_closed_to(value, team, session.person)
    holds_present = any(key.generation == named[0].generation for key in held)
    reached = unlinked(value, team) & {key.generation for key in held}
    is_due = (is_closed and (without_earlier or holds_present)) or (reached and holds_present)
    if not people or not is_due:
        return None
    new = new_team_key(team, next_generation(value, team))
    boxes = [box_team_key(new, one.person, one.box_key) for one in people]
    links = [link_team_key(key, new) for key in held]
    statement = RenewTeamKey(
        team, new.generation, new.box.public,
        tuple((box.recipient, box.hash) for box in boxes),
        tuple((link.epoch, link.hash) for link in links),
    )  # fmt: skip
    return Unsigned(statement, session.person, session.keys.signing, boxes=(*boxes, *links))
