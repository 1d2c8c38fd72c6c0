"""The gallery's page of inputs."""

from datetime import date, time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QRadioButton,
    QWidget,
)

from ehr_desktop.ui.widgets.buttons import (
    primary_button,
    secondary_button,
)
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.date_field import DateField
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.form import FormColumn
from ehr_desktop.ui.widgets.gallery_page import page_of
from ehr_desktop.ui.widgets.layouts import SPRING, row
from ehr_desktop.ui.widgets.number_field import NumberField
from ehr_desktop.ui.widgets.password_field import PasswordField
from ehr_desktop.ui.widgets.search_field import SearchField
from ehr_desktop.ui.widgets.segmented import Segmented
from ehr_desktop.ui.widgets.text_area import TextArea
from ehr_desktop.ui.widgets.text_field import TextField
from ehr_desktop.ui.widgets.time_field import TimeField
from ehr_desktop.ui.widgets.toggle import Toggle


def fields_page() -> QWidget:
    """Return every kind of input, at rest, wrong, disabled and filled in."""
    form = FormColumn()
    form.section("New patient", "Only the name and the birth date are needed to begin.")
    form.field("Full name", filled(TextField(), "Akosua Nyamekye Asante"), required=True)
    wrong = form.field("E-mail", filled(TextField(), "akosua@"), help_text="For reminders")
    wrong.set_error("An e-mail address has a name, an @ and a domain.")
    born = Field("Birth date", DateField(value=date(1980, 8, 14)), required=True)
    form.side_by_side(born, Field("Time of birth", TimeField(value=time(9, 30))))
    sexes = (("f", "Female"), ("m", "Male"), ("o", "Other"), ("u", "Not known"))
    form.field("Sex", ComboField(sexes))
    form.field("Allergies", TextArea(placeholder="Substance and reaction"), help_text="One a line")
    form.add(row(SPRING, secondary_button("Cancel"), primary_button("Register patient")))
    left = Card()
    left.add(form, SPRING)
    other = FormColumn()
    other.section("States")
    other.field("Search", SearchField("Name, birth date, phone or record id"))
    other.field("Password", filled(PasswordField(), "a long pass-phrase of words"))
    off = filled(TextField(), "MR-004211")
    off.setEnabled(False)
    other.field("Record id", off, help_text="Given by the clinic; cannot be changed")
    fixed = filled(TextField(), "Read only")
    fixed.setReadOnly(True)
    other.field("Insurance id", fixed)
    doses = NumberField(0, 12, unit="tablets")
    doses.setValue(2)
    other.field("Doses a day", doses)
    checked, partly, disabled = QCheckBox("Remind me"), QCheckBox("Some"), QCheckBox("Not now")
    checked.setChecked(True)
    partly.setTristate(True)
    partly.setCheckState(Qt.CheckState.PartiallyChecked)
    disabled.setEnabled(False)
    other.add(row(checked, QCheckBox("Call first"), partly, disabled, SPRING))
    first = QRadioButton("Morning")
    first.setChecked(True)
    other.add(row(first, QRadioButton("Afternoon"), SPRING))
    on = Toggle("Show cancelled")
    on.setChecked(True)
    other.add(row(on, Toggle("Follow the system"), SPRING))
    other.add(row(Segmented("View", (("d", "Day"), ("w", "Week"), ("m", "Month"))), SPRING))
    right = Card()
    right.add(other, SPRING)
    return page_of((left, right))


def filled(field: TextField, text: str) -> TextField:
    """Return `field` with `text` in it."""
    field.setText(text)
    return field
