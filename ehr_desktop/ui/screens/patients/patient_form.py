"""The fields of a patient's registration."""

import json
from dataclasses import fields
from datetime import UTC, date
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from ehr_desktop.domain.ids import RecordNumber
from ehr_desktop.domain.patients import Demographics, Sex
from ehr_desktop.ui.models.chart_times import first_day, shown_when, typed_fhir_date
from ehr_desktop.ui.screens.patients.fitting import top_row
from ehr_desktop.ui.screens.patients.words import SEX_WORDS
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.form import FormColumn
from ehr_desktop.ui.widgets.layouts import SPRING, column
from ehr_desktop.ui.widgets.text_area import TextArea
from ehr_desktop.ui.widgets.text_field import TextField

_SEX_CHOICES: Final = tuple(
    (sex.value, SEX_WORDS[sex]) for sex in (Sex.UNKNOWN, Sex.FEMALE, Sex.MALE, Sex.OTHER)
)
_GROWS: Final = QSizePolicy.Policy.Preferred
_DATE_PROBLEM: Final = "Write 14-Aug-1980, Aug-1980 or just 1980."


class PatientForm(QWidget):
    """One column of fields; `edited` says that something was typed."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None, *, with_death: bool = False) -> None:
        super().__init__(parent)
        self.family = TextField()
        self.given = TextField()
        self.birth_date = TextField(placeholder="14-Aug-1980")
        self.sex = ComboField(_SEX_CHOICES)
        self.record_number = TextField(placeholder="Given automatically")
        self.insurance_id = TextField()
        self.phone = TextField()
        self.email = TextField()
        self.address = TextArea(rows=3)
        self.deceased = TextField(placeholder="14-Aug-2026")
        self.form = FormColumn()
        self.form.setSizePolicy(_GROWS, _GROWS)
        self._fields: dict[str, Field[QWidget]] = {}
        self._build(with_death=with_death)
        for line in self._lines().values():
            line.textEdited.connect(self.edited)
        self.address.textChanged.connect(self.edited)
        self.sex.chosen.connect(self.edited)
        self.setLayout(column(self.form, SPRING))

    def between(self, piece: QWidget) -> None:
        """Put `piece` between who it is and how to reach them."""
        self._between.addWidget(piece)

    def show_demographics(self, known: Demographics) -> None:
        """Fill the fields."""
        for name, line in self._lines().items():
            text = getattr(known, name)
            shown = shown_when(text, UTC) if name in {"birth_date", "deceased"} else text
            line.setText(shown)
        self.address.setPlainText(known.address)
        self.sex.choose(known.sex.value)

    def demographics(self) -> Demographics:
        """Give what is typed; a birth date that is none stays as typed."""
        typed = {name: line.text().strip() for name, line in self._lines().items()}
        for name in ("birth_date", "deceased"):
            read = typed_fhir_date(typed[name])
            typed[name] = typed[name] if read is None else read
        number = RecordNumber(typed.pop("record_number"))
        return Demographics(
            **typed,
            sex=Sex(self.sex.key),
            record_number=number,
            address=self.address.toPlainText().strip(),
        )

    def draft(self) -> str:
        """Give what is typed as one text; empty while nothing is."""
        typed = {name: line.text() for name, line in self._lines().items()}
        typed["address"] = self.address.toPlainText()
        if not any(text.strip() for text in typed.values()):
            return ""
        return json.dumps({**typed, "sex": self.sex.key}, ensure_ascii=False)

    def restore(self, draft: str) -> None:
        """Take back what `draft` gave."""
        typed = json.loads(draft)
        for name, line in self._lines().items():
            line.setText(str(typed.get(name, "")))
        self.address.setPlainText(str(typed.get("address", "")))
        self.sex.choose(str(typed.get("sex", "")))

    def clear(self) -> None:
        """Empty every field."""
        self.show_demographics(Demographics("", ""))
        self.clear_errors()

    def clear_errors(self) -> None:
        """Take the errors away."""
        for field in self._fields.values():
            field.clear_error()

    def set_error(self, name: str, text: str) -> bool:
        """Say beside a field what is wrong; tell whether there is such a field."""
        if name not in self._fields:
            return False
        self._fields[name].set_error(text)
        self.form.focus_first_error()
        return True

    def check(self, today: date) -> bool:
        """Mark what cannot be, put the cursor into the first such field; tell if all is well."""
        self.clear_errors()
        typed = self.demographics()
        if not typed.family and not typed.given:
            self._fields["family"].set_error("Write at least one name.")
        for name in ("birth_date", "deceased"):
            problem = _date_problem(getattr(typed, name), today)
            if name in self._fields and problem:
                self._fields[name].set_error(problem)
        if typed.email and "@" not in typed.email:
            self._fields["email"].set_error("An e-mail address has an @ in it.")
        return not self.form.focus_first_error()

    def _lines(self) -> dict[str, TextField]:
        names = {field.name for field in fields(Demographics)} - {"sex", "address"}
        return {name: getattr(self, name) for name in sorted(names)}

    def _build(self, *, with_death: bool) -> None:
        form = self.form
        self._take("family", "Family name", self.family, help_text="Or the only name")
        self._take("given", "Given names", self.given)
        born = self._made("birth_date", "Birth date", self.birth_date, help_text="A year is enough")
        form.add(top_row(born, self._made("sex", "Sex", self.sex)))
        self._between = column()
        form.add(self._between)
        form.section("Contact")
        self._take("phone", "Phone", self.phone)
        self._take("email", "E-mail", self.email)
        self._take("address", "Address", self.address)
        form.section("Numbers")
        self._take("record_number", "Record id", self.record_number)
        self._take("insurance_id", "Insurance id", self.insurance_id)
        if with_death:
            form.section("Died")
            self._take("deceased", "Date of death", self.deceased)

    def _take(self, name: str, label: str, widget: QWidget, *, help_text: str = "") -> None:
        self._fields[name] = self.form.field(label, widget, help_text=help_text)

    def _made(self, name: str, label: str, widget: QWidget, *, help_text: str = "") -> QWidget:
        made = Field[QWidget](label, widget, help_text=help_text)
        self._fields[name] = made
        return made


def _date_problem(text: str, today: date) -> str:
    if not text:
        return ""
    first = first_day(text, UTC) if typed_fhir_date(text) == text else None
    if first is None:
        return _DATE_PROBLEM
    return "This day lies ahead." if first > today else ""
