"""The clinic's workstations: who is connected, how they agree, what an administrator may change."""

from collections.abc import Mapping
from typing import Final

from ehr_desktop.domain.errors import InvalidInputError, RefusedError
from ehr_desktop.domain.ids import DeviceId, TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.domain.network import ConsensusStatus, NetworkStatus
from ehr_desktop.domain.people import Action, Actor, may
from ehr_desktop.node.node import Node
from ehr_desktop.services.door import Doors
from ehr_desktop.services.values import Door

MOST_WEIGHT: Final = 1000
LONGEST_ADDRESS: Final = 260
"""A host name has 253 characters at most, a port six with its colon."""


class Network:
    """Anyone signed in may look and type an address; the rest is for administrators."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._doors = Doors(node)

    async def status(self, actor: Actor) -> NetworkStatus:
        """Give every workstation as this one sees it."""
        self._node.require(actor)
        return await self._node.network.status()

    async def consensus(self, actor: Actor) -> ConsensusStatus:
        """Give how far the block being agreed has come."""
        self._node.require(actor)
        return await self._node.network.consensus()

    async def add_address(self, actor: Actor, address: str) -> None:
        """Try an address somebody typed: a host, or a host and a port.

        Raises:
            InvalidInputError: it is no address.
        """
        self._node.require(actor)
        typed = address.strip()
        if not typed:
            raise InvalidInputError("address", "empty")
        if len(typed) > LONGEST_ADDRESS:
            raise InvalidInputError("address", "too-long")
        await self._node.network.add_address(typed)

    async def remove(self, actor: Actor, device: DeviceId) -> None:
        """Take a workstation off the roster; its links end everywhere.

        Raises:
            RefusedError: the actor may not, or the contract refuses it.
        """
        self._require_administrator(actor)
        await self._node.network.remove(actor, device)

    async def set_weights(self, actor: Actor, weights: Mapping[DeviceId, int]) -> None:
        """Give validators other weights, where the clinic chose stake.

        Raises:
            InvalidInputError: a weight is not from 0 to 1000.
            RefusedError: the actor may not, or the contract refuses it.
        """
        self._require_administrator(actor)
        if any(not 0 <= weight <= MOST_WEIGHT for weight in weights.values()):
            raise InvalidInputError("weights", "number")
        await self._node.network.set_weights(actor, weights)

    async def open_door(self, actor: Actor) -> Door:
        """Let one new workstation in; see `Doors`."""
        return await self._doors.open_door(actor)

    async def let_in(self, actor: Actor, *, agreed: bool) -> None:
        """Say whether the digits on both screens are the same; see `Doors`."""
        await self._doors.let_in(actor, agreed=agreed)

    async def close_door(self) -> None:
        """Let nobody in after all."""
        await self._doors.close_door()

    def _require_administrator(self, actor: Actor) -> None:
        self._node.require(actor)
        if not may(actor.role, Action.MANAGE_WORKSTATIONS):
            # nothing was signed: there is no transaction to name
            raise RefusedError(Outcome(TransactionId(""), TransactionState.REFUSED, "role"))
