"""What the contract state says of cards, requests, grants, rules, shares, claims and erasures.

One frozen class a kind of entry, in the order its value is stored, with the function that reads it.
Contracts write these entries; the node and its services only read them, through here and through
`consent_basis`, which says what follows from them.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Self, TypeVar

from ehr_desktop.domain.people import Team

Value = Callable[..., Any]
"""`State.get` or a `StateReader`: gives a decoded value of the state by its key, or None."""

E = TypeVar("E", bound="Entry")


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the state."""

    @classmethod
    def of(cls, stored: Any) -> Self:
        """Read a stored value; lists become tuples."""
        return cls(*(_frozen(field) for field in stored))

    def stored(self) -> list[Any]:
        """Give what is stored."""
        return list(astuple(self))


@dataclass(frozen=True, slots=True)
class Card(Entry):
    """("card", patient). `card_key` is of what the card bears, without the PIN. `guards` are
    rows of device and place; `secrets` is the commitment of the container with the sealed seeds;
    `lost_ms` is 0 unless somebody said that it is lost.
    """

    consent_key: bytes
    read_key: bytes
    card_key: bytes
    generation: int
    threshold: int
    guards: tuple[tuple[bytes, int], ...]
    secrets: bytes
    lost_ms: int = 0
    lost_by: bytes = b""


@dataclass(frozen=True, slots=True)
class Confirmation(Entry):
    """("confirmation", patient, speaker): who made a card (then the speaker is the patient) or
    named a guardian, and which clinician vouches for it, empty while it waits: then it is listed
    under ("unconfirmed", first byte of the patient's pseudonym), too, and speaks for nobody.
    `grant` is the team's first grant, which begins when it counts, or empty.
    """

    made_by: bytes
    made_ms: int
    grant: bytes = b""
    confirmed_by: bytes = b""
    confirmed_ms: int = 0


@dataclass(frozen=True, slots=True)
class Rejection(Entry):
    """("rejected", patient): the generation of the newest card that was turned away, 0 for none, so
    that none is used again; and of what was turned away last, the patient's card or a guardian
    (`speaker`), by which member and when.
    """

    generation: int
    speaker: bytes
    rejected_by: bytes
    rejected_ms: int


@dataclass(frozen=True, slots=True)
class Try(Entry):
    """("try", patient): the newest try of a PIN, and how many there were since the last success."""

    asked: bytes
    blinded: bytes
    count: int
    answered: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Request(Entry):
    """("request", id); open ones are in ("requests", patient). `state` is a RequestState."""

    patient: bytes
    person: bytes
    categories: tuple[str, ...]
    purpose: str
    from_ms: int
    until_ms: int
    keep_ms: int
    asked_ms: int
    state: str


@dataclass(frozen=True, slots=True)
class Grant(Entry):
    """("grant", id); those that are not over are listed under ("grants", patient). `state` is a
    GrantState (never `ending`), or `waiting` for a team's first grant that nobody has confirmed the
    card of; `speaker` the pseudonym that signed it, `parent` the grant it was handed on from, or
    empty.
    """

    patient: bytes
    grantee_kind: str
    grantee: bytes
    categories: tuple[str, ...]
    purpose: str
    from_ms: int
    until_ms: int
    keep_ms: int
    reshare: int
    state: str
    parent: bytes
    speaker: bytes
    given_ms: int
    ended_ms: int = 0

    def holds_at(self, at_ms: int) -> bool:
        """Tell whether it lets its grantee in at an instant."""
        return self.state == "active" and self.from_ms <= at_ms and not self.is_over_at(at_ms)

    def is_over_at(self, at_ms: int) -> bool:
        """Tell whether its time is over."""
        return bool(self.until_ms) and at_ms >= self.until_ms


@dataclass(frozen=True, slots=True)
class StandingRule(Entry):
    """("rule", id); active ones are listed under ("rules", patient)."""

    patient: bytes
    kind: str
    categories: tuple[str, ...]
    until_ms: int
    active: int

    def is_over_at(self, at_ms: int) -> bool:
        """Tell whether its time is over."""
        return bool(self.until_ms) and at_ms >= self.until_ms


@dataclass(frozen=True, slots=True)
class Delegated(Entry):
    """("delegation", id); those not ended are listed under ("delegations", patient), and under
    ("speaks-for", delegate).
    """

    patient: bytes
    delegate: bytes
    until_ms: int
    guardian: int
    active: int


@dataclass(frozen=True, slots=True)
class Epoch(Entry):
    """("epoch", patient, category): the newest epoch and the commitment to its key; the teams it
    was sealed to (team, generation), the epochs of its round, and the readers (members, the
    patient, delegates) it was opened for.
    """

    epoch: int
    commitment: bytes
    teams: tuple[tuple[str, int], ...]
    open: tuple[int, ...]
    readers: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryKey(Entry):
    """("key", patient, category, epoch): what the ledger says of one key that is not closed, for
    which readers (by id) and teams it is sealed by now, and who drew it. It is `foreign` if that
    was somebody who may write, but not read: nobody else is to seal anything under it. It is
    `spent` once somebody it was sealed for was shut out, until it is closed. `departures` tells how
    many people and workstations had left the clinic when it was drawn.
    """

    commitment: bytes
    readers: tuple[bytes, ...] = ()
    teams: tuple[str, ...] = ()
    opener: bytes = b""
    foreign: int = 0
    spent: int = 0
    departures: int = 0

    @property
    def is_held(self) -> bool:
        """Whether it is sealed for anybody who may have it."""
        return bool(self.readers or self.teams)


@dataclass(frozen=True, slots=True)
class RecordVersion(Entry):
    """("record", id), the newest version; and ("superseded", id, version), those before it.
    `commitment` and `epoch` are those it is sealed under now; `first` is the transaction that wrote
    it.
    """

    patient: bytes
    category: str
    version: int
    commitment: bytes
    epoch: int
    first: bytes


@dataclass(frozen=True, slots=True)
class Question(Entry):
    """("question", id): about which reading, and the transaction that answered it, or empty."""

    patient: bytes
    about: bytes
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Escrow(Entry):
    """("escrow", patient, category): shares of the key of `epoch`; `guards` are rows of device,
    place and hash of the box, `sealed` the hash of the sealed key.
    """

    epoch: int
    sealed: bytes
    threshold: int
    guards: tuple[tuple[bytes, int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Claim(Entry):
    """("claim", id); also listed under ("claims", patient). Emergency access holds from `from_ms`
    until `until_ms`; `released` are the devices that gave their shares.
    """

    patient: bytes
    person: bytes
    kind: str
    categories: tuple[str, ...]
    key: bytes
    basis: bytes
    from_ms: int
    until_ms: int
    released: tuple[bytes, ...] = ()
    finding: str = ""
    reviewer: bytes = b""


@dataclass(frozen=True, slots=True)
class Closing(Entry):
    """("closing", patient, category): everything before `epoch` goes; who owes it and who has."""

    epoch: int
    owing: tuple[bytes, ...]
    done: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Erasing(Entry):
    """("erasure", patient). `confirmed_ms` is 0 until somebody else has confirmed; `owing` are the
    devices of that moment, `done` those that hold nothing any more.
    """

    ordered_ms: int
    ordered_by: bytes
    not_before_ms: int
    basis: str
    confirmed_ms: int = 0
    confirmed_by: bytes = b""
    owing: tuple[bytes, ...] = ()
    done: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class CustodyKey(Entry):
    """("custody",): the custodians' key."""

    generation: int
    signing_key: bytes
    box_key: bytes
    threshold: int
    count: int


def entry(value: Value, kind: type[E], *key: str | bytes | int) -> E | None:
    """Give an entry of the state, or None."""
    stored = value(*key)
    return None if stored is None else kind.of(stored)


def card(value: Value, patient: bytes) -> Card | None:
    """Give a patient's card, lost or not."""
    return entry(value, Card, "card", patient)


def rejection(value: Value, patient: bytes) -> Rejection | None:
    """Give what was turned away last that was to decide for a patient."""
    return entry(value, Rejection, "rejected", patient)


def next_generation(value: Value, patient: bytes) -> int:
    """Give the generation of a patient's next card: one more than that of any before, also of one
    that was turned away; from 1.
    """
    held, rejected = card(value, patient), rejection(value, patient)
    if held is not None:
        return held.generation + 1
    return rejected.generation + 1 if rejected is not None else 1


def grants(value: Value, patient: bytes) -> dict[bytes, Grant]:
    """Give the grants of a patient that are not over, by id."""
    return {
        name: found
        for name in value("grants", patient) or ()
        if (found := entry(value, Grant, "grant", name)) is not None
    }


def guarded_once(value: Value, guardian: bytes) -> tuple[bytes, ...]:
    """Give the patients for whom somebody decided as a guardian, and does not any more."""
    return tuple(value("guarded-once", guardian) or ())


def team_id(team: Team) -> bytes:
    """Give a team's name as a grantee: padded with zeros to 16 bytes."""
    return team.encode().ljust(16, b"\0")


def team_of(grantee: bytes) -> Team:
    """Give the team of a grantee.

    Raises:
        ValueError: there is none of that name.
    """
    return Team(grantee.rstrip(b"\0").decode("ascii", "replace"))


def _frozen(stored: Any) -> Any:
    if isinstance(stored, list | tuple):
        return tuple(_frozen(part) for part in stored)
    return stored


def ids(value: Value, *key: str | bytes) -> Sequence[bytes]:
    """Give a list of ids of the state; none if it is not there."""
    return tuple(value(*key) or ())
