"""What a screen shows of something that changes by itself: asked anew, one question at a time."""

from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.events import Event
from ehr_desktop.ui.bridge import NodeBridge

Answer = TypeVar("Answer")


class LiveAnswer(Generic[Answer]):
    """Asks whenever one of `events` is heard and `owner` is seen, never twice at a time.

    What happens meanwhile leads to one more question, so the last answer is never an old one.
    Call `look` when the owner comes into sight: what changed while it was hidden is asked then.
    """

    def __init__(
        self,
        owner: QWidget,
        bridge: NodeBridge,
        ask: Callable[[], Coroutine[Any, Any, Answer]],
        *,
        events: tuple[type[Event], ...],
        done: Callable[[Answer], object],
        failed: Callable[[BaseException], object],
    ) -> None:
        self._owner = owner
        self._bridge = bridge
        self._ask = ask
        self._events = events
        self._done = done
        self._failed = failed
        self._under_way = False
        self._stale = True

    def hear(self, event: Event) -> None:
        """Take an event of the node."""
        if isinstance(event, self._events):
            self._stale = True
            if self._owner.isVisible():
                self.look()

    def renew(self) -> None:
        """Ask even if nothing was heard."""
        self._stale = True
        self.look()

    def look(self) -> None:
        """Ask if what is known is old."""
        if self._under_way or not self._stale:
            return
        self._under_way, self._stale = True, False
        self._bridge.call(self._owner, self._ask(), done=self._answered, failed=self._broken)

    def _answered(self, answer: Answer) -> None:
        self._under_way = False
        self._done(answer)
        self._look_again()

    def _broken(self, error: BaseException) -> None:
        self._under_way = False
        self._failed(error)
        self._look_again()

    def _look_again(self) -> None:
        if self._stale and self._owner.isVisible():
            self.look()
