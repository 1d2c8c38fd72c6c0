"""The day book with real keys, clicks and drags over the in-memory clinic."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from ehr_desktop.domain.events import AppointmentsChanged
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Role, Staff
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.services.values import Booking
from ehr_desktop.ui.screens.appointments.columns import Spot
from ehr_desktop.ui.screens.appointments.day_sheet import day_sheet
from ehr_desktop.ui.screens.appointments.screen import AppointmentsScreen
from ehr_desktop.ui.screens.appointments.shown_book import Mode
from ehr_desktop.ui.shell.context import BookFor, Place, ShowDay, ShowPatient
from tests.support.memory_world import made_id

LONDON = ZoneInfo("Europe/London")
Key = Qt.Key


@pytest.fixture
def open_book(qtbot, context_for):
    """Open the day book for an account name."""

    def make(account_name="ines.duarte", size=(1150, 660)):
        screen = AppointmentsScreen(context_for(account_name))
        qtbot.addWidget(screen)
        screen.resize(*size)
        screen.show()
        qtbot.waitExposed(screen)
        qtbot.waitUntil(lambda: bool(screen.book.columns))
        screen.book.setFocus()
        return screen

    return make


@pytest.fixture
def screen(open_book):
    """The day book at the front desk."""
    return open_book()


def of(clinic, name, start=None):
    return next(
        a
        for a in clinic.world.appointments.values()
        if a.patient_name.startswith(name) and start in {None, a.wall_start[11:]}
    )


def tells_of_appointments(event):
    return isinstance(event, AppointmentsChanged)


def keys(widget, *pressed):
    for key in pressed:
        QTest.keyClick(widget, key)


def type_patient(qtbot, screen, text):
    picker = screen.work.booking.picker
    QTest.keyClicks(picker.search, text)
    QTest.keyClick(picker.search, Key.Key_Return)
    qtbot.waitUntil(lambda: picker.patient is not None)


def middle_of(screen, appointment):
    book = screen.book
    for number, column in enumerate(book.columns):
        card = column.card_of(appointment.id)
        if card is not None:
            return book.place.card_rect(number, card).center().toPoint()
    raise AssertionError("not shown")


def drag(screen, start, end):
    view = screen.book.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start + QPoint(0, 12))
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_each_provider_has_a_column_and_cancelled_appointments_are_hidden(screen, clinic):
    titles = [column.title for column in screen.book.columns]
    assert titles == ["Dr Chidi Okafor", "Dr Karin Lindqvist", "Tom Hale"]
    shown = {card.appointment.patient_name for c in screen.book.columns for card in c.cards}
    assert of(clinic, "ישראלי").patient_name not in shown
    keys(screen.book, Key.Key_C)
    shown = {card.appointment.patient_name for c in screen.book.columns for card in c.cards}
    assert of(clinic, "ישראלי").patient_name in shown


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


def test_a_card_is_dragged_to_another_provider_and_undo_brings_it_back(
    qtbot, screen, clinic, asked
):
    ghosh = of(clinic, "GHOSH")
    book = screen.book
    start = middle_of(screen, ghosh)
    across = round(2 * book.place.column_width)
    drag(screen, start, start + QPoint(across, round(5 * book.place.scale)))
    qtbot.waitUntil(lambda: asked.notes != [])
    moved = clinic.world.appointments[ghosh.id]
    assert moved.provider == clinic.staff("tom.hale").id
    assert moved.wall_start[11:] == "11:25"
    asked.actions[0][1]()
    qtbot.waitUntil(lambda: clinic.world.appointments[ghosh.id].slot == ghosh.slot)
    assert clinic.world.appointments[ghosh.id].provider == ghosh.provider
    qtbot.waitUntil(lambda: screen.book.columns[0].card_of(ghosh.id) is not None)


def test_escape_stops_a_drag(screen, clinic):
    ghosh = of(clinic, "GHOSH")
    view, start = screen.book.viewport(), middle_of(screen, ghosh)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start + QPoint(0, 20))
    QTest.mouseMove(view, start + QPoint(0, 60))
    assert screen.book.hold is not None
    keys(screen.book, Key.Key_Escape)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 60))
    assert screen.book.hold is None
    assert clinic.world.appointments[ghosh.id] == ghosh


def test_move_mode_goes_over_the_day_with_the_keyboard(qtbot, screen, clinic, asked):
    hughes = of(clinic, "<B>HUGHES")
    screen.book.go_to_appointment(hughes.id)
    keys(screen.book, Key.Key_F4, Key.Key_Up, Key.Key_Up, Key.Key_Right)
    QTest.keyClick(screen.book, Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: screen.book.columns[0].day == date(2026, 8, 15))
    keys(screen.book, Key.Key_Return)
    qtbot.waitUntil(lambda: asked.notes != [])
    moved = clinic.world.appointments[hughes.id]
    assert moved.wall_start == "2026-08-15T13:50"
    assert moved.provider == clinic.staff("tom.hale").id


def test_a_move_onto_somebody_else_offers_other_times(qtbot, screen, clinic):
    hughes, fern = of(clinic, "<B>HUGHES"), of(clinic, "FERN")
    book = screen.book
    book.go_to_appointment(hughes.id)
    keys(book, Key.Key_F4, *[Key.Key_PageUp] * 3, Key.Key_Return)
    qtbot.waitUntil(lambda: screen.work.conflict is not None)
    keys(screen.work.conflict.slot_buttons[0], Key.Key_Return)
    qtbot.waitUntil(lambda: clinic.world.appointments[hughes.id].slot.start == fern.slot.end)


def test_f9_goes_from_booked_to_done_and_undo_goes_back(qtbot, screen, clinic, asked):
    ghosh = of(clinic, "GHOSH")
    screen.book.go_to_appointment(ghosh.id)
    for number, status in enumerate(("arrived", "in-room", "fulfilled"), 1):
        keys(screen.book, Key.Key_F9)
        qtbot.waitUntil(lambda number=number: len(asked.notes) == number)
        assert screen.book.current.status == status
    asked.actions[0][1]()
    qtbot.waitUntil(lambda: len(asked.notes) == 4)
    assert asked.notes[0] == "GHOSH, Arjun: arrived."


def test_details_cancel_with_a_reason_and_undo_restores_the_arrival(qtbot, screen, clinic, asked):
    erik = of(clinic, "ERIKSEN")
    screen.book.go_to_appointment(erik.id)
    keys(screen.book, Key.Key_Return)
    details = screen.work.details
    assert details.isVisible()
    details.cancel_button.click()
    QTest.keyClicks(details.why.input, "ill")
    details.confirm_button.click()
    qtbot.waitUntil(lambda: asked.notes != [])
    assert clinic.world.appointments[erik.id].status is AppointmentStatus.CANCELLED
    asked.actions[0][1]()
    qtbot.waitUntil(lambda: len(asked.notes) == 2)
    assert clinic.world.appointments[erik.id].status is AppointmentStatus.ARRIVED


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


def test_f3_takes_a_card_in_the_hand_along(qtbot, screen, clinic):
    chen = of(clinic, "GHOSH")
    screen.book.go_to_appointment(chen.id)
    keys(screen.book, Key.Key_F4, Key.Key_F3)
    qtbot.waitUntil(lambda: screen.book.hold.minute == 3 * 60 + 40)
    keys(screen.book, Key.Key_Return)
    qtbot.waitUntil(lambda: clinic.world.appointments[chen.id].wall_start[11:] == "11:40")


def test_booking_for_a_patient_starts_at_the_next_free_time(qtbot, screen):
    patient = PatientId(made_id("patient 2"))
    screen.grant(BookFor(patient))
    form = screen.work.booking
    qtbot.waitUntil(lambda: form.picker.patient is not None and form.time.input.text() == "11:00")
    qtbot.waitUntil(lambda: screen.focusWidget() is form.book_button)


def test_another_workstation_s_change_appears_by_itself(qtbot, screen, clinic, node, context_for):
    actor = clinic.actor("tom.hale")
    start = datetime(2026, 8, 14, 11, tzinfo=UTC)
    wanted = Booking(
        clinic.staff("tom.hale").id, made_id("patient 3"), start, timedelta(minutes=10)
    )
    node.submit(clinic.appointments.book(actor, wanted)).result(5)
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


def test_the_lower_edge_of_a_card_is_dragged_to_make_it_longer(qtbot, screen, clinic, asked):
    ghosh = of(clinic, "GHOSH")
    book = screen.book
    card = book.columns[0].card_of(ghosh.id)
    bottom = book.place.card_rect(0, card).bottom()
    start = QPoint(middle_of(screen, ghosh).x(), round(bottom) - 2)
    drag(screen, start, start + QPoint(0, round(20 * book.place.scale)))
    qtbot.waitUntil(lambda: asked.notes != [])
    assert clinic.world.appointments[ghosh.id].slot.length == timedelta(minutes=40)
    assert clinic.world.appointments[ghosh.id].slot.start == ghosh.slot.start


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
