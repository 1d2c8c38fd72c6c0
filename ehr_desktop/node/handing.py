"""Teams' keys on their way from colleague to colleague."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection

from ehr_desktop.domain.events import DayBookChanged
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Team
from ehr_desktop.node.contracts.consent_state import CustodyKey, entry, team_id
from ehr_desktop.node.contracts.custody_statements import BoxForCustodians
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import (
    MOST_ROWS,
    ReplaceTeamKey,
    ResealKeys,
    WelcomeMembers,
)
from ehr_desktop.node.contracts.team_keys import FOUNDING_GENERATION, generations
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.keys.boxes import hashes_of
from ehr_desktop.node.keys.custody import CUSTODIANS, TEAM_KEY, box_for_custodians
from ehr_desktop.node.keys.keyring import Session, TeamKey
from ehr_desktop.node.keys.teams import (
    box_team_key,
    new_team_key,
    open_team_keys,
    seal_again,
)
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import (
    Member,
    entrusted_generation,
    member,
    team_public,
    team_publics,
)
from ehr_desktop.node.store import secrets
from ehr_desktop.node.store.secrets import KeyBox


class Handing:
    """Hands keys on, and takes them. `members` gives everyone who ever had an account."""

    def __init__(self, core: Core, members: Callable[[], Iterable[Member]]) -> None:
        self._core = core
        self._members = members

    async def take(self, session: Session) -> None:
        """Open the keys that were sealed for a person since the session began."""
        opened = await self._core.read(
            lambda connection: open_team_keys(
                connection, session.person, session.keys, team_publics(self._core.value)
            )
        )
        fresh = {team: key for team, key in opened.items() if team in lacking(session)}
        for team, key in fresh.items():
            session.teams[team] = key
            await self._core.open_index(key, lambda _done, _total: None)
        if fresh:
            self._core.publish(DayBookChanged())

    def unboxed(
        self, connection: Connection, team: Team, generation: int | None = None
    ) -> list[bytes]:
        """Give the active members of a team nobody has sealed a generation of its key for, the
        current one unless it is said.
        """
        generation = generation or team_public(self._core.value, team).generation
        waiting = []
        for found in self._of_the_team(team):
            boxes = secrets.boxes_for(connection, team, found.person)
            if not any(box.epoch == generation for box in boxes):
                waiting.append(found.person)
        return waiting

    async def welcome(self, session: Session) -> None:
        """Hand the keys a session holds on to colleagues who wait for them."""
        for team, team_key in session.teams.items():

            def prepare(
                connection: Connection, team: Team = team, team_key: TeamKey = team_key
            ) -> Prepared:
                waiting = self.unboxed(connection, team)
                present = team_public(self._core.value, team).generation
                if not waiting or team_key.generation != present:
                    return Prepared(())
                boxes = [
                    box_team_key(team_key, p, member(self._core.value, p).box_key) for p in waiting
                ]
                statement = WelcomeMembers(
                    team, team_key.generation,
                    tuple((box.recipient, box.hash) for box in boxes),
                )  # fmt: skip
                return Prepared(
                    [Unsigned(statement, session.person, session.keys.signing, boxes=tuple(boxes))]
                )

            raise_refusal(await self._core.write(team.encode(), prepare))

    async def entrust(self, session: Session) -> None:
        """Seal the teams' keys a session holds to the custodians, where that was not done yet."""

        def prepare(_connection: Connection) -> Prepared:
            custody = entry(self._core.value, CustodyKey, "custody")
            missing = [
                key
                for key in session.teams.values()
                if not is_entrusted(self._core.value, key) and is_whole(self._core.value, key)
            ]
            if custody is None or not missing:
                return Prepared(())
            generation = custody.generation
            boxes = [
                box_for_custodians(
                    key.seed, TEAM_KEY, team_id(key.team), generation, custody.box_key
                )
                for key in missing
            ]
            statement = BoxForCustodians(
                generation, tuple((box.purpose, box.subject, box.hash) for box in boxes)
            )
            return Prepared(
                [Unsigned(statement, session.person, session.keys.signing, boxes=tuple(boxes))]
            )

        raise_refusal(await self._core.write(CUSTODIANS, prepare))

    async def hand_over(self, session: Session) -> None:
        """Pass the keys held in trust to their teams' first members: a new generation each; the
        founding key and its boxes are destroyed as it becomes final.
        """
        for team in list(session.in_trust):
            old = session.in_trust[team]
            new = new_team_key(team, FOUNDING_GENERATION + 1)

            def prepare(connection: Connection, old: TeamKey = old, new: TeamKey = new) -> Prepared:
                members = self._of_the_team(new.team)
                generation = team_public(self._core.value, new.team).generation
                if not members or generation != old.generation:
                    return Prepared(())
                again = seal_again(
                    secrets.boxes_to_team(connection, new.team, old.generation), old, new
                )
                boxes = [box_team_key(new, m.person, m.box_key) for m in members]
                statement = ReplaceTeamKey(
                    new.team, new.generation, new.box.public, hashes_of(boxes)
                )
                signed_by = session.person, session.keys.signing
                return Prepared(
                    [
                        *_resealing(again, new, *signed_by),
                        Unsigned(statement, *signed_by, boxes=tuple(boxes)),
                    ]
                )

            # no patient's key may be sealed to the old generation while it is replaced
            raise_refusal(await self._core.write(team.encode(), prepare, alone=True))
            if team_public(self._core.value, team).generation != old.generation:
                session.in_trust.pop(team, None)

    def _of_the_team(self, team: Team) -> list[Member]:
        return [
            found for found in self._members() if found.active and team in TEAMS_OF_ROLE[found.role]
        ]


def is_entrusted(value: StateReader, key: TeamKey) -> bool:
    """Tell whether the custodians of now could open a team's key."""
    return entrusted_generation(value, key.team) == key.generation


def is_whole(value: StateReader, key: TeamKey) -> bool:
    """Tell whether a team's key is the present one, and opens all that was sealed for the team: the
    custodians are to have nothing less in place of what they have.
    """
    named = generations(value, key.team)
    return key.generation == named[-1] and all(key.of(one) is not None for one in named)


def lacking(session: Session) -> frozenset[Team]:
    """Give the teams of a person's role whose keys the session does not hold."""
    return TEAMS_OF_ROLE[session.actor.role] - session.teams.keys()


def _resealing(
    again: Sequence[KeyBox], new: TeamKey, person: bytes, key: SigningKey
) -> list[Unsigned]:
    """Give the statements by which other workstations know which boxes to fetch."""
    parts = [again[start : start + MOST_ROWS] for start in range(0, len(again), MOST_ROWS)]
    return [
        Unsigned(
            ResealKeys(new.team, new.generation, hashes_of(part)), person, key, boxes=tuple(part)
        )
        for part in parts
    ]
