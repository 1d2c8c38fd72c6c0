import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.crypto.hashes import Hasher, digest, frame, sha256

fields = st.lists(st.binary(max_size=6), max_size=4)
labels = st.text(max_size=6)


def test_sha256_gives_the_published_answer():
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(b"abc").hex() == expected


def test_every_field_has_its_length_in_front_and_the_label_leads():
    assert frame("ab", b"", b"xyz") == b"\0\0\0\2ab" + b"\0\0\0\0" + b"\0\0\0\3xyz"
    assert digest("ab", b"xyz") == hashlib.sha256(b"\0\0\0\2ab\0\0\0\3xyz").digest()


def test_moving_a_byte_from_one_field_to_the_next_changes_the_digest():
    seen = {
        digest("ab", b"c", b"d"),
        digest("a", b"bc", b"d"),
        digest("ab", b"cd"),
        digest("ab", b"cd", b""),
        digest("ab", b"", b"cd"),
        digest("abc", b"d"),
    }
    assert len(seen) == 6


@given(labels, fields, labels, fields)
def test_two_different_lists_never_give_the_same_bytes(label, parts, other_label, other_parts):
    same = (label, parts) == (other_label, other_parts)
    assert (frame(label, *parts) == frame(other_label, *other_parts)) == same


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_a_hasher_gives_what_digest_gives(pieces):
    whole = b"".join(pieces)
    hasher = Hasher("label", b"first", size=len(whole))
    for piece in pieces:
        hasher.update(piece)
    assert hasher.finalize() == digest("label", b"first", whole)


@pytest.mark.parametrize("pieces", [[b"abc"], [b"abc", b"de"]])
def test_a_hasher_refuses_another_size_than_announced(pieces):
    hasher = Hasher("label", size=4)
    for piece in pieces:
        hasher.update(piece)
    with pytest.raises(ValueError, match="announced size"):
        hasher.finalize()
