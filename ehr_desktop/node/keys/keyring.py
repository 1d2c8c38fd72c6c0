"""The keys that are open on this workstation, for as long as somebody is signed in."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from ehr_desktop.domain.errors import NoKeyError, NotSignedInError
from ehr_desktop.domain.people import Actor, Staff, Team
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.keys.accounts import PersonKeys


@dataclass(frozen=True, slots=True)
class TeamKey:
    """One generation of a team's key, opened. `seed` has 32 bytes."""

    team: Team
    generation: int
    seed: bytes
    box: BoxKey

    @classmethod
    def from_seed(cls, team: Team, generation: int, seed: bytes) -> "TeamKey":
        """Make the key from its seed."""
        return cls(team, generation, seed, BoxKey(seed))

    def views_key(self) -> bytes:
        """Give the key of the team's views on this workstation."""
        return derive_key(self.seed, "ehr/views/v1", self.team.encode())


@dataclass(slots=True)
class Session:
    """Somebody signed in. `in_trust` holds a key an administrator keeps for a team that has no
    members yet; it opens nothing for reading and is only used to hand it over.
    """

    actor: Actor
    keys: PersonKeys
    teams: dict[Team, TeamKey]
    in_trust: dict[Team, TeamKey] = field(default_factory=dict)
    category_keys: dict[tuple[bytes, str, int], bytes] = field(default_factory=dict)

    @property
    def person(self) -> bytes:
        """The person's id, 16 bytes."""
        return bytes.fromhex(self.actor.id)

    def team(self, team: Team) -> TeamKey:
        """Give a team's open key.

        Raises:
            NoKeyError: the person is not of the team, or nobody has handed the key on yet.
        """
        if team not in self.teams:
            raise NoKeyError(team)
        return self.teams[team]


class Keyring:
    """All open sessions. Only ever touched on the node's loop or its writer thread.

    Every one of `closed` is told whose session has just ended.
    """

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self.closed: list[Callable[[Actor], None]] = []

    def open(
        self, staff: Staff, keys: PersonKeys, teams: dict[Team, TeamKey], name: str = ""
    ) -> Session:
        """Start a session, or take up the locked one called `name`."""
        session = Session(Actor(name or os.urandom(16).hex(), staff), keys, teams)
        self._sessions[session.actor.session] = session
        return session

    def session(self, actor: Actor) -> Session:
        """Give an actor's open session.

        Raises:
            NotSignedInError: it was locked or has ended.
        """
        found = self._sessions.get(actor.session)
        if found is None or found.actor.id != actor.id:
            raise NotSignedInError
        return found

    def holds(self, actor: Actor) -> bool:
        """Tell whether an actor's session is open."""
        return actor.session in self._sessions

    def close(self, actor: Actor) -> None:
        """End a session: its keys are forgotten."""
        session = self._sessions.pop(actor.session, None)
        if session is not None:
            session.teams.clear()
            session.in_trust.clear()
            session.category_keys.clear()
            for hear in self.closed:
                hear(session.actor)

    def close_all(self) -> None:
        """End every session."""
        for session in list(self._sessions.values()):
            self.close(session.actor)

    def sessions(self) -> tuple[Session, ...]:
        """Give the open sessions."""
        return tuple(self._sessions.values())

    def any_team(self, team: Team) -> TeamKey | None:
        """Give a team's key from whichever session holds it, for the team's views."""
        return next((s.teams[team] for s in self._sessions.values() if team in s.teams), None)
