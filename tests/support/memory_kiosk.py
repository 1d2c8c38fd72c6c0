"""A clinic with a kiosk in memory: one patient with a card, who may speak for a child.

It keeps the rules screens depend on: PINs run out, a stopped share ends, answers are kept. What it
was told stands in `said`.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import ChartSummary
from ehr_desktop.domain.consent import (
    MOST_GUESSES,
    AccessRequest,
    Basis,
    Delegation,
    EndingProgress,
    Finding,
    GranteeKind,
    GrantState,
    GuardRule,
    Look,
    PatientActor,
    RequestState,
    Rule,
    Share,
)
from ehr_desktop.domain.errors import (
    CardLostError,
    CardUnknownError,
    InvalidInputError,
    NoKeyError,
    NotFoundError,
    NotSignedInError,
    PinLockedError,
    PinWrongError,
)
from ehr_desktop.domain.ids import PatientId, PersonId, TransactionId
from ehr_desktop.domain.people import Clinic, OpeningHours
from ehr_desktop.domain.schedule import Appointment, AppointmentStatus, Slot
from ehr_desktop.services.values import ExportReport
from tests.support.kiosk_summary import made_summary
from tests.support.memory_world import NOON, ZONE, made_hash, made_id

CODE = "K7QM2XW4RTZA3BCDE5FGH6JKLM"
LOST_CODE = "K7QM2XW4RTZA3BCDE5FGH6LOST"
PIN = "280763"
EXIT_PIN = "4711"
PATIENT, CHILD = PatientId(made_id("patient 0")), PatientId(made_id("patient 3"))
OSEI, HALE = PersonId(made_id("karin.lindqvist")), PersonId(made_id("tom.hale"))
DOCTOR, NURSE = "Dr Karin Lindqvist", "Tom Hale"


def _appointment(family: str, start: str, who: str, status: AppointmentStatus) -> Appointment:
    wall = datetime.fromisoformat(f"2026-08-14T{start}")
    slot = Slot(wall.replace(tzinfo=UTC) - timedelta(hours=1), timedelta(minutes=20))
    made = made_id(f"appointment {start}")
    return Appointment(
        made, OSEI, PATIENT, family, slot, wall.isoformat(), ZONE, status, provider_name=who
    )


def _request(number: int, state: RequestState, *which: Category) -> AccessRequest:
    return AccessRequest(
        id=made_id(f"request {number}"),
        patient=PATIENT,
        person=OSEI,
        person_name=DOCTOR,
        role="doctor",
        categories=frozenset(which),
        purpose="second-opinion" if number else "treatment",
        asked=NOON - timedelta(days=number, minutes=20),
        start=NOON - timedelta(days=number),
        until=NOON + timedelta(days=90) if number != 1 else None,
        keep_until=None if number else NOON + timedelta(days=365),
        state=state,
    )


def _share(number: int, state: GrantState, name: str, *which: Category) -> Share:
    team = not name
    return Share(
        id=made_id(f"share {number}"),
        grantee_kind=GranteeKind.TEAM if team else GranteeKind.PERSON,
        grantee="clinical" if team else made_id(name),
        name=name or "clinical",
        categories=frozenset(which),
        purpose="treatment",
        start=NOON - timedelta(days=40),
        until=None if team else NOON + timedelta(days=20),
        state=state,
        opened_before=() if team else ((which[0], NOON - timedelta(days=3)),),
    )


def _look(number: int, basis: Basis, **other: object) -> Look:
    made = Look(
        transaction=TransactionId(made_hash(f"look {number}")),
        when=NOON - timedelta(days=number * 3, minutes=9),
        person=HALE,
        name=NURSE,
        role="nurse",
        workstation="Room 2",
        manner="open",
        purpose="treatment",
        categories=frozenset({Category.LABS, Category.GENERAL}),
        basis=basis,
    )
    return replace(made, **other)


@dataclass
class MemoryKiosk:
    """See the module. `rule` is how PINs are guarded; `delegations` whom the patient speaks for."""

    rule: GuardRule = GuardRule(3, 4)
    guesses: int = MOST_GUESSES
    said: list = field(default_factory=list)
    open_sessions: dict = field(default_factory=dict)
    speaks_for: tuple[Delegation, ...] = ()
    failure: Exception | None = None
    opened: int = 0
    family: str = "Ashworth"
    confirmed: bool = True
    on_way: dict[Category, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        c = Category
        self.today = [
            _appointment(self.family, "10:20", "Dr Amara Osei", AppointmentStatus.BOOKED),
        ]
        self.asked = {
            one.id: one
            for one in (
                _request(0, RequestState.OPEN, c.LABS, c.IMAGING, c.MENTAL_HEALTH),
                _request(1, RequestState.OPEN, c.GENERAL, c.DOCUMENTS),
                _request(9, RequestState.REFUSED, c.GENETICS),
            )
        }
        self.shared = {
            one.id: one
            for one in (
                _share(0, GrantState.ACTIVE, NURSE, c.LABS, c.NOTES),
                _share(1, GrantState.ACTIVE, "", c.EMERGENCY, c.GENERAL),
                replace(
                    _share(2, GrantState.ENDING, "Dr Chidi Okafor", c.NOTES),
                    ending=EndingProgress(("Front desk", "Room 1", "Room 3"), ("Room 2",), True),
                ),
            )
        }
        self.standing: dict[str, Rule] = {}
        self.delegated = {
            made_id("delegation"): Delegation(
                made_id("delegation"), PATIENT, PatientId(made_id("patient 7")), f"Owen {self.family}",
                NOON + timedelta(days=100), guardian=False,
            )
        }  # fmt: skip
        self.seen = [
            _look(0, Basis.PATIENT),
            _look(
                1, Basis.EMERGENCY, name="Dr Chidi Okafor", role="doctor", purpose="emergency",
                reason="unconscious", review_due=NOON + timedelta(days=1),
                categories=frozenset({c.EMERGENCY}),
            ),
            _look(2, Basis.RULE, manner="print", name=DOCTOR, role="doctor", person=OSEI),
            _look(
                3, Basis.EMERGENCY, reason="cannot-be-asked", finding=Finding.JUSTIFIED,
                purpose="emergency",
            ),
            _look(4, Basis.POLICY, manner="export", purpose="export"),
            _look(5, Basis.PATIENT, own=True, person=None, name="", role="", purpose=""),
        ]  # fmt: skip

    def child(self) -> str:
        """Let the patient speak for a child and give its name."""
        end = NOON + timedelta(days=2000)
        name = f"Élodie {self.family}"
        self.speaks_for = (Delegation(made_id("child"), CHILD, PATIENT, name, end, guardian=True),)
        return name

    def forget(self) -> None:
        """Forget everything of the patient, so that only a screen can still know it."""
        self.family, self.speaks_for = "", ()
        for kept in (self.today, self.said, self.seen):
            kept.clear()
        for kept in (self.asked, self.shared, self.standing, self.delegated, self.open_sessions):
            kept.clear()

    async def open(self, code: str, pin: str) -> PatientActor:
        if self.failure is not None:
            raise self.failure
        if code == LOST_CODE:
            raise CardLostError
        if code != CODE:
            raise CardUnknownError
        if not self.guesses:
            raise PinLockedError
        if pin != PIN:
            self.guesses -= 1
            raise PinWrongError(self.guesses)
        self.guesses = MOST_GUESSES
        self.opened += 1
        return self._begin(PATIENT, f"Margaret {self.family}")

    async def speak_for(self, patient: PatientActor, other: PatientId) -> PatientActor:
        self._require(patient)
        return self._begin(other, f"Élodie {self.family}")

    async def close(self, patient: PatientActor) -> None:
        self.open_sessions.pop(patient.session, None)

    async def may_leave(self, pin: str) -> bool:
        return pin == EXIT_PIN

    async def guard_rule(self) -> GuardRule:
        return self.rule

    async def represented(self, patient: PatientActor) -> tuple[Delegation, ...]:
        self._require(patient)
        return self.speaks_for

    async def appointments_today(self, patient: PatientActor) -> tuple[Appointment, ...]:
        self._require(patient)
        return tuple(self.today)

    async def check_in(self, patient: PatientActor, appointment: str) -> Appointment:
        self._require(patient)
        at = next(at for at, one in enumerate(self.today) if one.id == appointment)
        self.today[at] = replace(self.today[at], status=AppointmentStatus.ARRIVED)
        return self.today[at]

    async def requests(self, patient: PatientActor) -> tuple[AccessRequest, ...]:
        self._require(patient)
        if not patient.confirmed:
            raise NoKeyError(patient.patient)
        return tuple(
            sorted(self.asked.values(), key=lambda one: one.state is not RequestState.OPEN)
        )

    async def approve(
        self,
        patient: PatientActor,
        request: str,
        *,
        categories: frozenset[Category],
        until: datetime | None,
    ) -> Share:
        self._require(patient)
        asked = self.asked[request]
        self.asked[request] = replace(asked, state=RequestState.GRANTED)
        self.said.append(("approve", request, categories, until))
        made = Share(
            made_id(f"grant {request}"), GranteeKind.PERSON, asked.person, asked.person_name,
            categories, asked.purpose, NOON, until, GrantState.ACTIVE,
        )  # fmt: skip
        self.shared = {made.id: made, **self.shared}
        return made

    async def refuse(self, patient: PatientActor, request: str) -> None:
        self._require(patient)
        self.asked[request] = replace(self.asked[request], state=RequestState.REFUSED)
        self.said.append(("refuse", request))

    async def shares(self, patient: PatientActor) -> tuple[Share, ...]:
        self._require(patient)
        return tuple(self.shared.values())

    async def share_with_team(
        self, patient: PatientActor, categories: frozenset[Category], *, reshare: bool = False
    ) -> Share:
        self._require(patient)
        self.said.append(("team", categories, *(["reshare"] if reshare else [])))
        made = replace(_share(7, GrantState.ACTIVE, "", *categories), reshare=reshare)
        for old in [one for one in self.shared.values() if one.grantee_kind is GranteeKind.TEAM]:
            self._end(old.id, GrantState.REVOKED)
        self.shared[made.id] = made
        return made

    async def set_reshare(self, patient: PatientActor, share: str, *, reshare: bool) -> Share:
        self._require(patient)
        self.said.append(("reshare", share, reshare))
        made = replace(self.shared[share], id=made_id(f"{share} {reshare}"), reshare=reshare)
        self._end(share, GrantState.REVOKED)
        self.shared = {made.id: made, **self.shared}
        return made

    def hand_on(self, share: str) -> str:
        """Have a grantee hand a share on, and give the new one's id."""
        parent = self.shared[share]
        made = replace(
            parent, id=made_id(f"{share} on"), name="Dr Chidi Okafor", grantee="okafor",
            reshare=False, handed_on_by=parent.name, handed_on_from=share, opened_before=(),
        )  # fmt: skip
        self.shared[made.id] = made
        return made.id

    def _end(self, share: str, state: GrantState) -> None:
        for one in [*self.shared.values()]:
            if one.state is GrantState.ACTIVE and share in {one.id, one.handed_on_from}:
                self.shared[one.id] = replace(one, state=state)

    async def stop(self, patient: PatientActor, share: str) -> Share:
        self._require(patient)
        ending = EndingProgress(("Front desk", "Room 1", "Room 3"), ("Room 2",), resealed=True)
        self._end(share, GrantState.ENDING)
        self.shared[share] = replace(self.shared[share], ending=ending)
        self.said.append(("stop", share))
        return self.shared[share]

    async def rules(self, patient: PatientActor) -> tuple[Rule, ...]:
        self._require(patient)
        return tuple(self.standing.values())

    async def set_rule(self, patient: PatientActor, categories: frozenset[Category]) -> Rule:
        self._require(patient)
        rule = Rule(made_id(f"rule {len(self.said)}"), "appointment-day", categories, None)
        self.standing[rule.id] = rule
        self.said.append(("rule", categories))
        return rule

    async def end_rule(self, patient: PatientActor, rule: str) -> None:
        self._require(patient)
        self.said.append(("end-rule", rule))
        del self.standing[rule]

    async def delegations(self, patient: PatientActor) -> tuple[Delegation, ...]:
        self._require(patient)
        return tuple(self.delegated.values())

    async def delegate(self, patient: PatientActor, card_code: str, until: date) -> Delegation:
        self._require(patient)
        self.said.append(("delegate", card_code, until))
        end = datetime.combine(until, time(12), UTC)
        made = Delegation(made_id(card_code), PATIENT, CHILD, "", end, guardian=False)
        self.delegated[made.id] = made
        return made

    async def end_delegation(self, patient: PatientActor, delegation: str) -> None:
        self._require(patient)
        if delegation not in self.delegated:
            raise NotFoundError
        self.said.append(("end-delegation", delegation))
        del self.delegated[delegation]

    async def looks(
        self, patient: PatientActor, *, own: bool = False, limit: int = 50, offset: int = 0
    ) -> tuple[Look, ...]:
        self._require(patient)
        return tuple(one for one in self.seen if own or not one.own)[offset : offset + limit]

    async def ask(self, patient: PatientActor, look: TransactionId, question: str) -> None:
        self._require(patient)
        self.said.append(("ask", look, question))

    async def summary(self, patient: PatientActor) -> ChartSummary:
        self._require(patient)
        return replace(made_summary(self.family), on_way=self.on_way)

    async def save_record(self, patient: PatientActor, target: Path) -> ExportReport:
        self._require(patient)
        target.write_text("{}")
        self.said.append(("save", target.name))
        return ExportReport(1, 2)

    async def change_pin(self, patient: PatientActor, pin: str) -> None:
        self._require(patient)
        if pin == "123456":
            raise InvalidInputError("pin", "common")
        self.said.append(("pin", pin))

    def _begin(self, patient: PatientId, name: str) -> PatientActor:
        session = f"visit-{len(self.open_sessions)}-{patient[:4]}"
        self.open_sessions[session] = patient
        return PatientActor(session, patient, PATIENT, name, self.confirmed)

    def _require(self, patient: PatientActor) -> None:
        if self.failure is not None:
            raise self.failure
        if patient.session not in self.open_sessions:
            raise NotSignedInError(patient.session)


@dataclass
class MemoryKioskClinic:
    """The clinic around the kiosk."""

    kiosk: MemoryKiosk = field(default_factory=MemoryKiosk)

    @property
    def session(self) -> SimpleNamespace:
        async def clinic() -> Clinic:
            return Clinic("Harbour Street Practice", ZONE, OpeningHours(), made_hash("network"))

        return SimpleNamespace(clinic=clinic)
