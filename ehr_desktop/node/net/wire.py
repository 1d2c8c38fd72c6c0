"""Frames: four bytes of length, then an array of messages in canonical CBOR, read strictly.

A message is an array: its number, then its fields. What is not exactly what `encode_message`
writes is refused, so a peer is understood in one way or dropped.
"""

from collections.abc import Callable, Sequence
from typing import Final

from ehr_desktop.node.crypto.hashes import HASH_SIZE
from ehr_desktop.node.crypto.sign import PUBLIC_SIZE
from ehr_desktop.node.ledger.block import MAX_BLOCK
from ehr_desktop.node.ledger.codec import CodecError, Value, decode, encode
from ehr_desktop.node.ledger.fields import MAX_INTEGER, Fields
from ehr_desktop.node.ledger.finality import MAX_FINALITY
from ehr_desktop.node.ledger.transaction import ID_SIZE, MAX_TRANSACTION
from ehr_desktop.node.ledger.vote import Certificate as QuorumCertificate
from ehr_desktop.node.ledger.vote import SignedVote
from ehr_desktop.node.net import messages as m
from ehr_desktop.node.net.errors import Ending, WireError
from ehr_desktop.node.net.limits import MAX_BATCH, MAX_FRAME, MAX_FRAME_FIELDS

LENGTH_SIZE: Final = 4
MAX_FEEDS: Final = 250
MAX_IDS: Final = 1000
MAX_TRANSACTIONS: Final = 1000
MAX_BLOCKS: Final = 500
MAX_PARCELS: Final = 500
MAX_PARCEL: Final = 320 * 1024
MAX_ADDRESSES: Final = 100
MAX_PREAMBLE: Final = 64 * 1024
MAX_CHUNK: Final = 256 * 1024
BOOT_SIZE: Final = 8
_MAX_VOTE: Final = 512
_MAX_CERTIFICATE: Final = 16 * 1024
_MAX_HOST: Final = 64
_MAX_PORT: Final = 0xFFFF
_BEFORE_FIRST: Final = -1


def encode_message(message: m.Message) -> bytes:
    """Give the bytes of one message.

    Raises:
        WireError: it does not fit a frame.
    """
    number = _NUMBERS[type(message)]
    encoded = encode((number, *_WRITERS[number](message)))
    if len(encoded) >= MAX_FRAME:
        raise WireError(f"a {type(message).__name__} does not fit a frame", Ending.TOO_LONG)
    return encoded


def frame(encoded: Sequence[bytes]) -> bytes:
    """Put 1 to `MAX_BATCH` encoded messages into one frame."""
    # an array of fewer than 24 elements has one byte in front (RFC 8949, 3)
    body = b"".join((bytes([0x80 + len(encoded)]), *encoded))
    return len(body).to_bytes(LENGTH_SIZE, "big") + body


def body_size(length: bytes) -> int:
    """Read the four bytes in front of a frame.

    Raises:
        WireError: the frame would be empty or too long.
    """
    size = int.from_bytes(length, "big")
    if size > MAX_FRAME:
        raise WireError(f"a frame of {size} bytes", Ending.TOO_LONG)
    if size == 0:
        raise WireError("an empty frame")
    return size


def decode_body(body: bytes) -> tuple[m.Message, ...]:
    """Read the messages of a frame, without its length.

    Raises:
        WireError: it is not what `frame` writes, or a field is out of bounds.
    """
    try:
        entries = Fields(decode(body, limit=MAX_FRAME, elements=MAX_FRAME_FIELDS))
        messages = tuple(map(_read_message, entries.rest(MAX_BATCH)))
    except CodecError as error:
        raise WireError(str(error)) from error
    if not messages:
        raise WireError("no message")
    return messages


def _read_message(value: Value) -> m.Message:
    fields = Fields(value)
    reader = _READERS.get(fields.integer())
    if reader is None:
        raise CodecError("no such message")
    message = reader(fields)
    fields.end()
    return message


# --- fields that several messages have -----------------------------------------------------


def _write_feeds(feeds: tuple[m.FeedHead, ...]) -> Value:
    return tuple((feed.device, feed.sequence, feed.id, feed.whole) for feed in feeds)


def _read_feeds(fields: Fields) -> tuple[m.FeedHead, ...]:
    return tuple(map(_read_feed, fields.array(MAX_FEEDS)))


def _read_feed(value: Value) -> m.FeedHead:
    fields = Fields(value)
    device, sequence, name = fields.octets(ID_SIZE), fields.integer(), fields.octets(HASH_SIZE)
    feed = m.FeedHead(device, sequence, name, fields.integer(high=sequence))
    fields.end()
    return feed


def _read_range(value: Value) -> m.FeedRange:
    fields = Fields(value)
    device, first = fields.octets(ID_SIZE), fields.integer(low=1)
    wanted = m.FeedRange(device, first, fields.integer(low=first))
    fields.end()
    return wanted


def _read_block(value: Value) -> m.CertifiedBlock:
    fields = Fields(value)
    block = m.CertifiedBlock(fields.octets_up_to(MAX_BLOCK), fields.octets_up_to(MAX_FINALITY))
    fields.end()
    return block


def _read_address(value: Value) -> m.PeerAddress:
    fields = Fields(value)
    address = m.PeerAddress(
        fields.octets(PUBLIC_SIZE), fields.text(_MAX_HOST, least=1), fields.integer(1, _MAX_PORT)
    )
    fields.end()
    return address


def _read_vote(fields: Fields) -> SignedVote:
    return SignedVote.decode(fields.octets_up_to(_MAX_VOTE))


def _read_octets(fields: Fields, most: int, size: int) -> tuple[bytes, ...]:
    """Read at most `most` byte strings of at most `size` bytes."""
    entries = Fields(fields.array(most))
    return tuple(entries.octets_up_to(size) for _ in range(entries.left))


def _read_ids(fields: Fields, most: int = MAX_IDS, least: int = 0) -> tuple[bytes, ...]:
    entries = Fields(fields.array(most, least))
    return tuple(entries.octets(HASH_SIZE) for _ in range(entries.left))


def _read_farewell(fields: Fields) -> m.Farewell:
    try:
        return m.Farewell(fields.text(16))
    except ValueError:
        raise CodecError("no such farewell") from None


# --- one reader and one writer a message ---------------------------------------------------


def _read_hello(fields: Fields) -> m.Hello:
    return m.Hello(
        network=fields.octets(HASH_SIZE),
        protocol=fields.integer(),
        device=fields.octets(ID_SIZE),
        boot=fields.octets(BOOT_SIZE),
        port=fields.integer(0, _MAX_PORT),
        epoch=fields.integer(),
        height=fields.integer(),
        head=fields.octets(HASH_SIZE),
        clock_ms=fields.integer(),
        feeds=_read_feeds(fields),
    )


def _write_hello(h: m.Hello) -> tuple[Value, ...]:
    return (
        h.network, h.protocol, h.device, h.boot, h.port, h.epoch, h.height, h.head, h.clock_ms,
        _write_feeds(h.feeds),
    )  # fmt: skip


def _slot(fields: Fields) -> int:
    return fields.integer(_BEFORE_FIRST, MAX_INTEGER)


_Reader = Callable[[Fields], m.Message]
_Writer = Callable[[m.Message], tuple[Value, ...]]

_FORMS: Final[tuple[tuple[int, type, _Reader, Callable[..., tuple[Value, ...]]], ...]] = (
    (1, m.Hello, _read_hello, _write_hello),
    (
        2,
        m.Have,
        lambda f: m.Have(f.integer(), f.octets(HASH_SIZE), _read_feeds(f)),
        lambda h: (h.height, h.head, _write_feeds(h.feeds)),
    ),
    (
        3,
        m.Want,
        lambda f: m.Want(tuple(map(_read_range, f.array(MAX_FEEDS, least=1)))),
        lambda w: (tuple((r.device, r.first, r.last) for r in w.ranges),),
    ),
    (
        4,
        m.Transactions,
        lambda f: m.Transactions(_read_octets(f, MAX_TRANSACTIONS, MAX_TRANSACTION)),
        lambda t: (t.wires,),
    ),
    (
        5,
        m.Candidate,
        lambda f: m.Candidate(_read_vote(f), f.octets_up_to(MAX_BLOCK)),
        lambda c: (c.vote.encode(), c.block),
    ),
    (6, m.Vote, lambda f: m.Vote(_read_vote(f)), lambda v: (v.signed.encode(),)),
    (
        7,
        m.Certificate,
        lambda f: m.Certificate(QuorumCertificate.decode(f.octets_up_to(_MAX_CERTIFICATE))),
        lambda c: (c.certificate.encode(),),
    ),
    (
        8,
        m.Standing,
        lambda f: m.Standing(f.integer(), _slot(f), _slot(f)),
        lambda s: (s.epoch, s.final, s.open),
    ),
    (9, m.GetCandidate, lambda f: m.GetCandidate(f.octets(HASH_SIZE)), lambda g: (g.block,)),
    (
        10,
        m.FoundCandidate,
        lambda f: m.FoundCandidate(f.octets_up_to(MAX_BLOCK)),
        lambda c: (c.block,),
    ),
    (
        11,
        m.GetBlocks,
        lambda f: m.GetBlocks(f.integer(), f.integer(1, MAX_BLOCKS)),
        lambda g: (g.first, g.count),
    ),
    (
        12,
        m.Blocks,
        lambda f: m.Blocks(f.integer(), tuple(map(_read_block, f.array(MAX_BLOCKS)))),
        lambda b: (b.first, tuple((one.block, one.certificate) for one in b.blocks)),
    ),
    (
        13,
        m.Evidence,
        lambda f: m.Evidence(_read_vote(f), _read_vote(f)),
        lambda e: (e.first.encode(), e.second.encode()),
    ),
    (14, m.ContainerHave, lambda f: m.ContainerHave(_read_ids(f)), lambda h: (h.containers,)),
    (
        15,
        m.ContainerGet,
        lambda f: m.ContainerGet(f.octets(HASH_SIZE), f.integer()),
        lambda g: (g.container, g.offset),
    ),
    (
        16,
        m.ContainerStart,
        lambda f: m.ContainerStart(f.octets(HASH_SIZE), f.integer(), f.octets_up_to(MAX_PREAMBLE)),
        lambda s: (s.container, s.size, s.preamble),
    ),
    (
        17,
        m.ContainerChunk,
        lambda f: m.ContainerChunk(f.octets(HASH_SIZE), f.integer(), f.octets_up_to(MAX_CHUNK)),
        lambda c: (c.container, c.offset, c.octets),
    ),
    (
        18,
        m.ContainerMissing,
        lambda f: m.ContainerMissing(f.octets(HASH_SIZE)),
        lambda c: (c.container,),
    ),
    (
        19,
        m.Addresses,
        lambda f: m.Addresses(tuple(map(_read_address, f.array(MAX_ADDRESSES)))),
        lambda a: (tuple((one.key, one.host, one.port) for one in a.addresses),),
    ),
    (20, m.Bye, lambda f: m.Bye(_read_farewell(f)), lambda b: (b.reason.value,)),
    (21, m.Ping, lambda f: m.Ping(f.integer()), lambda p: (p.number,)),
    (22, m.Pong, lambda f: m.Pong(f.integer()), lambda p: (p.number,)),
    (23, m.GetParcels, lambda f: m.GetParcels(_read_ids(f, MAX_PARCELS, 1)), lambda g: (g.names,)),
    (
        24,
        m.Parcels,
        lambda f: m.Parcels(_read_octets(f, MAX_PARCELS, MAX_PARCEL), _read_ids(f, MAX_PARCELS)),
        lambda p: (p.parcels, p.lacking),
    ),
)
_NUMBERS: Final = {kind: number for number, kind, _, _ in _FORMS}
_READERS: Final = {number: reader for number, _, reader, _ in _FORMS}
_WRITERS: Final[dict[int, _Writer]] = {number: writer for number, _, _, writer in _FORMS}
