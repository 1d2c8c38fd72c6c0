"""What a transaction can say: one frozen class a kind, with the shape of its body.

Ids are 16 bytes, hashes 32. Nothing personal stands in a statement: pseudonyms, commitments,
times and codes only.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeVar

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Basis
from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.people import Role, Team
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.node.contracts.shapes import (
    BOX_KEY,
    HASH,
    ID,
    INSTANT,
    SIGNATURE,
    SIGNING_KEY,
    MalformedBodyError,
    Shape,
    code,
    many,
    octets,
    one_of,
    optional,
    plain,
    rows,
    text,
    whole,
)
from ehr_desktop.node.ledger.vote import MAX_SIGNED_VOTE

ROLE = one_of(*Role)
TEAM = one_of(*Team)
CATEGORY = one_of(*Category)
MINUTES = whole(1, 24 * 60)
COUNT = whole(1, 2**31)
DEVICE_NAME = text(100, least=1)
MOST_WEIGHT = 1000
MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Statement:
    """What one transaction says."""

    KIND: ClassVar[str]
    SHAPES: ClassVar[tuple[Shape, ...]]

    def body(self) -> tuple[Any, ...]:
        """Give the fields in order, as a transaction's body holds them."""
        return tuple(plain(getattr(self, field.name)) for field in fields(self))


S = TypeVar("S", bound=Statement)
KINDS: dict[str, type[Statement]] = {}


def kind(name: str, *shapes: Shape) -> Any:
    """Register a class of statements under the name of its kind, with the shapes of its fields."""

    def register(statement: type[S]) -> type[S]:
        statement.KIND, statement.SHAPES = name, shapes
        KINDS[name] = statement
        return statement

    return register


def read_statement(kind: str, body: tuple[Any, ...]) -> Statement:
    """Read a transaction's body.

    Raises:
        MalformedBodyError: no such kind, or the body has another shape.
    """
    statement = KINDS.get(kind)
    if statement is None:
        raise MalformedBodyError("unknown kind")
    if len(body) != len(statement.SHAPES):
        raise MalformedBodyError(f"expected {len(statement.SHAPES)} fields")
    return statement(*[shape(v) for shape, v in zip(statement.SHAPES, body, strict=True)])


@kind(
    "clinic.found",
    text(300), text(64), rows(whole(0, 6), code, code, most=7), one_of(*ProposerMode),
    ID, SIGNING_KEY, BOX_KEY, DEVICE_NAME,
    ID, SIGNING_KEY, BOX_KEY,
    BOX_KEY, BOX_KEY, ID, HASH, rows(TEAM, HASH, most=8),
)  # fmt: skip
@dataclass(frozen=True, slots=True)
class FoundClinic(Statement):
    """The first transaction: the clinic, its first workstation, administrator and team keys.

    `hours` are rows of weekday, opening and closing time (HH:MM). `directory` is the pseudonym
    under which records of no single patient are kept, `vault` the commitment to its vault key.
    `boxes` are rows of team and hash of the box in which its key is for the administrator.
    """

    name: str
    time_zone: str
    hours: tuple[tuple[int, str, str], ...]
    proposers: str
    device: bytes
    device_key: bytes
    device_box_key: bytes
    device_name: str
    administrator: bytes
    administrator_key: bytes
    administrator_box_key: bytes
    front_desk_key: bytes
    clinical_key: bytes
    directory: bytes
    vault: bytes
    boxes: tuple[tuple[str, bytes], ...]


@kind("clinic.change", text(300), text(64), rows(whole(0, 6), code, code, most=7))
@dataclass(frozen=True, slots=True)
class ChangeClinic(Statement):
    """A new name, time zone or opening hours."""

    name: str
    time_zone: str
    hours: tuple[tuple[int, str, str], ...]


@kind("member.enrol", ID, ROLE, SIGNING_KEY, BOX_KEY)
@dataclass(frozen=True, slots=True)
class EnrolMember(Statement):
    """A new account. Its sealed particulars are the transaction's one container."""

    person: bytes
    role: str
    signing_key: bytes
    box_key: bytes


@kind("member.account", ID)
@dataclass(frozen=True, slots=True)
class ReplaceAccount(Statement):
    """New particulars or a new password for an account: the transaction's one container."""

    person: bytes


@kind("member.deactivate", ID)
@dataclass(frozen=True, slots=True)
class DeactivateMember(Statement):
    """Somebody has left."""

    person: bytes


@kind("team.key", TEAM, COUNT, BOX_KEY, many(HASH, most=MOST_ROWS))
@dataclass(frozen=True, slots=True)
class ReplaceTeamKey(Statement):
    """A new generation of a team's key, with the hashes of the boxes for its members."""

    team: str
    generation: int
    key: bytes
    boxes: tuple[bytes, ...]


@kind(
    "team.renew", TEAM, COUNT, BOX_KEY,
    rows(ID, HASH, most=MOST_ROWS, least=1), rows(COUNT, HASH, most=MOST_ROWS),
)  # fmt: skip
@dataclass(frozen=True, slots=True)
class RenewTeamKey(Statement):
    """The next generation of a team's key, since somebody has left who knew the one before: person
    and hash of the box for its members; and the generations before it, sealed to it, with the hash
    of each box.
    """

    team: str
    generation: int
    key: bytes
    boxes: tuple[tuple[bytes, bytes], ...]
    links: tuple[tuple[int, bytes], ...]


@kind("team.box", TEAM, COUNT, rows(ID, HASH, most=MOST_ROWS))
@dataclass(frozen=True, slots=True)
class WelcomeMembers(Statement):
    """A member hands the team's key on to others of the team: person and hash of the box."""

    team: str
    generation: int
    boxes: tuple[tuple[bytes, bytes], ...]


@kind("device.enrol", ID, SIGNING_KEY, BOX_KEY, DEVICE_NAME, SIGNATURE)
@dataclass(frozen=True, slots=True)
class EnrolDevice(Statement):
    """A new workstation, which has signed that it joins; see `acceptance.py`."""

    device: bytes
    key: bytes
    box_key: bytes
    name: str
    acceptance: bytes


@kind("device.remove", ID)
@dataclass(frozen=True, slots=True)
class RemoveDevice(Statement):
    """A workstation is no longer one of the clinic's."""

    device: bytes


@kind("device.weights", rows(ID, whole(0, MOST_WEIGHT), most=100, least=1))
@dataclass(frozen=True, slots=True)
class SetWeights(Statement):
    """New voting weights for some workstations: device and weight; the others keep theirs."""

    weights: tuple[tuple[bytes, int], ...]


@kind("device.leave")
@dataclass(frozen=True, slots=True)
class LeaveDevice(Statement):
    """The author's workstation signs off: nobody is to wait for its vote. Signed by it alone."""


@kind("device.return")
@dataclass(frozen=True, slots=True)
class ReturnDevice(Statement):
    """The author's workstation is back and votes again. Signed by it alone."""


@kind("device.evidence", octets(MAX_SIGNED_VOTE), octets(MAX_SIGNED_VOTE))
@dataclass(frozen=True, slots=True)
class ReportEvidence(Statement):
    """Two signed votes that no honest workstation casts both. Signed by the reporter's alone."""

    first: bytes
    second: bytes


SAID_BY_DEVICES = frozenset(
    {
        LeaveDevice.KIND, ReturnDevice.KIND, ReportEvidence.KIND,
        "pin.try", "pin.answer", "consent.lapse", "consent.lapse-rule", "consent.lapse-delegation",
        "escrow.release", "epoch.gone", "erasure.done",
    }
)  # fmt: skip
"""What a workstation says by itself, with nobody's signature but its own."""

NOBODY = bytes(16)
"""The person of what a workstation says by itself."""


@kind("team.reseal", TEAM, COUNT, many(HASH, most=MOST_ROWS))
@dataclass(frozen=True, slots=True)
class ResealKeys(Statement):
    """Category keys sealed again, to the generation of a team's key that follows: the hashes of the
    boxes. Comes before the statement that starts that generation.
    """

    team: str
    generation: int
    boxes: tuple[bytes, ...]


@kind("patient.register", ID, HASH)
@dataclass(frozen=True, slots=True)
class RegisterPatient(Statement):
    """A new pseudonym and the commitment to its vault key. Basis of access: the clinic's policy."""

    patient: bytes
    vault: bytes


@kind(
    "epoch.open",
    ID,
    rows(CATEGORY, COUNT, HASH, rows(TEAM, COUNT, HASH, most=8), rows(ID, HASH, most=200), most=32),
)
@dataclass(frozen=True, slots=True)
class OpenEpochs(Statement):
    """New category keys of a patient: category, epoch, commitment to the key; for each team that
    gets it the team key's generation and the hash of the box; and for each reader (a member, the
    patient or a delegate, by id) the hash of the box.
    """

    patient: bytes
    epochs: tuple[
        tuple[str, int, bytes, tuple[tuple[str, int, bytes], ...], tuple[tuple[bytes, bytes], ...]],
        ...,
    ]


@kind(
    "record.commit", ID, rows(ID, COUNT, CATEGORY, COUNT, most=MOST_ROWS), one_of("form", "import")
)
@dataclass(frozen=True, slots=True)
class CommitRecords(Statement):
    """Records written: record, version, category and epoch, one row a container, in their order.

    Version 1 is new; a higher one amends the version before it.
    """

    patient: bytes
    records: tuple[tuple[bytes, int, str, int], ...]
    source: str


@kind(
    "access.read",
    ID,
    one_of("open", "export", "print"),
    code,
    one_of(*Basis),
    many(CATEGORY, most=32),
)
@dataclass(frozen=True, slots=True)
class ReadRecords(Statement):
    """The receipt for reading: who (the signer), whose, how, why, on what basis and which
    categories. Categories read on different bases have a receipt each.
    """

    patient: bytes
    manner: str
    purpose: str
    basis: str
    categories: tuple[str, ...]


@kind(
    "appointment.book",
    ID, ID, ID, INSTANT, MINUTES, code, code, optional(code), whole(1, 2**31),
)  # fmt: skip
@dataclass(frozen=True, slots=True)
class BookAppointment(Statement):
    """A booking. `wall_start` is clinic-local (YYYY-MM-DDTHH:MM); `override` a code, or empty.

    Its words (reason, comment, why it overrides) are the transaction's one container, a FHIR
    Appointment in the category appointments at `epoch`.
    """

    appointment: bytes
    provider: bytes
    patient: bytes
    start_ms: int
    minutes: int
    wall_start: str
    time_zone: str
    override: str
    epoch: int


@kind("appointment.move", ID, ID, INSTANT, MINUTES, code, code, optional(code), whole(0, 2**31))
@dataclass(frozen=True, slots=True)
class MoveAppointment(Statement):
    """Another time, length or provider. New words (why it overrides) are a container at `epoch`;
    without them `epoch` is 0.
    """

    appointment: bytes
    provider: bytes
    start_ms: int
    minutes: int
    wall_start: str
    time_zone: str
    override: str
    epoch: int


@kind("appointment.status", ID, one_of(*AppointmentStatus), whole(0, 2**31))
@dataclass(frozen=True, slots=True)
class ChangeAppointmentStatus(Statement):
    """The next step of an appointment's day, or its cancellation. New words (why it was
    cancelled) are a container at `epoch`; without them `epoch` is 0.
    """

    appointment: bytes
    status: str
    epoch: int


def vault_named(statement: Statement) -> tuple[bytes, bytes] | None:
    """Give the patient whose vault key a statement commits to, and the commitment."""
    if isinstance(statement, FoundClinic):
        return statement.directory, statement.vault
    if isinstance(statement, RegisterPatient):
        return statement.patient, statement.vault
    return None
