"""The clinic's workstations."""

from ehr_desktop.domain.people import Actor
from ehr_desktop.node.node import Node
from ehr_desktop.services.door import Doors
from ehr_desktop.services.values import Door


class Network:
    """The workstations and how they agree."""

    def __init__(self, node: Node) -> None:
        self._doors = Doors(node)

    async def open_door(self, actor: Actor) -> Door:
        """Let one new workstation in; see `Doors`."""
        return await self._doors.open_door(actor)

    async def let_in(self, actor: Actor, *, agreed: bool) -> None:
        """Say whether the digits on both screens are the same; see `Doors`."""
        await self._doors.let_in(actor, agreed=agreed)

    async def close_door(self) -> None:
        """Let nobody in after all."""
        await self._doors.close_door()
