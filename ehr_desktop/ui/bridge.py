"""The one place where the node's thread and the UI thread meet."""

from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from ehr_desktop.domain.events import CheckFinished, Event, LedgerGrew, PendingChanged, Progress

Result = TypeVar("Result")
MERGE_MS = 100
"""Within this time, events that say the same are delivered once."""


class NodeRunner(Protocol):
    """What the bridge needs of the node's thread."""

    def submit(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Start `work` on the node's thread."""
        ...


class NodeBridge(QObject):
    """Carries frozen values between the two threads. Create it on the UI thread; other threads
    may only call `publish`.
    """

    node_event = Signal(object)
    """One frozen event of domain/events.py, on the UI thread, at most once per kind and key in
    `MERGE_MS`."""

    _finished = Signal(object)
    _published = Signal(object)

    def __init__(self, node: NodeRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._node = node
        self._waiting: dict[Event, Event] = {}
        self._under_way: set[Future[Any]] = set()
        # Queued even when the work ended before `call` returned: nobody is called back from
        # inside their own call.
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._published.connect(self._merge)
        self._timer = QTimer(self, singleShot=True, interval=MERGE_MS)
        self._timer.timeout.connect(self._flush)

    def call(
        self,
        owner: QObject,
        work: Coroutine[Any, Any, Result],
        *,
        done: Callable[[Result], object],
        failed: Callable[[BaseException], object],
    ) -> Future[Result]:
        """Run `work` on the node; call `done` or `failed` here, unless `owner` is gone by then.

        Cancelling the returned future cancels the coroutine; then neither is called.
        """

        def deliver(future: Future[Result]) -> None:
            if future.cancelled() or not isValid(owner):
                return
            error = future.exception()
            if error is not None:
                failed(error)
            else:
                done(future.result())

        future = self._node.submit(work)
        self._under_way = {known for known in self._under_way if not known.done()} | {future}
        future.add_done_callback(lambda ended: self._hand_over(lambda: deliver(ended)))
        return future

    def settle(self, patience_s: float) -> bool:
        """Wait until all that was called has ended; tell whether it did in time. Only for the
        end of the program: this blocks.
        """
        return not wait(self._under_way, patience_s).not_done

    def publish(self, event: Event) -> None:
        """Deliver `event` through `node_event`. May be called from any thread."""
        if isValid(self):
            self._published.emit(event)

    def _hand_over(self, closure: Callable[[], None]) -> None:
        if isValid(self):
            self._finished.emit(closure)

    def _deliver(self, closure: Callable[[], None]) -> None:
        closure()

    def _merge(self, event: Event) -> None:
        key = merge_key(event)
        if self._timer.isActive():
            self._waiting[key] = event
        else:
            self.node_event.emit(event)
            self._timer.start()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for event in waiting.values():
            self.node_event.emit(event)
        if waiting:
            self._timer.start()


def merge_key(event: Event) -> Event:
    """Give what two events share when the later makes the earlier one superfluous."""
    if isinstance(event, LedgerGrew):
        return replace(event, height=0)
    if isinstance(event, Progress):
        return replace(event, done=0, total=0)
    if isinstance(event, CheckFinished):
        return replace(event, faults=0)
    if isinstance(event, PendingChanged):
        return replace(event, count=0)
    return event
