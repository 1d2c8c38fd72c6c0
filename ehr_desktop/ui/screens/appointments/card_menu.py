"""The menus of a card and of free time. Names stay out of them: an ampersand would be lost."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QMenu, QWidget

from ehr_desktop.domain.schedule import Appointment, AppointmentStatus
from ehr_desktop.ui.models.day_words import LOOKS, MOVABLE, USUAL_STEPS, may_cancel, next_steps
from ehr_desktop.ui.screens.appointments.book_canvas import FreeTime
from ehr_desktop.ui.theme.icons import icon


@dataclass(frozen=True, slots=True)
class CardActions:
    """What can be done with an appointment; `open_chart` is None for those who see no charts."""

    details: Callable[[Appointment], None]
    set_status: Callable[[Appointment, AppointmentStatus], None]
    move: Callable[[Appointment], None]
    cancel: Callable[[Appointment], None]
    open_chart: Callable[[Appointment], None] | None
    book: Callable[[FreeTime], None]


def card_menu(appointment: Appointment, actions: CardActions, parent: QWidget) -> QMenu:
    """Give the menu of a card: next steps first, then the rest."""
    menu = _menu("Appointment", parent)
    usual = USUAL_STEPS.get(appointment.status)
    for status in next_steps(appointment.status):
        look = LOOKS[status]
        words = f"{look.step}\tF9" if status is usual else look.step
        action = menu.addAction(icon(look.icon_name, look.tone), words)
        action.triggered.connect(_setting(appointment, status, actions))
    menu.addSeparator()
    details = menu.addAction(icon("info"), "Details\tEnter")
    details.triggered.connect(lambda: actions.details(appointment))
    open_chart = actions.open_chart
    if open_chart is not None:
        chart = menu.addAction(icon("file-text"), "Open chart")
        chart.triggered.connect(lambda: open_chart(appointment))
    if appointment.status in MOVABLE:
        move = menu.addAction(icon("calendar-clock"), "Move\tF4")
        move.triggered.connect(lambda: actions.move(appointment))
    if may_cancel(appointment):
        menu.addSeparator()
        cancel = menu.addAction(icon("ban"), "Cancel appointment\u2026")
        cancel.triggered.connect(lambda: actions.cancel(appointment))
    return menu


def free_menu(time: FreeTime, actions: CardActions, parent: QWidget) -> QMenu:
    """Give the menu of free time."""
    menu = _menu("Free time", parent)
    book = menu.addAction(icon("calendar-plus"), "Book here\tN")
    book.triggered.connect(lambda: actions.book(time))
    return menu


def _menu(name: str, parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setAccessibleName(name)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _setting(
    appointment: Appointment, status: AppointmentStatus, actions: CardActions
) -> Callable[[], None]:
    return lambda: actions.set_status(appointment, status)
