"""This workstation's own keys: the device secret that opens `ledger.db`, and where it is kept.

Source: DESIGN, section 6: the operating system's key store where there is one, else a file only
its owner can read, and the screen says which.
"""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from ehr_desktop.domain.errors import HomeDamagedError, HomeMissingError
from ehr_desktop.node.crypto.kdf import derive_key

_FILE = "workstation.key"
_SIZE = 32
_SERVICE = "ehr-desktop"


class KeyPlace(StrEnum):
    """Where the device secret is kept."""

    FILE = "file"
    KEY_STORE = "keyring"


class SecretStore(Protocol):
    """The operating system's key store."""

    def get(self, name: str) -> bytes | None:
        """Give a secret, or None if there is none of that name."""
        ...

    def put(self, name: str, secret: bytes) -> bool:
        """Keep a secret; tell whether it can be had back."""
        ...


@dataclass(frozen=True, slots=True)
class DeviceSecret:
    """32 random bytes that never leave this workstation."""

    secret: bytes
    place: KeyPlace

    def database_key(self) -> bytes:
        """Give the key of `ledger.db`."""
        return derive_key(self.secret, "ehr/ledger-database/v1")


def make_device_secret(home: Path, store: SecretStore | None) -> DeviceSecret:
    """Make a device secret and keep it; the file in `home` says where it went."""
    secret = os.urandom(_SIZE)
    name = os.urandom(16).hex()
    if store is not None and store.put(name, secret):
        _write(home, b"keyring " + name.encode() + b"\n")
        return DeviceSecret(secret, KeyPlace.KEY_STORE)
    _write(home, b"file " + secret.hex().encode() + b"\n")
    return DeviceSecret(secret, KeyPlace.FILE)


def load_device_secret(home: Path, store: SecretStore | None) -> DeviceSecret:
    """Give the device secret of a data directory.

    Raises:
        HomeMissingError: there is no clinic in `home`.
        HomeDamagedError: the secret is not where the file says.
    """
    try:
        place, _, rest = (home / _FILE).read_text("ascii").strip().partition(" ")
    except FileNotFoundError as error:
        raise HomeMissingError(str(home)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise HomeDamagedError(_FILE) from error
    secret = _from_store(store, rest) if place == KeyPlace.KEY_STORE else _from_hex(rest)
    if secret is None or len(secret) != _SIZE or place not in tuple(KeyPlace):
        raise HomeDamagedError(_FILE)
    return DeviceSecret(secret, KeyPlace(place))


def is_home(home: Path) -> bool:
    """Tell whether there is a clinic in `home`."""
    return (home / _FILE).exists()


def _from_store(store: SecretStore | None, name: str) -> bytes | None:
    return None if store is None else store.get(name)


def _from_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def _write(home: Path, line: bytes) -> None:
    handle = os.open(home / _FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
