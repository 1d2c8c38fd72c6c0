"""Joining a clinic from a new workstation."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.domain.network import FoundDoor
from ehr_desktop.node.node import (
    LONGEST_WORKSTATION_NAME,
    Joined,
    Node,
    SecretStore,
    find_doors,
    join_clinic,
    system_clock,
)

FETCHING = "fetch-records"
"""The job that `Progress` tells about after this workstation has joined."""


async def records_are_here(node: Node) -> None:
    """Wait until the first accounts have come over the network, so that people can sign in."""
    news = asyncio.Event()
    node.subscribe(lambda _event: news.set())
    await node.people.load()
    while not node.people.all():
        await news.wait()
        news.clear()
        await node.people.load()


class Joining:
    """One try at a time to get into a clinic. On the node's loop.

    `asked` is told six digits when both screens show them; `compare` takes the person's answer.
    """

    def __init__(self, home: Path, asked: Callable[[str], None]) -> None:
        self._home = home
        self._asked = asked
        self._question: asyncio.Future[bool] | None = None

    async def look(self, changed: Callable[[tuple[FoundDoor, ...]], None]) -> None:
        """Tell which workstations on the network let a new one in, until cancelled."""
        await find_doors(changed, system_clock)

    async def join(
        self, addresses: Sequence[str], workstation_name: str, *, store: SecretStore | None = None
    ) -> Joined:
        """Pair with the first of `addresses` that answers, and make this workstation's home.

        Raises:
            InvalidInputError: an address is none, or the workstation's name cannot be.
            HomeExistsError: there is a clinic already.
            PairingFailedError: it did not come to that; says why.
            DiskFullError: there is no room.
        """
        name = workstation_name.strip()
        if not name:
            raise InvalidInputError("workstation", "empty")
        if len(name) > LONGEST_WORKSTATION_NAME:
            raise InvalidInputError("workstation", "too-long")
        try:
            return await join_clinic(self._home, addresses, name, self._ask, store)
        except ValueError as error:
            raise InvalidInputError("address", "no-address") from error

    async def compare(self, *, agreed: bool) -> None:
        """Say whether the digits on both screens are the same."""
        if self._question is not None and not self._question.done():
            self._question.set_result(agreed)

    def _ask(self, digits: str) -> asyncio.Future[bool]:
        self._question = asyncio.get_running_loop().create_future()
        self._asked(digits)
        return self._question
