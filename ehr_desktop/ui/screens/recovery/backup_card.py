"""Backing up now, and how the last backup stands."""

from datetime import tzinfo
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from ehr_desktop.domain.backups import Backup
from ehr_desktop.domain.consent import Custody
from ehr_desktop.domain.errors import CancelledError
from ehr_desktop.explain import explain
from ehr_desktop.sentences import moment
from ehr_desktop.ui.screens.recovery.words import BACKUP_REMARK, backup_said
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.labels import Body, Level
from ehr_desktop.ui.widgets.progress_panel import ProgressPanel


class BackupCard(Card):
    """Emits `written` when there is a new backup."""

    written = Signal()

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        self.button = primary_button("Back up now", icon_name="hard-drive", shortcut="Ctrl+Return")
        self.folder_button = secondary_button("Another folder", icon_name="folder")
        super().__init__("Backup", parent, actions=(self.folder_button, self.button))
        self._context = context
        self._last: Backup | None = None
        self.state = Callout(Tone.NOTE, "", parent=self)
        self.problem = Failure(self)
        self.progress = ProgressPanel(self)
        self.progress.hide()
        self.add(
            self.state, self.problem, self.progress, Body(BACKUP_REMARK, self, level=Level.MUTED)
        )
        self.button.clicked.connect(self.back_up)
        self.folder_button.clicked.connect(self.ask_where)

    def show_state(self, last: Backup | None, custody: Custody, zone: tzinfo | None) -> None:
        """Say how things stand."""
        self._last = last
        self.state.say(*backup_said(last, custody, moment(last.when, zone) if last else ""))
        self.folder_button.setVisible(last is not None)

    def back_up(self) -> None:
        """Write a backup where the last one went; ask where, the first time."""
        if self.progress.run is not None:
            return
        if self._last is None:
            self.ask_where()
        else:
            self.back_up_to(str(self._last.path.parent))

    def ask_where(self) -> None:
        """Ask for a folder, and back up into it."""
        dialog = QFileDialog(self, "Where shall the backup go?")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.back_up_to)
        dialog.open()

    def back_up_to(self, folder: str) -> None:
        """Write a backup into a folder."""
        if self.progress.run is not None:
            return
        context, run = self._context, self.progress.follow("Writing the backup")
        self.problem.hide()
        self.button.setEnabled(False)
        self.folder_button.setEnabled(False)
        self.progress.show()
        context.bridge.call(
            self,
            context.clinic.recovery.back_up(context.actor, Path(folder), run.advance, run.stopped),
            done=self._done,
            failed=self._failed,
        )

    def _done(self, path: Path) -> None:
        self._ended()
        self._context.notify(f"The backup is {path}")
        self.written.emit()

    def _failed(self, error: BaseException) -> None:
        self._ended()
        if isinstance(error, CancelledError):
            self._context.notify("Stopped. The backup of before is kept.")
            return
        self.problem.tell("There is no new backup.", explain(error))

    def _ended(self) -> None:
        self.progress.end()
        self.progress.hide()
        self.button.setEnabled(True)
        self.folder_button.setEnabled(True)
