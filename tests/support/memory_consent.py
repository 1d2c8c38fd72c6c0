"""What the in-memory clinic knows of cards, requests, shares, emergencies and erasures."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from ehr_desktop.domain.categories import CLINICAL_CATEGORIES, FRONT_DESK_CATEGORIES, Category
from ehr_desktop.domain.consent import (
    AccessRequest,
    CardStatus,
    EmergencyAccess,
    EmergencyReview,
    Erasure,
    GranteeKind,
    GrantState,
    GuardRule,
    Look,
    RequestState,
    Share,
)
from ehr_desktop.domain.events import ConsentChanged, RequestAnswered
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Action, Actor, Team, may

POLICY = CardStatus(taken=False)


@dataclass
class ConsentBook:
    """Plain tables; tests write into them what has happened before."""

    rule: GuardRule = GuardRule(3, 4)
    cards: dict[PatientId, CardStatus] = field(default_factory=dict)
    secrets: dict[PatientId, tuple[str, str]] = field(default_factory=dict)
    shares: dict[PatientId, list[Share]] = field(default_factory=dict)
    requests: list[AccessRequest] = field(default_factory=list)
    looks: dict[PatientId, list[Look]] = field(default_factory=dict)
    questions: list[tuple[str, PatientId, Look, str, str]] = field(default_factory=list)
    accesses: list[EmergencyAccess] = field(default_factory=list)
    reviews: list[EmergencyReview] = field(default_factory=list)
    erasures: dict[PatientId, Erasure] = field(default_factory=dict)
    keyless: set[PatientId] = field(default_factory=set)
    """Whose keys have not come in here, whatever was granted."""

    def status(self, patient: PatientId) -> CardStatus:
        return self.cards.get(patient, POLICY)

    def is_controlled(self, patient: PatientId) -> bool:
        return not self.status(patient).is_policy

    def open_to(self, actor: Actor, patient: PatientId, now: datetime) -> frozenset[Category]:
        if patient in self.erasures:
            return frozenset()
        if patient in self.keyless:
            return FRONT_DESK_CATEGORIES
        reads = may(actor.role, Action.READ_CLINICAL)
        is_open = set(FRONT_DESK_CATEGORIES)
        if reads and not self.is_controlled(patient):
            is_open |= CLINICAL_CATEGORIES
        for share in self.shares.get(patient, ()):
            mine = share.grantee in {actor.id, Team.CLINICAL if reads else ""}
            over = share.until is not None and share.until <= now
            if mine and share.state is GrantState.ACTIVE and not over:
                is_open |= share.categories
        if self.current(actor, patient, now) is not None:
            is_open.add(Category.EMERGENCY)
        return frozenset(is_open)

    def current(self, actor: Actor, patient: PatientId, now: datetime) -> EmergencyAccess | None:
        return next(
            (
                access
                for access in self.accesses
                if access.patient == patient and access.person == actor.id and now < access.until
            ),
            None,
        )

    def take_card(
        self, patient: PatientId, now: datetime, keep: frozenset[Category] = frozenset()
    ) -> None:
        """Let the patient decide from now on; the care team keeps `keep`."""
        made = self.status(patient).generation or 1
        self.cards[patient] = CardStatus(taken=True, generation=made, since=now)
        self.shares[patient] = [
            Share(
                id=f"team {patient}",
                grantee_kind=GranteeKind.TEAM,
                grantee=Team.CLINICAL,
                name="",
                categories=keep,
                purpose="treatment",
                start=now,
                until=None,
                state=GrantState.ACTIVE,
            )
        ] * bool(keep)

    def answer(self, request: str, now: datetime, *, granted: bool) -> tuple:
        """Let the patient answer, and give the events that tell of it."""
        at = next(n for n, asked in enumerate(self.requests) if asked.id == request)
        asked = self.requests[at]
        state = RequestState.GRANTED if granted else RequestState.REFUSED
        self.requests[at] = replace(asked, state=state)
        if granted:
            self.shares.setdefault(asked.patient, []).append(
                Share(
                    id=f"share {request}",
                    grantee_kind=GranteeKind.PERSON,
                    grantee=asked.person,
                    name=asked.person_name,
                    categories=asked.categories,
                    purpose=asked.purpose,
                    start=now,
                    until=asked.until,
                    state=GrantState.ACTIVE,
                    reshare=True,
                )
            )
        answered = RequestAnswered(asked.patient, asked.person, granted)
        return ConsentChanged(asked.patient), answered
