"""What can go wrong in cryptography. No message tells why something did not open."""


class CryptoError(Exception):
    """A cryptographic operation was refused."""


class OpenFailedError(CryptoError):
    """A box, body, blob or wrapped key did not open: wrong key, wrong context or changed bytes."""

    def __init__(self) -> None:
        super().__init__("did not open")


class UnusableKeyError(CryptoError):
    """A key has the wrong length or is not a valid key of its kind."""


class UnusableSharesError(CryptoError):
    """Shares are too few, two of one place, or no shares at all."""

    def __init__(self) -> None:
        super().__init__("unusable shares")


class WeakParametersError(CryptoError):
    """Password parameters lie below the floor, so whoever supplied them is not obeyed."""


class SelfTestError(CryptoError):
    """The installed cryptography gives other answers than it must; nothing may start."""
