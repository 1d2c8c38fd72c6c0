"""Moving, lengthening, arriving and cancelling with real keys, clicks and drags."""

from datetime import date, timedelta

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ehr_desktop.domain.schedule import AppointmentStatus
from tests.support.day_book import Key, drag, keys, middle_of, of


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


def test_f3_takes_a_card_in_the_hand_along(qtbot, screen, clinic):
    chen = of(clinic, "GHOSH")
    screen.book.go_to_appointment(chen.id)
    keys(screen.book, Key.Key_F4, Key.Key_F3)
    qtbot.waitUntil(lambda: screen.book.hold.minute == 3 * 60 + 40)
    keys(screen.book, Key.Key_Return)
    qtbot.waitUntil(lambda: clinic.world.appointments[chen.id].wall_start[11:] == "11:40")


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
