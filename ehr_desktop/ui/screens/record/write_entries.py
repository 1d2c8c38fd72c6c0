"""Writing a problem, a medication, an allergy."""

from collections.abc import Coroutine
from typing import Any, Final

from PySide6.QtWidgets import QCheckBox, QWidget
from typing_extensions import override

from ehr_desktop.domain.chart import AllergyStatement, Entry, Section
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_times import typed_fhir_date
from ehr_desktop.ui.models.chart_words import CRITICALITY_WORDS, status_words
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.write_drawer import WriteDrawer
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.text_area import TextArea
from ehr_desktop.ui.widgets.text_field import TextField

_DATE_PROBLEM: Final = "Write 14-Aug-1980, Aug-1980 or just 1980."


class ListedDrawer(WriteDrawer):
    """Points out what is on the patient's list already; it may be added all the same."""

    def compare_with_list(self, field: TextField) -> None:
        """Compare what is typed in `field` with the titles of the section."""
        self._listed: tuple[Entry, ...] = ()
        self._compared = field
        field.textChanged.connect(self._compare)
        self.opened.connect(self._ask)

    def _ask(self) -> None:
        charts, chart = self.on.charts, self.on.chart
        self.on.call(self, charts.section(chart, self.kind), done=self._take, failed=self.fail)

    def _take(self, section: Section) -> None:
        self._listed = section.entries
        self._compare()

    def _compare(self) -> None:
        wanted = _plain(self._compared.text())
        known = next((one for one in self._listed if wanted and _plain(one.title) == wanted), None)
        if known is None:
            self.failure.hide()
            return
        words = status_words(known.status)[0].lower()
        state = f", {words}" if words else ""
        self.remark(
            Tone.WARNING, "Already on the list", f"{known.title}{state}. Save adds it once more."
        )


class ProblemDrawer(ListedDrawer):
    """What it is, and since when. A problem that is on the list already is pointed out."""

    def __init__(self, opened: OpenedChart, host: QWidget) -> None:
        super().__init__(opened, host, "Add problem", SectionKind.PROBLEMS, "problem")
        self.text_field = TextField(placeholder="Such as: Essential hypertension")
        self.onset_field = TextField(placeholder="14-Aug-2026")
        self._text_part = self.form.field("Problem", self.text_field, required=True)
        self._onset_part = self.form.field(
            "Since", self.onset_field, help_text="A month or a year is enough"
        )
        self.keep_texts(text=self.text_field, onset=self.onset_field)
        self.compare_with_list(self.text_field)

    @override
    def check(self) -> bool:
        self._text_part.set_error("" if self.text_field.text().strip() else "Name the problem.")
        wrong = typed_fhir_date(self.onset_field.text()) is None
        self._onset_part.set_error(_DATE_PROBLEM if wrong else "")
        return not self.form.focus_first_error()

    @override
    def work(self) -> Coroutine[Any, Any, Entry]:
        onset = typed_fhir_date(self.onset_field.text()) or ""
        return self.on.charts.add_problem(self.on.chart, self.text_field.text().strip(), onset)


class MedicationDrawer(ListedDrawer):
    """What is taken, and how."""

    def __init__(self, opened: OpenedChart, host: QWidget) -> None:
        super().__init__(opened, host, "Add medication", SectionKind.MEDICATIONS, "medication")
        self.text_field = TextField(placeholder="Such as: Ramipril 5 mg capsule")
        self.dosage_area = TextArea(rows=3, placeholder="Such as: one capsule each morning")
        self._text_part = self.form.field("Medicine", self.text_field, required=True)
        self._dosage_part = self.form.field("How it is taken", self.dosage_area, required=True)
        self.keep_texts(text=self.text_field, dosage=self.dosage_area)
        self.compare_with_list(self.text_field)

    @override
    def check(self) -> bool:
        dosage = self.dosage_area.toPlainText().strip()
        self._text_part.set_error("" if self.text_field.text().strip() else "Name the medicine.")
        self._dosage_part.set_error("" if dosage else "Write dose, route and how often.")
        return not self.form.focus_first_error()

    @override
    def work(self) -> Coroutine[Any, Any, Entry]:
        return self.on.charts.add_medication(
            self.on.chart,
            self.text_field.text().strip(),
            self.dosage_area.toPlainText().strip(),
        )


class AllergyDrawer(WriteDrawer):
    """To what, and how dangerous; or that no allergy is known."""

    def __init__(self, opened: OpenedChart, host: QWidget) -> None:
        super().__init__(opened, host, "Add allergy", SectionKind.ALLERGIES, "allergy")
        self.text_field = TextField(placeholder="Such as: Penicillin")
        self.risk = ComboField(tuple(CRITICALITY_WORDS.items()))
        self.none_known = QCheckBox("The patient has no known allergies")
        self._text_part = self.form.field("Allergic to", self.text_field, required=True)
        self._risk_part = self.form.field("How dangerous", self.risk)
        self.form.add(self.none_known)
        self.know(opened.chart.summary.allergy_statement)
        self.keep_texts(text=self.text_field)
        self.none_known.toggled.connect(self._none)

    def know(self, statement: AllergyStatement) -> None:
        """Offer to say that none is known only where nothing is, and nothing is on its way."""
        self.none_known.setVisible(statement is AllergyStatement.NOT_RECORDED)

    @override
    def check(self) -> bool:
        named = self.text_field.text().strip() or self.none_known.isChecked()
        self._text_part.set_error("" if named else "Write what the patient reacts to.")
        return not self.form.focus_first_error()

    @override
    def work(self) -> Coroutine[Any, Any, Entry]:
        none_known = self.none_known.isChecked()
        text = "" if none_known else self.text_field.text().strip()
        return self.on.charts.add_allergy(self.on.chart, text, self.risk.key, none_known=none_known)

    @override
    def empty(self) -> None:
        super().empty()
        self.none_known.setChecked(False)
        self.risk.choose("unable-to-assess")

    def _none(self, checked: bool) -> None:  # noqa: FBT001  Qt's signal
        self._text_part.setEnabled(not checked)
        self._risk_part.setEnabled(not checked)
        self._text_part.clear_error()


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
