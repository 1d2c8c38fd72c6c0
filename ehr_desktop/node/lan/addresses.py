"""Where other workstations were found before, kept in `ledger.db`."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from ehr_desktop.domain.errors import DiskFullError
from ehr_desktop.node.core import Core
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.net.address_book import AddressBook, SavedAddress
from ehr_desktop.node.net.told_addresses import read_addresses, write_addresses
from ehr_desktop.node.store import secrets

_ADDRESSES: Final = "addresses"
_SPONSOR: Final = "sponsor"
_UNNAMED: Final = "The workstation that let this one in"


class KnownAddresses:
    """The address book over restarts, and whom to link to while there is no ledger yet."""

    def __init__(self, core: Core, saved: Sequence[SavedAddress], sponsor: bytes | None) -> None:
        self._core = core
        self._running: set[asyncio.Task[None]] = set()
        self.saved = tuple(saved)
        self.strangers = {sponsor: _UNNAMED} if sponsor else {}

    @classmethod
    async def load(cls, core: Core) -> "KnownAddresses":
        """Read what is kept. What cannot be read is left out: addresses are hints."""
        stored = await core.read(lambda connection: secrets.secret(connection, _ADDRESSES))
        sponsor = await core.read(lambda connection: secrets.secret(connection, _SPONSOR))
        saved: Sequence[SavedAddress] = ()
        with suppress(CodecError):
            saved = read_addresses(stored) if stored else ()
        return cls(core, saved, sponsor)

    def book(self, most: int) -> AddressBook:
        """Give the address book, which keeps itself."""
        return AddressBook(lambda: self.saved, self._keep, most)

    def _keep(self, addresses: Sequence[SavedAddress]) -> None:
        self.saved = tuple(addresses)
        task = asyncio.get_running_loop().create_task(self._store(write_addresses(addresses)))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Wait until what is to be kept is on the disk."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _store(self, encoded: bytes) -> None:
        def run() -> None:
            with suppress(DiskFullError), self._core.database.writing() as connection:
                secrets.put_secret(connection, _ADDRESSES, encoded)

        await self._core.on_writer(run)
