"""Joining a clinic from a new workstation."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.domain.network import FoundDoor, LinkState
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


async def records_are_here(node: Node, progress: Callable[[int, int], None]) -> None:
    """Wait until this workstation knows all that the others agreed on, and everybody can sign in.

    `progress` is told the height reached and the height aimed at, which is 0 while no other
    workstation is there to ask.
    """
    news = asyncio.Event()
    node.subscribe(lambda _event: news.set())
    while not await _is_up_to_date(node, progress):
        await news.wait()
        news.clear()


async def _is_up_to_date(node: Node, progress: Callable[[int, int], None]) -> bool:
    status = await node.network.status()
    if status.catching_up is not None:
        progress(*status.catching_up)
        return False
    linked = [w.height or 0 for w in status.workstations if w.state is LinkState.LINKED]
    if not linked or status.height < max(linked):
        progress(status.height, max(linked, default=0))
        return False
    await node.people.load()
    if not node.people.all() or await node.people.awaiting_accounts():
        return False
    # without the boxes nobody who signs in could open anything
    return not await node.people.awaiting_boxes()


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
