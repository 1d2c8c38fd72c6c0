"""Choosing the two files a clinic is restored from."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from ehr_desktop.domain.backups import BackupFile
from ehr_desktop.sentences import moment
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.labels import Body, ElidedLabel
from ehr_desktop.ui.widgets.layouts import column, row

VAULT_NAME: Final = "vault-keys.ehrvault"


class SourceFiles(QWidget):
    """Emits `chosen` with the path of a backup somebody picked, and `changed` when the vault keys
    are others.
    """

    chosen = Signal(str)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.backup: Path | None = None
        self.vault: Path | None = None
        self.backup_button = secondary_button("Choose the backup", icon_name="folder")
        self.vault_button = secondary_button("Choose the vault keys", icon_name="key-round")
        self.backup_name = ElidedLabel("", self)
        self.vault_name = ElidedLabel("", self)
        self.said = Callout(Tone.NOTE, "", parent=self)
        first = row(self.backup_button, self.backup_name, spacing=Space.TWO)
        second = row(self.vault_button, self.vault_name, spacing=Space.TWO)
        first.setStretch(1, 1)
        second.setStretch(1, 1)
        title = Body("The backup, and the vault keys of the same folder", self, strong=True)
        self.setLayout(column(title, first, second, self.said, spacing=Space.ONE_AND_HALF))
        self.backup_button.clicked.connect(self._ask_backup)
        self.vault_button.clicked.connect(self._ask_vault)
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.backup = self.vault = None
        self.backup_name.setText("")
        self.vault_name.setText("")
        self.vault_button.hide()
        self.said.hide()

    def take(self, file: BackupFile) -> None:
        """Show what was picked, with the vault keys beside it if they are there."""
        self.backup = file.path
        self.backup_name.setText(file.path.name)
        self.vault_button.show()
        self.take_vault(str(file.path.parent / VAULT_NAME))
        if not file.shares:
            self.said.say(
                Tone.DANGER,
                "Nobody can open this backup",
                "It was written before the clinic had custodians. Choose a later one.",
            )
        else:
            self.said.say(
                Tone.NOTE,
                f"Written {moment(file.when, None)}",
                f"Up to block {file.height:,}. What came later is not in it. {file.shares} of the "
                "custodians' papers open it.",
            )
        self.said.show()

    def take_vault(self, file: str) -> None:
        """Take the vault keys from a file."""
        path = Path(file)
        self.vault = path if path.is_file() else None
        self.vault_name.setText(path.name if self.vault else "not beside the backup")
        self.changed.emit()

    def _ask_backup(self) -> None:
        self._ask("Choose the backup", "Backups (*.ehrbackup)").fileSelected.connect(self.chosen)

    def _ask_vault(self) -> None:
        dialog = self._ask("Choose the vault keys", "Vault keys (*.ehrvault)")
        dialog.fileSelected.connect(self.take_vault)

    def _ask(self, title: str, kind: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(kind)
        dialog.open()
        return dialog
