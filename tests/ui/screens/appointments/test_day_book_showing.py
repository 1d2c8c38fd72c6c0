"""What the day book shows: days, weeks, lists and others' changes, and how it is walked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from ehr_desktop.domain.people import Role, Staff
from ehr_desktop.services.values import Booking
from ehr_desktop.ui.screens.appointments.columns import Spot
from ehr_desktop.ui.screens.appointments.day_sheet import day_sheet
from ehr_desktop.ui.screens.appointments.screen import AppointmentsScreen
from ehr_desktop.ui.screens.appointments.shown_book import Mode
from ehr_desktop.ui.shell.context import Place, ShowDay, ShowPatient
from tests.support.day_book import LONDON, Key, keys, of, tells_of_appointments
from tests.support.memory_world import made_id


def test_each_provider_has_a_column_and_cancelled_appointments_are_hidden(screen, clinic):
    titles = [column.title for column in screen.book.columns]
    assert titles == ["Dr Chidi Okafor", "Dr Karin Lindqvist", "Tom Hale"]
    shown = {card.appointment.patient_name for c in screen.book.columns for card in c.cards}
    assert of(clinic, "ישראלי").patient_name not in shown
    keys(screen.book, Key.Key_C)
    shown = {card.appointment.patient_name for c in screen.book.columns for card in c.cards}
    assert of(clinic, "ישראלי").patient_name in shown


def test_a_doctor_opens_the_chart_and_the_front_desk_the_patient(open_book, clinic, asked):
    for account in ("karin.lindqvist", "ines.duarte"):
        screen = open_book(account)
        chen = of(clinic, "CHEN")
        screen.work.details.show_appointment(chen)
        screen.work.details.chart_button.click()
    assert asked.charts == [chen.patient]
    assert asked.places == [(Place.PATIENTS, ShowPatient(chen.patient))]


def test_f3_goes_from_free_time_to_free_time(qtbot, screen):
    found = []
    screen.work.gone_to.connect(lambda time: found.append(time.start.astimezone(LONDON)))
    screen.book.go_to(Spot(0, 170))
    keys(screen.book, Key.Key_F3)
    qtbot.waitUntil(lambda: len(found) == 1)
    keys(screen.book, Key.Key_F3)
    qtbot.waitUntil(lambda: len(found) == 2)
    assert [f"{moment:%H:%M}" for moment in found] == ["11:00", "11:40"]
    assert screen.book.current_time.start == found[1]


def test_another_workstation_s_change_appears_by_itself(qtbot, screen, clinic, node, context_for):
    actor = clinic.actor("tom.hale")
    start = datetime(2026, 8, 14, 11, tzinfo=UTC)
    wanted = Booking(
        clinic.staff("tom.hale").id, made_id("patient 3"), start, timedelta(minutes=10)
    )
    node.submit(clinic.appointments.book(actor, wanted)).result(60)
    qtbot.waitUntil(
        lambda: any(c.appointment.slot.start == start for c in screen.book.columns[2].cards)
    )
    assert [len(column.cards) for column in screen.book.columns] == [4, 5, 4]


def test_what_happens_behind_a_lock_is_there_afterwards(qtbot, screen, clinic, node, bridge, asked):
    session = screen._context.actor.session
    screen.hide()
    del clinic.world.unlocked[session]
    start = datetime(2026, 8, 14, 11, tzinfo=UTC)
    wanted = Booking(
        clinic.staff("tom.hale").id, made_id("patient 3"), start, timedelta(minutes=10)
    )
    with qtbot.waitSignal(bridge.node_event, check_params_cb=tells_of_appointments):
        node.submit(clinic.appointments.book(clinic.actor("tom.hale"), wanted))
    clinic.world.unlocked[session] = screen._context.actor.id
    screen.show()
    qtbot.waitUntil(lambda: len(screen.book.columns[2].cards) == 4)
    assert asked.notes == []


def test_days_weeks_and_today_by_key(qtbot, screen):
    alt, control = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
    for key, modifier, day in (
        (Key.Key_Left, alt, date(2026, 8, 13)),
        (Key.Key_Right, control, date(2026, 8, 20)),
        (Key.Key_T, Qt.KeyboardModifier.NoModifier, date(2026, 8, 14)),
    ):
        QTest.keyClick(screen.book, key, modifier)
        qtbot.waitUntil(lambda day=day: screen.book.columns[0].day == day)
    screen.grant(ShowDay(date(2026, 12, 24)))
    qtbot.waitUntil(lambda: screen.toolbar.title.text() == "Thursday 24-Dec-2026")


def test_the_week_shows_one_provider_s_open_days(qtbot, screen):
    screen.book.go_to(Spot(1, 60))
    keys(screen.book, Key.Key_W)
    qtbot.waitUntil(lambda: screen.store.window.mode is Mode.WEEK)
    assert [column.title for column in screen.book.columns] == [
        "Mon 10-Aug",
        "Tue 11-Aug",
        "Wed 12-Aug",
        "Thu 13-Aug",
        "Fri 14-Aug",
    ]
    assert len(screen.book.columns[4].cards) == 5
    keys(screen.book, Key.Key_D)
    qtbot.waitUntil(lambda: len(screen.book.columns) == 3)


def test_the_list_tells_each_appointment_in_a_sentence(qtbot, screen):
    keys(screen.book, Key.Key_L)
    qtbot.waitUntil(lambda: screen.agenda.model.rowCount() == 12)
    model = screen.agenda.model
    told = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "09:00\u201309:20, DUFOUR, Élodie, Dr Chidi Okafor, Eczema, no show"
    screen.agenda.table.selectRow(8)
    keys(screen.agenda.table, Key.Key_Return)
    assert screen.work.details.isVisible()


def test_a_provider_can_be_hidden(qtbot, screen, clinic):
    screen.toolbar.hidden_chosen.emit(frozenset({clinic.staff("tom.hale").id}))
    assert [column.title for column in screen.book.columns] == [
        "Dr Chidi Okafor",
        "Dr Karin Lindqvist",
    ]
    assert screen.toolbar.people.accessibleName() == "Whose appointments: 2 of 3"


def test_twelve_columns_scroll_sideways_to_the_cursor(qtbot, clinic, open_book):
    for number in range(9):
        identifier = made_id(f"more {number}")
        staff = Staff(identifier, f"more{number}", f"Dr More {number}", Role.DOCTOR)
        clinic.world.staff[identifier] = staff
    screen = open_book(size=(900, 600))
    assert len(screen.book.columns) == 12
    screen.book.go_to(Spot(11, 60))
    place = screen.book.place
    assert place.left > 0
    assert place.body.contains(place.span_rect(11, 60, 10).center())


def test_nobody_to_book_with_is_said(qtbot, clinic, context_for):
    for identifier, staff in list(clinic.world.staff.items()):
        if staff.role in {Role.DOCTOR, Role.NURSE}:
            clinic.world.staff[identifier] = replace(staff, active=False)
    screen = AppointmentsScreen(context_for("ines.duarte"))
    qtbot.addWidget(screen)
    screen.show()
    qtbot.waitUntil(lambda: screen.views.currentWidget() is screen.nobody)


def test_the_day_sheet_holds_names_as_they_are(screen):
    document = day_sheet("Friday", screen.store.appointments)
    text = document.toPlainText()
    assert "<B>HUGHES</B>, Owen & <i>Rhys</i>" in text
    assert text.count("Dr Karin Lindqvist") == 5


def test_every_piece_has_a_name_and_no_label_renders_markup(qtbot, screen, clinic):
    screen.work.details.show_appointment(of(clinic, "<B>HUGHES"))
    screen.work.details.ask_cancel()
    keys(screen.book, Key.Key_N)
    nameless = [
        type(widget).__name__
        for widget in screen.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.focusProxy() is None
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]
    rich = [
        label.text()
        for label in screen.findChildren(QLabel)
        if label.textFormat() != Qt.TextFormat.PlainText
    ]
    assert nameless == []
    assert rich == []


def test_the_book_tells_where_the_keyboard_is(screen, clinic):
    erik = of(clinic, "ERIKSEN")
    screen.book.go_to_appointment(erik.id)
    assert screen.book.accessibleDescription() == (
        "10:40\u201311:00, ERIKSEN, Håkon, Dr Chidi Okafor, Knee pain, arrived"
    )
    keys(screen.book, Key.Key_Down)
    assert screen.book.accessibleDescription() == "11:00, free, Dr Chidi Okafor"
