"""Which timers run, and for what."""

from collections.abc import Hashable

from ehr_desktop.node.consensus.effects import CancelTimer, Effect, SetTimer
from ehr_desktop.node.consensus.events import Timer


class Alarms:
    """Turns "this should be waited for" into timers started and stopped."""

    def __init__(self) -> None:
        self._running: dict[Timer, Hashable] = {}

    def keep(self, timer: Timer, purpose: Hashable, delay_ms: int) -> list[Effect]:
        """Let `timer` run for `purpose`; it is left alone if it runs for it already."""
        if self._running.get(timer) == purpose:
            return []
        self._running[timer] = purpose
        return [SetTimer(timer, delay_ms)]

    def stop(self, timer: Timer) -> list[Effect]:
        """Let `timer` not run."""
        if timer not in self._running:
            return []
        del self._running[timer]
        return [CancelTimer(timer)]

    def fired(self, timer: Timer) -> None:
        """Note that a timer ran out."""
        self._running.pop(timer, None)
