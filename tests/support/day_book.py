"""The day book's keys, clicks and drags, as a hand at the front desk makes them."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ehr_desktop.domain.events import AppointmentsChanged

LONDON = ZoneInfo("Europe/London")
Key = Qt.Key


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
