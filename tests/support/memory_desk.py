"""The front desk of the in-memory clinic: session, people, patients, appointments, drafts."""

from dataclasses import replace

from ehr_desktop.domain.errors import (
    AccountNameTakenError,
    InvalidInputError,
    RefusedError,
    SignInRefusedError,
    WeakPasswordError,
)
from ehr_desktop.domain.events import PatientsChanged, PeopleChanged
from ehr_desktop.domain.ids import PatientId, PersonId, RecordId, RecordNumber
from ehr_desktop.domain.ledger import NodeStatus, Outcome, TransactionState
from ehr_desktop.domain.network import LinkState
from ehr_desktop.domain.patients import (
    Demographics,
    DuplicateWarning,
    Match,
    PatientPage,
    PatientSummary,
)
from ehr_desktop.domain.people import Action, Actor, Clinic, Role, Staff, Team, Workstation, may
from ehr_desktop.services.values import Draft, NewAccount
from tests.support.memory_world import DEVICE, World, made_id


def refuse(world: World, actor: Actor, kind: str, rule: str, *facts: tuple[str, str]) -> Outcome:
    """Write a refused transaction and give its outcome."""
    written = world.write(kind, actor.id, *facts, rule=rule)
    return Outcome(written.id, TransactionState.REFUSED, rule, facts)


def need(world: World, actor: Actor, action: Action) -> None:
    """Refuse what the actor's role may not do."""
    world.require(actor)
    if not may(actor.role, action):
        raise RefusedError(refuse(world, actor, action, "role", ("role", actor.role)))


class MemorySession:
    def __init__(self, world: World) -> None:
        self._world = world

    async def sign_in(self, account_name: str, password: str) -> Actor:
        world = self._world
        found = next((s for s in world.staff.values() if s.account_name == account_name), None)
        if found is None or not found.active or world.passwords[found.id] != password:
            raise SignInRefusedError
        session = made_id(f"session {len(world.transactions)} {account_name}")
        world.unlocked[session] = found.id
        world.signed_in_before = [
            account_name,
            *(name for name in world.signed_in_before if name != account_name),
        ]
        world.write("signed-in", found.id)
        return Actor(session, found)

    async def unlock(self, actor: Actor, password: str) -> Actor:
        if self._world.passwords[actor.id] != password:
            raise SignInRefusedError
        self._world.unlocked[actor.session] = actor.id
        return actor

    async def lock(self, actor: Actor) -> None:
        self._world.unlocked.pop(actor.session, None)

    async def sign_out(self, actor: Actor) -> None:
        self._world.unlocked.pop(actor.session, None)

    async def clinic(self) -> Clinic:
        return self._world.clinic

    async def status(self) -> NodeStatus:
        world, network = self._world, self._world.network
        return NodeStatus(
            clinic=world.clinic.name,
            network=world.clinic.network,
            device=DEVICE,
            height=len(world.blocks),
            final=sum(t.state is TransactionState.FINAL for t in world.transactions),
            pending=network.pending,
            refused=sum(t.state is TransactionState.REFUSED for t in world.transactions),
            peers=tuple(w.name for w in network.workstations if w.state is LinkState.LINKED),
            validators=sum(w.weight > 0 for w in network.workstations),
            quorum=network.quorum,
            present=network.present,
            total=network.total,
            catching_up=network.catching_up,
            containers=sum(t.containers for t in world.transactions),
            key_store="file",
        )

    async def account_names(self) -> tuple[str, ...]:
        return tuple(self._world.signed_in_before)


class MemoryPeople:
    def __init__(self, world: World) -> None:
        self._world = world

    async def list(self, actor: Actor) -> tuple[Staff, ...]:
        self._world.require(actor)
        return tuple(sorted(self._world.staff.values(), key=lambda s: s.display_name))

    async def providers(self, actor: Actor) -> tuple[Staff, ...]:
        self._world.require(actor)
        order = {Role.DOCTOR: 0, Role.NURSE: 1}
        seeing = [s for s in self._world.staff.values() if s.active and s.role in order]
        return tuple(sorted(seeing, key=lambda s: (order[s.role], s.display_name)))

    async def awaiting_keys(self, actor: Actor) -> tuple[PersonId, ...]:
        self._world.require(actor)
        return tuple(self._world.awaiting)

    async def keys_to_replace(self, actor: Actor) -> tuple[Team, ...]:
        self._world.require(actor)
        return tuple(self._world.keys_to_replace)

    async def add(self, actor: Actor, account: NewAccount) -> Staff:
        need(self._world, actor, Action.MANAGE_PEOPLE)
        if any(s.account_name == account.account_name for s in self._world.staff.values()):
            raise AccountNameTakenError
        if len(account.password) < 15:
            raise WeakPasswordError("short")
        person = PersonId(made_id(account.account_name))
        added = Staff(
            person,
            account.account_name,
            account.display_name,
            account.role,
            account.phone,
            account.email,
        )
        self._world.staff[person] = added
        self._world.passwords[person] = account.password
        self._world.write("account-added", actor.id, ("role", account.role))
        self._world.publish(PeopleChanged())
        return added

    async def deactivate(self, actor: Actor, person: PersonId) -> None:
        need(self._world, actor, Action.MANAGE_PEOPLE)
        self._world.staff[person] = replace(self._world.staff[person], active=False)
        self._world.write("account-ended", actor.id, ("person", person))
        self._world.publish(PeopleChanged())

    async def change_own_password(self, actor: Actor, old: str, new: str) -> None:
        self._world.require(actor)
        if self._world.passwords[actor.id] != old:
            raise SignInRefusedError
        if len(new) < 15:
            raise WeakPasswordError("short")
        self._world.passwords[actor.id] = new

    async def workstations(self, actor: Actor) -> tuple[Workstation, ...]:
        self._world.require(actor)
        return (Workstation(DEVICE, "Front desk"),)


class MemoryPatients:
    def __init__(self, world: World) -> None:
        self._world = world

    async def search(
        self, actor: Actor, text: str, *, limit: int = 50, offset: int = 0
    ) -> PatientPage:
        self._world.require(actor)
        wanted = text.casefold().split()
        found = []
        for patient in self._world.patients.values():
            d = patient.demographics
            fields = {
                "name": f"{d.given} {d.family}",
                "birth_date": d.birth_date,
                "phone": d.phone,
                "insurance_id": d.insurance_id,
                "record_number": d.record_number,
                "email": d.email,
            }
            if "@" not in text:
                fields["email"] = ""
            everything = " ".join(fields.values()).casefold()
            if all(word in everything for word in wanted):
                via = next(
                    (n for n, v in fields.items() if text.casefold() in v.casefold()), "name"
                )
                found.append(Match(patient, via if text else ""))
        return PatientPage(tuple(found[offset : offset + limit]), len(found))

    async def get(self, actor: Actor, patient: PatientId) -> PatientSummary:
        self._world.require(actor)
        return self._world.patient(patient)

    async def duplicates(
        self, actor: Actor, demographics: Demographics
    ) -> tuple[DuplicateWarning, ...]:
        self._world.require(actor)
        warnings = []
        for patient in self._world.patients.values():
            known = patient.demographics
            same_name = (known.family.casefold(), known.given.casefold()) == (
                demographics.family.casefold(),
                demographics.given.casefold(),
            )
            born = bool(known.birth_date) and known.birth_date == demographics.birth_date
            if same_name or (born and known.family.casefold() == demographics.family.casefold()):
                reasons = ("name", "birth_date") if born else ("name",)
                warnings.append(DuplicateWarning(patient, reasons, same_name and born))
        return tuple(warnings)

    async def register(self, actor: Actor, demographics: Demographics) -> PatientSummary:
        need(self._world, actor, Action.REGISTER_PATIENT)
        if not demographics.family and not demographics.given:
            raise InvalidInputError("family", "empty")
        number = len(self._world.patients)
        patient = PatientId(made_id(f"patient {number}"))
        if not demographics.record_number:
            demographics = replace(demographics, record_number=RecordNumber(f"P-{number + 1:06d}"))
        return self._keep(
            actor,
            PatientSummary(patient, RecordId(made_id(f"demographics {number}")), demographics),
            "patient-registered",
        )

    async def change(
        self, actor: Actor, patient: PatientId, demographics: Demographics
    ) -> PatientSummary:
        need(self._world, actor, Action.REGISTER_PATIENT)
        known = self._world.patient(patient)
        return self._keep(actor, replace(known, demographics=demographics), "patient-changed")

    async def recent(self, actor: Actor, limit: int = 10) -> tuple[PatientSummary, ...]:
        self._world.require(actor)
        return tuple(self._world.patients[p] for p in self._world.recent[:limit])

    def _keep(self, actor: Actor, patient: PatientSummary, kind: str) -> PatientSummary:
        world = self._world
        world.patients[patient.id] = patient
        world.recent = [patient.id, *(p for p in world.recent if p != patient.id)]
        world.write(kind, actor.id, ("patient", patient.id))
        world.publish(PatientsChanged(patient.id))
        return patient


class MemoryDrafts:
    def __init__(self, world: World) -> None:
        self._world = world
        self.kept: dict[tuple[PersonId, str], Draft] = {}

    async def save(self, actor: Actor, key: str, text: str) -> None:
        self._world.require(actor)
        self.kept[actor.id, key] = Draft(text, self._world.now())

    async def load(self, actor: Actor, key: str) -> Draft | None:
        self._world.require(actor)
        return self.kept.get((actor.id, key))

    async def discard(self, actor: Actor, key: str) -> None:
        self._world.require(actor)
        self.kept.pop((actor.id, key), None)
