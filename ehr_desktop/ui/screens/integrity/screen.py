"""Integrity: checks everything this workstation keeps and names what is wrong."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from ehr_desktop.domain.ledger import CheckReport
from ehr_desktop.domain.people import Clinic
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.ledger_surroundings import Surroundings, surroundings_of
from ehr_desktop.ui.screens.integrity.checklist import Checklist
from ehr_desktop.ui.screens.integrity.fault_card import FaultCard
from ehr_desktop.ui.screens.integrity.report_text import report_text
from ehr_desktop.ui.screens.integrity.tallies import Limits, Tallies
from ehr_desktop.ui.screens.integrity.verdict import answer
from ehr_desktop.ui.shell.context import Place, ScreenContext, Wish
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.labels import Body, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.progress_panel import ProgressPanel
from ehr_desktop.ui.widgets.scrolling import Scrolling
from ehr_desktop.ui.widgets.verdict import Verdict

MOST_CARDS: Final = 50
"""More faults than this are counted; the report names them all."""


class IntegrityScreen(QWidget):
    """One button; then what is being done, and the answer."""

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._around = Surroundings()
        self._clinic: Clinic | None = None
        self.report: CheckReport | None = None
        self.cards: list[FaultCard] = []
        self.check_button = primary_button(
            "Check everything", icon_name="shield-check", shortcut="Ctrl+Return"
        )
        self.copy_button = secondary_button("Copy report", icon_name="copy")
        self.save_button = secondary_button("Save report", icon_name="save", shortcut="Ctrl+S")
        self.progress = ProgressPanel(self)
        self.progress_card = Card(parent=self)
        self.verdict = Verdict(self)
        self.tallies = Tallies(self)
        self.limits = Limits(self)
        self.checklist = Checklist(self)
        self.more_faults = Body("", self, level=Level.MUTED)
        self._faults = column(spacing=Space.TWO)
        self._build()
        self._listen()
        self._show(None)
        self._begin()

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys of this screen."""
        return (("Ctrl+Return", "Check everything"), ("Ctrl+S", "Save the report"))

    @property
    def running(self) -> bool:
        """Whether a check is running."""
        return self.progress.run is not None

    def check(self) -> None:
        """Start a full check."""
        if self.running:
            return
        context = self._context
        run = self.progress.follow("Checking everything on this workstation")
        self.progress_card.show()
        if self.check_button.hasFocus():
            self.progress.cancel_button.setFocus()
        self.check_button.setEnabled(False)
        self.verdict.hide()
        self.tallies.hide()
        self._clear_faults()
        self.checklist.show_report(None)
        context.bridge.call(
            self,
            context.clinic.integrity.check(context.actor, run.advance, run.stopped),
            done=self._checked,
            failed=self._broken_off,
        )

    def copy_report(self) -> None:
        """Put the report on the clipboard."""
        if self.report is not None:
            QGuiApplication.clipboard().setText(self._text(self.report))
            self._context.notify("The report is copied.")

    def ask_where_to_save(self) -> None:
        """Ask for a file and save the report in it."""
        if self.report is None:
            return
        day = self.report.started.astimezone(self._around.zone).date()
        dialog = QFileDialog(self, "Save the report", f"integrity-{day.isoformat()}.txt")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Text (*.txt)")
        dialog.setDefaultSuffix("txt")
        dialog.fileSelected.connect(self.save_report)
        dialog.open()

    def save_report(self, file: str) -> None:
        """Write the report into `file`."""
        if self.report is None:
            return
        try:
            Path(file).write_text(self._text(self.report), encoding="utf-8")
        except OSError as error:
            self._context.notify(explain(error))
        else:
            self._context.notify(f"The report is in {file}")

    def _build(self) -> None:
        head = row(
            Heading("Integrity", self, size=TypeSize.DISPLAY),
            SPRING,
            self.copy_button,
            self.save_button,
            self.check_button,
        )
        self.progress_card.add(self.progress)
        self.more_faults.hide()
        inside = QWidget(self)
        inside.setProperty("look", "scrolled")
        inside.setLayout(
            column(
                self.progress_card,
                self.verdict,
                self._faults,
                self.more_faults,
                self.tallies,
                self.limits,
                SPRING,
                spacing=Space.TWO,
            )
        )
        scroll = Scrolling(inside, self)
        beside = row(scroll, column(self.checklist, SPRING, spacing=0), spacing=Space.THREE)
        beside.setStretch(0, 1)
        self.setLayout(column(head, beside, spacing=Space.THREE, margin=Space.THREE))
        self.setFocusProxy(self.check_button)

    def _listen(self) -> None:
        self.check_button.clicked.connect(self.check)
        self.copy_button.clicked.connect(self.copy_report)
        self.save_button.clicked.connect(self.ask_where_to_save)

    def _begin(self) -> None:
        context, failed = self._context, self._failed
        call, clinic = context.bridge.call, context.clinic
        around = surroundings_of(clinic, context.actor)
        call(self, around, done=self._settle_in, failed=failed)
        call(self, clinic.session.clinic(), done=self._name_clinic, failed=failed)
        call(self, clinic.integrity.last(), done=self._remember, failed=failed)

    def _settle_in(self, around: Surroundings) -> None:
        self._around = around
        self._show(self.report)

    def _name_clinic(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def _remember(self, report: CheckReport | None) -> None:
        if report is not None and not self.running:
            self._show(report)

    def _checked(self, report: CheckReport) -> None:
        self._ended()
        self._show(report)

    def _broken_off(self, error: BaseException) -> None:
        self._ended()
        self._show(self.report)
        self._failed(error)

    def _ended(self) -> None:
        self.progress.end()
        self.check_button.setEnabled(True)
        # back to where it was started, unless somebody is typing elsewhere by now
        if self.isVisible() and not isinstance(QApplication.focusWidget(), QLineEdit):
            self.check_button.setFocus()

    def _show(self, report: CheckReport | None) -> None:
        self.report = report
        self.progress_card.setVisible(self.running)
        self.verdict.setVisible(not self.running)
        self.verdict.say(*answer(report, self._around))
        self.tallies.setVisible(report is not None)
        if report is not None:
            self.tallies.show_report(report)
        self.checklist.show_report(report)
        self.copy_button.setVisible(report is not None)
        self.save_button.setVisible(report is not None)
        self.check_button.setText("Check everything" if report is None else "Check again")
        self._show_faults(report)

    def _show_faults(self, report: CheckReport | None) -> None:
        self._clear_faults()
        faults = () if report is None else report.faults
        for fault in faults[:MOST_CARDS]:
            card = FaultCard(fault, self._around, self)
            card.ledger_wanted.connect(self._go_to_ledger)
            card.copied.connect(self._copied)
            self._faults.addWidget(card)
            self.cards.append(card)
        left = len(faults) - len(self.cards)
        self.more_faults.setText(f"And {left:,} more. The report names every one.")
        self.more_faults.setVisible(left > 0)

    def _clear_faults(self) -> None:
        for card in self.cards:
            self._faults.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        self.more_faults.hide()

    def _go_to_ledger(self, wish: Wish) -> None:
        self._context.navigate(Place.LEDGER, wish)

    def _copied(self, what: str) -> None:
        self._context.notify(f"Copied: {what}")

    def _text(self, report: CheckReport) -> str:
        assert self._clinic is not None
        return report_text(report, self._clinic, self._around)

    def _failed(self, error: BaseException) -> None:
        self._context.notify(explain(error))
