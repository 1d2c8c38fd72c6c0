"""Whose record this is: always on top, never covered, never shortened.

Source: NHS Common User Interface, Patient Banner (PAB-0009 to 0076).
"""

from datetime import UTC, date

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.domain.chart import AllergyStatement, ChartSummary
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.ui.models.chart_times import birth_text, shown_when
from ehr_desktop.ui.models.chart_words import allergy_words
from ehr_desktop.ui.models.on_way_words import allergy_line, on_way_words
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
        self.on_way = WholeLabel(ui_font(), self)
        self._coming = IconLabel("hourglass", self, tone=Tone.WARNING)
        self._say_coming("")
        name = row(self.name, self._deceased, spacing=Space.TWO)
        name.setStretch(0, 1)
        facts = row(self.born, self.sex, self.number, self._pending, SPRING, spacing=Space.THREE)
        warning = _remark(self._icon, self.allergies)
        coming = _remark(self._coming, self.on_way)
        lines = column(name, facts, warning, coming, spacing=Space.ONE)
        lines.setContentsMargins(Space.THREE, Space.TWO, Space.THREE, Space.ONE_AND_HALF)
        self.setLayout(lines)

    def show_chart(self, summary: ChartSummary, today: date) -> None:
        """Show whose chart it is, its allergies, and what of it has not come here yet."""
        self.show_patient(summary.patient, today)
        words, icon, tone = allergy_line(summary)
        self._icon.set_icon(icon, tone)
        self.allergies.set_text(words, tone)
        self._say_coming(on_way_words(summary.on_way))

    def show_closed(self, patient: PatientSummary, today: date) -> None:
        """Show whose chart it is, where nobody here can see the allergies."""
        self.show_patient(patient, today)
        words, icon, tone = allergy_words(AllergyStatement.UNAVAILABLE)
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

    def _say_coming(self, words: str) -> None:
        self.on_way.set_text(words, Tone.WARNING)
        for part in (self._coming, self.on_way):
            part.setVisible(bool(words))

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


def _remark(icon: IconLabel, words: WholeLabel) -> QHBoxLayout:
    line = row(icon, words, spacing=Space.ONE)
    line.setStretch(1, 1)
    line.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
    return line


def _death(deceased: str) -> str:
    # FHIR also knows a bare "deceased: yes", without a day.
    return "" if deceased == "true" else shown_when(deceased, UTC)
