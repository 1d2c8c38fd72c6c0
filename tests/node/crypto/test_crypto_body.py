import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr_desktop.node.crypto.body import BodyOpener, BodySealer, new_key, open_body, seal_body
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "crypto.json").read_text())
KEY = bytes(range(32))
CONTEXT = b"header"
CHUNK = 16 * 1024


def in_pieces(content, size):
    return [content[at : at + size] for at in range(0, len(content), size)]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 200_000])
def test_a_body_of_any_size_opens_again(size):
    plaintext = bytes(n % 251 for n in range(size))
    assert open_body(KEY, CONTEXT, seal_body(KEY, CONTEXT, plaintext)) == plaintext


def test_a_body_sealed_by_an_earlier_build_opens():
    assert open_body(KEY, CONTEXT, bytes.fromhex(VECTORS["body"])) == b"a record"


def test_a_body_opens_under_its_key_and_context_only():
    sealed = seal_body(KEY, CONTEXT, b"secret")
    with pytest.raises(OpenFailedError):
        open_body(KEY, b"Header", sealed)
    with pytest.raises(OpenFailedError):
        open_body(bytes(32), CONTEXT, sealed)


def test_every_bit_of_a_small_body_counts():
    sealed = seal_body(KEY, CONTEXT, b"secret")
    for bit in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(OpenFailedError):
            open_body(KEY, CONTEXT, bytes(changed))


def test_a_body_cut_anywhere_does_not_open():
    sealed = seal_body(KEY, CONTEXT, bytes(2 * CHUNK + 10))
    ends = {*range(120), *range(CHUNK, CHUNK + 150), len(sealed) // 2, len(sealed) - 1}
    for end in ends:
        with pytest.raises(OpenFailedError):
            open_body(KEY, CONTEXT, sealed[:end])


def test_a_body_with_more_behind_it_does_not_open():
    with pytest.raises(OpenFailedError):
        open_body(KEY, CONTEXT, seal_body(KEY, CONTEXT, b"secret") + b"\0")


def test_exchanged_chunks_do_not_open():
    sealed = seal_body(KEY, CONTEXT, bytes(4 * CHUNK))
    chunk = CHUNK + 16
    start = len(sealed) - 4 * chunk
    first, second = sealed[start : start + chunk], sealed[start + chunk : start + 2 * chunk]
    with pytest.raises(OpenFailedError):
        open_body(KEY, CONTEXT, sealed[:start] + second + first + sealed[start + 2 * chunk :])


@settings(max_examples=40)
@given(
    st.integers(0, 70_000),
    st.integers(1, 30_000),
    st.integers(1, 30_000),
)
def test_pieces_of_any_size_give_what_a_single_call_gives(size, sealing_piece, opening_piece):
    plaintext = bytes(size)
    sealer = BodySealer(KEY, CONTEXT)
    sealed = b"".join(map(sealer.update, in_pieces(plaintext, sealing_piece))) + sealer.finalize()
    opener = BodyOpener(KEY, CONTEXT)
    opened = b"".join(map(opener.update, in_pieces(sealed, opening_piece))) + opener.finalize()
    assert open_body(KEY, CONTEXT, sealed) == opened == plaintext


def test_an_opener_that_failed_stays_failed():
    sealed = bytearray(seal_body(KEY, CONTEXT, bytes(3 * CHUNK)))
    sealed[CHUNK] ^= 1
    opener = BodyOpener(KEY, CONTEXT)
    with pytest.raises(OpenFailedError):
        opener.update(bytes(sealed))
    with pytest.raises(OpenFailedError):
        opener.update(b"more")
    with pytest.raises(OpenFailedError):
        opener.finalize()


def test_another_suite_byte_is_refused_however_the_body_arrives():
    sealed = b"\x02" + seal_body(KEY, CONTEXT, b"secret")[1:]
    with pytest.raises(OpenFailedError):
        open_body(KEY, CONTEXT, sealed)
    with pytest.raises(OpenFailedError):
        BodyOpener(KEY, CONTEXT).update(sealed)


def test_an_opener_that_got_nothing_fails():
    opener = BodyOpener(KEY, CONTEXT)
    assert opener.update(b"") == b""
    with pytest.raises(OpenFailedError):
        opener.finalize()


@pytest.mark.parametrize("use", [seal_body, open_body])
@pytest.mark.parametrize("size", [0, 1, 16, 31, 33])
def test_a_key_of_another_length_is_refused(use, size):
    with pytest.raises(UnusableKeyError):
        use(bytes(size), CONTEXT, b"")


@pytest.mark.parametrize("streaming", [BodySealer, BodyOpener])
def test_streaming_refuses_a_short_key(streaming):
    with pytest.raises(UnusableKeyError):
        streaming(bytes(16), CONTEXT)


def test_new_keys_have_32_bytes_and_differ():
    assert len(new_key()) == 32
    assert new_key() != new_key()
