"""The new shares, each to be printed for one custodian."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QWidget

from ehr_desktop.domain.consent import PaperShare
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.recovery.share_paper import share_document, write_pdf
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import Button, secondary_button
from ehr_desktop.ui.widgets.labels import Body
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.pill import Pill

_TITLE: Final = "Recovery share {number} of {count}"


class Papers(QWidget):
    """One line a share; `changed` tells that another one is on paper. Nothing is shown on screen:
    whoever passes by would read it.
    """

    changed = Signal()

    def __init__(self, notify: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notify = notify
        self._shares: tuple[PaperShare, ...] = ()
        self._clinic, self._day = "", ""
        self._printers: list[QPrinter] = []
        self.on_paper: set[int] = set()
        self.print_buttons: list[Button] = []
        self.save_buttons: list[Button] = []
        self._pills: list[Pill] = []
        self._lines: list[QWidget] = []
        self._column = column(spacing=Space.ONE)
        self.setLayout(self._column)

    @property
    def are_all_out(self) -> bool:
        """Whether every share was printed or saved."""
        return bool(self._shares) and len(self.on_paper) == len(self._shares)

    def show_shares(self, shares: tuple[PaperShare, ...], clinic: str, day: str) -> None:
        """Offer these shares for printing."""
        self.forget()
        self._shares, self._clinic, self._day = shares, clinic, day
        for share in shares:
            self._add(share)

    def forget(self) -> None:
        """Forget the shares."""
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines, self.print_buttons, self.save_buttons, self._pills = [], [], [], []
        self._shares, self.on_paper = (), set()

    def save(self, number: int, file: str) -> None:
        """Write a share into a PDF file."""
        share = self._share(number)
        try:
            write_pdf(self._page(share), file, self._title(share))
        except OSError as error:
            self._notify(explain(error))
            return
        self._out(number)
        self._notify(f"The paper is in {file}. Print it, then delete the file.")

    def ask_printer(self, number: int) -> None:
        """Ask for the printer and print a share."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self._printers.append(printer)
        dialog = QPrintDialog(printer, self)
        dialog.setWindowTitle("Print")
        dialog.setProperty("share", number)
        dialog.accepted.connect(self._print)
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()

    def _print(self) -> None:
        dialog = self.sender()
        if isinstance(dialog, QPrintDialog):
            number = int(dialog.property("share"))
            self._page(self._share(number)).print_(dialog.printer())
            self._out(number)

    def _ask_file(self, number: int) -> None:
        share = self._share(number)
        dialog = QFileDialog(self, self._title(share), f"recovery-share-{number}.pdf")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("PDF (*.pdf)")
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(lambda file: self.save(number, file))
        dialog.open()

    def _add(self, share: PaperShare) -> None:
        number = share.number
        printing = secondary_button("Print", icon_name="printer")
        printing.setAccessibleName(f"Print share {number}")
        printing.clicked.connect(lambda: self.ask_printer(number))
        saving = secondary_button("PDF", icon_name="save")
        saving.setAccessibleName(f"Save share {number} as a PDF file")
        saving.clicked.connect(lambda: self._ask_file(number))
        pill = Pill("not on paper", Tone.WARNING, self)
        name = Body(f"Share {number}", self, strong=True)
        name.setWordWrap(False)
        line = boxed(row(name, pill, SPRING, saving, printing, spacing=Space.ONE), self)
        self._column.addWidget(line)
        self._lines.append(line)
        self.print_buttons.append(printing)
        self.save_buttons.append(saving)
        self._pills.append(pill)

    def _out(self, number: int) -> None:
        self.on_paper.add(number)
        self._pills[number - 1].set_state("on paper", Tone.SUCCESS)
        self.changed.emit()

    def _share(self, number: int) -> PaperShare:
        return self._shares[number - 1]

    def _page(self, share: PaperShare) -> QTextDocument:
        return share_document(share, self._clinic, self._day)

    def _title(self, share: PaperShare) -> str:
        return _TITLE.format(number=share.number, count=share.count)
