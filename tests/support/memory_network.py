"""A network of made-up workstations that tests connect, switch off and let lie."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ehr_desktop.domain.errors import InvalidInputError, NotFoundError, RefusedError
from ehr_desktop.domain.events import ConsensusChanged, NetworkChanged, WorkstationsChanged
from ehr_desktop.domain.ids import BlockId, DeviceId, TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.domain.network import (
    Ballot,
    ConsensusStatus,
    FinalPoint,
    LinkState,
    MiningStatus,
    NetworkStatus,
    ProposerMode,
    Voter,
    WorkstationStatus,
)
from ehr_desktop.domain.people import Action, Actor, may
from ehr_desktop.services.values import Door
from tests.support.memory_world import World, made_hash, made_id

NAMES = ("Room 1", "Room 2", "Laboratory", "Back office", "Room 3", "Nurses", "Store", "Kiosk")


def device_of(name: str) -> DeviceId:
    """The id of a made-up workstation."""
    return DeviceId(made_id(f"workstation {name}"))


@dataclass
class MemoryNetwork:
    """Begins with one PC. `grow` adds connected ones, `change` alters one, `consent` the vote.

    What was asked of it is in `asked`: (what, about what) in order.
    """

    world: World
    asked: list = field(default_factory=list)
    mode: ProposerMode = ProposerMode.AUTHORITY
    changes: dict = field(default_factory=dict)
    refusal: Exception | None = None

    async def status(self, actor: Actor) -> NetworkStatus:
        self.world.require(actor)
        return self.world.network

    async def consensus(self, actor: Actor) -> ConsensusStatus:
        self.world.require(actor)
        return self.consensus_now()

    async def add_address(self, actor: Actor, address: str) -> None:
        self.world.require(actor)
        if " " in address:
            raise InvalidInputError("address", "unknown")
        self.asked.append(("address", address))

    async def remove(self, actor: Actor, device: DeviceId) -> None:
        self._require_administrator(actor)
        self.asked.append(("remove", device))
        left = [each for each in self.world.network.workstations if each.device != device]
        self._put(left)
        self.world.publish(WorkstationsChanged())

    async def set_weights(self, actor: Actor, weights: Mapping[DeviceId, int]) -> None:
        self._require_administrator(actor)
        self.asked.append(("weights", dict(weights)))
        known = self.world.network.workstations
        self._put([replace(each, weight=weights.get(each.device, each.weight)) for each in known])
        self.world.publish(WorkstationsChanged())

    async def open_door(self, actor: Actor) -> Door:
        self._require_administrator(actor)
        self.asked.append(("door", "open"))
        return Door(("192.168.1.20:7411",), self.world.now() + timedelta(minutes=5))

    async def let_in(self, actor: Actor, *, agreed: bool) -> None:
        self._require_administrator(actor)
        self.asked.append(("let in", agreed))

    async def close_door(self) -> None:
        self.asked.append(("door", "closed"))

    def grow(self, count: int) -> None:
        """Have `count` workstations, all connected."""
        height = self.world.network.height
        names = [*NAMES, *(f"Desk {number}" for number in range(1, count))]
        others = [
            WorkstationStatus(
                device_of(name),
                name,
                LinkState.LINKED,
                height,
                rtt_ms=0.8 + 0.7 * number,
                address=f"192.168.1.{21 + number}:7411",
                rung=("announced", "remembered", "incoming", "told", "typed")[number % 5],
                weight=1,
            )
            for number, name in enumerate(names[: count - 1])
        ]
        self._put([self.world.network.workstations[0], *others])

    def change(self, name: str, /, **changed: object) -> None:
        """Change one workstation, by name, and tell it."""
        if name not in {each.name for each in self.world.network.workstations}:
            raise NotFoundError(name)
        self._put(
            replace(each, **changed) if each.name == name else each
            for each in self.world.network.workstations
        )

    def tell(self, **changed: object) -> None:
        """Change what is true of the whole network, and tell it."""
        self.world.network = replace(self.world.network, **changed)
        self.world.publish(NetworkChanged())

    def vote(self, **changed: object) -> None:
        """Change what `consensus` gives, beyond what follows from the workstations; tell it."""
        self.changes |= changed
        self.world.publish(ConsensusChanged())

    def consensus_now(self) -> ConsensusStatus:
        """What the vote looks like: nothing is being agreed, unless `vote` said otherwise."""
        status = self.world.network
        voting = [each for each in status.workstations if each.weight]
        heaviest = sorted((each.weight for each in voting), reverse=True)
        made = ConsensusStatus(
            mode=self.mode,
            epoch=2,
            slot=status.height + 7,
            height=status.height,
            block=BlockId(""),
            proposer="",
            voters=tuple(
                Voter(each.device, each.name, each.weight, Ballot.NONE) for each in voting
            ),
            quorum=status.quorum,
            total=status.total,
            confirmed=0,
            may_be_off=whichever(heaviest, status.total - status.quorum),
            may_lie=whichever(heaviest, (status.total - 1) // 3),
            finals=self._finals(),
            pending=status.pending,
        )
        return replace(made, **self.changes)

    def in_agreement(self, confirmed: int) -> None:
        """Have a block proposed by the second workstation and confirmed by the first few."""
        voters = self.consensus_now().voters
        cast = [Ballot.CONFIRMED] * confirmed + [Ballot.NONE] * len(voters)
        self.vote(
            block=BlockId(made_hash("the block being agreed")),
            proposer=voters[-1].name,
            voters=tuple(
                replace(each, ballot=ballot, leads=each == voters[-1])
                for each, ballot in zip(voters, cast, strict=False)
            ),
            confirmed=sum(each.weight for each in voters[:confirmed]),
        )

    def _finals(self) -> tuple[FinalPoint, ...]:
        names = [each.name for each in self.world.network.workstations]
        if len(names) < 2:
            return ()
        first = self.world.network.height - 60
        return tuple(
            FinalPoint(
                first + number,
                self.world.now() - timedelta(seconds=59 * (60 - number)),
                9.0 + (number * 37 % 23) + (900 if number == 41 else 0),
                1 + number % 4,
                names[number % len(names)],
            )
            for number in range(60)
        )

    def _put(self, workstations) -> None:
        every = tuple(workstations)
        total = sum(each.weight for each in every)
        here = (LinkState.HERE, LinkState.LINKED)
        self.tell(
            workstations=every,
            total=total,
            quorum=(total + (total - 1) // 3) // 2 + 1,
            present=sum(each.weight for each in every if each.state in here),
        )

    def _require_administrator(self, actor: Actor) -> None:
        self.world.require(actor)
        if self.refusal is not None:
            raise self.refusal
        if not may(actor.role, Action.MANAGE_WORKSTATIONS):
            raise RefusedError(Outcome(TransactionId(""), TransactionState.REFUSED, "role"))


def whichever(heaviest: list[int], spare: int) -> int:
    """Count how many may be missed, whichever they are, with so much weight to spare."""
    return sum(sum(heaviest[: count + 1]) <= spare for count in range(len(heaviest)))


def mining(**changed: object) -> MiningStatus:
    """Mining as it looks after some seconds."""
    target = (1 << 236) - 1
    made = MiningStatus(
        running=True,
        header=made_hash("header") * 3,
        nonce=8_214_567,
        tries=812_904,
        rate=412_350.0,
        target=f"{target:064x}",
        difficulty=(1 << 256) / target,
        retarget_in=7,
    )
    return replace(made, **changed)
