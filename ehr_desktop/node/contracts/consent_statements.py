"""What patients and those who ask them can say: cards, requests, grants, rules and delegations.

A statement of a patient is signed by the consent key of whoever speaks: the patient, or a delegate,
whose pseudonym is the transaction's `person`. Times are UTC milliseconds; 0 means without end.
"""

from dataclasses import dataclass

from ehr_desktop.domain.consent import GranteeKind, RuleKind
from ehr_desktop.node.contracts.shapes import (
    BOX_KEY,
    HASH,
    ID,
    INSTANT,
    SIGNING_KEY,
    code,
    many,
    one_of,
    optional,
    rows,
    whole,
)
from ehr_desktop.node.contracts.statements import CATEGORY, COUNT, MOST_ROWS, Statement, kind

CATEGORIES = many(CATEGORY, most=32)
YES_OR_NO = whole(0, 1)
MOST_GUARDS = 30
GUARDS = rows(ID, whole(1, MOST_GUARDS), HASH, most=MOST_GUARDS, least=1)
"""Shares dealt to workstations: device, the share's place from 1, and the hash of its box."""


@kind(
    "card.take",
    ID,
    SIGNING_KEY,
    BOX_KEY,
    SIGNING_KEY,
    COUNT,
    whole(1, MOST_GUARDS),
    GUARDS,
    optional(ID),
    CATEGORIES,
)
@dataclass(frozen=True, slots=True)
class TakeCard(Statement):
    """A patient takes up a card. Made by a member who may read clinical records, where nobody has
    decided yet, it counts at once, else once another has confirmed it: from then on the patient
    decides. Signed by the workstation, by the member of staff who knows the patient, and by the new
    consent key.

    The keys' sealed secrets are the transaction's one container. `card_key` is of what the card
    bears, without the PIN: it signs every guess at the PIN. `generation` counts the patient's cards
    from 1: one that does not count yet may be made anew. Any `threshold` of the `guards` answer
    together for the PIN. With `grant` the clinical team keeps `categories`, as the patient's first
    grant; without, nobody does.
    """

    patient: bytes
    consent_key: bytes
    read_key: bytes
    card_key: bytes
    generation: int
    threshold: int
    guards: tuple[tuple[bytes, int, bytes], ...]
    grant: bytes
    categories: tuple[str, ...]


@kind("card.guard", ID, COUNT, whole(1, MOST_GUARDS), GUARDS)
@dataclass(frozen=True, slots=True)
class GuardCard(Statement):
    """The same card and keys under another PIN, or guarded by other workstations: signed by the
    consent key; new sealed secrets are the one container. `generation` is that of the card.
    """

    patient: bytes
    generation: int
    threshold: int
    guards: tuple[tuple[bytes, int, bytes], ...]


@kind("card.confirm", ID, ID, COUNT)
@dataclass(frozen=True, slots=True)
class ConfirmCard(Statement):
    """A clinician vouches that a card is in the hands of the patient (`speaker` is the patient), or
    that a guardian (`speaker`) is the patient's. From now on it counts. `generation` is that of the
    speaker's card, which was shown. Signed by the workstation and by a member who may read clinical
    records and is not who made the card or named the guardian.
    """

    patient: bytes
    speaker: bytes
    generation: int


@kind("card.reject", ID, ID, COUNT)
@dataclass(frozen=True, slots=True)
class RejectCard(Statement):
    """A card, or a guardian (`speaker`), that waits to be confirmed is turned away: it is not the
    patient's. `generation` is that of the speaker's card. Signed by the workstation and by a member
    who may read clinical records, or who made the card or named the guardian.
    """

    patient: bytes
    speaker: bytes
    generation: int


@kind("card.lose", ID)
@dataclass(frozen=True, slots=True)
class LoseCard(Statement):
    """Staff say that a card is lost: it can do nothing more, and a new one may be made after the
    delay. Whoever has the card and the PIN can say that it is not.
    """

    patient: bytes


@kind("card.find", ID)
@dataclass(frozen=True, slots=True)
class FindCard(Statement):
    """The patient says, with the card, that it was not lost."""

    patient: bytes


@kind("card.replace", ID, SIGNING_KEY, BOX_KEY, SIGNING_KEY, COUNT, whole(1, MOST_GUARDS), GUARDS)
@dataclass(frozen=True, slots=True)
class ReplaceCard(Statement):
    """A new card with new keys for a patient who lost one, after the delay. Signed by the
    workstation, a second member of staff (not the one who said it was lost), the custodians' key
    and the new consent key. Grants stay as they are.
    """

    patient: bytes
    consent_key: bytes
    read_key: bytes
    card_key: bytes
    generation: int
    threshold: int
    guards: tuple[tuple[bytes, int, bytes], ...]


@kind("pin.try", ID, HASH)
@dataclass(frozen=True, slots=True)
class TryPin(Statement):
    """A workstation asks the guards to evaluate a blinded PIN (a point of 32 bytes). Each try
    counts until a statement with the patient's consent key is accepted; the eleventh is refused.
    Signed by the workstation and by the card's own key: only who has the card can spend guesses.
    """

    patient: bytes
    blinded: bytes


@kind("pin.answer", HASH, HASH)
@dataclass(frozen=True, slots=True)
class AnswerPin(Statement):
    """A guard's evaluation for the try in the transaction `asked`. Signed by it alone."""

    asked: bytes
    evaluated: bytes


@kind("card.use", ID)
@dataclass(frozen=True, slots=True)
class UseCard(Statement):
    """A patient's card was opened at this workstation: the guesses start anew."""

    patient: bytes


@kind("consent.request", ID, ID, CATEGORIES, code, INSTANT, INSTANT, INSTANT)
@dataclass(frozen=True, slots=True)
class RequestAccess(Statement):
    """A member asks a patient for categories of the record, for a purpose, from and until when, and
    says until when copies are kept (`keep_ms`, 0: no copies).
    """

    request: bytes
    patient: bytes
    categories: tuple[str, ...]
    purpose: str
    from_ms: int
    until_ms: int
    keep_ms: int


@kind("consent.withdraw", ID)
@dataclass(frozen=True, slots=True)
class WithdrawRequest(Statement):
    """Whoever asked does not ask any more."""

    request: bytes


@kind("consent.refuse", ID)
@dataclass(frozen=True, slots=True)
class RefuseRequest(Statement):
    """The patient says no."""

    request: bytes


@kind(
    "consent.grant",
    ID,
    ID,
    optional(ID),
    one_of(*GranteeKind),
    ID,
    CATEGORIES,
    code,
    INSTANT,
    INSTANT,
    INSTANT,
    YES_OR_NO,
)
@dataclass(frozen=True, slots=True)
class GrantAccess(Statement):
    """The patient lets a member or a team read categories. `request` is what it answers, or empty;
    a grant that answers a request covers no more than was asked. `grantee` is a member's id, or a
    team's name padded with zeros to 16 bytes. With `reshare` the grantee may hand it on, unchanged
    or narrower.
    """

    grant: bytes
    patient: bytes
    request: bytes
    grantee_kind: str
    grantee: bytes
    categories: tuple[str, ...]
    purpose: str
    from_ms: int
    until_ms: int
    keep_ms: int
    reshare: int


@kind("consent.reshare", ID, ID, ID, CATEGORIES, INSTANT)
@dataclass(frozen=True, slots=True)
class ReshareAccess(Statement):
    """A grantee hands a grant on to a colleague, unchanged or narrower. It ends with its parent."""

    grant: bytes
    parent: bytes
    grantee: bytes
    categories: tuple[str, ...]
    until_ms: int


@kind("consent.revoke", ID)
@dataclass(frozen=True, slots=True)
class RevokeAccess(Statement):
    """The patient ends a grant, and whatever was handed on from it."""

    grant: bytes


@kind("consent.lapse", ID)
@dataclass(frozen=True, slots=True)
class LapseAccess(Statement):
    """A workstation notes that a grant's time is over. Signed by the workstation alone."""

    grant: bytes


@kind("consent.rule", ID, ID, one_of(*RuleKind), CATEGORIES, INSTANT)
@dataclass(frozen=True, slots=True)
class SetRule(Statement):
    """A standing rule: for example, whoever the patient has an appointment with may see these
    categories on that day. It works through shares dealt to the workstations.
    """

    rule: bytes
    patient: bytes
    rule_kind: str
    categories: tuple[str, ...]
    until_ms: int


@kind("consent.unrule", ID)
@dataclass(frozen=True, slots=True)
class EndRule(Statement):
    """The patient ends a standing rule."""

    rule: bytes


@kind("consent.lapse-rule", ID)
@dataclass(frozen=True, slots=True)
class LapseRule(Statement):
    """A workstation notes that a standing rule's time is over. Signed by the workstation alone."""

    rule: bytes


@kind("consent.delegate", ID, ID, ID, INSTANT)
@dataclass(frozen=True, slots=True)
class Delegate(Statement):
    """The patient lets another patient of the clinic (a parent, a carer) speak until a date; it
    must have an end. Delegates cannot delegate.
    """

    delegation: bytes
    patient: bytes
    delegate: bytes
    until_ms: int


@kind("consent.guardian", ID, ID, ID, INSTANT, optional(ID), CATEGORIES)
@dataclass(frozen=True, slots=True)
class NameGuardian(Statement):
    """Staff name a parent or carer for a patient without a card: signed by the workstation, the
    member and the guardian's consent key. It counts at once or later, and brings a `grant` and
    `categories`, as a card does; it ends at 18, or when a card of the patient's counts.
    """

    delegation: bytes
    patient: bytes
    delegate: bytes
    until_ms: int
    grant: bytes
    categories: tuple[str, ...]


@kind("consent.undelegate", ID)
@dataclass(frozen=True, slots=True)
class EndDelegation(Statement):
    """The patient, or the delegate, ends a delegation."""

    delegation: bytes


@kind("consent.lapse-delegation", ID)
@dataclass(frozen=True, slots=True)
class LapseDelegation(Statement):
    """A workstation notes that somebody's time to speak for a patient is over. A guardian's is once
    the child has come of age. Signed by the workstation alone.
    """

    delegation: bytes


@kind("access.own", ID, one_of("open", "export", "print"), CATEGORIES)
@dataclass(frozen=True, slots=True)
class ReadOwn(Statement):
    """The receipt of a patient, or a delegate, who reads the patient's own record."""

    patient: bytes
    manner: str
    categories: tuple[str, ...]


@kind("access.question", ID, ID, HASH, COUNT)
@dataclass(frozen=True, slots=True)
class AskClinic(Statement):
    """A patient's question about one reading (the transaction `about`), or the clinic's answer to
    the question of the same id. Its words, a FHIR Communication in the category demographics at
    `epoch`, are the one container.
    """

    question: bytes
    patient: bytes
    about: bytes
    epoch: int


@kind("epoch.box", ID, rows(CATEGORY, COUNT, code, optional(ID), HASH, most=MOST_ROWS, least=1))
@dataclass(frozen=True, slots=True)
class BoxKeys(Statement):
    """Category keys sealed for those who may have them by now: category, epoch, what the recipient
    is (`reader`: a member, the patient or a delegate, by id; or a team's name with an empty id) and
    the hash of the box. Said by a member, or by the patient, who holds the keys.
    """

    patient: bytes
    boxes: tuple[tuple[str, int, str, bytes, bytes], ...]
