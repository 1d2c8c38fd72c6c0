"""Who acts on this workstation: signing in and out, locking, and what the truth bar shows."""

from ehr_desktop.domain.ledger import NodeStatus
from ehr_desktop.domain.people import Actor, Clinic
from ehr_desktop.node.node import Node

_MOST_NAMES = 6


class Session:
    """Signing in and out."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._names: list[str] = []

    async def sign_in(self, account_name: str, password: str) -> Actor:
        """Open a person's keys.

        Raises:
            SignInRefusedError: the name or the password is wrong; which is not told.
        """
        actor = await self._node.people.sign_in(account_name, password, _unheard)
        name = actor.staff.account_name
        self._names = [name, *(n for n in self._names if n != name)][:_MOST_NAMES]
        return actor

    async def unlock(self, actor: Actor, password: str) -> Actor:
        """Open the same person's keys again after a lock.

        Raises:
            SignInRefusedError: the password is wrong.
        """
        return await self._node.people.sign_in(
            actor.staff.account_name, password, _unheard, session_name=actor.session
        )

    async def lock(self, actor: Actor) -> None:
        """Forget a person's keys; windows and drafts stay."""
        await self._node.people.sign_out(actor)

    async def sign_out(self, actor: Actor) -> None:
        """Forget a person's keys and end the session."""
        await self._node.people.sign_out(actor)

    async def clinic(self) -> Clinic:
        """Give the clinic."""
        return await self._node.clinic()

    async def status(self) -> NodeStatus:
        """Give this workstation at a glance."""
        return await self._node.status()

    async def account_names(self) -> tuple[str, ...]:
        """Give who signed in here since the program started, newest first."""
        return tuple(self._names)


def _unheard(_done: int, _total: int) -> None:
    """Take progress nobody watches."""
