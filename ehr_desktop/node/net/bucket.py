"""A token bucket: how long to wait so that a rate is kept on average."""


class TokenBucket:
    """Holds at most `burst` tokens and gains `rate` of them a second. Times are seconds of any
    clock that never goes back.
    """

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def take(self, tokens: float, now: float) -> float:
        """Take tokens, on credit if need be; give the seconds until the credit is paid back."""
        self._gain(now)
        self._tokens -= tokens
        return max(0.0, -self._tokens / self._rate)

    def has(self, tokens: float, now: float) -> bool:
        """Take tokens if they are there, and tell whether they were."""
        self._gain(now)
        if self._tokens < tokens:
            return False
        self._tokens -= tokens
        return True

    def _gain(self, now: float) -> None:
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
