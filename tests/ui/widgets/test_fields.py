"""Inputs and what stands around them."""

from datetime import date, time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from ehr_desktop.dates import shown_date, shown_time, typed_date, typed_time
from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.date_field import CalendarPopup, DateField
from ehr_desktop.ui.widgets.field import FIELD_WIDTH_PX, Field
from ehr_desktop.ui.widgets.form import FormColumn
from ehr_desktop.ui.widgets.password_field import PasswordField
from ehr_desktop.ui.widgets.search_field import SearchField
from ehr_desktop.ui.widgets.text_field import TextField
from ehr_desktop.ui.widgets.time_field import TimeField


@pytest.fixture(autouse=True)
def dressed(qapp):
    Theme().apply(qapp, Scheme.LIGHT)


@pytest.mark.parametrize(
    "text",
    ["1980-08-14", "14-Aug-1980", "14 aug 1980", "14 August 1980", "14.Aug.1980", " 14Aug1980 "],
)
def test_a_date_is_understood_however_people_write_it(text):
    assert typed_date(text) == date(1980, 8, 14)


@pytest.mark.parametrize(
    "text", ["", "03/04/1980", "31-Feb-2001", "14-Agu-1980", "1980", "14-08-1980"]
)
def test_what_could_be_two_days_or_none_is_not_a_date(text):
    assert typed_date(text) is None


def test_dates_and_times_are_shown_as_the_clinic_writes_them():
    assert shown_date(date(2009, 1, 5)) == "05-Jan-2009"
    assert shown_time(time(9, 5)) == "09:05"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("9", time(9)),
        ("9:05", time(9, 5)),
        ("0905", time(9, 5)),
        ("2:30 pm", time(14, 30)),
        ("12am", time(0)),
        ("00:00", time(0)),
        ("24:00", None),
        ("13 pm", None),
        ("9:60", None),
        ("soon", None),
    ],
)
def test_a_time_is_understood_however_people_write_it(text, meant):
    assert typed_time(text) == meant


def test_a_date_field_announces_a_date_once_and_tidies_it_on_leaving(qtbot):
    field, said = DateField(), []
    qtbot.addWidget(field)
    field.date_changed.connect(said.append)
    qtbot.keyClicks(field, "1980-08-14")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "14-Aug-1980"
    assert said[-1] == date(1980, 8, 14)
    assert said.count(date(1980, 8, 14)) == 1


def test_a_date_field_says_what_is_wrong_with_half_a_date(qtbot):
    field = DateField()
    qtbot.addWidget(field)
    assert field.problem == ""
    qtbot.keyClicks(field, "14-Au")
    assert "14-Aug-1980" in field.problem
    assert field.value is None


def test_the_calendar_opens_with_alt_down_and_gives_the_day_picked(qtbot):
    field = DateField(value=date(1980, 8, 14))
    qtbot.addWidget(field)
    field.show()
    qtbot.keyClick(field, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    popup = field.findChild(CalendarPopup)
    assert popup.calendar.selectedDate().toPython() == date(1980, 8, 14)
    popup.calendar.activated.emit(popup.calendar.selectedDate().addDays(3))
    assert field.value == date(1980, 8, 17)


def test_midnight_is_a_time_like_any_other(qtbot):
    field = TimeField(value=time(0))
    qtbot.addWidget(field)
    assert field.text() == "00:00"
    assert field.problem == ""


def test_the_search_waits_for_the_typing_to_stop_and_then_asks_once(qtbot):
    field, asked = SearchField("Patients", patience_ms=20), []
    qtbot.addWidget(field)
    field.searched.connect(asked.append)
    qtbot.keyClicks(field, "asa ")
    assert asked == []
    qtbot.waitUntil(lambda: asked != [])
    assert asked == ["asa"]


def test_enter_searches_at_once_and_esc_empties(qtbot):
    field, asked = SearchField("Patients", patience_ms=60_000), []
    qtbot.addWidget(field)
    field.searched.connect(asked.append)
    qtbot.keyClicks(field, "dvo")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert asked == ["dvo", ""]
    assert field.text() == ""


def test_a_password_is_hidden_until_it_is_asked_for(qtbot):
    field = PasswordField()
    qtbot.addWidget(field)
    assert field.echoMode() == QLineEdit.EchoMode.Password
    field.toggle_shown()
    assert field.echoMode() == QLineEdit.EchoMode.Normal


def test_a_choice_has_a_key_and_an_unknown_key_changes_nothing(qtbot):
    field, chosen = ComboField((("f", "Female"), ("m", "Male"))), []
    qtbot.addWidget(field)
    field.chosen.connect(chosen.append)
    field.choose("m")
    field.choose("?")
    assert (field.key, chosen) == ("m", ["m"])


def test_an_error_stands_beside_its_field_and_is_read_with_it(qtbot):
    field = Field("E-mail", TextField(), required=True, help_text="For reminders")
    qtbot.addWidget(field)
    field.show()
    assert field.input.accessibleName() == "E-mail, required"
    assert field.input.accessibleDescription() == "For reminders"
    field.set_error("An @ is missing.")
    texts = [label.text() for label in field.findChildren(QLabel) if label.isVisible()]
    assert "An @ is missing." in texts
    assert field.input.accessibleDescription() == "An @ is missing."
    assert field.input.property("invalid") == "true"
    field.clear_error()
    assert field.input.accessibleDescription() == "For reminders"
    assert field.input.property("invalid") == "false"


def test_the_label_of_a_field_leads_to_its_input(qtbot):
    field = Field("E-mail", TextField())
    qtbot.addWidget(field)
    assert [label.buddy() for label in field.findChildren(QLabel) if label.text() == "E-mail"] == [
        field.input
    ]


def test_a_form_leads_to_its_first_error_and_is_never_wider_than_480(qtbot):
    form = FormColumn()
    qtbot.addWidget(form)
    form.field("Name", TextField())
    wrong = form.field("E-mail", TextField())
    assert not form.focus_first_error()
    wrong.set_error("An @ is missing.")
    form.resize(900, 400)
    form.show()
    assert form.focus_first_error()
    assert form.focusWidget() is wrong.input
    assert wrong.width() <= FIELD_WIDTH_PX
