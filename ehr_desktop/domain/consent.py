"""Who may see what of a patient's record, on whose word, and who did: in plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ehr_desktop.domain.categories import CLINICAL_CATEGORIES, Category
from ehr_desktop.domain.ids import DeviceId, PatientId, PersonId, TransactionId

CONTROLLED = CLINICAL_CATEGORIES
"""What a patient with a card decides about. Names, contacts, appointments and bills stay with the
clinic, which could not work without them.
"""

PIN_DIGITS = 6
MOST_GUESSES = 10
EMERGENCY_MINUTES = 30
REVIEW_HOURS = 72
RECOVERY_HOURS = 24
FULL_AGE = 18


class GranteeKind(StrEnum):
    """To whom a grant can be made."""

    PERSON = "person"
    TEAM = "team"


class RuleKind(StrEnum):
    """What a standing rule can say."""

    APPOINTMENT_DAY = "appointment-day"


class ClaimKind(StrEnum):
    """On what ground a key that is shared out is claimed."""

    EMERGENCY = "emergency"
    RULE = "rule"


class Finding(StrEnum):
    """What the review of an emergency access found."""

    JUSTIFIED = "justified"
    QUESTIONED = "questioned"


class Basis(StrEnum):
    """Why somebody may read."""

    POLICY = "policy"
    PATIENT = "patient"
    RULE = "rule"
    EMERGENCY = "emergency"


class RequestState(StrEnum):
    """What became of a request."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class GrantState(StrEnum):
    """Whether a grant still holds. `ENDING`: nobody is let in any more, but not every workstation
    has destroyed the old keys yet.
    """

    ACTIVE = "active"
    ENDING = "ending"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Somebody asks a patient. `until` and `keep_until` are None for without end and no copies."""

    id: str
    patient: PatientId
    person: PersonId
    person_name: str
    role: str
    categories: frozenset[Category]
    purpose: str
    asked: datetime
    start: datetime
    until: datetime | None
    keep_until: datetime | None
    state: RequestState = RequestState.OPEN


@dataclass(frozen=True, slots=True)
class EndingProgress:
    """How far an ended grant's keys are destroyed, by workstation name."""

    done: tuple[str, ...]
    waiting: tuple[str, ...]
    resealed: bool
    """Whether the records are encrypted anew; before that no workstation can be done."""


@dataclass(frozen=True, slots=True)
class Share:
    """A grant as the patient sees it. `name` is the grantee's, `grantee` a person's id or a team.
    With `reshare` the grantee may hand it on; `handed_on_from` is the grant it came from, or empty.
    `opened_before` tells which categories the grantee opened while it held: what may be remembered.
    """

    id: str
    grantee_kind: GranteeKind
    grantee: str
    name: str
    categories: frozenset[Category]
    purpose: str
    start: datetime
    until: datetime | None
    state: GrantState
    reshare: bool = False
    handed_on_by: str = ""
    ending: EndingProgress | None = None
    opened_before: tuple[tuple[Category, datetime], ...] = ()
    handed_on_from: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A standing rule."""

    id: str
    kind: RuleKind
    categories: frozenset[Category]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Delegation:
    """Somebody may speak for the patient until a date. `name` is empty for whom it is not to be
    known; `since` is when it was said, or None.
    """

    id: str
    patient: PatientId
    delegate: PatientId
    name: str
    until: datetime
    guardian: bool
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One entry of *who saw my record*, newest first in lists. `person` is empty for the patient's
    own readings; `reason` says why in an emergency, `finding` what the review found, or None.
    """

    transaction: TransactionId
    when: datetime
    person: PersonId | None
    name: str
    role: str
    workstation: str
    manner: str
    purpose: str
    categories: frozenset[Category]
    basis: Basis
    own: bool = False
    reason: str = ""
    finding: Finding | None = None
    review_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnconfirmedCard:
    """A patient's card, or a guardian with a card (`speaker`), that waits for a clinician's word:
    until then the clinic's policy stays. Names are empty for those whose keys do not open them.
    """

    patient: PatientId
    patient_name: str
    speaker: PatientId
    speaker_name: str
    generation: int
    made_by: PersonId
    made_by_name: str
    made: datetime

    @property
    def is_guardian(self) -> bool:
        """Whether somebody was named to decide for the patient, rather than the patient."""
        return self.speaker != self.patient


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A patient's card, or a guardian with a card (`speaker`), that was not confirmed, but turned
    away. `generation` is that of the card. Names are empty for those that are not known here.
    """

    patient: PatientId
    speaker: PatientId
    speaker_name: str
    generation: int
    by: PersonId
    by_name: str
    when: datetime

    @property
    def is_guardian(self) -> bool:
        """Whether it was somebody named to decide for the patient, rather than the patient."""
        return self.speaker != self.patient


@dataclass(frozen=True, slots=True)
class CardStatus:
    """Whether a patient decides: what the front desk and the chart's banner show. `guardians` are
    those who decide.
    """

    taken: bool
    generation: int = 0
    lost_since: datetime | None = None
    replaceable_from: datetime | None = None
    guesses_left: int = MOST_GUESSES
    guardians: tuple[Delegation, ...] = ()
    keys_reached: bool = True
    """Whether the patient's own keys to all of the record are sealed already; if not, they will be
    when a clinician who holds them signs in.
    """
    since: datetime | None = None
    """Since when the patient, or a guardian, decides; None where that is not known."""
    unconfirmed: tuple[UnconfirmedCard, ...] = ()
    """The card, if it waits for a clinician, and guardians who do."""
    turned_away: TurnedAway | None = None
    """What was turned away last, where nothing else has come in its place."""

    @property
    def decides(self) -> bool:
        """Whether the patient decides: there is a card, and it was confirmed."""
        return self.taken and all(one.is_guardian for one in self.unconfirmed)

    @property
    def is_policy(self) -> bool:
        """Whether the clinic's policy decides: neither a card nor a guardian has counted yet."""
        return not self.decides and not self.guardians and self.since is None


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card to be printed, once: the code it bears is known to nobody else afterwards."""

    patient: PatientId
    code: str
    generation: int
    summary: bool = False


@dataclass(frozen=True, slots=True)
class GuardRule:
    """How PINs and emergency keys are guarded here: any `threshold` of `workstations`. With fewer
    than four the screen says what weaker rule holds.
    """

    threshold: int
    workstations: int


@dataclass(frozen=True, slots=True)
class PatientActor:
    """A patient, or a delegate speaking for one, at this workstation. The keys stay in the node.

    Whoever shows a card that is not `confirmed` can check in, and nothing else.
    """

    session: str
    patient: PatientId
    speaker: PatientId
    name: str
    confirmed: bool = True

    @property
    def is_delegate(self) -> bool:
        """Whether somebody else speaks for the patient."""
        return self.speaker != self.patient


@dataclass(frozen=True, slots=True)
class EmergencyAccess:
    """Emergency access that was given; it closes by itself at `until`."""

    claim: str
    patient: PatientId
    person: PersonId
    until: datetime
    shares: int
    threshold: int


@dataclass(frozen=True, slots=True)
class EmergencyReview:
    """An emergency access that has to be, or was, reviewed. `patient_name` is empty for those whose
    keys do not open it.
    """

    claim: str
    patient: PatientId
    patient_name: str
    person: PersonId
    name: str
    when: datetime
    reason: str
    words: str
    due: datetime
    finding: Finding | None
    reviewer: str = ""


@dataclass(frozen=True, slots=True)
class Erasure:
    """A record on its way out, or gone. `acknowledged` and `waiting` are workstation names."""

    patient: PatientId
    ordered: datetime
    ordered_by: str
    not_before: date
    basis: str
    confirmed: datetime | None
    confirmed_by: str
    acknowledged: tuple[tuple[str, datetime], ...]
    waiting: tuple[str, ...]
    transactions: tuple[TransactionId, ...]


@dataclass(frozen=True, slots=True)
class Custody:
    """The clinic's recovery key: how many paper shares there are and how many open it; generation 0
    before there is one.
    """

    generation: int
    threshold: int
    count: int
    teams: tuple[str, ...] = ()
    """Teams whose current key the custodians could open."""


@dataclass(frozen=True, slots=True)
class PaperShare:
    """One custodian's share, to be printed once. `words` can be typed back in."""

    number: int
    count: int
    threshold: int
    words: str


@dataclass(frozen=True, slots=True)
class HeldWhere:
    """A workstation by id and name, for lists."""

    device: DeviceId
    name: str


def of_age_on(birth_date: str) -> date | None:
    """Give the day somebody comes of age, from an ISO date; None where the birth is not known to
    the day. Whoever was born on the 29th of February comes of age on the 1st of March.
    """
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return None
    try:
        return born.replace(year=born.year + FULL_AGE)
    except ValueError:
        return date(born.year + FULL_AGE, 3, 1)
