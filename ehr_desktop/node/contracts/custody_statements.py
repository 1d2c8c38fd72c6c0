"""What is said about keys nobody holds alone, and about what must be gone: shares, emergency
access, re-encryption, erasure, custodians.
"""

from dataclasses import dataclass

from ehr_desktop.domain.consent import ClaimKind, Finding
from ehr_desktop.node.contracts.consent_statements import CATEGORIES, GUARDS, MOST_GUARDS
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
from ehr_desktop.node.contracts.statements import (
    CATEGORY,
    COUNT,
    DEVICE_NAME,
    MOST_ROWS,
    TEAM,
    Statement,
    kind,
)


@kind(
    "escrow.deal", ID, rows(CATEGORY, COUNT, HASH, whole(1, MOST_GUARDS), GUARDS, most=32, least=1)
)
@dataclass(frozen=True, slots=True)
class DealShares(Statement):
    """Category keys sealed under a fresh key that is shared out to the workstations: category,
    epoch, hash of the sealed key, how many shares open it, and the shares. Said by whoever holds
    the keys: a member, or the patient.
    """

    patient: bytes
    escrows: tuple[tuple[str, int, bytes, int, tuple[tuple[bytes, int, bytes], ...]], ...]


@kind("escrow.claim", ID, ID, one_of(*ClaimKind), CATEGORIES, BOX_KEY, code, HASH, optional(ID))
@dataclass(frozen=True, slots=True)
class ClaimShares(Statement):
    """A clinician claims what is shared out: in an emergency, or under a standing rule.

    `key` is made for this claim alone; shares are sealed to it. `reason` is a code, `words` the
    hash of the reason in words, which are the transaction's one container when it is an emergency.
    `basis` is the rule, or empty.
    """

    claim: bytes
    patient: bytes
    claim_kind: str
    categories: tuple[str, ...]
    key: bytes
    reason: str
    words: bytes
    basis: bytes


@kind("escrow.release", ID, many(HASH, most=32))
@dataclass(frozen=True, slots=True)
class ReleaseShares(Statement):
    """A workstation releases its shares to a claim that is final in its own ledger: the hashes of
    the boxes, one a category, in the claim's order. Signed by the workstation alone.
    """

    claim: bytes
    boxes: tuple[bytes, ...]


@kind("escrow.review", ID, one_of(*Finding), HASH)
@dataclass(frozen=True, slots=True)
class ReviewClaim(Statement):
    """Somebody other than the claimant says whether emergency access was justified; `words` is the
    hash of why, in the one container.
    """

    claim: bytes
    finding: str
    words: bytes


@kind("record.reseal", ID, CATEGORY, COUNT, rows(ID, COUNT, HASH, HASH, most=MOST_ROWS))
@dataclass(frozen=True, slots=True)
class ResealRecords(Statement):
    """Records of a category encrypted again under a newer epoch: record, version, the transaction
    that first committed to it and the commitment that is replaced; the containers are in their
    order. Said by a member or the patient who holds both keys. `epoch` is the new one.
    """

    patient: bytes
    category: str
    epoch: int
    records: tuple[tuple[bytes, int, bytes, bytes], ...]


@kind("epoch.close", ID, CATEGORY, COUNT)
@dataclass(frozen=True, slots=True)
class CloseEpochs(Statement):
    """Everything of a category is sealed under `epoch` or a later one: earlier keys, their boxes
    and what was sealed under them go. Said by whoever resealed the last record.
    """

    patient: bytes
    category: str
    epoch: int


@kind("epoch.gone", ID, CATEGORY, COUNT)
@dataclass(frozen=True, slots=True)
class AcknowledgeClosed(Statement):
    """A workstation has destroyed what `epoch.close` ended. Signed by the workstation alone."""

    patient: bytes
    category: str
    epoch: int


@kind("erasure.order", ID, INSTANT, code)
@dataclass(frozen=True, slots=True)
class OrderErasure(Statement):
    """A record is to be erased once the law lets go of it at `not_before_ms`; until then nobody
    reads it, in an emergency neither, and what was allowed stands, but lets nobody in. `basis` is a
    code: who asked, or that the time is over.
    """

    patient: bytes
    not_before_ms: int
    basis: str


@kind("erasure.cancel", ID)
@dataclass(frozen=True, slots=True)
class CancelErasure(Statement):
    """The record is not to be erased after all; what was allowed before lets in again, unless it
    has ended or run out meanwhile.
    """

    patient: bytes


@kind("erasure.confirm", ID)
@dataclass(frozen=True, slots=True)
class ConfirmErasure(Statement):
    """A second member, of another role than the one who ordered it, confirms at the date: from here
    on every workstation destroys the vault key and every copy.
    """

    patient: bytes


@kind("erasure.done", ID)
@dataclass(frozen=True, slots=True)
class AcknowledgeErased(Statement):
    """A workstation holds nothing of the patient any more. Signed by the workstation alone."""

    patient: bytes


@kind("custody.set", COUNT, SIGNING_KEY, BOX_KEY, whole(1, 16), whole(1, 16))
@dataclass(frozen=True, slots=True)
class SetCustody(Statement):
    """The clinic's recovery key, whose seed exists only as `count` paper shares, any `threshold` of
    which give it back. Said by an administrator; from generation 2 on the key before signs, too.
    """

    generation: int
    signing_key: bytes
    box_key: bytes
    threshold: int
    count: int


@kind("custody.box", COUNT, rows(code, ID, HASH, most=MOST_ROWS, least=1))
@dataclass(frozen=True, slots=True)
class BoxForCustodians(Statement):
    """Keys sealed to the custodians' key of a generation: what (`team`, `read-key`), whose (a
    team's name padded, or the patient) and the hash of the box. Said by whoever holds them.
    """

    generation: int
    boxes: tuple[tuple[str, bytes, bytes], ...]


@kind("custody.hand", TEAM, COUNT, rows(ID, HASH, most=MOST_ROWS, least=1))
@dataclass(frozen=True, slots=True)
class HandByCustodians(Statement):
    """The custodians hand a team's key on to members of it, where no colleague is left who could:
    person and hash of the box. Signed by an administrator and by the custodians' key.
    """

    team: str
    generation: int
    boxes: tuple[tuple[bytes, bytes], ...]


@kind("custody.carry", COUNT, rows(code, ID, HASH, most=MOST_ROWS, least=1))
@dataclass(frozen=True, slots=True)
class CarryOver(Statement):
    """What the custodians' key before could open, sealed to the new one: rows as in `custody.box`.
    Signed by an administrator and by the new key.
    """

    generation: int
    boxes: tuple[tuple[str, bytes, bytes], ...]


@kind("custody.restart", ID, SIGNING_KEY, BOX_KEY, DEVICE_NAME)
@dataclass(frozen=True, slots=True)
class RestartClinic(Statement):
    """All workstations are lost: the clinic goes on from a backup on this new one, and no other is
    one of the clinic's any more. Signed by it and by the custodians' key; see `restart.py`.
    """

    device: bytes
    key: bytes
    box_key: bytes
    name: str


@kind("member.renew", ID, SIGNING_KEY, BOX_KEY)
@dataclass(frozen=True, slots=True)
class RenewMember(Statement):
    """An administrator gives somebody who forgot the password new keys; the particulars under the
    new password are the one container. Boxes for the old keys go; colleagues hand the teams' keys
    on again.
    """

    person: bytes
    signing_key: bytes
    box_key: bytes
