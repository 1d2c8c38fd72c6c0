"""Whose record this is: always on top, never covered, never shortened.

Source: NHS Common User Interface, Patient Banner (PAB-0009 to 0076).
"""

from datetime import UTC, date

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.domain.chart import AllergyStatement, ChartSummary, Entry
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.ui.models.chart_times import birth_text, shown_when
from ehr_desktop.ui.models.chart_words import allergy_words
from ehr_desktop.ui.screens.patients.whole_label import WholeLabel
from ehr_desktop.ui.screens.patients.words import SEX_WORDS
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.pending_mark import PendingMark
from ehr_desktop.ui.widgets.pill import Pill

_BAND_PX = 6


class PatientBanner(QFrame):
    """Name, birth date, sex and record id, and what is known of allergies."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._dead = False
        bold = ui_font(TypeSize.TITLE, QFont.Weight.DemiBold)
        self.name = WholeLabel(bold, self)
        self._deceased = Pill("Deceased", Tone.NEUTRAL, self)
        self._deceased.hide()
        self._pending = PendingMark(self)
        self.born = Fact("Born", self)
        self.sex = Fact("Sex", self)
        self.number = Fact("Record id", self)
        self._icon = IconLabel("circle-help", self)
        self.allergies = WholeLabel(ui_font(weight=QFont.Weight.Medium), self)
        name = row(self.name, self._deceased, spacing=Space.TWO)
        name.setStretch(0, 1)
        facts = row(self.born, self.sex, self.number, self._pending, SPRING, spacing=Space.THREE)
        warning = row(self._icon, self.allergies, spacing=Space.ONE)
        warning.setStretch(1, 1)
        warning.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        lines = column(name, facts, warning, spacing=Space.ONE)
        lines.setContentsMargins(Space.THREE, Space.TWO, Space.THREE, Space.ONE_AND_HALF)
        self.setLayout(lines)

    def show_chart(self, summary: ChartSummary, today: date) -> None:
        """Show whose chart it is and its allergies."""
        self.show_patient(summary.patient, today)
        words, icon, tone = allergy_words(summary.allergy_statement)
        if summary.allergy_statement is AllergyStatement.KNOWN:
            words = f"{words}: {_allergy_names(summary.allergies)}"
        self._icon.set_icon(icon, tone)
        self.allergies.set_text(words, tone)

    def show_patient(self, patient: PatientSummary, today: date) -> None:
        """Show whose chart it is."""
        known = patient.demographics
        self.name.set_text(patient.name)
        self.born.set_value(birth_text(known, today))
        self.sex.set_value(SEX_WORDS[known.sex])
        self.number.set_value(known.record_number or "Not known")
        self._pending.setVisible(patient.pending)
        self._dead = bool(known.deceased)
        self._deceased.setVisible(self._dead)
        if self._dead:
            self._deceased.set_state(f"Died {_death(known.deceased)}".strip(), Tone.NEUTRAL)
        self.setAccessibleName(f"Patient {patient.name}, {self.born.value}")
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        ground = tokens.raised if self._dead else tokens.surface
        painter.fillRect(self.rect(), QColor(ground))
        if self._dead:
            hatch = QBrush(QColor(tokens.border), Qt.BrushStyle.BDiagPattern)
            painter.fillRect(QRect(0, 0, self.width(), _BAND_PX), hatch)
        foot = QRectF(0, self.height() - 1, self.width(), 1)
        painter.fillRect(foot, QColor(tokens.edge))


class Fact(QWidget):
    """A muted name with its value beside it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._value = Label("", self, font=ui_font(weight=QFont.Weight.Medium, tabular=True))
        self.setLayout(row(Label(name, self, level=Level.MUTED), self._value, spacing=6))

    @property
    def value(self) -> str:
        """What is shown."""
        return self._value.text()

    def set_value(self, value: str) -> None:
        """Show `value`."""
        self._value.setText(value)
        self.setAccessibleName(f"{self._name} {value}")

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def _allergy_names(allergies: tuple[Entry, ...]) -> str:
    return ", ".join(entry.title for entry in allergies)


def _death(deceased: str) -> str:
    # FHIR also knows a bare "deceased: yes", without a day.
    return "" if deceased == "true" else shown_when(deceased, UTC)
