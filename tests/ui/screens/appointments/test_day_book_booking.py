"""Booking in the day book with real keys, clicks and drags over the in-memory clinic."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.ui.screens.appointments.columns import Spot
from ehr_desktop.ui.shell.context import BookFor
from tests.support.day_book import Key, drag, keys, of, type_patient
from tests.support.memory_world import made_id


def test_somebody_is_booked_in_three_actions_without_the_mouse(qtbot, screen, clinic, asked):
    screen.book.go_to(Spot(2, 4 * 60))
    keys(screen.book, Key.Key_N)
    type_patient(qtbot, screen, "chen")
    assert screen.focusWidget() is screen.work.booking.book_button
    keys(screen.work.booking.book_button, Key.Key_Return)
    qtbot.waitUntil(lambda: asked.notes != [])
    made = of(clinic, "CHEN", "12:00")
    assert made.provider == clinic.staff("tom.hale").id
    assert made.slot.length == timedelta(minutes=20)
    assert asked.notes == ["Booked CHEN, Mei-Ling, Friday 14-Aug-2026 12:00 with Tom Hale."]
    assert screen.book.current == made
    assert not screen.work.booking.isVisible()


def test_the_cursor_goes_to_the_new_appointment_wherever_it_was_before(
    qtbot, screen, clinic, asked
):
    screen.book.go_to(Spot(2, 4 * 60))
    keys(screen.book, Key.Key_N)
    type_patient(qtbot, screen, "chen")
    screen.work.booking.time.input.setText("16:40")
    screen.work.booking.submit()
    qtbot.waitUntil(lambda: asked.notes != [])
    made = of(clinic, "CHEN", "16:40")
    qtbot.waitUntil(lambda: screen.book.current == made)


def test_undo_takes_a_booking_back(qtbot, screen, clinic, asked):
    screen.book.go_to(Spot(2, 4 * 60))
    keys(screen.book, Key.Key_N)
    type_patient(qtbot, screen, "chen")
    screen.work.booking.submit()
    qtbot.waitUntil(lambda: asked.actions != [])
    words, undo = asked.actions[0]
    assert words == "Undo"
    undo()
    made = of(clinic, "CHEN", "12:00")
    qtbot.waitUntil(
        lambda: clinic.world.appointments[made.id].status is AppointmentStatus.CANCELLED
    )


def test_a_drag_over_free_time_gives_start_and_length(qtbot, screen):
    book = screen.book
    book.show_minute(240)
    place = book.place
    x = round(place.x_of(2) + 40)
    start, end = QPoint(x, round(place.y_of(240)) + 2), QPoint(x, round(place.y_of(270)) - 3)
    drag(screen, start, end)
    form = screen.work.booking
    qtbot.waitUntil(form.isVisible)
    assert form.time.input.text() == "12:00"
    assert form.length.input.key == "30"
    assert form.provider.input.key == book.columns[2].provider


def test_a_booking_without_a_patient_says_so_beside_the_field(qtbot, screen):
    keys(screen.book, Key.Key_N)
    screen.work.booking.submit()
    assert screen.work.booking.picker.field.error == "Choose who comes."


def test_enter_before_the_answer_takes_nobody_when_several_fit(qtbot, screen):
    keys(screen.book, Key.Key_N)
    picker = screen.work.booking.picker
    QTest.keyClicks(picker.search, "e")
    QTest.keyClick(picker.search, Key.Key_Return)
    qtbot.waitUntil(lambda: picker.list.suggestions.rowCount() > 1)
    assert picker.patient is None
    keys(picker.search, Key.Key_Down, Key.Key_Return)
    assert picker.patient is not None


def test_a_taken_time_names_who_has_it_and_one_click_takes_the_next(qtbot, screen, clinic):
    erik = of(clinic, "ERIKSEN")
    form = screen.work.booking
    screen.book.go_to(screen.book.spot_of(erik.provider, erik.slot.start))
    keys(screen.book, Key.Key_N)
    type_patient(qtbot, screen, "chen")
    form.submit()
    qtbot.waitUntil(lambda: screen.work.conflict is not None)
    sheet = screen.work.conflict
    assert "Dr Chidi Okafor already has 10:40\u201311:00." in sheet.callout.accessibleName()
    assert sheet.slot_buttons[0].text() == "Today 11:00"
    assert screen.focusWidget() is sheet.slot_buttons[0]
    QTest.mouseClick(sheet.slot_buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not form.isVisible())
    assert of(clinic, "CHEN", "11:00").provider == erik.provider


def test_book_anyway_asks_for_a_reason_and_the_card_shows_it(qtbot, screen, clinic):
    erik = of(clinic, "ERIKSEN")
    screen.book.go_to(screen.book.spot_of(erik.provider, erik.slot.start))
    keys(screen.book, Key.Key_N)
    type_patient(qtbot, screen, "chen")
    screen.work.booking.submit()
    qtbot.waitUntil(lambda: screen.work.conflict is not None)
    sheet = screen.work.conflict
    QTest.mouseClick(sheet.anyway, Qt.MouseButton.LeftButton)
    assert sheet.reason.error
    QTest.keyClicks(sheet.reason.input, "urgent")
    QTest.mouseClick(sheet.anyway, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not screen.work.booking.isVisible())
    made = of(clinic, "CHEN", "10:40")
    assert made.override_reason == "urgent"
    cards = [c for c in screen.book.columns[0].cards if c.appointment.id in {made.id, erik.id}]
    assert [card.lanes for card in cards] == [2, 2]


def test_booking_for_a_patient_starts_at_the_next_free_time(qtbot, screen):
    patient = PatientId(made_id("patient 2"))
    screen.grant(BookFor(patient))
    form = screen.work.booking
    qtbot.waitUntil(lambda: form.picker.patient is not None and form.time.input.text() == "11:00")
    qtbot.waitUntil(lambda: screen.focusWidget() is form.book_button)


def test_a_time_the_clocks_skip_is_refused_beside_the_field(qtbot, screen):
    keys(screen.book, Key.Key_N)
    type_patient(qtbot, screen, "chen")
    form = screen.work.booking
    form.day.input.setText("29-Mar-2026")
    form.time.input.setText("01:30")
    form.submit()
    assert form.time.error == "The clocks skip this time on that day."


def test_the_second_half_past_one_is_booked_as_the_second(qtbot, clinic, open_book, asked):
    hours = clinic.world.clinic.hours
    night = replace(hours, days=((6, time(0), time(6)),))
    clinic.world.clinic = replace(clinic.world.clinic, hours=night)
    screen = open_book()
    screen.show_day(date(2026, 10, 25))
    qtbot.waitUntil(lambda: screen.book.columns[0].day == date(2026, 10, 25))
    assert screen.book.columns[0].span.minutes == 7 * 60
    screen.book.go_to(Spot(0, 150))
    keys(screen.book, Key.Key_N)
    type_patient(qtbot, screen, "chen")
    screen.work.booking.submit()
    qtbot.waitUntil(lambda: asked.notes != [])
    made = of(clinic, "CHEN", "01:30")
    assert made.slot.start == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_what_was_typed_survives_escape(qtbot, screen):
    keys(screen.book, Key.Key_N)
    form = screen.work.booking
    QTest.keyClicks(form.reason.input, "Cough n t d")
    keys(form.reason.input, Key.Key_Escape)
    assert not form.isVisible()
    keys(screen.book, Key.Key_N)
    assert form.reason.input.text() == "Cough n t d"
