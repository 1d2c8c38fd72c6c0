"""What custodians type their words in for."""

from abc import abstractmethod
from collections.abc import Coroutine, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.consent import Custody
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.recovery.share_entry import ShareEntry
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.layouts import Piece


class SharesDrawer(Drawer):
    """Takes as many shares as are needed, and forgets them when it closes.

    A subclass gives the `work` to do with them, says what came of it in `succeeded`, and in
    `failed_title` what has not happened if it failed.
    """

    failed_title: str

    def __init__(
        self,
        context: ScreenContext,
        custody: Custody,
        host: QWidget,
        *,
        title: str,
        button: str,
        back: str,
    ) -> None:
        super().__init__(host, title)
        self.context = context
        self.entry = ShareEntry(self)
        self.entry.ask_for(custody.threshold)
        self.answer = Callout(Tone.NOTE, "", parent=self)
        self.answer.hide()
        self.button = primary_button(button)
        self.button.clicked.connect(self.submit)
        self.back = secondary_button(back)
        self.back.clicked.connect(self.leave)
        self.set_footer(self.button, self.back)
        self.closed.connect(self.entry.clear)
        self.closed.connect(self.deleteLater)

    def explain_with(self, *pieces: Piece) -> None:
        """Say above the shares what they are wanted for."""
        self.add(*pieces, self.answer, self.entry)

    @abstractmethod
    def work(self, shares: Sequence[str]) -> Coroutine[Any, Any, Any]:
        """Give what is to be done with the shares."""

    @abstractmethod
    def succeeded(self, result: Any) -> None:
        """Say what came of it."""

    def submit(self) -> None:
        """Do it, if all shares are there."""
        self.answer.hide()
        if not self.entry.check():
            return
        self.button.setEnabled(False)
        work = self.work(self.entry.texts)
        self.context.bridge.call(self, work, done=self._done, failed=self._failed)

    def say(self, tone: Tone, title: str, text: str) -> None:
        """Answer above the shares."""
        self.answer.say(tone, title, text)
        self.answer.show()

    def _done(self, result: Any) -> None:
        self.button.setEnabled(True)
        self.succeeded(result)

    def _failed(self, error: BaseException) -> None:
        self.button.setEnabled(True)
        self.say(Tone.DANGER, self.failed_title, explain(error))
