"""What the in-memory clinic knows, shared by its services, and the people who fill it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ehr_desktop.domain.errors import NotFoundError, NotSignedInError
from ehr_desktop.domain.events import Event, LedgerGrew
from ehr_desktop.domain.ids import (
    AppointmentId,
    BlockId,
    DeviceId,
    PatientId,
    PersonId,
    RecordId,
    RecordNumber,
    TransactionId,
)
from ehr_desktop.domain.ledger import BlockSummary, TransactionState, TransactionSummary
from ehr_desktop.domain.network import LinkState, NetworkStatus, WorkstationStatus
from ehr_desktop.domain.patients import Demographics, PatientSummary, Sex
from ehr_desktop.domain.people import Actor, Clinic, OpeningHours, Role, Staff, Team
from ehr_desktop.domain.schedule import Appointment, AppointmentStatus, Slot
from tests.support.memory_consent import ConsentBook

PASSWORD = "quiet-river-lamp-stone-fog"
ZONE = "Europe/London"
NOON = datetime(2026, 8, 14, 9, 40, tzinfo=UTC)
"""Friday 14-Aug-2026, 10:40 clinic time: the made-up clinic's present."""
DEVICE = DeviceId(hashlib.sha256(b"device").hexdigest()[:32])


def made_id(text: str) -> str:
    """Give 32 hexadecimal characters that are always the same for `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def made_hash(text: str) -> str:
    """Give 64 hexadecimal characters that are always the same for `text`."""
    return hashlib.sha256(text.encode()).hexdigest()


def one_pc(name: str = "Front desk") -> NetworkStatus:
    """Give the network of a clinic with one workstation."""
    here = WorkstationStatus(DEVICE, name, LinkState.HERE, 1204, weight=1)
    return NetworkStatus((here,), 1204, 0, 1, 1, 1, listening="192.168.1.20:7411")


@dataclass
class World:
    """Everything in one place. `publish` may be replaced to hear events."""

    now: Callable[[], datetime]
    clinic: Clinic = field(
        default_factory=lambda: Clinic(
            "Harbour Street Practice", ZONE, OpeningHours(), made_hash("network")
        )
    )
    awaiting: set[PersonId] = field(default_factory=set)
    keys_to_replace: list[Team] = field(default_factory=list)
    """Who waits for a colleague to hand a team's key on."""
    publish: Callable[[Event], object] = lambda _event: None
    network: NetworkStatus = field(default_factory=one_pc)
    staff: dict[PersonId, Staff] = field(default_factory=dict)
    passwords: dict[PersonId, str] = field(default_factory=dict)
    unlocked: dict[str, PersonId] = field(default_factory=dict)
    signed_in_before: list[str] = field(default_factory=list)
    patients: dict[PatientId, PatientSummary] = field(default_factory=dict)
    recent: list[PatientId] = field(default_factory=list)
    appointments: dict[AppointmentId, Appointment] = field(default_factory=dict)
    transactions: list[TransactionSummary] = field(default_factory=list)
    blocks: list[BlockSummary] = field(default_factory=list)
    consent: ConsentBook = field(default_factory=ConsentBook)

    def require(self, actor: Actor) -> None:
        """Say no to a session that has ended or is locked."""
        if actor.session not in self.unlocked:
            raise NotSignedInError(actor.session)

    def patient(self, patient: PatientId) -> PatientSummary:
        """Give a patient that exists."""
        if patient not in self.patients:
            raise NotFoundError(patient)
        return self.patients[patient]

    def write(
        self, kind: str, person: PersonId, *facts: tuple[str, str], rule: str = ""
    ) -> TransactionSummary:
        """Put one transaction on the ledger, alone in its block; a `rule` refuses it."""
        height = len(self.blocks) + 1
        name = self.staff[person].display_name if person in self.staff else ""
        written = TransactionSummary(
            id=TransactionId(made_hash(f"transaction {height}")),
            kind=kind,
            height=height,
            index=height - 1,
            time=self.now(),
            device=DEVICE,
            person=person,
            person_name=name,
            sequence=height,
            state=TransactionState.REFUSED if rule else TransactionState.FINAL,
            rule=rule,
            facts=facts,
            containers=0 if kind in {"opened", "signed-in"} else 1,
            size_bytes=412,
        )
        self.transactions.append(written)
        self.blocks.append(
            BlockSummary(
                height=height,
                id=BlockId(made_hash(f"block {height}")),
                parent=BlockId(made_hash(f"block {height - 1}")),
                time=self.now(),
                transactions=1,
                refused=1 if rule else 0,
                merkle_root=made_hash(f"merkle {height}"),
                state_root=made_hash(f"state {height}"),
                tree_size=height,
                proposer=DEVICE,
                signatures=1,
                slot=height,
            )
        )
        self.publish(LedgerGrew(height))
        return written


STAFF = (
    ("amara.osei", "Amara Osei", Role.ADMINISTRATOR),
    ("ines.duarte", "Inês Duarte", Role.RECEPTIONIST),
    ("tom.hale", "Tom Hale", Role.NURSE),
    ("karin.lindqvist", "Dr Karin Lindqvist", Role.DOCTOR),
    ("chidi.okafor", "Dr Chidi Okafor", Role.DOCTOR),
)
"""Account name, display name, role. The last three see patients."""

PATIENTS = (
    ("Ashworth", "Margaret", "1948-03-02", Sex.FEMALE),
    ("Bielski", "Tomasz", "1979-11-23", Sex.MALE),
    ("Chen", "Mei-Ling", "1991-06-17", Sex.FEMALE),
    ("Dufour", "Élodie", "2019-09-30", Sex.FEMALE),
    ("Eriksen", "Håkon", "1966", Sex.MALE),
    ("Fernández de Córdoba y Álvarez de Toledo", "María del Carmen", "1957-12-08", Sex.FEMALE),
    ("Ghosh", "Arjun", "1985-02", Sex.MALE),
    ("<b>Hughes</b>", "Owen & <i>Rhys</i>", "2002-04-11", Sex.OTHER),
    ("ישראלי", "נועה", "1973-07-19", Sex.FEMALE),
    ("Sukarno", "", "1961-06-06", Sex.MALE),
    ("Nguyễn", "Thị Hương", "1994-10-01", Sex.FEMALE),
    ("Whitfield", "George", "1939-01-28", Sex.MALE),
)
"""Family name, given names, birth date, sex."""

_DAY = (
    # provider account, patient index, clinic-local start, minutes, status, reason
    ("karin.lindqvist", 0, "09:00", 20, AppointmentStatus.DONE, "Blood pressure review"),
    ("karin.lindqvist", 1, "09:20", 20, AppointmentStatus.DONE, "Sore throat"),
    ("karin.lindqvist", 2, "10:20", 20, AppointmentStatus.IN_ROOM, "Migraine follow-up"),
    ("karin.lindqvist", 5, "11:00", 40, AppointmentStatus.ARRIVED, "Diabetes annual review"),
    ("karin.lindqvist", 7, "14:00", 20, AppointmentStatus.BOOKED, "New patient"),
    ("chidi.okafor", 3, "09:00", 20, AppointmentStatus.NO_SHOW, "Eczema"),
    ("chidi.okafor", 4, "10:40", 20, AppointmentStatus.ARRIVED, "Knee pain"),
    ("chidi.okafor", 6, "11:20", 20, AppointmentStatus.BOOKED, "Test results"),
    ("chidi.okafor", 8, "12:00", 20, AppointmentStatus.CANCELLED, "Repeat prescription"),
    ("chidi.okafor", 9, "15:00", 40, AppointmentStatus.BOOKED, "Medication review"),
    ("tom.hale", 10, "09:40", 10, AppointmentStatus.DONE, "Blood test"),
    ("tom.hale", 11, "10:50", 20, AppointmentStatus.BOOKED, "Wound dressing"),
    ("tom.hale", 0, "13:30", 10, AppointmentStatus.BOOKED, "Flu vaccination"),
)


def fill(world: World) -> None:
    """Put the staff, the patients and a day of appointments into an empty world."""
    for account, name, role in STAFF:
        person = PersonId(made_id(account))
        email = f"{account}@harbour-street.example"
        world.staff[person] = Staff(person, account, name, role, "020 7946 0101", email)
        world.passwords[person] = PASSWORD
        world.write("account-added", person, ("role", role), ("name", name))
    desk = PersonId(made_id("ines.duarte"))
    for number, (family, given, born, sex) in enumerate(PATIENTS):
        patient = PatientId(made_id(f"patient {number}"))
        world.patients[patient] = PatientSummary(
            patient,
            RecordId(made_id(f"demographics {number}")),
            Demographics(
                family=family,
                given=given,
                birth_date=born,
                sex=sex,
                record_number=RecordNumber(f"P-{number + 1:06d}"),
                insurance_id=f"485 777 34{number:02d}",
                phone=f"020 7946 02{number:02d}",
                email=f"patient{number}@mail.example",
                address=f"{number + 3} Harbour Street, London",
            ),
        )
        world.write("patient-registered", desk, ("patient", patient))
    local = world.now().astimezone(ZoneInfo(ZONE)).date()
    for row in _DAY:
        _book(world, local, *row)


def _book(
    world: World,
    day: date,
    account: str,
    patient_index: int,
    start: str,
    minutes: int,
    status: AppointmentStatus,
    reason: str,
) -> None:
    provider = PersonId(made_id(account))
    patient = PatientId(made_id(f"patient {patient_index}"))
    wall = datetime.fromisoformat(f"{day.isoformat()}T{start}")
    begins = wall.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    appointment = AppointmentId(made_id(f"appointment {account} {start}"))
    world.appointments[appointment] = Appointment(
        id=appointment,
        provider=provider,
        patient=patient,
        patient_name=world.patients[patient].name,
        slot=Slot(begins, timedelta(minutes=minutes)),
        wall_start=wall.isoformat(timespec="minutes"),
        time_zone=ZONE,
        status=status,
        reason=reason,
        provider_name=world.staff[provider].display_name,
        status_since=min(begins, world.now()),
    )
    world.write("booked", PersonId(made_id("ines.duarte")), ("appointment", appointment))
