"""The door of a clinic: an administrator lets a new workstation in."""

from datetime import UTC, datetime

from ehr_desktop.domain.people import Actor
from ehr_desktop.node.node import Node
from ehr_desktop.services.values import Door


class Doors:
    """One door at a time; `PairingAsked`, `PairingLeft` and `PairingEnded` tell what happens."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def open_door(self, actor: Actor) -> Door:
        """Let one new workstation in. The door closes by itself, also when `actor` locks.

        Raises:
            NotSignedInError: the session has ended.
            RefusedError: the actor is no administrator.
        """
        opened = await self._node.admitting.open_door(actor)
        return Door(opened.addresses, datetime.fromtimestamp(opened.until_ms / 1000, UTC))

    async def let_in(self, actor: Actor, *, agreed: bool) -> None:
        """Say whether the digits on both screens are the same.

        Raises:
            NotSignedInError: the session has ended.
            NotFoundError: nobody stands at the door any more.
        """
        await self._node.admitting.let_in(actor, agreed=agreed)

    async def close_door(self) -> None:
        """Let nobody in after all."""
        await self._node.admitting.close_door()
