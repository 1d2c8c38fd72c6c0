"""Restore a clinic from its backup, its vault keys and the custodians' papers."""

from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.domain.backups import BackupFile, Restored
from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.explain import explain
from ehr_desktop.sentences import moment
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.screens.recovery.share_entry import ShareEntry
from ehr_desktop.ui.screens.restore.sources import SourceFiles
from ehr_desktop.ui.screens.restore.work import RestoringWork
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.buttons import ghost_button, primary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body, Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.narrow_page import NarrowPage
from ehr_desktop.ui.widgets.progress_panel import ProgressPanel
from ehr_desktop.ui.widgets.text_field import TextField

_LONGEST_NAME: Final = 100
_REMARK: Final = (
    "Only when every workstation of the clinic is lost. If one is left, choose “Join a clinic”. "
    "This computer gets new keys and is then the clinic's only workstation; the others join again."
)


class RestoreScreen(QWidget):
    """Emits `restored` once people can sign in, and `left` when the person goes back."""

    restored = Signal()
    left = Signal()

    def __init__(
        self, bridge: NodeBridge, work: RestoringWork, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._work = bridge, work
        self._looking: Future[Any] | None = None
        title = ui_font(TypeSize.DISPLAY, QFont.Weight.DemiBold)
        self.title = Label("Restore a clinic", self, font=title)
        self.remark = Body(_REMARK, self, level=Level.MUTED)
        self.problem = Failure(self)
        self.done = Callout(Tone.SUCCESS, "", parent=self)
        self.progress = ProgressPanel(self)
        self.enter = primary_button("Go to sign-in")
        self._build_form()
        page = NarrowPage(
            column(self.title, self.remark, spacing=Space.HALF),
            self.problem,
            self.form,
            self.progress,
            self.done,
            self.enter,
            parent=self,
        )
        self.setLayout(column(page, spacing=0))
        self.enter.clicked.connect(self.restored)
        self._show(self.form)

    def begin(self) -> None:
        """Begin anew."""
        self.problem.hide()
        self.sources.forget()
        self.shares.ask_for(0)
        self._update()
        self._show(self.form)
        self.sources.backup_button.setFocus()

    def give_up(self) -> None:
        """Stop whatever the node does for this screen."""
        self.progress.stop()
        if self._looking is not None:
            self._looking.cancel()

    def choose(self, file: str) -> None:
        """Look at a backup that was picked."""
        self.problem.hide()
        self._looking = self._bridge.call(
            self, self._work.look(Path(file)), done=self._chosen, failed=self._refused
        )

    def submit(self) -> None:
        """Restore what is chosen."""
        self.problem.hide()
        name = self.name.input.text().strip()
        self.name.set_error("" if name else "Give this workstation a name.")
        backup, vault = self.sources.backup, self.sources.vault
        if not self.shares.check() or not name or backup is None or vault is None:
            return
        run = self.progress.follow("Restoring the clinic")
        self._show(self.progress)
        self._bridge.call(
            self,
            self._work.restore(backup, vault, self.shares.texts, name, run.advance, run.stopped),
            done=self._restored,
            failed=self._refused,
        )

    def leave(self) -> None:
        """Go back to where it is asked how this workstation begins."""
        self.shares.clear()
        self.left.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Cancel) and self.form.isVisible():
            self.leave()
        else:
            super().keyPressEvent(event)

    def _build_form(self) -> None:
        self.sources = SourceFiles(self)
        self.sources.chosen.connect(self.choose)
        self.sources.changed.connect(self._update)
        self.name = Field(
            "Name of this workstation", TextField(placeholder="Room 1"), self, required=True
        )
        self.name.input.setMaxLength(_LONGEST_NAME)
        self.name.input.setText(self._work.workstation_name)
        self.shares = ShareEntry(self)
        self.button = primary_button("Restore")
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.clicked.connect(self.submit)
        self.back = ghost_button("Back", icon_name="arrow-left")
        self.back.clicked.connect(self.leave)
        self.form = boxed(
            column(
                self.sources, self.name, self.shares, self.button, row(self.back, SPRING),
                spacing=Space.THREE,
            ),
            self,
        )  # fmt: skip

    def _chosen(self, file: BackupFile) -> None:
        self.sources.take(file)
        self.shares.ask_for(file.shares)
        self._update()

    def _update(self) -> None:
        ready = bool(self.shares.fields) and self.sources.vault is not None
        self.button.setEnabled(ready)
        self.name.setVisible(bool(self.shares.fields))

    def _restored(self, restored: Restored) -> None:
        self.progress.end()
        self.shares.clear()
        erased = ""
        if restored.erased:
            count = restored.erased
            who = "1 patient was" if count == 1 else f"{count:,} patients were"
            erased = f" {who} erased after it was written; these records stay closed."
        self.done.say(
            Tone.SUCCESS,
            f"{restored.clinic} is back, as of {moment(restored.when, None)}",
            f"{restored.patients:,} patients, up to block {restored.height:,}.{erased} Check "
            "everything on Integrity, let the other workstations join, and back up again.",
        )
        self._show(self.done)
        self.enter.setFocus()

    def _refused(self, error: BaseException) -> None:
        self.progress.end()
        self._show(self.form)
        if isinstance(error, InvalidInputError) and error.field == "workstation":
            self.name.set_error(explain(error))
            return
        self.problem.tell("Nothing was restored.", explain(error))

    def _show(self, page: QWidget) -> None:
        self.form.setVisible(page is self.form)
        self.progress.setVisible(page is self.progress)
        self.done.setVisible(page is self.done)
        self.enter.setVisible(page is self.done)
        self.remark.setVisible(page is not self.done)
