import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.crypto.errors import UnusableKeyError
from ehr_desktop.node.crypto.hashes import frame
from ehr_desktop.node.crypto.sign import SigningKey, generate_seed, is_usable_public_key, verify

GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD = 2**255 - 19
IDENTITY = (1).to_bytes(32, "little")
# The eight points of low order: their y coordinates, with either sign of x where there is one.
ORDER_EIGHT = [
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD83D3D706A17C7,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
]
LOW_ORDER = [
    *(y.to_bytes(32, "little") for y in (0, 1, FIELD - 1, *ORDER_EIGHT)),
    *((y | 1 << 255).to_bytes(32, "little") for y in (0, *ORDER_EIGHT)),
]
NOT_CANONICAL = [(FIELD + y).to_bytes(32, "little") for y in (0, 1, 2, 18)]

# RFC 8032, 7.1: seed and public key of tests 1 to 3.
PUBLISHED_KEYS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    ),
]


@pytest.fixture
def key():
    return SigningKey(bytes(range(32)))


@pytest.mark.parametrize(("seed", "public"), PUBLISHED_KEYS)
def test_published_seeds_give_the_published_keys(seed, public):
    assert SigningKey(bytes.fromhex(seed)).public.hex() == public


def test_a_signature_holds_for_its_label_message_and_key_only(key):
    signature = key.sign("kind", b"message")
    assert len(signature) == 64
    assert verify(key.public, "kind", b"message", signature)
    assert not verify(key.public, "another", b"message", signature)
    assert not verify(key.public, "kind", b"Message", signature)
    assert not verify(SigningKey(bytes(32)).public, "kind", b"message", signature)


def test_a_label_cannot_lend_its_last_letter_to_the_message(key):
    assert not verify(key.public, "kin", b"dmessage", key.sign("kind", b"message"))


@pytest.mark.parametrize("bit", range(512))
def test_every_single_bit_of_a_signature_counts(key, bit):
    signature = bytearray(key.sign("kind", b"message"))
    signature[bit // 8] ^= 1 << bit % 8
    assert not verify(key.public, "kind", b"message", bytes(signature))


@pytest.mark.parametrize("identity", [IDENTITY, NOT_CANONICAL[1]])
@pytest.mark.parametrize("nonce", [IDENTITY, NOT_CANONICAL[1]])
def test_the_identity_key_forges_nothing(identity, nonce):
    assert not verify(identity, "kind", b"any message at all", nonce + bytes(32))


@pytest.mark.parametrize("public", LOW_ORDER)
def test_no_low_order_key_verifies_its_trivial_signature(public):
    assert not any(
        verify(public, "kind", bytes([n]), nonce + bytes(32))
        for nonce in LOW_ORDER
        for n in range(16)
    )


@pytest.mark.parametrize("public", LOW_ORDER + NOT_CANONICAL)
def test_low_order_and_non_canonical_keys_cannot_be_enrolled(public):
    assert not is_usable_public_key(public)


def test_a_key_with_a_low_order_part_cannot_be_enrolled(key):
    from nacl import bindings

    mixed = bindings.crypto_core_ed25519_add(key.public, LOW_ORDER[0])
    assert mixed != key.public
    assert not is_usable_public_key(mixed)


def test_a_point_off_the_curve_cannot_be_enrolled():
    assert not is_usable_public_key((2).to_bytes(32, "little"))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_keys_of_another_length_are_no_keys(size, key):
    assert not is_usable_public_key(bytes(size))
    assert not verify(bytes(size), "kind", b"m", key.sign("kind", b"m"))
    with pytest.raises(UnusableKeyError):
        SigningKey(bytes(size))


@pytest.mark.parametrize("size", [0, 63, 65])
def test_signatures_of_another_length_do_not_hold(size, key):
    signature = (key.sign("kind", b"m") + b"\0")[:size]
    assert not verify(key.public, "kind", b"m", signature)


def test_adding_the_group_order_does_not_give_a_second_signature(key):
    signature = key.sign("kind", b"m")
    scalar = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    assert not verify(key.public, "kind", b"m", signature[:32] + scalar.to_bytes(32, "little"))


def test_a_generated_seed_makes_a_key_that_can_be_enrolled():
    seed = generate_seed()
    assert seed != generate_seed()
    assert is_usable_public_key(SigningKey(seed).public)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_signed_is_the_frame_of_label_and_message(message, label):
    from nacl.signing import VerifyKey

    key = SigningKey(bytes(32))
    signature = key.sign(label, message)
    assert VerifyKey(key.public).verify(frame(label, message), signature)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
def test_random_keys_and_signatures_never_hold_and_never_raise(public, signature):
    assert not verify(public, "kind", b"m", signature)
