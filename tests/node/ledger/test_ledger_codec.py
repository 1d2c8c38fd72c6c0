from enum import IntEnum, StrEnum

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.ledger.codec import MAX_DEPTH, CodecError, decode, encode

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=40)
    | st.text(max_size=40)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(st.text(max_size=30), inner, max_size=5)
    ),
    max_leaves=20,
)


def as_lists(value):
    if isinstance(value, tuple):
        return [as_lists(element) for element in value]
    if isinstance(value, dict):
        return {key: as_lists(element) for key, element in value.items()}
    return value


# RFC 8949, appendix A: the examples within our seven shapes.
PUBLISHED = [
    (0, "00"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"", "40"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ((), "80"),
    ((1, 2, 3), "83010203"),
    ((1, (2, 3), (4, 5)), "8301820203820405"),
    (tuple(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({"a": 1, "b": (2, 3)}, "a26161016162820203"),
    (("a", {"b": "c"}), "826161a161626163"),
    (
        {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"},
        "a56161614161626142616361436164614461656145",
    ),
]

REFUSED = {
    "nothing": "",
    "bytes behind the end": "0000",
    "integer in two bytes that fits one": "1800",
    "integer 23 in two bytes": "1817",
    "integer in three bytes that fits two": "1900ff",
    "integer in five bytes that fits three": "1a0000ffff",
    "integer in nine bytes that fits five": "1b00000000ffffffff",
    "negative in two bytes that fits one": "3800",
    "byte string length not shortest": "580161",
    "text length not shortest": "780161",
    "array length not shortest": "980100",
    "map length not shortest": "b801616100",
    "indefinite byte string": "5f4101ff",
    "indefinite text": "7f6161ff",
    "indefinite array": "9f00ff",
    "indefinite map": "bf616100ff",
    "break alone": "ff",
    "reserved length 28": "1c",
    "reserved length 30": "5e",
    "half float": "f90000",
    "single float": "fa47c35000",
    "double float": "fb3ff199999999999a",
    "undefined": "f7",
    "simple value 16": "f0",
    "simple value 255": "f8ff",
    "false in two bytes": "f814",
    "tag: date": "c074323031332d30332d32315432303a30343a30305a",
    "tag: time": "c11a514b67b0",
    "tag: bignum that fits an integer": "c24101",
    "tag: bignum": "c249010000000000000000",
    "tag: negative bignum": "c349010000000000000000",
    "tag: decimal with a huge exponent": "c4821b7fffffffffffffff01",
    "tag: bigfloat with a huge exponent": "c5821b7fffffffffffffff01",
    "tag: regular expression": "d8236161",
    "tag: shared value": "d81c00",
    "tag: string reference": "d9010080",
    "tag: set": "d9010281f6",
    "tag: self-described": "d9d9f700",
    "repeated map key": "a2616100616101",
    "map keys out of order": "a2616200616100",
    "longer map key first": "a262616100616200",
    "integer map key": "a10000",
    "byte string map key": "a1416100",
    "array map key": "a18000",
    "text that is not UTF-8": "61ff",
    "text with a surrogate": "63eda080",
    "text in overlong UTF-8": "62c080",
    "cut inside a head": "19ff",
    "cut inside a byte string": "440102",
    "cut inside a text": "6461",
    "cut inside an array": "8200",
    "cut inside a map": "a16161",
    "array of 2**63 elements": "9b8000000000000000",
    "map of 2**63 entries": "bb8000000000000000",
    "byte string of 2**63 bytes": "5b8000000000000000",
}


@pytest.mark.parametrize(("value", "encoding"), PUBLISHED)
def test_published_examples_encode_and_decode(value, encoding):
    assert encode(value).hex() == encoding
    decoded = decode(bytes.fromhex(encoding))
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize("encoding", REFUSED.values(), ids=REFUSED.keys())
def test_nothing_but_the_canonical_encoding_is_read(encoding):
    with pytest.raises(CodecError):
        decode(bytes.fromhex(encoding))


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        {1, 2},
        object(),
        bytearray(b"x"),
        Colour.RED,
        Level.LOW,
        2**64,
        -(2**64) - 1,
        "\ud800",
        {1: 2},
        {b"k": 1},
        {None: 1},
        {"\ud800": 1},
        (1, (2, (3.0,))),
        {"k": {"k": 1.5}},
    ],
)
def test_what_has_no_encoding_is_refused(value):
    with pytest.raises(CodecError):
        encode(value)


def nested(depth):
    value = ()
    for _ in range(depth - 1):
        value = (value,)
    return value


def test_nesting_ends_at_its_limit_both_ways():
    assert decode(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(CodecError, match="deep"):
        encode(nested(MAX_DEPTH + 1))
    with pytest.raises(CodecError, match="deep"):
        decode(b"\x81" * MAX_DEPTH + b"\x80")
    with pytest.raises(CodecError, match="deep"):
        decode(b"\xa1\x61a" * MAX_DEPTH + b"\xa0")
    with pytest.raises(CodecError, match="deep"):
        decode(b"\x81" * 100_000)


def test_nothing_longer_than_the_limit_is_looked_at():
    encoding = encode(bytes(100))
    assert decode(encoding, limit=len(encoding)) == bytes(100)
    with pytest.raises(CodecError, match="longer"):
        decode(encoding, limit=len(encoding) - 1)
    with pytest.raises(CodecError, match="longer"):
        decode(encode(bytes(1 << 20)))


def test_no_more_elements_than_the_limit_are_read_at_all_levels_together():
    value = ((1, 2), {"k": 3}, ())  # three in it, two, a key and its value
    assert decode(encode(value), elements=7) == value
    with pytest.raises(CodecError, match="elements"):
        decode(encode(value), elements=6)
    with pytest.raises(CodecError, match="elements"):
        decode(cbor2.dumps([0] * 950_000))


@given(values)
def test_a_value_comes_back_as_it_was(value):
    assert decode(encode(value)) == value


@given(values)
def test_lists_encode_as_tuples_do(value):
    assert encode(as_lists(value)) == encode(value)


@given(st.dictionaries(st.text(max_size=30), st.integers(0, 5), max_size=8), st.randoms())
def test_the_order_a_map_was_made_in_leaves_no_trace(entries, random):
    shuffled = list(entries.items())
    random.shuffle(shuffled)
    assert encode(dict(shuffled)) == encode(entries)


def require_canonical_or_refused(data):
    try:
        value = decode(data)
    except CodecError:
        return
    assert encode(value) == data
    assert cbor2.loads(data) == as_lists(value)


@given(st.binary(max_size=60))
def test_random_bytes_are_canonical_or_refused(data):
    require_canonical_or_refused(data)


@given(values, st.data())
def test_changed_encodings_are_canonical_or_refused(value, data):
    changed = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(changed)))
        fresh = data.draw(st.binary(max_size=3))
        changed[place : place + data.draw(st.integers(0, 3))] = fresh
    require_canonical_or_refused(bytes(changed))


@given(values)
def test_a_cut_or_lengthened_encoding_is_refused(value):
    encoding = encode(value)
    with pytest.raises(CodecError):
        decode(encoding + b"\0")
    with pytest.raises(CodecError):
        decode(encoding[:-1])
