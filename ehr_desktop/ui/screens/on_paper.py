"""From a page to a printer; where there is none, to a PDF file."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMarginsF, QObject, Signal
from PySide6.QtGui import QPagedPaintDevice, QPageLayout, QPageSize, QPdfWriter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QFileDialog, QWidget

_DOTS_PER_INCH = 600
Painted = Callable[[QPagedPaintDevice], object]


class PaperJob(QObject):
    """Asks for the printer or the file, then has the page painted. `done` carries what to say."""

    done = Signal(str)

    def __init__(self, host: QWidget, file_name: str) -> None:
        super().__init__(host)
        self._host = host
        self._file_name = file_name
        self._paint: Painted | None = None
        self._printer: QPrinter | None = None

    def begin(self, paint: Painted) -> None:
        """Print what `paint` puts on a page."""
        self._paint = paint
        if QPrinterInfo.availablePrinterNames():
            self._ask_for_printer()
        else:
            self._ask_for_file()

    def write_pdf(self, target: str) -> None:
        """Write the page as a PDF file."""
        if self._paint is None:
            return
        writer = QPdfWriter(target)
        writer.setResolution(_DOTS_PER_INCH)
        writer.setPageLayout(_a4())
        self._paint(writer)
        self._paint = None
        self.done.emit(f"Saved as {Path(target).name}")

    def _ask_for_printer(self) -> None:
        self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self._printer.setPageLayout(_a4())
        dialog = QPrintDialog(self._printer, self._host)
        dialog.setWindowTitle("Print")
        dialog.accepted.connect(self._print)
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()

    def _print(self) -> None:
        if self._paint is not None and self._printer is not None:
            self._paint(self._printer)
            self._paint = None
            self.done.emit("Sent to the printer")

    def _ask_for_file(self) -> None:
        chooser = QFileDialog(self._host, "There is no printer: save as PDF", self._file_name)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter("PDF (*.pdf)")
        chooser.setDefaultSuffix("pdf")
        chooser.selectFile(self._file_name)
        chooser.fileSelected.connect(self.write_pdf)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()


def _a4() -> QPageLayout:
    margins = QMarginsF(15, 15, 15, 15)
    return QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4),
        QPageLayout.Orientation.Portrait,
        margins,
        QPageLayout.Unit.Millimeter,
    )
