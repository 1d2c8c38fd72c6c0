"""Where other workstations were found before, kept in `ledger.db`."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Connection

from ehr_desktop.domain.errors import DiskFullError
from ehr_desktop.node.core import Core
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.address_book import AddressBook, SavedAddress
from ehr_desktop.node.store import secrets

ADDRESSES: Final = "addresses"
"""The name of the secret: rows of host, port, public key (or empty) and whether it was typed."""

UNNAMED: Final = "The clinic"


def encode_addresses(saved: Sequence[SavedAddress]) -> bytes:
    """Give what is stored."""
    return encode(
        tuple((one.address.host, one.address.port, one.key, int(one.typed)) for one in saved)
    )


def decode_addresses(stored: bytes) -> list[SavedAddress]:
    """Read what was stored; nothing if it cannot be read: they are hints."""
    try:
        rows: Any = decode(stored)
        return [
            SavedAddress(Address(host, port), key, bool(typed)) for host, port, key, typed in rows
        ]
    except (CodecError, TypeError, ValueError):
        return []


async def load_book(core: Core, most: int) -> tuple[AddressBook, dict[bytes, str]]:
    """Give the address book, which keeps itself from now on, and the keys that stand in it: a
    workstation that has no ledger yet knows the others by nothing else.
    """
    stored = await core.read(lambda connection: secrets.secret(connection, ADDRESSES))
    saved = decode_addresses(stored) if stored else []
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[None]] = set()

    def keep(addresses: Sequence[SavedAddress]) -> None:
        task = loop.create_task(_store(core, encode_addresses(addresses)))
        running.add(task)
        task.add_done_callback(running.discard)

    book = AddressBook(lambda: saved, keep, most)
    return book, {one.key: UNNAMED for one in saved if one.key}


async def _store(core: Core, encoded: bytes) -> None:
    def run() -> None:
        with suppress(DiskFullError), core.database.writing() as connection:
            _put(connection, encoded)

    await core.on_writer(run)


def _put(connection: Connection, encoded: bytes) -> None:
    secrets.put_secret(connection, ADDRESSES, encoded)
