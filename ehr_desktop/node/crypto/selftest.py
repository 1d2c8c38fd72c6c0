"""A check at start-up that the installed cryptography gives the answers it must.

Source: the examples in FIPS 180-4, RFC 8032 7.1, RFC 5869 A.1, RFC 3394 4.6, RFC 8452 C.2,
RFC 9106 5.3 and draft-connolly-cfrg-xwing-kem appendix C. The sealed body and what the OPRF gives
are of our own making.
"""

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl import bindings

from ehr_desktop.node.crypto import blob, body, box, kdf, keywrap, oprf, sharing, sign
from ehr_desktop.node.crypto.errors import (
    CryptoError,
    OpenFailedError,
    SelfTestError,
    UnusableKeyError,
)
from ehr_desktop.node.crypto.hashes import sha256

_XWING_SEED: Final = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"
_XWING_PUBLIC_SHA256: Final = "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb"
_ED25519_SEED: Final = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
_ED25519_SIGNATURE: Final = (
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
    "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)
_IDENTITY_POINT: Final = bytes([1]) + bytes(31)
_HKDF_OUTPUT: Final = (
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
)
_KEK: Final = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
_WRAPPED: Final = "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
_GCM_SIV_SEALED: Final = "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28"
_ARGON2ID_OUTPUT: Final = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
_BODY_CONTEXT: Final = b"ehr/selftest/v1"
_BODY_SEALED: Final = (
    "01642b925ea6252074cfd470ccac4f6f869c65357445018c8b2c55a4c3c3ec421f9ae54fb3e1ad2797ac5838"
    "aecaf029f0e55457595c653daebd96cabd0a61cabaa5dd20aa0b4471d78ff319771c632bce62"
)
_LINE: Final = ((1, 8), (2, 11), (3, 14))
"""Where 5 + 3x is at three places."""
_OPRF_OUTPUT: Final = "31f7b2df4d287b2c9421c061d9e29a97c010efb2b8128e592fdcd1424b1f86bc"


def run_self_test() -> None:
    """Try every primitive against a known answer; takes a few milliseconds.

    Raises:
        SelfTestError: one answers otherwise, and it names which.
    """
    for name, holds in _CHECKS:
        try:
            passed = holds()
        except (CryptoError, UnsupportedAlgorithm, ValueError) as error:
            raise SelfTestError(name) from error
        if not passed:
            raise SelfTestError(name)


def _sha256_holds() -> bool:
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    return sha256(b"abc").hex() == expected


def _ed25519_holds() -> bool:
    public, secret = bindings.crypto_sign_seed_keypair(bytes.fromhex(_ED25519_SEED))
    forged = _IDENTITY_POINT + bytes(32)
    return (
        bindings.crypto_sign(b"", secret).hex() == _ED25519_SIGNATURE
        and sign.is_usable_public_key(public)
        and not sign.is_usable_public_key(_IDENTITY_POINT)
        and not sign.verify(_IDENTITY_POINT, "ehr/selftest/v1", b"any", forged)
    )


def _hkdf_holds() -> bool:
    hkdf = HKDF(SHA256(), 42, bytes(range(13)), bytes(range(0xF0, 0xFA)))
    derived = kdf.derive_key(b"\x0b" * 22, "ehr/selftest/v1")
    return hkdf.derive(b"\x0b" * 22).hex() == _HKDF_OUTPUT and len(derived) == 32


def _key_wrap_holds() -> bool:
    kek, key = bytes.fromhex(_KEK), bytes.fromhex("00112233445566778899aabbccddeeff" + _KEK[:32])
    return keywrap.wrap_key(kek, key)[1:].hex() == _WRAPPED


def _gcm_siv_holds() -> bool:
    cipher = AESGCMSIV(bytes([1]) + bytes(31))
    sealed = cipher.encrypt(bytes([3]) + bytes(11), bytes([1]) + bytes(7), None)
    key = bytes(32)
    opened = blob.open_blob(key, blob.seal_blob(key, b"blob", "ehr/selftest/v1"), "ehr/selftest/v1")
    return sealed.hex() == _GCM_SIV_SEALED and opened == b"blob"


def _argon2id_holds() -> bool:
    argon2 = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        ad=b"\x04" * 12,
        secret=b"\x03" * 8,
    )
    return argon2.derive(b"\x01" * 32).hex() == _ARGON2ID_OUTPUT


def _body_holds() -> bool:
    sealed = bytes.fromhex(_BODY_SEALED)
    key = bytes(range(32))
    return body.open_body(key, _BODY_CONTEXT, sealed) == b"self-test" and len(body.new_key()) == 32


def _box_holds() -> bool:
    recipient = box.BoxKey(bytes.fromhex(_XWING_SEED))
    sealed = box.seal_box(bytes(32), recipient.public, b"ehr/selftest/v1")
    try:
        recipient.open(sealed, b"another info")
    except OpenFailedError:
        return (
            sha256(recipient.public).hex() == _XWING_PUBLIC_SHA256
            and recipient.open(sealed, b"ehr/selftest/v1") == bytes(32)
            and len(sealed) == 32 + box.BOX_OVERHEAD
        )
    return False


def _sharing_holds() -> bool:
    shares = [(place, value.to_bytes(32, "little")) for place, value in _LINE]
    secret = (5).to_bytes(32, "little")
    dealt = sharing.split(secret, 2, 3)
    return (
        sharing.combine(shares[::2], 2) == secret
        and sharing.combine(shares[:2], 2) == secret
        and sharing.combine(dealt[1:], 2) == secret
        and all(scalar != secret for _place, scalar in dealt)
    )


def _oprf_holds() -> bool:
    blinded, blinding = oprf.blind(b"self-test")
    answers = [(at, oprf.evaluate(value.to_bytes(32, "little"), blinded)) for at, value in _LINE]
    output = oprf.finish(b"self-test", blinding, answers[1:], 2)
    try:
        oprf.evaluate((5).to_bytes(32, "little"), _IDENTITY_POINT)
    except UnusableKeyError:
        return output.hex() == _OPRF_OUTPUT
    return False


_CHECKS: Final[tuple[tuple[str, Callable[[], bool]], ...]] = (
    ("SHA-256", _sha256_holds),
    ("Ed25519", _ed25519_holds),
    ("HKDF", _hkdf_holds),
    ("AES-KW", _key_wrap_holds),
    ("AES-256-GCM-SIV", _gcm_siv_holds),
    ("Argon2id", _argon2id_holds),
    ("Cobblestone-256", _body_holds),
    ("HPKE with X-Wing", _box_holds),
    ("secret sharing", _sharing_holds),
    ("OPRF", _oprf_holds),
)
