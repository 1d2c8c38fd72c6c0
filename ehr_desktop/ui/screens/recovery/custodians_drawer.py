"""Naming custodians: how many, a paper for each, and proof that the papers are good."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from PySide6.QtWidgets import QWidget

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.consent import Custody, PaperShare
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.recovery.papers import Papers
from ehr_desktop.ui.screens.recovery.share_entry import ShareEntry
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body, Level
from ehr_desktop.ui.widgets.layouts import boxed, column
from ehr_desktop.ui.widgets.number_field import NumberField

Answer = TypeVar("Answer")
LEAST, MOST = 2, 16
_HOW_MANY: Final = (
    "Choose people who will not all be away, ill or in a quarrel at once: owners, partners, the "
    "clinic's lawyer. Each keeps one paper. With 3 of 5, two papers may be lost, and two dishonest "
    "custodians open nothing."
)
_PRINT: Final = (
    "Hand each custodian one paper. The words are shown nowhere else and never again. The new key "
    "counts only once some papers were typed back in, in the next step."
)
_TYPE: Final = (
    "Take as many papers as open the key and type their words in from the paper. This proves that "
    "they can be read; only then does the new key count."
)
_CURRENT: Final = (
    "There are custodians already. Some of their present papers have to agree; those papers are "
    "worth nothing afterwards."
)


class CustodiansDrawer(Drawer):
    """Three steps. Closing it before the last one changes nothing, and forgets the new shares."""

    def __init__(
        self, context: ScreenContext, custody: Custody, clinic: str, host: QWidget
    ) -> None:
        super().__init__(host, "Name custodians")
        self._context, self._custody, self._clinic = context, custody, clinic
        self.step = 0
        self.remark = Body("", self, level=Level.MUTED)
        self.problem = Failure(self)
        self.count = Field("How many papers", NumberField(LEAST, MOST), self, required=True)
        self.threshold = Field(
            "How many of them open it", NumberField(LEAST, MOST), self, required=True
        )
        self.count.input.setValue(custody.count or 5)
        self.threshold.input.setValue(custody.threshold or 3)
        self.count.input.valueChanged.connect(self.threshold.input.setMaximum)
        self.threshold.input.setMaximum(self.count.input.value())
        self.papers = Papers(context.notify, self)
        self.papers.changed.connect(self._paper_out)
        self.entry = ShareEntry(self, label="New share")
        self.current = ShareEntry(self, label="Present share")
        self.current_remark = Body(_CURRENT, self, level=Level.MUTED)
        self._pages = (
            boxed(column(self.count, self.threshold, spacing=Space.TWO), self),
            self.papers,
            boxed(column(self.entry, self.current_remark, self.current, spacing=Space.TWO), self),
        )
        self.button = primary_button("Next")
        self.button.clicked.connect(self.go_on)
        self.cancel = secondary_button("Cancel")
        self.cancel.clicked.connect(self.leave)
        self.add(self.remark, self.problem, *self._pages)
        self.set_footer(self.button, self.cancel)
        self.closed.connect(self._forget)
        self._show(0)

    def go_on(self) -> None:
        """Take the next step."""
        self.problem.hide()
        context, recovery = self._context, self._context.clinic.recovery
        if self.step == 0:
            wanted = self.threshold.input.value(), self.count.input.value()
            work = recovery.draw_custodians(context.actor, *wanted)
            self._call(work, self._drawn)
        elif self.step == 1:
            self.entry.ask_for(self.threshold.input.value())
            self.current.ask_for(self._custody.threshold)
            self._show(2)
        elif self.entry.check() and self.current.check():
            shares = self.entry.texts, self.current.texts
            self._call(recovery.confirm_custodians(context.actor, *shares), self._confirmed)

    def _call(self, work: Coroutine[Any, Any, Answer], done: Callable[[Answer], None]) -> None:
        self.button.setEnabled(False)
        self._context.bridge.call(self, work, done=done, failed=self._failed)

    def _drawn(self, shares: tuple[PaperShare, ...]) -> None:
        day = shown_date(self._context.now().date())
        self.papers.show_shares(shares, self._clinic, day)
        self._show(1)

    def _paper_out(self) -> None:
        self.button.setEnabled(self.papers.are_all_out)

    def _confirmed(self, custody: Custody) -> None:
        self._context.notify(
            f"Any {custody.threshold} of {custody.count} papers are now the clinic's recovery key. "
            "Write a new backup."
        )
        self.leave()

    def _failed(self, error: BaseException) -> None:
        self.button.setEnabled(True)
        self.problem.tell("Nothing was changed.", explain(error))

    def _show(self, step: int) -> None:
        self.step = step
        self.problem.hide()
        for number, page in enumerate(self._pages):
            page.setVisible(number == step)
        replaces = bool(self._custody.generation)
        self.current_remark.setVisible(replaces)
        self.current.setVisible(replaces)
        self.remark.setText((_HOW_MANY, _PRINT, _TYPE)[step])
        self.button.setText(("Draw the shares", "They are all on paper", "Make it count")[step])
        self.button.setEnabled(step != 1)

    def _forget(self) -> None:
        self.papers.forget()
        self.entry.clear()
        self.current.clear()
        self.deleteLater()
