"""Who may take up room before it has shown a key: counts and rates of new connections."""

from collections import Counter, OrderedDict
from typing import Final

from ehr_desktop.node.net.bucket import TokenBucket
from ehr_desktop.node.net.limits import Limits

_HOSTS_REMEMBERED: Final = 1024


class Gate:
    """Admits new TCP connections; a handshake lies between `enter` and `leave`. No single host can
    take up all the room.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._unproven: Counter[str] = Counter()
        self._rates: OrderedDict[str, TokenBucket] = OrderedDict()

    def enter(self, host: str, now: float) -> bool:
        """Tell whether a connection from `host` may begin its handshake."""
        is_full = (
            self._unproven.total() >= self._limits.unproven
            or self._unproven[host] >= self._limits.unproven_per_host
        )
        if is_full or not self._rate(host, now).has(1, now):
            return False
        self._unproven[host] += 1
        return True

    def leave(self, host: str) -> None:
        """A handshake with `host` has ended, in whatever way."""
        self._unproven[host] -= 1
        self._unproven += Counter()  # what is zero is forgotten

    def _rate(self, host: str, now: float) -> TokenBucket:
        rate = self._limits.connects_per_s
        bucket = self._rates.setdefault(host, TokenBucket(rate, rate, now))
        self._rates.move_to_end(host)
        if len(self._rates) > _HOSTS_REMEMBERED:
            self._rates.popitem(last=False)
        return bucket
