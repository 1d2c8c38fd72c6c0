"""One long piece of work, between the node's worker thread and the screen."""

from threading import Event


class ProgressRun:
    """The worker calls `advance` and `stopped`, the screen reads `far` when it wants to and may
    `stop`. No signal is sent for any of a hundred thousand steps.
    """

    def __init__(self) -> None:
        self._stop = Event()
        self._far = (0, 0)

    @property
    def far(self) -> tuple[int, int]:
        """Steps done and steps in all; in all is 0 while nobody knows."""
        return self._far

    def advance(self, done: int, total: int) -> None:
        """Note how far the work is."""
        self._far = done, total

    def stop(self) -> None:
        """Ask the work to end."""
        self._stop.set()

    def stopped(self) -> bool:
        """Tell the work whether it shall end."""
        return self._stop.is_set()
