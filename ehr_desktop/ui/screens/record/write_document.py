"""Taking a file of any size into the chart."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from typing_extensions import override

from ehr_desktop.domain.chart import Entry
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.write_drawer import WriteDrawer
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.progress_panel import ProgressPanel
from ehr_desktop.ui.widgets.text_field import TextField

_STEPS = 1000


class DocumentDrawer(WriteDrawer):
    """A file, and what it is called in the chart."""

    _advanced = Signal(object)

    def __init__(self, opened: OpenedChart, host: QWidget) -> None:
        super().__init__(opened, host, "Add document", SectionKind.DOCUMENTS, "document")
        self.path: Path | None = None
        self.choose_button = secondary_button("Choose file…", icon_name="paperclip")
        self.title_field = TextField(placeholder="Such as: Letter from the eye clinic")
        self.progress = ProgressPanel(self)
        self.progress.cancel_button.hide()
        self.progress.hide()
        self._file_part: Field[QWidget] = self.form.field(
            "File", self.choose_button, required=True, help_text="Any kind and any size"
        )
        self._title_part = self.form.field("Title", self.title_field, required=True)
        self.form.add(self.progress)
        self.keep_texts(title=self.title_field)
        self.choose_button.clicked.connect(self._choose)
        self._advanced.connect(self._show_progress)

    def take_file(self, chosen: str) -> None:
        """Take the file `chosen`; its name becomes the title while there is none."""
        self.path = Path(chosen)
        self.choose_button.setText(self.path.name.replace("&", "&&"))
        self._file_part.clear_error()
        if not self.title_field.text():
            self.title_field.setText(self.path.stem.replace("_", " "))

    @override
    def check(self) -> bool:
        self._file_part.set_error("" if self.path else "Choose a file.")
        titled = self.title_field.text().strip()
        self._title_part.set_error("" if titled else "Say what it is.")
        return not self.form.focus_first_error()

    @override
    def work(self) -> Coroutine[Any, Any, Entry]:
        path = self.path or Path()
        self.progress.start(f"Encrypting {path.name}")
        self.progress.cancel_button.hide()
        self.progress.show()
        return self.on.charts.add_document(
            self.on.chart, self.title_field.text().strip(), path, self._report
        )

    @override
    def empty(self) -> None:
        super().empty()
        self.path = None
        self.choose_button.setText("Choose file…")
        self.progress.hide()

    @override
    def fail(self, error: BaseException) -> None:
        self.progress.hide()
        super().fail(error)

    def _choose(self) -> None:
        chooser = QFileDialog(self, "Add document")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.take_file)
        chooser.open()

    def _report(self, done: int, total: int) -> None:
        """Carry progress over from the node's worker thread."""
        self._advanced.emit((done, total))

    def _show_progress(self, step: tuple[int, int]) -> None:
        done, total = step
        self.progress.bar.setRange(0, _STEPS)
        self.progress.bar.setValue(round(_STEPS * done / total) if total else 0)
