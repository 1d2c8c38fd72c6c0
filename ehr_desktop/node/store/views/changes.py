"""What the indexer tells a team's view, in ledger order. Times are UTC milliseconds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId, RecordId, TransactionId
from ehr_desktop.domain.projection import EntryRow, PatientRow
from ehr_desktop.domain.schedule import AppointmentStatus


@dataclass(frozen=True, slots=True)
class ViewChange:
    """Something a view has to take over. Taking it over twice is the same as once."""


@dataclass(frozen=True, slots=True)
class PatientSeen(ViewChange):
    """A version of a Patient resource. `reference` is `Type/id`, `full_url` that of its bundle."""

    patient: PatientId
    record: RecordId
    row: PatientRow
    reference: str
    changed_ms: int
    full_url: str = ""
    transaction: TransactionId = TransactionId("")


@dataclass(frozen=True, slots=True)
class EntrySeen(ViewChange):
    """A version of any other record; a newer one replaces an older one. `amends` tells whether
    this version changes an earlier one, `origin` where it came from (empty: written here).
    """

    patient: PatientId
    record: RecordId
    version: int
    category: Category
    resource_type: str
    reference: str
    full_url: str
    recorded_ms: int
    author: PersonId
    transaction: TransactionId
    origin: str
    amends: bool
    row: EntryRow


@dataclass(frozen=True, slots=True)
class AppointmentSeen(ViewChange):
    """A booking. `override` marks one made over another on purpose; `words_of` is the transaction
    its words came with, empty if they are not here.
    """

    id: AppointmentId
    provider: PersonId
    patient: PatientId
    start_ms: int
    minutes: int
    wall_start: str
    time_zone: str
    status: AppointmentStatus
    status_ms: int
    override: bool
    reason: str
    comment: str
    override_reason: str
    words_of: TransactionId = TransactionId("")


@dataclass(frozen=True, slots=True)
class AppointmentMoved(ViewChange):
    """A booking got another time, length or provider."""

    id: AppointmentId
    provider: PersonId
    start_ms: int
    minutes: int
    wall_start: str
    time_zone: str
    override: bool


@dataclass(frozen=True, slots=True)
class AppointmentStatusChanged(ViewChange):
    """A booking took its next step."""

    id: AppointmentId
    status: AppointmentStatus
    at_ms: int


@dataclass(frozen=True, slots=True)
class AppointmentWords(ViewChange):
    """The words of a booking, which stand in a container and not on the ledger."""

    id: AppointmentId
    reason: str
    comment: str
    override_reason: str
    words_of: TransactionId = TransactionId("")


@dataclass(frozen=True, slots=True)
class CategoryForgotten(ViewChange):
    """The team lost the key of one category of a patient's record."""

    patient: PatientId
    category: Category


@dataclass(frozen=True, slots=True)
class PatientForgotten(ViewChange):
    """The patient's record was erased, or the team lost all of it."""

    patient: PatientId


RowName = tuple[str, str]
"""What a row is (`patient`, `record`, `appointment`) and its id."""


def row_of(change: ViewChange) -> RowName:
    """Give the one row that a transaction's change is about.

    Raises:
        TypeError: the change is about more than a row.
    """
    match change:
        case PatientSeen():
            return "patient", change.patient
        case EntrySeen():
            return "record", change.record
        case AppointmentSeen() | AppointmentMoved():
            return "appointment", change.id
        case AppointmentStatusChanged() | AppointmentWords():
            return "appointment", change.id
        case _:
            raise TypeError(type(change).__name__)


@dataclass(frozen=True, slots=True)
class AheadChange:
    """What a transaction that is not final yet does to one row."""

    transaction: bytes
    row: RowName
    changes: Sequence[ViewChange]


@dataclass(frozen=True, slots=True)
class ViewStep:
    """What a view takes over at once: all of it or nothing, in the order of the fields.

    `undone` rows become what they were before anything pending was applied to them; `changes` are
    final; `settled` rows show what has become final as it was applied ahead; `ahead` is pending.
    `arrived` and `awaited` are names with the transactions that need them; `position` is how far
    in the ledger the view has come then, None to leave it.
    """

    undone: Collection[RowName] = ()
    changes: Sequence[ViewChange] = ()
    settled: Collection[RowName] = ()
    ahead: Sequence[AheadChange] = ()
    arrived: Collection[tuple[bytes, bytes]] = ()
    awaited: Collection[tuple[bytes, bytes]] = ()
    position: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing but, perhaps, the position."""
        return not (
            self.undone
            or self.changes
            or self.settled
            or self.ahead
            or self.arrived
            or self.awaited
        )
