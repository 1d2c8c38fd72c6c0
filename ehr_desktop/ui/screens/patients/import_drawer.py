"""Taking FHIR files in, beside the list."""

from collections.abc import Sequence
from pathlib import Path
from threading import Event as Flag

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from ehr_desktop.explain import explain
from ehr_desktop.services.values import ImportProgress, ImportReport
from ehr_desktop.ui.screens.patients.import_report import full_text, headline, remainder
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import ghost_button, primary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.labels import Body, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.progress_panel import ProgressPanel
from ehr_desktop.ui.widgets.text_area import TextArea

_HOW = (
    "Choose one or many FHIR R4 bundles (.json or .json.gz). Every record is checked before it "
    "is taken; a bad one is refused with its reason and never stops the rest."
)
_WIDTH_PX = 520
_STEPS = 1000


class ImportWatch(QObject):
    """Carries progress from the node's worker thread to the screen."""

    advanced = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.stop = Flag()

    def report(self, progress: ImportProgress) -> None:
        """Take a step; called on a worker thread."""
        self.advanced.emit(progress)


class ImportDrawer(Drawer):
    """Choose files, watch, stop, read and keep the report."""

    def __init__(self, context: ScreenContext, host: QWidget) -> None:
        super().__init__(host, "Import records", width_px=_WIDTH_PX)
        self._context = context
        self._running: ImportWatch | None = None
        self._report_text = ""
        self.choose = primary_button("Choose files…", icon_name="upload")
        self.progress = ProgressPanel(self)
        self.progress.hide()
        self._outcome = Callout(Tone.SUCCESS, "", parent=self)
        self._text = TextArea(rows=14)
        self._text.setReadOnly(True)
        self._text.setAccessibleName("Import report")
        self._copy = ghost_button("Copy report", icon_name="copy")
        self._keep = ghost_button("Save report…", icon_name="save")
        buttons = row(self._copy, self._keep, SPRING, spacing=Space.ONE)
        self._result = boxed(column(self._outcome, self._text, buttons), self)
        self._result.hide()
        self.add(Body(_HOW, self, level=Level.MUTED), self.progress, self._result)
        self.set_footer(self.choose)
        self.choose.clicked.connect(self._choose)
        self.progress.cancelled.connect(self._stop)
        self._copy.clicked.connect(self._copy_report)
        self._keep.clicked.connect(self._choose_report_file)

    def run(self, files: Sequence[Path]) -> None:
        """Take `files` in."""
        if self._running is not None or not files:
            return
        watch = ImportWatch(self)
        watch.advanced.connect(self._advanced)
        self._running = watch
        self._result.hide()
        self.choose.setEnabled(False)
        self.progress.show()
        self.progress.start(f"Reading {files[0].name}")
        self._context.bridge.call(
            self,
            self._context.clinic.imports.run(
                self._context.actor, tuple(files), watch.report, watch.stop.is_set
            ),
            done=self._finished,
            failed=self._failed,
        )

    def _choose(self) -> None:
        chooser = QFileDialog(self, "Import records")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
        chooser.setNameFilters(["FHIR bundles (*.json *.json.gz)", "All files (*)"])
        chooser.filesSelected.connect(self._chosen)
        chooser.open()

    def _chosen(self, names: list[str]) -> None:
        self.run([Path(name) for name in names])

    def _stop(self) -> None:
        if self._running is not None:
            self._running.stop.set()

    def _advanced(self, progress: ImportProgress) -> None:
        if self._running is None:
            return
        self.progress.start(
            f"{progress.file} ({progress.file_index + 1} of {progress.files}), "
            f"{progress.entries:,} records"
        )
        self.progress.bar.setRange(0, _STEPS)
        share = progress.bytes_done / progress.bytes_total if progress.bytes_total else 0
        self.progress.bar.setValue(round(_STEPS * share))

    def _finished(self, report: ImportReport) -> None:
        self._end()
        self._report_text = full_text(report)
        whole = not report.refused and not any(file.error for file in report.files)
        tone = Tone.SUCCESS if whole and not report.cancelled else Tone.WARNING
        self._outcome.say(tone, headline(report), remainder(report))
        self._text.setPlainText(self._report_text)
        self._result.show()
        self._context.notify(headline(report))

    def _failed(self, error: BaseException) -> None:
        self._end()
        self._report_text = explain(error)
        self._outcome.say(Tone.DANGER, "Nothing more was taken", self._report_text)
        self._text.setPlainText("")
        self._result.show()

    def _end(self) -> None:
        self._running = None
        self.progress.hide()
        self.choose.setEnabled(True)

    def _copy_report(self) -> None:
        QGuiApplication.clipboard().setText(self._report_text)

    def _choose_report_file(self) -> None:
        chooser = QFileDialog(self, "Save report")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("txt")
        chooser.selectFile("import-report.txt")
        chooser.fileSelected.connect(self.save_report)
        chooser.open()

    def save_report(self, chosen: str) -> None:
        """Write the report to the file `chosen`."""
        try:
            Path(chosen).write_text(self._report_text, "utf-8")
        except OSError as error:
            self._context.notify(explain(error))
        else:
            self._context.notify(f"Report saved as {Path(chosen).name}")
