"""Key wrap, small blobs, derivation."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.crypto.blob import BLOB_OVERHEAD, open_blob, seal_blob
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.crypto.keywrap import WRAPPED_KEY_SIZE, unwrap_key, wrap_key

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "crypto.json").read_text())
KEK = bytes(range(32))
KEY = bytes(range(32, 64))


def flipped(content):
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def test_a_wrapped_key_is_the_published_one_behind_the_suite_byte():
    """RFC 3394, 4.6."""
    key = bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
    expected = "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
    assert wrap_key(KEK, key).hex() == "01" + expected


def test_a_wrapped_key_unwraps_under_its_own_key_only():
    wrapped = wrap_key(KEK, KEY)
    assert len(wrapped) == WRAPPED_KEY_SIZE
    assert unwrap_key(KEK, wrapped) == KEY
    with pytest.raises(OpenFailedError):
        unwrap_key(KEY, wrapped)


def test_every_bit_and_byte_of_a_wrapped_key_counts():
    wrapped = wrap_key(KEK, KEY)
    for changed in [
        *flipped(wrapped),
        wrapped + b"\0",
        *(wrapped[:n] for n in range(len(wrapped))),
    ]:
        with pytest.raises(OpenFailedError):
            unwrap_key(KEK, changed)


@pytest.mark.parametrize(("kek", "key"), [(KEK[:16], KEY), (KEK, KEY[:16]), (b"", KEY), (KEK, b"")])
def test_only_keys_of_32_bytes_wrap(kek, key):
    with pytest.raises(UnusableKeyError):
        wrap_key(kek, key)


def test_unwrapping_refuses_a_short_key():
    with pytest.raises(UnusableKeyError):
        unwrap_key(KEK[:16], wrap_key(KEK, KEY))


@given(st.binary(max_size=300))
def test_a_blob_opens_again(plaintext):
    sealed = seal_blob(KEY, plaintext, "site", b"1")
    assert len(sealed) == len(plaintext) + BLOB_OVERHEAD
    assert open_blob(KEY, sealed, "site", b"1") == plaintext


def test_a_blob_opens_under_its_key_label_and_context_only():
    sealed = seal_blob(KEY, b"x", "site", b"1")
    for key, label, context in [(KEK, "site", b"1"), (KEY, "Site", b"1"), (KEY, "site", b"2")]:
        with pytest.raises(OpenFailedError):
            open_blob(key, sealed, label, context)
    with pytest.raises(OpenFailedError):
        open_blob(KEY, sealed, "site1")


def test_every_bit_and_byte_of_a_blob_counts():
    sealed = seal_blob(KEY, b"x", "site")
    for changed in [*flipped(sealed), sealed + b"\0", *(sealed[:n] for n in range(len(sealed)))]:
        with pytest.raises(OpenFailedError):
            open_blob(KEY, changed, "site")


def test_one_secret_sealed_twice_gives_two_blobs():
    assert seal_blob(KEY, b"x", "site") != seal_blob(KEY, b"x", "site")


def test_a_blob_sealed_by_an_earlier_build_opens():
    assert open_blob(KEY, bytes.fromhex(VECTORS["blob"]), "site", b"1") == b"a seed"


@pytest.mark.parametrize("use", [seal_blob, open_blob])
def test_a_blob_needs_a_key_of_32_bytes(use):
    with pytest.raises(UnusableKeyError):
        use(KEY[:16], b"x", "site")


def test_derived_keys_are_those_of_earlier_builds():
    assert derive_key(KEY, "ehr/test/v1", b"a", b"b").hex() == VECTORS["derived"]


def test_derived_keys_depend_on_secret_label_and_every_info():
    derived = {
        derive_key(KEY, "l", b"a", b"b"),
        derive_key(KEK, "l", b"a", b"b"),
        derive_key(KEY, "m", b"a", b"b"),
        derive_key(KEY, "l", b"ab"),
        derive_key(KEY, "l", b"a", b"b", b""),
        derive_key(KEY, "l"),
    }
    assert {len(key) for key in derived} == {32}
    assert len(derived) == 6


def test_nothing_is_derived_from_nothing():
    with pytest.raises(UnusableKeyError):
        derive_key(b"", "l")
