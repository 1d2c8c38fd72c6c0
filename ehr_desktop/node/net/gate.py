"""Who may take up room before it has shown a key: counts and rates of new connections."""

from collections import OrderedDict
from typing import Final

from ehr_desktop.node.net.bucket import TokenBucket
from ehr_desktop.node.net.limits import Limits

_HOSTS_REMEMBERED: Final = 1024


class Gate:
    """Admits new TCP connections. `enter` and `leave` come in pairs around the handshake."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._unproven = 0
        self._rates: OrderedDict[str, TokenBucket] = OrderedDict()

    def enter(self, host: str, now: float) -> bool:
        """Tell whether a connection from `host` may begin its handshake."""
        if not self._rate(host, now).has(1, now) or self._unproven >= self._limits.unproven:
            return False
        self._unproven += 1
        return True

    def leave(self) -> None:
        """A handshake has ended, in whatever way."""
        self._unproven -= 1

    def _rate(self, host: str, now: float) -> TokenBucket:
        rate = self._limits.connects_per_s
        bucket = self._rates.setdefault(host, TokenBucket(rate, rate, now))
        self._rates.move_to_end(host)
        if len(self._rates) > _HOSTS_REMEMBERED:
            self._rates.popitem(last=False)
        return bucket
