import dataclasses
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.block import MAX_BLOCK
from ehr_desktop.node.ledger.codec import encode
from ehr_desktop.node.ledger.finality import MAX_FINALITY
from ehr_desktop.node.ledger.transaction import MAX_TRANSACTION
from ehr_desktop.node.ledger.vote import Certificate, Vote, VoteKind, sign_vote
from ehr_desktop.node.net import messages as m
from ehr_desktop.node.net import wire
from ehr_desktop.node.net.errors import Ending, WireError
from ehr_desktop.node.net.limits import MAX_BATCH, MAX_FRAME
from tests.support.net_nodes import hello_of, key_of

VOTE = sign_vote(Vote(b"n" * 32, 3, VoteKind.FINAL, 42, b"b" * 32), SigningKey(b"k" * 32))
OTHER = sign_vote(Vote(b"n" * 32, 3, VoteKind.FINAL, 42, b"c" * 32), SigningKey(b"k" * 32))
QUORUM = Certificate.of(VOTE.vote, {VOTE.validator: VOTE.signature})
FEED = m.FeedHead(b"d" * 16, 9, b"i" * 32, 8)
ONE_OF_EACH = [
    hello_of("a", feeds=(FEED, FEED)),
    m.Have(5, b"h" * 32, (FEED,)),
    m.Want((m.FeedRange(b"d" * 16, 1, 9),)),
    m.Transactions((b"tx", b"")),
    m.Candidate(VOTE, b"block"),
    m.Vote(VOTE),
    m.Certificate(QUORUM),
    m.Standing(1, -1, 0),
    m.GetCandidate(b"b" * 32),
    m.FoundCandidate(b"block"),
    m.GetBlocks(0, 500),
    m.Blocks(3, (m.CertifiedBlock(b"block", b"certificate"),)),
    m.Evidence(VOTE, OTHER),
    m.ContainerHave((b"c" * 32,)),
    m.ContainerGet(b"c" * 32, 7),
    m.ContainerStart(b"c" * 32, 1 << 40, b"preamble"),
    m.ContainerChunk(b"c" * 32, 7, b"octets"),
    m.ContainerMissing(b"c" * 32),
    m.Addresses((m.PeerAddress(key_of("b"), "10.77.0.2", 7801),)),
    m.Bye(m.Farewell.SHUTDOWN),
    m.Ping(1),
    m.Pong(1),
    m.GetParcels((b"c" * 32, b"e" * 32)),
    m.Parcels((b"parcel", b""), (b"c" * 32,)),
]


def body_of(*messages):
    return wire.frame([wire.encode_message(message) for message in messages])[4:]


def body_of_values(*values):
    return encode(values)


@pytest.mark.parametrize("message", ONE_OF_EACH, ids=lambda message: type(message).__name__)
def test_a_message_is_read_as_it_was_written(message):
    assert wire.decode_body(body_of(message)) == (message,)


def test_there_is_one_example_of_every_message():
    assert {type(message) for message in ONE_OF_EACH} == set(m.Message.__args__)


def test_small_messages_share_a_frame():
    batch = ONE_OF_EACH[:MAX_BATCH]
    assert wire.decode_body(body_of(*batch)) == tuple(batch)
    with pytest.raises(WireError):
        wire.decode_body(body_of(*ONE_OF_EACH[: MAX_BATCH + 1]))


def test_the_longest_block_with_its_certificate_fits_a_frame():
    blocks = m.Blocks(1, (m.CertifiedBlock(bytes(MAX_BLOCK), bytes(MAX_FINALITY)),))
    assert wire.decode_body(body_of(blocks)) == (blocks,)
    candidate = m.Candidate(VOTE, bytes(MAX_BLOCK))
    assert wire.decode_body(body_of(candidate)) == (candidate,)


def test_what_does_not_fit_a_frame_is_not_sent():
    with pytest.raises(WireError) as error:
        wire.encode_message(m.Transactions((bytes(MAX_FRAME),)))
    assert error.value.ending is Ending.TOO_LONG


@pytest.mark.parametrize("size", [0, MAX_FRAME + 1, 1 << 30, (1 << 32) - 1])
def test_a_length_out_of_bounds_is_refused(size):
    with pytest.raises(WireError):
        wire.body_size(size.to_bytes(4, "big"))


def test_the_largest_length_is_read():
    assert wire.body_size(MAX_FRAME.to_bytes(4, "big")) == MAX_FRAME


@pytest.mark.parametrize(
    "body",
    [
        body_of_values(),
        body_of_values((99,)),
        body_of_values((21,)),
        body_of_values((21, 1, 1)),
        body_of_values((21, -1)),
        body_of_values((21, "1")),
        body_of_values(("21", 1)),
        body_of_values(21),
        body_of_values((20, "because")),
        body_of_values((8, 1, -2, 0)),
        body_of_values((3, ())),
        body_of_values((3, ((b"d" * 16, 5, 4),))),
        body_of_values((9, b"b" * 31)),
        body_of_values((11, 0, 0)),
        body_of_values((11, 0, wire.MAX_BLOCKS + 1)),
        body_of_values((2, 1, b"h" * 32, ((b"d" * 16, 9, b"i" * 32, 9),) * (wire.MAX_FEEDS + 1))),
        body_of_values((2, 1, b"h" * 32, ((b"d" * 16, 9, b"i" * 32, 10),))),
        body_of_values((23, ())),
        body_of_values((23, (b"c" * 31,))),
        body_of_values((24, (bytes(wire.MAX_PARCEL + 1),), ())),
        body_of_values((4, (bytes(MAX_TRANSACTION + 1),))),
        body_of_values((17, b"c" * 32, 0, bytes(wire.MAX_CHUNK + 1))),
        body_of_values((19, ((key_of("b"), "", 1),))),
        body_of_values((19, ((key_of("b"), "10.0.0.1", 0),))),
        body_of_values((6, VOTE.encode() + b"\0")),
        b"\x81\x82\x15\x18\x01",  # a ping whose number takes more bytes than it needs
        b"\x9f\x82\x15\x01\xff",
        b"\xa0",
        b"\xff" * 100,
    ],
)
def test_what_no_working_node_writes_is_refused(body):
    with pytest.raises(WireError):
        wire.decode_body(body)


def test_a_frame_of_too_many_fields_is_refused_before_they_are_read():
    with pytest.raises(WireError):
        wire.decode_body(encode(((4, tuple(bytes(0) for _ in range(3000))),)))


@given(st.binary(max_size=2000))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_read_or_refused_and_nothing_else(body):
    try:
        messages = wire.decode_body(body)
    except WireError:
        return
    assert body_of(*messages) == body


@given(st.sampled_from(ONE_OF_EACH), st.data())
@settings(max_examples=400, deadline=None)
def test_a_changed_byte_gives_another_message_or_none(message, data):
    body = bytearray(body_of(message))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    try:
        read = wire.decode_body(bytes(body))
    except WireError:
        return
    assert read != (message,)


VALUES = st.recursive(
    st.integers(-(1 << 64), (1 << 64) - 1)
    | st.binary(max_size=64)
    | st.text(max_size=20)
    | st.none(),
    lambda children: st.lists(children, max_size=5),
    max_leaves=30,
)


@given(st.integers(0, 25), st.lists(VALUES, max_size=11))
@settings(max_examples=400, deadline=None)
def test_fields_of_any_shape_are_read_or_refused(number, fields):
    body = encode([[number, *fields]])
    try:
        messages = wire.decode_body(body)
    except WireError:
        return
    assert body_of(*messages) == body


def test_reading_the_worst_frame_takes_little_memory():
    bodies = [bytes(MAX_FRAME), b"\x80" * MAX_FRAME, b"\x9b" + b"\xff" * 8, b"\x81" * MAX_FRAME]
    tracemalloc.start()
    for body in bodies:
        with pytest.raises(WireError):
            wire.decode_body(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_messages_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        m.Ping(1).number = 2
