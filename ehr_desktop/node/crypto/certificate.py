"""The certificate that carries a workstation's public key through TLS.

It is a function of that key alone: every node writes down the same bytes for the same key, so a
roster of public keys is all that is needed to pin by. Its signature says nothing, because it is
made with a key everybody knows: a pinned certificate is compared, not verified, and that the peer
holds the key is proved by the handshake itself (RFC 8446 4.4.3). Basic constraints say CA:FALSE, so
a paired workstation cannot vouch for another key. The dates leave room for a PC whose clock is off.

Source: RFC 5280 4.1.2.5 (no end: 99991231235959Z); RFC 8410 (Ed25519 in certificates).
"""

import os
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ehr_desktop.node.crypto.errors import UnusableKeyError
from ehr_desktop.node.crypto.sign import PUBLIC_SIZE, SEED_SIZE

_KNOWN_TO_ALL: Final = bytes(SEED_SIZE)
_FROM: Final = datetime(1970, 1, 2, tzinfo=UTC)
_UNTIL: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def certificate_of(public: bytes) -> bytes:
    """Give the one certificate (DER) of the Ed25519 key `public`, 32 bytes.

    Raises:
        UnusableKeyError: `public` has another length.
    """
    return _certificate(public).public_bytes(serialization.Encoding.DER)


def public_key_in(certificate: bytes) -> bytes | None:
    """Give the Ed25519 key of 32 bytes whose certificate (DER) this is, None for any other."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError:
        return None
    if not isinstance(key, Ed25519PublicKey):
        return None
    public = key.public_bytes_raw()
    return public if certificate_of(public) == certificate else None


def identity_pem(seed: bytes) -> tuple[bytes, bytes]:
    """Give a device's secret key and certificate as one PEM file, and the password that opens it.

    The password is random and made for this one call, so the file may touch a disk.

    Raises:
        UnusableKeyError: `seed` does not have 32 bytes.
    """
    if len(seed) != SEED_SIZE:
        raise UnusableKeyError(f"a seed has {SEED_SIZE} bytes, not {len(seed)}")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    password = os.urandom(32).hex().encode()
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )
    certificate = _certificate(key.public_key().public_bytes_raw())
    return secret + certificate.public_bytes(serialization.Encoding.PEM), password


def _certificate(public: bytes) -> x509.Certificate:
    if len(public) != PUBLIC_SIZE:
        raise UnusableKeyError(f"a public key has {PUBLIC_SIZE} bytes, not {len(public)}")
    key = Ed25519PublicKey.from_public_bytes(public)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, public.hex())])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key)
        .serial_number(1)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_SIGNS_ONLY, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.ExtendedKeyUsage(_BOTH_ENDS), critical=False)
        .sign(Ed25519PrivateKey.from_private_bytes(_KNOWN_TO_ALL), None)
    )


_BOTH_ENDS: Final = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
_SIGNS_ONLY: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
