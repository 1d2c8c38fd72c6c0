"""Above the day book: which day, which view, whose columns, and a new appointment."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QDate, QPoint, Signal
from PySide6.QtGui import QAction, QFont, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.people import Staff
from ehr_desktop.ui.screens.appointments.date_strip import DateStrip
from ehr_desktop.ui.screens.appointments.shown_book import Mode, Window
from ehr_desktop.ui.shell.days import weekday_text
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.buttons import (
    Button,
    icon_button,
    primary_button,
    secondary_button,
)
from ehr_desktop.ui.widgets.date_field import CalendarPopup
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip
from ehr_desktop.ui.widgets.pill import Pill
from ehr_desktop.ui.widgets.segmented import Segmented

WIDE_PX: Final = 900
"""Below this width, words give way to icons."""
NARROW_PX: Final = 640


class Toolbar(QWidget):
    """`picked` carries a `date`, `mode_chosen` a `Mode`, `hidden_chosen` the ids of those whose
    columns are hidden. What it shows is set with `show_window`.
    """

    picked = Signal(object)
    stepped = Signal(int)
    mode_chosen = Signal(object)
    hidden_chosen = Signal(object)
    provider_chosen = Signal(object)
    cancelled_toggled = Signal(bool)
    zoomed = Signal(int)
    print_wanted = Signal()
    booking_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._window: Window | None = None
        self._today = date.min
        self._providers: tuple[Staff, ...] = ()
        self.today_button = secondary_button("Today")
        set_plain_tooltip(self.today_button, "Today (T)")
        self.before = icon_button("chevron-left", "Earlier (Alt+Left)")
        self.after = icon_button("chevron-right", "Later (Alt+Right)")
        self.title = Button("Today", self, icon_name="calendar")
        self.title.setFont(ui_font(TypeSize.MEDIUM, QFont.Weight.DemiBold, tabular=True))
        set_plain_tooltip(self.title, "Another day (M)")
        self.closed_pill = Pill("Closed", Tone.WARNING, self)
        choices = [(Mode.DAY.value, "Day"), (Mode.WEEK.value, "Week"), (Mode.AGENDA.value, "List")]
        self.modes = Segmented("View", choices, self)
        self.people = secondary_button("Everybody", icon_name="users")
        self.people_menu = QMenu(self)
        self.people.setMenu(self.people_menu)
        self.more = icon_button("sliders-horizontal", "More: cancelled, zoom, print")
        self.more_menu = self._more_menu()
        self.more.clicked.connect(self._open_more)
        self.new_button = primary_button("New appointment", icon_name="calendar-plus")
        set_plain_tooltip(self.new_button, "New appointment (N)")
        self.strip = DateStrip(self)
        self._build()

    def show_window(
        self, window: Window, providers: Sequence[Staff], today: date, open_days: frozenset[int]
    ) -> None:
        """Show what part of the book is looked at."""
        self._window, self._today, self._providers = window, today, tuple(providers)
        self.strip.show_week(window.day, today, open_days)
        self.closed_pill.setVisible(
            window.mode is not Mode.WEEK and window.day.weekday() not in open_days
        )
        self.modes.blockSignals(True)
        self.modes.choose(window.mode.value)
        self.modes.blockSignals(False)
        self.cancelled.setChecked(window.with_cancelled)
        self._fill_people(window)
        self._fit()

    def open_calendar(self) -> None:
        """Show a month to pick a day from."""
        popup = CalendarPopup(self.title, self._window.day if self._window else None)
        popup.picked.connect(self._picked)
        popup.move(self.title.mapToGlobal(QPoint(0, self.title.height() + Space.HALF)))
        popup.show()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _build(self) -> None:
        days = row(self.before, self.title, self.after, self.today_button, spacing=Space.HALF)
        top = row(
            days,
            self.closed_pill,
            SPRING,
            self.modes,
            self.people,
            self.more,
            self.new_button,
            spacing=Space.ONE,
        )
        self.setLayout(column(top, self.strip, spacing=Space.ONE))
        self.today_button.clicked.connect(lambda: self.picked.emit(self._today))
        self.before.clicked.connect(lambda: self.stepped.emit(-1))
        self.after.clicked.connect(lambda: self.stepped.emit(1))
        self.title.clicked.connect(self.open_calendar)
        self.strip.picked.connect(self.picked)
        self.modes.chosen.connect(lambda key: self.mode_chosen.emit(Mode(key)))
        self.new_button.clicked.connect(self.booking_wanted)

    def _more_menu(self) -> QMenu:
        menu = QMenu(self)
        self.cancelled = menu.addAction("Show cancelled\tC")
        self.cancelled.setCheckable(True)
        self.cancelled.triggered.connect(self.cancelled_toggled)
        menu.addSeparator()
        menu.addAction("Larger\tCtrl++").triggered.connect(lambda: self.zoomed.emit(1))
        menu.addAction("Smaller\tCtrl+-").triggered.connect(lambda: self.zoomed.emit(-1))
        menu.addSeparator()
        menu.addAction("Print day sheet\tCtrl+P").triggered.connect(self.print_wanted)
        return menu

    def _open_more(self) -> None:
        self.more_menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + Space.HALF)))

    def _fill_people(self, window: Window) -> None:
        self.people_menu.clear()
        week = window.mode is Mode.WEEK
        if not week:
            everybody = self.people_menu.addAction("Everybody")
            everybody.triggered.connect(lambda: self.hidden_chosen.emit(frozenset()))
            self.people_menu.addSeparator()
        for staff in self._providers:
            # An ampersand in a menu would underline the letter after it.
            action = self.people_menu.addAction(staff.display_name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(
                staff.id == window.provider if week else staff.id not in window.hidden
            )
            self._listen_to(action, staff.id, week=week)

    def _listen_to(self, action: QAction, person: PersonId, *, week: bool) -> None:
        if week:
            action.triggered.connect(lambda: self.provider_chosen.emit(person))
        else:
            action.triggered.connect(lambda: self._toggle(person))

    def _toggle(self, person: PersonId) -> None:
        if self._window is not None:
            self.hidden_chosen.emit(self._window.hidden ^ {person})

    def _fit(self) -> None:
        window = self._window
        if window is None:
            return
        wide, narrow = self.width() >= WIDE_PX, self.width() < NARROW_PX
        day = weekday_text(window.day) if wide else shown_date(window.day)
        if window.mode is Mode.WEEK:
            day = f"Week of {shown_date(window.days[0])}"
        self.title.setText(day)
        whose = self._people_text(window)
        self.people.setText(whose if wide else "")
        self.people.setAccessibleName(f"Whose appointments: {whose}")
        set_plain_tooltip(self.people, f"Whose appointments: {whose}")
        self.new_button.setText("New appointment" if wide else "")
        self.new_button.setAccessibleName("New appointment")
        self.today_button.setVisible(not narrow and self._today not in window.days)
        self.more.setVisible(not narrow)
        self.title.setAccessibleName(f"{weekday_text(window.day)}, choose another day")

    def _people_text(self, window: Window) -> str:
        if window.mode is Mode.WEEK:
            named = (s.display_name for s in self._providers if s.id == window.provider)
            return next(named, "Nobody")
        shown = sum(staff.id not in window.hidden for staff in self._providers)
        everybody = shown in {0, len(self._providers)}
        return "Everybody" if everybody else f"{shown} of {len(self._providers)}"

    def _picked(self, day: QDate) -> None:
        self.picked.emit(date(day.year(), day.month(), day.day()))
