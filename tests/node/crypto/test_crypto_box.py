import hashlib
import hmac
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr_desktop.node.crypto.box import BOX_OVERHEAD, BoxKey, generate_box_seed, seal_box
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "crypto.json").read_text())
INFO = b"ehr/test-box/v1"
SECRET = bytes(range(32))
KEY = BoxKey(bytes(32))
BOX = seal_box(SECRET, KEY.public, INFO)


def test_the_published_seed_gives_the_published_key():
    """draft-connolly-cfrg-xwing-kem, appendix C, first vector; its key pinned by its hash."""
    seed = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    public = BoxKey(seed).public
    assert len(public) == 1216
    expected = "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb"
    assert hashlib.sha256(public).hexdigest() == expected


def test_a_box_made_by_hand_from_the_two_standards_opens():
    """X-Wing's combiner and the key schedule of RFC 9180 5.1, with hashlib and hmac alone."""
    lattice_secret, lattice_sealed = MLKEM768PublicKey.from_public_bytes(
        KEY.public[:1184]
    ).encapsulate()
    ephemeral = X25519PrivateKey.generate()
    ephemeral_public = ephemeral.public_key().public_bytes_raw()
    curve_secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(KEY.public[1184:]))
    shared = hashlib.sha3_256(
        lattice_secret + curve_secret + ephemeral_public + KEY.public[1184:] + rb"\.//^\ "[:6]
    ).digest()
    suite = b"HPKE" + bytes.fromhex("647a 0001 0002")

    def extract(salt, label, key):
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + key, "sha256")

    def expand(key, label, context, size):
        labelled = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return hmac.digest(key, labelled + b"\x01", "sha256")[:size]

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", INFO)
    secret = extract(shared, b"secret", b"")
    key, nonce = expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)
    sealed = AESGCM(key).encrypt(nonce, SECRET, b"")
    assert KEY.open(b"\x01" + lattice_sealed + ephemeral_public + sealed, INFO) == SECRET


def test_a_box_sealed_by_an_earlier_build_opens():
    assert KEY.open(bytes.fromhex(VECTORS["box"]), INFO) == SECRET


def test_a_box_opens_for_its_recipient_and_info_only():
    assert len(BOX) == len(SECRET) + BOX_OVERHEAD
    assert KEY.open(BOX, INFO) == SECRET
    with pytest.raises(OpenFailedError):
        KEY.open(BOX, INFO + b"x")
    with pytest.raises(OpenFailedError):
        BoxKey(generate_box_seed()).open(BOX, INFO)


def test_two_boxes_of_one_secret_differ():
    assert seal_box(SECRET, KEY.public, INFO) != BOX


def test_every_byte_of_a_box_counts():
    for position in range(len(BOX)):
        changed = bytearray(BOX)
        changed[position] ^= 1
        with pytest.raises(OpenFailedError):
            KEY.open(bytes(changed), INFO)


def test_a_cut_or_lengthened_box_does_not_open():
    for size in (0, 1, 2, 33, 1120, 1121, 1136, len(BOX) - 1):
        with pytest.raises(OpenFailedError):
            KEY.open(BOX[:size], INFO)
    with pytest.raises(OpenFailedError):
        KEY.open(BOX + b"\0", INFO)


@settings(max_examples=50)
@given(st.binary(max_size=1400))
def test_random_bytes_do_not_open(noise):
    with pytest.raises(OpenFailedError):
        KEY.open(b"\x01" + noise, INFO)


@pytest.mark.parametrize(
    "public",
    [
        b"",
        KEY.public[:-1],
        KEY.public + b"\0",
        b"\xff" * 1184 + KEY.public[1184:],
        KEY.public[:1184] + bytes(32),
    ],
    ids=["empty", "short", "long", "lattice coefficients too large", "low-order curve point"],
)
def test_nothing_is_sealed_to_a_key_that_is_none(public):
    with pytest.raises(UnusableKeyError):
        seal_box(SECRET, public, INFO)


def test_a_seed_has_32_bytes():
    with pytest.raises(UnusableKeyError):
        BoxKey(bytes(31))
