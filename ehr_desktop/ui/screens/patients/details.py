"""One patient's registration: read, change, export."""

from datetime import UTC
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFileDialog, QWidget

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.domain.patients import Demographics, PatientSummary
from ehr_desktop.explain import explain
from ehr_desktop.services.values import ExportReport
from ehr_desktop.ui.models.chart_times import birth_text, shown_when
from ehr_desktop.ui.models.consent_words import listed
from ehr_desktop.ui.screens.cards.card_section import CardSection
from ehr_desktop.ui.screens.erasing.erasure_section import ErasureSection
from ehr_desktop.ui.screens.patients.patient_form import PatientForm
from ehr_desktop.ui.screens.patients.whole_label import WholeLabel
from ehr_desktop.ui.screens.patients.words import (
    SEX_WORDS,
    counted,
    file_name,
)
from ehr_desktop.ui.screens.pending_notice import notify_outcome
from ehr_desktop.ui.shell.context import BookFor, Place, ScreenContext
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.card import Rule
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.key_values import KeyValueList
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.pending_mark import PendingMark


class DetailsDrawer(Drawer):
    """What the front desk knows of a patient. `chart_wanted` asks for the record window."""

    chart_wanted = Signal(object)

    def __init__(self, context: ScreenContext, host: QWidget, *, with_chart: bool) -> None:
        super().__init__(host, "Registration")
        self._context = context
        self._patient: PatientSummary | None = None
        self._name = WholeLabel(ui_font(TypeSize.TITLE, QFont.Weight.DemiBold), self)
        self._pending = PendingMark(self)
        self._facts = KeyValueList(parent=self)
        self._export = secondary_button("Export…", icon_name="download")
        self._book = secondary_button("Book…", icon_name="calendar-plus")
        self._chart = secondary_button("Open record", icon_name="file-text")
        self._chart.setVisible(with_chart)
        actions = row(self._chart, self._book, self._export, SPRING, spacing=Space.ONE)
        self.card = CardSection(context, self)
        self.card.told.connect(context.notify)
        self.erasure = ErasureSection(context, self)
        self.erasure.told.connect(context.notify)
        self.erasure.locked.connect(self.card.setHidden)
        self._reading = boxed(
            column(
                self._name,
                self._pending,
                self._facts,
                actions,
                Rule(self),
                self.card,
                self.erasure,
                spacing=Space.TWO,
            ),
            self,
        )
        self.form = PatientForm(self, with_death=True)
        self._report = Callout(Tone.SUCCESS, "", parent=self)
        self.change = primary_button("Change", icon_name="pencil")
        self.save = primary_button("Save changes", shortcut="Ctrl+S")
        self._back = secondary_button("Discard changes")
        self.add(self._reading, self.form, self._report)
        self.set_footer(self.save, self._back, self.change)
        self.change.clicked.connect(self._begin_change)
        self.save.clicked.connect(self._save)
        self._back.clicked.connect(self._read)
        self._export.clicked.connect(self._choose_target)
        self._book.clicked.connect(self._wish_to_book)
        self._chart.clicked.connect(self._wish_for_chart)
        self._read()

    def show_patient(self, patient: PatientSummary) -> None:
        """Open on `patient`; changes to the same patient that are not saved are still there."""
        if self._patient is None or patient.id != self._patient.id or self.form.isHidden():
            self._patient = patient
            self._read()
        self.open_over()

    def export_to(self, target: Path) -> None:
        """Write the patient's records to `target` and say what was written."""
        if self._patient is None:
            return
        self._context.bridge.call(
            self,
            self._context.clinic.exports.patient(self._context.actor, self._patient.id, target),
            done=lambda report: self._exported(target, report),
            failed=self._failed,
        )

    def _read(self) -> None:
        self._editing(now=False)
        if self._patient is not None:
            known = self._patient.demographics
            self._name.set_text(self._patient.name)
            self._pending.setVisible(self._patient.pending)
            self._facts.set_pairs(self._pairs(known))
            self.card.show_patient(self._patient)
            self.erasure.show_patient(self._patient)

    def _pairs(self, known: Demographics) -> tuple[tuple[str, str], ...]:
        today = self._context.now().date()
        pairs = (
            ("Record id", known.record_number),
            ("Born", birth_text(known, today)),
            ("Sex", SEX_WORDS[known.sex]),
            ("Phone", known.phone),
            ("E-mail", known.email),
            ("Address", known.address),
            ("Insurance id", known.insurance_id),
        )
        died = shown_when(known.deceased, UTC)
        return (*pairs, ("Died", died)) if died else pairs

    def _editing(self, *, now: bool) -> None:
        self._reading.setVisible(not now)
        self.change.setVisible(not now)
        self.form.setVisible(now)
        self.save.setVisible(now)
        self._back.setVisible(now)
        self._report.hide()

    def _begin_change(self) -> None:
        if self._patient is not None:
            self.form.show_demographics(self._patient.demographics)
            self.form.clear_errors()
            self._editing(now=True)
            self.form.family.setFocus()

    def _save(self) -> None:
        if self._patient is None or not self.form.check(self._context.now().date()):
            return
        before = self._patient
        self.save.setEnabled(False)
        self._change_to(before, self.form.demographics())

    def _change_to(self, before: PatientSummary, wanted: Demographics) -> None:
        self._context.bridge.call(
            self,
            self._context.clinic.patients.change(self._context.actor, before.id, wanted),
            done=lambda after: self._changed(before, after),
            failed=self._failed,
        )

    def _changed(self, before: PatientSummary, after: PatientSummary) -> None:
        self.save.setEnabled(True)
        if self._patient is not None and self._patient.id == after.id:
            self._patient = after
            self._read()
        notify_outcome(
            self,
            self._context,
            f"Registration of {after.name} changed",
            pending=after.pending,
            action="Undo",
            on_action=lambda: self._change_to(after, before.demographics),
        )

    def _failed(self, error: BaseException) -> None:
        self.save.setEnabled(True)
        if isinstance(error, InvalidInputError) and self.form.set_error(
            error.field, explain(error)
        ):
            return
        self._report.say(Tone.DANGER, "That did not work", explain(error))
        self._report.show()

    def _choose_target(self) -> None:
        if self._patient is None:
            return
        chooser = QFileDialog(self, "Export patient", file_name(self._patient))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter("FHIR bundle (*.json)")
        chooser.setDefaultSuffix("json")
        chooser.selectFile(file_name(self._patient))
        chooser.fileSelected.connect(self._target_chosen)
        chooser.open()

    def _target_chosen(self, chosen: str) -> None:
        self.export_to(Path(chosen))

    def _exported(self, target: Path, report: ExportReport) -> None:
        words = counted(report.resources, "record", "records")
        text = f"{words}, {report.bytes:,} bytes, in {target.name}."
        if report.left_out:
            text += f" Your keys do not open: {listed(report.left_out)}. These are not in the file."
        self._report.say(Tone.WARNING if report.left_out else Tone.SUCCESS, "Exported", text)
        self._report.show()

    def _wish_to_book(self) -> None:
        if self._patient is not None:
            self._context.navigate(Place.APPOINTMENTS, BookFor(self._patient.id))

    def _wish_for_chart(self) -> None:
        if self._patient is not None:
            self.chart_wanted.emit(self._patient)
