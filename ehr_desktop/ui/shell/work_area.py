"""The window of somebody who is signed in: rail, omnibox, screens, truth bar."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Action, Actor, Clinic, may
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.clinic_port import ClinicPort
from ehr_desktop.ui.prefs import Prefs
from ehr_desktop.ui.screens.new_password import PasswordRules
from ehr_desktop.ui.screens.own_password import OwnPasswordDrawer
from ehr_desktop.ui.screens.record.emergency_patient import EmergencyPatientSheet
from ehr_desktop.ui.shell.appearance import Appearance, remembered_appearance, wear
from ehr_desktop.ui.shell.chart_windows import ChartWindows
from ehr_desktop.ui.shell.commands import Doings, commands_for
from ehr_desktop.ui.shell.context import (
    BeginEmergency,
    GrantsWishes,
    Place,
    RegisterPatient,
    Registry,
    ScreenContext,
    ShowDay,
    ShowPatient,
    Wish,
)
from ehr_desktop.ui.shell.omnibox import Omnibox
from ehr_desktop.ui.shell.places import places_for, shortcut_of
from ehr_desktop.ui.shell.rail_head import RailHead
from ehr_desktop.ui.shell.shortcuts import EVERYWHERE, HasShortcuts, Keys, ShortcutSheet
from ehr_desktop.ui.shell.suggestions import Suggestion, day_suggestion, matching_commands
from ehr_desktop.ui.shell.truth_bar import TruthBar
from ehr_desktop.ui.shell.user_menu import UserMenu
from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import icon_button
from ehr_desktop.ui.widgets.card import Rule
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.nav_rail import NavEntry, NavRail
from ehr_desktop.ui.widgets.shortcut_hint import ShortcutHint
from ehr_desktop.ui.widgets.snackbar import Snackbar

TOP_PX: Final = 56
OMNIBOX_PX: Final = 520
_NEXT_LOOK: Final = {
    Appearance.SYSTEM: Appearance.LIGHT,
    Appearance.LIGHT: Appearance.DARK,
    Appearance.DARK: Appearance.HIGH_CONTRAST,
    Appearance.HIGH_CONTRAST: Appearance.LIGHT,
}


@dataclass(frozen=True, slots=True)
class ShellParts:
    """What the windows are made of. `now` gives aware times, `seconds` the wall clock."""

    bridge: NodeBridge
    clinic: ClinicPort
    registry: Registry
    theme: Theme
    prefs: Prefs
    password_rules: PasswordRules
    now: Callable[[], datetime]
    seconds: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Leaving:
    """How a person leaves the window for a while or for good."""

    lock: Callable[[], None]
    switch_user: Callable[[], None]
    sign_out: Callable[[], None]
    set_lock_minutes: Callable[[int], None]


class WorkArea(QWidget):
    """One person's work. Screens are built when they are first gone to."""

    def __init__(
        self,
        parts: ShellParts,
        actor: Actor,
        clinic: Clinic,
        leaving: Leaving,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        self.actor = actor
        self._zone = ZoneInfo(clinic.time_zone)
        self._screens: dict[Place, QWidget] = {}
        self.context = ScreenContext(
            bridge=parts.bridge,
            clinic=parts.clinic,
            actor=actor,
            theme=parts.theme,
            prefs=parts.prefs,
            now=parts.now,
            notify=self.notify,
            open_chart=self.open_chart,
            navigate=self.navigate,
        )
        self._doings = Doings(
            lock=leaving.lock,
            switch_user=leaving.switch_user,
            sign_out=leaving.sign_out,
            wear=self.wear,
            set_lock_minutes=leaving.set_lock_minutes,
            show_shortcuts=self.show_shortcuts,
            change_password=self.change_password,
            begin_emergency=self.begin_emergency,
        )
        self.places = places_for(actor.role, parts.registry)
        self._commands = commands_for(actor.role, self.places, self.navigate, self._doings)
        self.charts = ChartWindows(self._make_chart, self._chart_keys(), parts.prefs, self)
        self._build(clinic, self._zone)
        self._listen()

    def begin(self) -> None:
        """Show the screen of last time, or the first."""
        self.truth_bar.refresh()
        remembered = self._parts.prefs.text("screen")
        known = [entry.place for entry in self.places]
        if known:
            self.navigate(next((place for place in known if place == remembered), known[0]))

    def resume(self) -> None:
        """Come back after a lock."""
        self.truth_bar.refresh()
        self._focus_screen()

    def navigate(self, place: Place, wish: Wish | None = None) -> None:
        """Bring a screen up; see `Navigate`."""
        if place not in {entry.place for entry in self.places}:
            return
        screen = self._screens.get(place) or self._made(place)
        self.rail.go_to(place.value)
        self.stack.setCurrentWidget(screen)
        self._parts.prefs.set_text("screen", place.value)
        if wish is not None and isinstance(screen, GrantsWishes):
            screen.grant(wish)
        else:
            screen.setFocus()

    def notify(
        self, text: str, *, action: str = "", on_action: Callable[[], object] | None = None
    ) -> None:
        """Show a short message; see `Notify`."""

        def act() -> None:
            if on_action is not None:
                on_action()

        self.snackbar.say(text, action, act)

    def open_chart(self, patient: PatientId, wish: Wish | None = None) -> None:
        """Show a patient's record in a window of its own, and hand `wish` to it."""
        window = self.charts.open(patient)
        if wish is not None and isinstance(window, GrantsWishes):
            window.grant(wish)

    def wear(self, wanted: Appearance) -> None:
        """Put a look on."""
        wear(self._parts.theme, self._parts.prefs, wanted)

    def show_shortcuts(self) -> None:
        """List the keys."""
        places = tuple(
            (shortcut_of(number), f"Go to {entry.label}")
            for number, entry in enumerate(self.places)
        )
        groups: list[tuple[str, Keys]] = [("Everywhere", EVERYWHERE + places)]
        screen = self.stack.currentWidget()
        if isinstance(screen, HasShortcuts):
            groups.append(("On this screen", screen.shortcuts()))
        ShortcutSheet(self, tuple(groups)).open_over()

    def change_password(self) -> None:
        """Ask for the old and the new password."""
        drawer = OwnPasswordDrawer(self.context, self._parts.password_rules, self._middle)
        drawer.open_over()

    def begin_emergency(self) -> None:
        """Ask for whom emergency access is wanted, then go on in that record's window."""
        sheet = EmergencyPatientSheet(self.context, self)
        sheet.chosen.connect(lambda patient: self.open_chart(patient, BeginEmergency()))
        sheet.closed.connect(sheet.deleteLater)
        sheet.open_over()

    def _build(self, clinic: Clinic, zone: tzinfo) -> None:
        self.rail = NavRail(
            tuple(
                NavEntry(entry.place.value, entry.label, entry.icon_name, shortcut_of(number))
                for number, entry in enumerate(self.places)
            ),
            self,
        )
        self.rail.add_head(RailHead(clinic.name, self.rail))
        self.rail.chosen.connect(self._chosen)
        self.stack = QStackedWidget(self)
        self._middle = QWidget(self)
        self._middle.setLayout(column(self.stack, spacing=0))
        self.snackbar = Snackbar(self._middle)
        self.omnibox = Omnibox(
            self._parts.bridge,
            self._parts.clinic,
            self.actor,
            self,
            local=self._suggest,
            pick=self._pick,
        )
        self.omnibox.setMaximumWidth(OMNIBOX_PX)
        self.omnibox.left.connect(self._focus_screen)
        self.user_menu = UserMenu(self.actor.staff, self._parts.prefs, self._doings, self)
        top = QFrame(self)
        top.setFixedHeight(TOP_PX)
        look = icon_button("contrast", "Next look: light, dark, high contrast (Ctrl+Shift+D)")
        look.clicked.connect(self._next_look)
        lock = icon_button("lock", "Lock now (F12)")
        lock.clicked.connect(self._doings.lock)
        line = row(self.omnibox, ShortcutHint("Ctrl+K", top), SPRING, look, lock, self.user_menu)
        line.setStretch(0, 3)
        line.setStretch(2, 1)
        line.setContentsMargins(Space.THREE, Space.ONE, Space.TWO, Space.ONE)
        top.setLayout(line)
        self.truth_bar = TruthBar(self._parts.bridge, self._parts.clinic, zone, self)
        right = column(top, Rule(self), self._middle, Rule(self), self.truth_bar, spacing=0)
        right.setStretch(2, 1)
        whole = row(self.rail, right, spacing=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self.setWindowTitle(clinic.name)

    def _listen(self) -> None:
        for keys, run in (
            ("Ctrl+K", self.omnibox.begin),
            ("F2", self.omnibox.begin),
            ("Ctrl+N", self._register),
            ("F12", self._doings.lock),
            ("Ctrl+Shift+U", self._doings.switch_user),
            ("Ctrl+Shift+D", self._next_look),
            ("F1", self.show_shortcuts),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(run)

    def _chart_keys(self) -> tuple[tuple[str, Callable[[], None]], ...]:
        return (
            ("F12", self._doings.lock),
            ("Ctrl+K", self._find_from_chart),
            ("F2", self._find_from_chart),
        )

    def _find_from_chart(self) -> None:
        self.window().raise_()
        self.window().activateWindow()
        self.omnibox.begin()

    def _made(self, place: Place) -> QWidget:
        screen = self._parts.registry.screens[place](self.context)
        self._screens[place] = screen
        self.stack.addWidget(screen)
        return screen

    def _make_chart(self, patient: PatientId) -> QWidget:
        return self._parts.registry.chart(self.context, patient)

    def _chosen(self, key: str) -> None:
        self.navigate(Place(key))

    def _focus_screen(self) -> None:
        current = self.stack.currentWidget()
        if current is not None:
            current.setFocus()

    def _register(self) -> None:
        self.navigate(Place.PATIENTS, RegisterPatient())

    def _next_look(self) -> None:
        self.wear(_NEXT_LOOK[remembered_appearance(self._parts.prefs)])

    def _suggest(self, text: str) -> tuple[Suggestion, ...]:
        today = self._parts.now().astimezone(self._zone).date()
        return day_suggestion(text, today, self._show_day) + matching_commands(self._commands, text)

    def _show_day(self, day: date) -> None:
        self.navigate(Place.APPOINTMENTS, ShowDay(day))

    def _pick(self, patient: PatientSummary) -> None:
        if may(self.actor.role, Action.READ_CLINICAL):
            self.open_chart(patient.id)
        else:
            self.navigate(Place.PATIENTS, ShowPatient(patient.id))
