"""How long a workstation waits before it gives up on a slot."""

from dataclasses import dataclass
from typing import Final

UNSEEN_SLOTS: Final = 8
"""A leader nobody heard of for so many slots is not waited for."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Waiting times in milliseconds.

    The wait for slot number k after the last final one is `first_ms` times `growth` to the power
    of k - 1, at most `cap_ms`. After `standstill_ms` without a new final block what is known is
    sent again. A leader that could only add an empty block waits a third of the others' patience.
    """

    first_ms: int = 300
    growth: float = 1.2
    cap_ms: int = 5_000
    standstill_ms: int = 2_000

    def skip_ms(self, slots_since_final: int) -> int:
        """Give the wait for the slot `slots_since_final` (1 or more) after the last final one."""
        # beyond the exponent that reaches any sensible cap, only overflow could be gained
        exponent = min(slots_since_final - 1, 200)
        return int(min(self.cap_ms, self.first_ms * self.growth**exponent))

    def empty_ms(self, slots_since_final: int) -> int:
        """Give a leader's wait before it adds an empty block in such a slot."""
        return self.skip_ms(slots_since_final) // 3


WORK_TIMING: Final = Timing(first_ms=15_000, cap_ms=60_000)
"""For proposers that show work: three times the pace the target is set for."""
