"""When to propose, and how long to wait: only while there is something to order."""

from collections.abc import Hashable

from ehr_desktop.node.consensus.alarms import Alarms
from ehr_desktop.node.consensus.effects import Effect
from ehr_desktop.node.consensus.events import Timer
from ehr_desktop.node.consensus.proposing import Proposing
from ehr_desktop.node.consensus.term import Term
from ehr_desktop.node.consensus.timing import UNSEEN_SLOTS, Timing


class Pacing:
    """What this workstation asks of its node and which timers it runs."""

    def __init__(self, me: bytes, timing: Timing) -> None:
        self.proposing = Proposing()
        self._me = me
        self._timing = timing
        self._alarms = Alarms()

    def begin(self) -> list[Effect]:
        """Start anew with an epoch: nothing asked, no timer running."""
        self.proposing = Proposing()
        return [effect for timer in Timer for effect in self._alarms.stop(timer)]

    def fired(self, timer: Timer, term: Term) -> None:
        """Note that a timer ran out."""
        self._alarms.fired(timer)
        if timer is Timer.EMPTY:
            self.proposing.waited(term.place())

    def consider(self, term: Term, *, pending: bool, catching_up: bool) -> list[Effect]:
        """Ask for a block where one is due, and start and stop timers."""
        place, slot = term.place(), term.slots.open
        distance = slot - term.head.slot
        effects = self.proposing.consider(place, pending=pending)
        effects += self._keep(
            Timer.EMPTY,
            self._timing.empty_ms(distance),
            place,
            runs=self.proposing.waits(place, pending=pending),
        )
        busy = pending or term.is_unsettled() or catching_up
        effects += self._keep(
            Timer.STANDSTILL,
            self._timing.standstill_ms,
            term.head,
            runs=busy and not term.closed,
        )
        may_skip = term.may_skip() and (pending or term.is_open_slot_touched())
        patience_ms = self._patience_ms(term) if may_skip else 0
        return effects + self._keep(Timer.SKIP, patience_ms, slot, runs=may_skip)

    def _keep(self, timer: Timer, delay_ms: int, purpose: Hashable, *, runs: bool) -> list[Effect]:
        return self._alarms.keep(timer, purpose, delay_ms) if runs else self._alarms.stop(timer)

    def _patience_ms(self, term: Term) -> int:
        slot = term.slots.open
        leader = term.leader(slot)
        if leader not in (None, self._me) and term.seen(leader) < slot - UNSEEN_SLOTS:
            return 0
        return self._timing.skip_ms(slot - term.head.slot)
