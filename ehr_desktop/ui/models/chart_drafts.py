"""Keeps what is being typed, so that neither a lock nor a closed window loses it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from ehr_desktop.services.values import Draft
from ehr_desktop.ui.shell.context import ScreenContext

KEEP_AFTER_MS = 600


class DraftKeeper(QObject):
    """Saves `text()` under `key` shortly after each `touch`; an empty text drops the draft.

    `kept` carries whether the last attempt was stored; while it is not, every touch and every
    few seconds it is tried again.
    """

    kept = Signal(bool)

    def __init__(
        self,
        context: ScreenContext,
        key: str,
        text: Callable[[], str],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._drafts = context.bridge, context.clinic.drafts
        self._actor, self._key = context.actor, key
        self._text = text
        self._stored = ""
        self._timer = QTimer(self, singleShot=True, interval=KEEP_AFTER_MS)
        self._timer.timeout.connect(self.flush)

    def touch(self) -> None:
        """Note that something was typed."""
        self._timer.start(KEEP_AFTER_MS)

    def flush(self) -> None:
        """Save now what is not saved yet. The saving outlives this object's window."""
        self._timer.stop()
        text = self._text()
        if text == self._stored:
            return
        work = (
            self._drafts.save(self._actor, self._key, text)
            if text
            else self._drafts.discard(self._actor, self._key)
        )
        self._bridge.call(
            self, work, done=lambda _: self._done(text), failed=lambda _: self._failed()
        )

    def discard(self) -> None:
        """Drop the draft: it was saved for good, or is not wanted."""
        self._timer.stop()
        self._stored = ""
        self._bridge.call(
            self,
            self._drafts.discard(self._actor, self._key),
            done=lambda _: None,
            failed=lambda _: None,
        )

    def load(self, found: Callable[[Draft | None], object]) -> None:
        """Ask for the draft of an earlier time; `found` gets it, or None."""
        self._bridge.call(
            self,
            self._drafts.load(self._actor, self._key),
            done=found,
            failed=lambda _: found(None),
        )

    def _done(self, text: str) -> None:
        self._stored = text
        self.kept.emit(True)

    def _failed(self) -> None:
        self.kept.emit(False)
        self._timer.start(10 * KEEP_AFTER_MS)
