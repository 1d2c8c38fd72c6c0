"""Virtual time, a network that misbehaves, and a schedule of misfortunes; all from one seed."""

import hashlib
import heapq
import marshal
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ehr_desktop.node.consensus.effects import Finalize
from ehr_desktop.node.consensus.proposers import Authority, Proposers, Stake, Work
from ehr_desktop.node.consensus.timing import Timing
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.net.messages import CertifiedBlock
from tests.simulation.liar import Liar
from tests.simulation.paper import GOVERNANCE, Reader, Seals, device, validators
from tests.simulation.referee import Referee
from tests.simulation.workstation import Workstation

TROUBLE_S = 6.0
DEADLINE_S = 400.0
MOST_EVENTS = 150_000
LAST_ORDERS = 3
"""Transactions submitted at each honest workstation once all is well again."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one seed stands for."""

    seed: int
    sets: tuple[dict[int, int], ...]
    liars: tuple[int, ...]
    mode: str
    drop: float
    duplicate: float
    slow: bool
    power_cuts: bool
    sore: str

    @property
    def workstations(self) -> list[int]:
        return sorted({number for weights in self.sets for number in weights})


def scenario(seed: int) -> Scenario:
    """Draw a scenario."""
    draw = random.Random(seed * 7919 + 1)
    count = draw.choice([1, 2, 3, 4, 4, 4, 4, 5, 7])
    weights = dict.fromkeys(range(count), 1)
    if count >= 4 and draw.random() < 0.2:
        weights = {number: draw.choice([1, 1, 2, 3]) for number in range(count)}
    liars: list[int] = []
    if draw.random() < 0.6:
        for number in draw.sample(range(count), count):
            bound = (sum(weights.values()) - 1) // 3
            if sum(weights[liar] for liar in liars) + weights[number] <= bound:
                liars.append(number)
    sets = [weights]
    if draw.random() < 0.3:
        sets += _later_sets(draw, weights, liars)
    return Scenario(
        seed=seed,
        sets=tuple(sets),
        liars=tuple(liars),
        mode=draw.choices(["authority", "stake", "work"], [6, 2, 1])[0],
        drop=draw.choice([0, 0.02, 0.15]),
        duplicate=draw.choice([0, 0.05]),
        slow=draw.random() < 0.1,
        power_cuts=draw.random() < 0.25,
        sore=draw.choice(["", "vote", "final vote", "final vote", "final head"]),
    )


def _later_sets(
    draw: random.Random, weights: dict[int, int], liars: list[int]
) -> list[dict[int, int]]:
    honest = [number for number in weights if number not in liars]
    sets = []
    for _ in range(3):
        chosen = dict(weights)
        if len(honest) > 1 and draw.random() < 0.5:
            leaving = draw.choice(honest)
            rest = {number: weight for number, weight in weights.items() if number != leaving}
            if sum(rest[liar] for liar in liars) <= (sum(rest.values()) - 1) // 3:
                chosen = rest
        else:
            chosen[draw.choice(honest)] += 1
        sets.append(chosen)
    return sets


class World:
    """Everything around the workstations."""

    def __init__(
        self,
        plan: Scenario,
        workstation: type[Workstation] = Workstation,
        liar: type[Liar] = Liar,
    ) -> None:
        self.plan = plan
        self.random = random.Random(plan.seed)
        self.now = 0.0
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self.events = 0
        self.trouble = True
        self.drop = plan.drop
        self.group = dict.fromkeys(map(device, plan.workstations), 0)
        self.reader = Reader()
        self.seals = Seals(plan.seed)
        self.sets = [validators(weights) for weights in plan.sets]
        self.proposers: Proposers = {"authority": Authority, "stake": Stake, "work": Work}[
            plan.mode
        ]()
        self.timing = Timing()
        if plan.mode == "work":
            self.timing = Timing(first_ms=15_000 if plan.slow else 2_000, cap_ms=60_000)
        self.referee = Referee(self)
        self.submitted: list[int] = []
        self.papers: dict[int, bytes] = {}
        self.tokens: dict[bytes, Finalize] = {}
        self.workstations: dict[bytes, Workstation] = {}
        for number in plan.workstations:
            made = liar if number in plan.liars else workstation
            self.workstations[device(number)] = made(self, device(number))
        self.honest = [w for w in self.workstations.values() if w.honest]

    def validators(self, epoch: int) -> ValidatorSet:
        return self.sets[epoch % len(self.sets)]

    # --- time --------------------------------------------------------------------------------

    def at(self, delay: float, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._queue, (self.now + delay, self._count, action))

    def run_until(self, end: float, done: Callable[[], bool] | None = None) -> bool:
        """Run to a time, or until done; tell whether it is done."""
        check = 0
        while self._queue and self._queue[0][0] < end:
            self.now, _, action = heapq.heappop(self._queue)
            action()
            self.events += 1
            if self.events > MOST_EVENTS:
                self.referee.breaks("rest", "there is no end to it")
                return False
            check += 1
            if done is not None and check % 50 == 0 and done():
                return True
        self.now = end
        return done is not None and done()

    def sync_delay(self) -> float:
        return self.random.uniform(0.0005, 0.006)

    def check_delay(self) -> float:
        return self.random.uniform(0.0002, 0.003)

    def build_delay(self) -> float:
        if self.plan.mode == "work":
            # all of them together find a block in so many seconds
            pace = 5.0 if self.plan.slow else 0.6
            return self.random.expovariate(1 / (pace * len(self.workstations)))
        return self.random.uniform(0.0002, 0.003)

    def token(self, final: Finalize) -> CertifiedBlock:
        """Give what stands for a run of final blocks on its way."""
        name = hashlib.sha256(marshal.dumps([c.block for c in final.chain + final.tail])).digest()
        certificate = marshal.dumps(final.certificate.signatures)
        self.tokens[name + certificate] = final
        return CertifiedBlock(name + certificate, b"")

    # --- network -----------------------------------------------------------------------------

    def broadcast(self, sender: Workstation, message: object) -> None:
        for peer in self.workstations:
            if peer != sender.me:
                self.send(sender, peer, message)

    def send(self, sender: Workstation, peer: bytes, message: object) -> None:
        copies = 2 if self.plan.duplicate and self.random.random() < self.plan.duplicate else 1
        for _ in range(copies):
            if self.random.random() >= self.drop:
                self.at(self._latency(), partial(self._deliver, sender.me, peer, message))

    def _latency(self) -> float:
        if self.plan.slow:
            return self.random.uniform(0.15, 0.45)
        delay = self.random.uniform(0.001, 0.02)
        if self.trouble and self.random.random() < 0.02:
            delay *= self.random.uniform(1, 60)
        return delay

    def _deliver(self, sender: bytes, peer: bytes, message: object) -> None:
        receiver = self.workstations[peer]
        if receiver.up and self.group[sender] == self.group[peer]:
            if receiver.honest:
                self.referee.delivered(receiver, sender, message)
            receiver.receive(sender, message)

    def connect_all(self) -> None:
        for one in self.workstations.values():
            for other in self.workstations.values():
                if (
                    one is not other
                    and one.up
                    and other.up
                    and self.group[one.me] == self.group[other.me]
                ):
                    one.connected(other.me)

    # --- misfortunes -------------------------------------------------------------------------

    def run(self) -> None:
        """Play the whole scenario; the referee has the findings afterwards."""
        pace = 0.6 if self.plan.mode == "work" or self.plan.slow else 0.25
        self._traffic(pace)
        self.at(self.random.uniform(0.3, 1.5), self._misfortune)
        self.run_until(TROUBLE_S)
        self._heal()
        self.run_until(DEADLINE_S, self.referee.is_settled)
        if self.plan.liars:
            self.run_until(self.now + 2.5)
        self.referee.judge_end()

    def _traffic(self, pace: float) -> None:
        if not self.trouble:
            return
        up = [w for w in self.honest if w.up]
        if up:
            self._submit(self.random.choice(up))
        self.at(self.random.expovariate(1 / pace), partial(self._traffic, pace))

    def _submit(self, at: Workstation) -> None:
        governed = len(self.sets) > 1 and self.random.random() < 0.12
        number = len(self.submitted) + (GOVERNANCE if governed else 1)
        self.submitted.append(number)
        at.submit(number)

    def _misfortune(self) -> None:
        if not self.trouble:
            return
        kind = self.random.random()
        if kind < 0.3:
            self.group = {peer: self.random.randrange(2) for peer in self.group}
        elif kind < 0.5:
            self._join()
        elif kind < 0.85:
            self._crash_or_restart(self.random.choice(self.honest))
        elif kind < 0.92:
            self.random.choice(self.honest).clock_rate = self.random.uniform(0.5, 2)
        else:
            unlucky = self.random.choice(self.honest)
            if unlucky.up:
                unlucky.jump_clock()
        if self.plan.power_cuts and self.random.random() < 0.3:
            self._power_cut()
        self.at(self.random.expovariate(1 / 0.5), self._misfortune)

    def _power_cut(self) -> None:
        for workstation in self.honest if self.trouble else []:
            if workstation.up:
                workstation.crash(lose_unsynced=self.random.random() < 0.7)
            self.at(self.random.uniform(0.05, 0.3), partial(self._revive, workstation))

    def sore_point(self, workstation: Workstation, what: str) -> None:
        """Where it hurts most: somebody has just decided, and is cut off before others hear it;
        then the power goes.
        """
        if not self.trouble or what != self.plan.sore or not workstation.honest:
            return
        if self.random.random() > 0.35:
            return
        if what == "vote":
            self.at(self.random.uniform(0, 0.004), partial(self._trip, workstation))
        else:
            self.group[workstation.me] = 2
            self.at(self.random.uniform(0.007, 0.02), self._power_cut)
            self.at(self.random.uniform(0.1, 0.3), self._join)

    def _trip(self, workstation: Workstation) -> None:
        if workstation.up and self.trouble:
            workstation.crash(lose_unsynced=True)
            self.at(self.random.uniform(0.05, 0.3), partial(self._revive, workstation))

    def _join(self) -> None:
        self.group = dict.fromkeys(self.group, 0)
        self.connect_all()

    def _crash_or_restart(self, workstation: Workstation) -> None:
        if workstation.up:
            workstation.crash(lose_unsynced=self.random.random() < 0.5)
            # most come back soon, some stay away until all is well
            if self.random.random() < 0.7:
                self.at(self.random.uniform(0.05, 0.8), partial(self._revive, workstation))
        else:
            self._revive(workstation)

    def _revive(self, workstation: Workstation) -> None:
        if workstation.up:
            return
        workstation.restart()
        for peer in self.workstations.values():
            if (
                peer is not workstation
                and peer.up
                and self.group[peer.me] == self.group[workstation.me]
            ):
                peer.connected(workstation.me)
                workstation.connected(peer.me)

    def _clear_up(self) -> None:
        self.drop = 0.0

    def _heal(self) -> None:
        self.trouble = False
        self.drop *= 2  # the links are up again; for a while still not everything gets through
        self.at(1.5, self._clear_up)
        self.group = dict.fromkeys(self.group, 0)
        for workstation in self.workstations.values():
            workstation.clock_rate = 1.0
            if not workstation.up:
                workstation.restart()
        self.connect_all()
        for workstation in self.honest:
            for _ in range(LAST_ORDERS):
                self.at(self.random.uniform(0, 3), partial(self._submit, workstation))
