"""Transactions: signed statements of one device, each linked to the one before.

What is hashed and signed is the byte string as received; it is decoded afterwards, and refused
unless encoding it again gives the same bytes.
"""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from ehr_desktop.node.crypto.hashes import HASH_SIZE, digest, frame
from ehr_desktop.node.crypto.sign import PUBLIC_SIZE, SIGNATURE_SIZE, SigningKey, verify
from ehr_desktop.node.ledger.codec import CodecError, Value, decode, encode
from ehr_desktop.node.ledger.fields import MAX_INTEGER, Fields

SEQUENCE_START: Final = 1
NO_PREVIOUS: Final = bytes(HASH_SIZE)
ID_SIZE: Final = 16
"""Devices and persons are named by 16 bytes."""

MAX_KIND: Final = 64
MAX_BODY: Final = 64 * 1024
MAX_CONTAINERS: Final = 4096
MAX_SIGNATURES: Final = 16
MAX_TRANSACTION: Final = 256 * 1024
"""The longest transaction on the wire, in bytes; a full body and all its containers fit."""

_VERSION: Final = 1
_ID_LABEL: Final = "ehr/transaction/v1"
_SIGNATURE_LABEL: Final = "ehr/transaction-signature/v1"
_DEVICE_SIGNED: Final = "ehr/transaction-device/v1"
_DEVICE_LABEL: Final = "ehr/device/v1"


@dataclass(frozen=True, slots=True)
class ContainerRef:
    """A sealed record outside the chain: its salted commitment (32 bytes) and its size in bytes."""

    commitment: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Payload:
    """What a transaction says.

    `network`, `previous`: 32 bytes; `device`: 16 bytes; `person`: 16 bytes, or empty when the
    workstation acts by itself; `sequence` counts this device's transactions from
    `SEQUENCE_START`; `valid_until` is the last block height it may enter, 0 for none; `time_ms` is
    the device's claim, UTC milliseconds; the meaning of `body` belongs to the contract of `kind`.
    """

    network: bytes
    kind: str
    device: bytes
    person: bytes
    sequence: int
    previous: bytes
    valid_until: int
    time_ms: int
    body: tuple[Value, ...]
    containers: tuple[ContainerRef, ...]


class Signature(NamedTuple):
    """An Ed25519 signature (64 bytes) and the public key it is by (32 bytes)."""

    key: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Transaction:
    """A payload, the bytes that were signed, and the signatures in ascending order of key.

    `id` is its name: 32 bytes over what was signed, signatures are not part of it: they are bound
    to it by the device's own, which is over all others. `wire` is what is sent and stored: the
    signed bytes with their signatures, as `received` if they were.
    """

    payload: Payload
    signed: bytes
    signatures: tuple[Signature, ...]
    id: bytes = field(init=False, compare=False, repr=False)
    wire: bytes = field(init=False, compare=False, repr=False)
    received: InitVar[bytes] = b""

    def __post_init__(self, received: bytes) -> None:
        # asked for again and again on its way into a block, so worked out once
        object.__setattr__(self, "id", digest(_ID_LABEL, self.signed))
        object.__setattr__(self, "wire", received or self._encode())

    @classmethod
    def decode(cls, wire: bytes) -> "Transaction":
        """Read a transaction. Whether its signatures hold is another question.

        Raises:
            CodecError: not the canonical bytes of a transaction within its bounds.
        """
        fields = Fields(decode(wire, limit=MAX_TRANSACTION))
        signed = fields.octets_up_to(MAX_TRANSACTION)
        signatures = tuple(map(_read_signature, fields.array(MAX_SIGNATURES, least=1)))
        fields.end()
        _require_ascending(signatures)
        payload = _read_payload(decode(signed, limit=MAX_TRANSACTION), len(signed))
        return cls(payload, signed, signatures, wire)

    def _encode(self) -> bytes:
        return encode((self.signed, tuple((s.key, s.value) for s in self.signatures)))


def sign(payload: Payload, keys: Sequence[SigningKey]) -> Transaction:
    """Sign `payload` with each of `keys`; the device it names signs last, over all the others.

    Raises:
        CodecError: a field is out of bounds, the device's key is not among `keys`, or there are
            too many or repeated keys.
    """
    written = _write_payload(payload)
    signed = encode(written)
    author = next((key for key in keys if device_id_of(key.public) == payload.device), None)
    if author is None or len(keys) > MAX_SIGNATURES:
        raise CodecError("not signed by the device it names, or too many signatures")
    remaining = list(keys)
    remaining.remove(author)
    others = [Signature(key.public, key.sign(_SIGNATURE_LABEL, signed)) for key in remaining]
    bound = author.sign(_DEVICE_SIGNED, _bound_by_device(signed, others))
    signatures = _ascending([*others, Signature(author.public, bound)])
    _require_ascending(signatures)
    # read as others will, so that nothing is signed that nobody would read
    transaction = Transaction(_read_payload(written, len(signed)), signed, signatures)
    if len(transaction.wire) > MAX_TRANSACTION:
        raise CodecError("the transaction is too long")
    return transaction


def signatures_hold(transaction: Transaction) -> bool:
    """Tell whether the device it names signed over all other signatures, no key signed twice, and
    every signature verifies.

    So nobody but that device can add or take away a signature. Which persons had to sign is for
    the contracts to say.
    """
    signatures, signed = transaction.signatures, transaction.signed
    device = transaction.payload.device
    by_device = [one for one in signatures if device_id_of(one.key) == device]
    if len(by_device) != 1 or len({one.key for one in signatures}) != len(signatures):
        return False
    author = by_device[0]
    others = [one for one in signatures if one is not author]
    return verify(
        author.key, _DEVICE_SIGNED, _bound_by_device(signed, others), author.value
    ) and all(verify(one.key, _SIGNATURE_LABEL, signed, one.value) for one in others)


def _bound_by_device(signed: bytes, others: Sequence[Signature]) -> bytes:
    """Give what the device signs: the payload, and who else signed it and how."""
    return frame(_DEVICE_SIGNED, signed, *(one.key + one.value for one in _ascending(others)))


def _ascending(signatures: Sequence[Signature]) -> tuple[Signature, ...]:
    return tuple(sorted(signatures, key=lambda signature: signature.key))


@lru_cache(maxsize=1024)
def device_id_of(public: bytes) -> bytes:
    """Give the name of the device whose signing key is `public`: 16 bytes."""
    return digest(_DEVICE_LABEL, public)[:ID_SIZE]


def _require_ascending(signatures: Sequence[Signature]) -> None:
    if any(left.key >= right.key for left, right in pairwise(signatures)):
        raise CodecError("signatures not in ascending order of key")


def _write_payload(payload: Payload) -> Value:
    return (
        _VERSION,
        payload.network,
        payload.kind,
        payload.device,
        payload.person,
        payload.sequence,
        payload.previous,
        payload.valid_until,
        payload.time_ms,
        payload.body,
        tuple((ref.commitment, ref.size) for ref in payload.containers),
    )


def _read_payload(written: Value, size: int) -> Payload:
    """Read what `_write_payload` gives; its encoding has `size` bytes."""
    fields = Fields(written)
    fields.version(_VERSION)
    payload = Payload(
        network=fields.octets(HASH_SIZE),
        kind=_read_kind(fields),
        device=fields.octets(ID_SIZE),
        person=fields.octets(0, ID_SIZE),
        sequence=fields.integer(low=SEQUENCE_START),
        previous=fields.octets(HASH_SIZE),
        valid_until=fields.integer(),
        time_ms=fields.integer(),
        body=_read_body(fields, size),
        containers=tuple(map(_read_container, fields.array(MAX_CONTAINERS))),
    )
    fields.end()
    return payload


def _read_kind(fields: Fields) -> str:
    kind = fields.text(MAX_KIND, least=1)
    if not kind.isascii() or not kind.isprintable():
        raise CodecError("a kind is printable ASCII")
    return kind


def _read_body(fields: Fields, around: int) -> tuple[Value, ...]:
    """Take the body out of a payload of `around` bytes, which it cannot be longer than."""
    body = tuple(fields.array(MAX_BODY))
    if around > MAX_BODY and len(encode(body)) > MAX_BODY:
        raise CodecError("the body is too long")
    return body


def _read_container(value: Value) -> ContainerRef:
    match value:
        case (bytes(commitment), int(size)) if (
            len(commitment) == HASH_SIZE and type(size) is int and 0 <= size <= MAX_INTEGER
        ):
            return ContainerRef(commitment, size)
    raise CodecError("not a container")


def _read_signature(value: Value) -> Signature:
    fields = Fields(value)
    signature = Signature(key=fields.octets(PUBLIC_SIZE), value=fields.octets(SIGNATURE_SIZE))
    fields.end()
    return signature
