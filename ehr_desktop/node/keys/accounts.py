"""Accounts: who may sign in here, and the seed a password opens.

An account's particulars are sealed under the site secret, which only paired workstations hold, and
their commitment stands on the ledger. The seed inside is sealed once more under the password *and*
the site secret: a leaked copy cannot be guessed at.

Source: DESIGN, section 5, Staff.
"""

import os
from dataclasses import dataclass, replace
from typing import Any

from ehr_desktop.domain.errors import HomeDamagedError, SignInRefusedError
from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.people import Role, Staff
from ehr_desktop.node.crypto.blob import open_blob, seal_blob
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.crypto.passwords import PasswordParameters, stretch
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.codec import CodecError, decode, encode

_VERSION = 1
_SEED_SIZE = 64
_LABEL = "ehr/account/v1"


@dataclass(frozen=True, slots=True)
class Account:
    """An account's particulars. `wrapped_seed` opens under password and site secret."""

    person: PersonId
    account_name: str
    display_name: str
    phone: str
    email: str
    salt: bytes
    parameters: PasswordParameters
    wrapped_seed: bytes

    def staff(self, role: Role, *, active: bool) -> Staff:
        """Give what the others may see, with what the ledger says of role and state."""
        return Staff(
            id=self.person,
            account_name=self.account_name,
            display_name=self.display_name,
            role=role,
            phone=self.phone,
            email=self.email,
            active=active,
        )


@dataclass(frozen=True, slots=True)
class PersonKeys:
    """Somebody's own keys, opened: a member's, a patient's (`signing` is the consent key, `box` the
    read key) or the custodians'.
    """

    seed: bytes
    signing: SigningKey
    box: BoxKey

    @classmethod
    def from_seed(cls, seed: bytes) -> "PersonKeys":
        """Make both keys from a seed of 64 bytes."""
        return cls(seed, SigningKey(seed[:32]), BoxKey(seed[32:]))


def new_person_keys() -> PersonKeys:
    """Make the keys of somebody new."""
    return PersonKeys.from_seed(os.urandom(_SEED_SIZE))


def make_account(
    staff: Staff,
    password: str,
    keys: PersonKeys,
    site_secret: bytes,
    parameters: PasswordParameters,
) -> Account:
    """Seal a person's seed under a password."""
    blank = Account(
        person=staff.id,
        account_name=staff.account_name,
        display_name=staff.display_name,
        phone=staff.phone,
        email=staff.email,
        salt=os.urandom(16),
        parameters=parameters,
        wrapped_seed=b"",
    )
    key = _password_key(blank, password, site_secret)
    return replace(blank, wrapped_seed=seal_blob(key, keys.seed, _LABEL))


def open_keys(account: Account, password: str, site_secret: bytes) -> PersonKeys:
    """Open a person's keys.

    Raises:
        SignInRefusedError: the password is wrong.
    """
    try:
        seed = open_blob(
            _password_key(account, password, site_secret), account.wrapped_seed, _LABEL
        )
    except OpenFailedError as error:
        raise SignInRefusedError from error
    return PersonKeys.from_seed(seed)


def waste_the_same_time(password: str, parameters: PasswordParameters) -> None:
    """Stretch a password for nobody, so that an unknown name takes as long as a known one."""
    stretch(password, bytes(16), parameters)


def seal_account(account: Account, site_secret: bytes) -> bytes:
    """Seal an account's particulars for the workstations of this clinic."""
    parameters = account.parameters
    plain = encode(
        (
            _VERSION,
            bytes.fromhex(account.person),
            account.account_name,
            account.display_name,
            account.phone,
            account.email,
            account.salt,
            (parameters.memory_kib, parameters.iterations, parameters.lanes),
            account.wrapped_seed,
        )
    )
    return seal_blob(derive_key(site_secret, "ehr/account-key/v1"), plain, _LABEL)


def open_account(sealed: bytes, site_secret: bytes) -> Account:
    """Read an account's particulars.

    Raises:
        HomeDamagedError: they were not sealed under this site secret, or were changed.
    """
    try:
        plain: Any = decode(
            open_blob(derive_key(site_secret, "ehr/account-key/v1"), sealed, _LABEL)
        )
        _, person, name, display, phone, email, salt, parameters, wrapped = plain
    except (OpenFailedError, CodecError, ValueError, TypeError) as error:
        raise HomeDamagedError("ledger.db") from error
    return Account(
        person=PersonId(person.hex()),
        account_name=name,
        display_name=display,
        phone=phone,
        email=email,
        salt=salt,
        parameters=PasswordParameters(*parameters),
        wrapped_seed=wrapped,
    )


def _password_key(account: Account, password: str, site_secret: bytes) -> bytes:
    stretched = stretch(password, account.salt, account.parameters)
    return derive_key(
        digest("ehr/password-and-site/v1", stretched, site_secret),
        "ehr/seed-key/v1",
        bytes.fromhex(account.person),
    )
