"""The keys that are open on this workstation, for as long as somebody is signed in."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.domain.errors import NoKeyError, NotSignedInError
from ehr_desktop.domain.people import Actor, Staff, Team
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.cards import CardSecret


@dataclass(frozen=True, slots=True)
class TeamKey:
    """One generation of a team's key, opened. `seed` has 32 bytes; `earlier` are the generations
    before it that were opened with it, newest first.
    """

    team: Team
    generation: int
    seed: bytes
    box: BoxKey
    earlier: tuple["TeamKey", ...] = ()

    @classmethod
    def from_seed(cls, team: Team, generation: int, seed: bytes) -> "TeamKey":
        """Make the key from its seed."""
        return cls(team, generation, seed, BoxKey(seed))

    def of(self, generation: int) -> "TeamKey | None":
        """Give the key of a generation: this one, or an earlier one that was opened with it."""
        return next((k for k in (self, *self.earlier) if k.generation == generation), None)

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

    @property
    def reader(self) -> bytes:
        """Under which id keys are sealed for this person alone."""
        return self.person

    def team(self, team: Team) -> TeamKey:
        """Give a team's open key.

        Raises:
            NoKeyError: the person is not of the team, or nobody has handed the key on yet.
        """
        if team not in self.teams:
            raise NoKeyError(team)
        return self.teams[team]


@dataclass(slots=True)
class PatientSession:
    """A patient, or a delegate speaking for one, whose card was opened here. `keys` are those of
    the card that was shown: its consent key signs, its read key opens.
    """

    actor: PatientActor
    card: CardSecret
    keys: PersonKeys
    category_keys: dict[tuple[bytes, str, int], bytes] = field(default_factory=dict)
    teams: ClassVar[dict[Team, TeamKey]] = {}
    """A patient is of no team."""

    @property
    def patient(self) -> bytes:
        """Whose record it is about, 16 bytes."""
        return bytes.fromhex(self.actor.patient)

    @property
    def person(self) -> bytes:
        """The pseudonym of whoever speaks, 16 bytes."""
        return bytes.fromhex(self.actor.speaker)

    @property
    def reader(self) -> bytes:
        """Under which id keys are sealed for whoever speaks."""
        return self.person


class Keyring:
    """All open sessions. Only ever touched on the node's loop or its writer thread.

    Every one of `opened` gets each session that begins, every one of `shown` each of a patient's;
    every one of `closed` is told whose has just ended.
    """

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._patients: dict[str, PatientSession] = {}
        self.opened: list[Callable[[Session], None]] = []
        self.shown: list[Callable[[PatientSession], None]] = []
        self.closed: list[Callable[[Actor], None]] = []

    def open(
        self, staff: Staff, keys: PersonKeys, teams: dict[Team, TeamKey], name: str = ""
    ) -> Session:
        """Start a session, or take up the locked one called `name`."""
        session = Session(Actor(name or os.urandom(16).hex(), staff), keys, teams)
        self._sessions[session.actor.session] = session
        for hear in self.opened:
            hear(session)
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

    def open_patient(self, session: PatientSession) -> PatientSession:
        """Start the session of a patient."""
        self._patients[session.actor.session] = session
        for hear in self.shown:
            hear(session)
        return session

    def patient(self, actor: PatientActor) -> PatientSession:
        """Give a patient's open session.

        Raises:
            NotSignedInError: it has ended.
        """
        found = self._patients.get(actor.session)
        if found is None or found.actor != actor:
            raise NotSignedInError
        return found

    def close_patient(self, actor: PatientActor) -> None:
        """End a patient's session: its keys are forgotten."""
        session = self._patients.pop(actor.session, None)
        if session is not None:
            session.category_keys.clear()

    def patients(self) -> tuple[PatientSession, ...]:
        """Give the open sessions of patients."""
        return tuple(self._patients.values())

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
        for patient in list(self._patients.values()):
            self.close_patient(patient.actor)

    def sessions(self) -> tuple[Session, ...]:
        """Give the open sessions."""
        return tuple(self._sessions.values())

    def any_team(self, team: Team) -> TeamKey | None:
        """Give a team's key from whichever session holds it, for the team's views."""
        return next((s.teams[team] for s in self._sessions.values() if team in s.teams), None)
