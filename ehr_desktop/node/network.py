"""The network of a clinic that has one workstation."""

from collections.abc import Mapping

from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import BlockId, DeviceId
from ehr_desktop.domain.network import (
    Ballot,
    ConsensusStatus,
    LinkState,
    NetworkStatus,
    ProposerMode,
    Voter,
    WorkstationStatus,
)
from ehr_desktop.domain.people import Actor
from ehr_desktop.node.core import Core
from ehr_desktop.node.explorer import Explorer
from ehr_desktop.node.store import transactions


class Network:
    """What this workstation knows of itself; it decides alone."""

    def __init__(self, core: Core, explorer: Explorer) -> None:
        self._core = core
        self._explorer = explorer

    async def status(self) -> NetworkStatus:
        """Give this workstation."""
        pipeline = self._core.pipeline
        height = pipeline.head.height if pipeline.head else 0
        counts = await self._core.read(transactions.counts)
        here = WorkstationStatus(
            self._device, await self._explorer.device_name(), LinkState.HERE, height, weight=1
        )
        validators = pipeline.validators
        return NetworkStatus(
            (here,), height, counts[1], validators.quorum, validators.total, validators.total
        )

    async def consensus(self) -> ConsensusStatus:
        """Give how it decides."""
        pipeline = self._core.pipeline
        name = await self._explorer.device_name()
        counts = await self._core.read(transactions.counts)
        return ConsensusStatus(
            mode=ProposerMode.AUTHORITY,
            epoch=0,
            slot=0,
            height=pipeline.head.height if pipeline.head else 0,
            block=BlockId(""),
            proposer=name,
            voters=(Voter(self._device, name, 1, Ballot.FINAL, leads=True),),
            quorum=1,
            total=1,
            confirmed=1,
            may_be_off=0,
            may_lie=0,
            finals=(),
            pending=counts[1],
        )

    async def add_address(self, address: str) -> None:
        """Say that there is nobody to look for."""
        raise NotFoundError(address)

    async def remove(self, actor: Actor, device: DeviceId) -> None:
        """Say that there is no other workstation."""
        del actor
        raise NotFoundError(device)

    async def set_weights(self, actor: Actor, weights: Mapping[DeviceId, int]) -> None:
        """Say that there are no votes to share out."""
        del actor
        raise NotFoundError(*weights)

    @property
    def _device(self) -> DeviceId:
        return DeviceId(self._core.pipeline.device.hex())
