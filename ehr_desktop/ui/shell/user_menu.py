"""Who is signed in, and what that person can do with the window."""

from typing import Final

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from ehr_desktop.domain.people import Staff
from ehr_desktop.ui.prefs import Prefs
from ehr_desktop.ui.shell.appearance import LABELS, Appearance, remembered_appearance
from ehr_desktop.ui.shell.commands import Doings
from ehr_desktop.ui.theme.icons import icon
from ehr_desktop.ui.widgets.buttons import Button, ButtonLook

LOCK_CHOICES: Final = (1, 2, 5, 10, 15, 30)
"""Minutes that can be picked."""


class UserMenu(Button):
    """A button with the person's name; the menu opens with Enter, Space or Down."""

    def __init__(
        self, staff: Staff, prefs: Prefs, doings: Doings, parent: QWidget | None = None
    ) -> None:
        super().__init__("", parent, look=ButtonLook.GHOST, icon_name="user")
        # An ampersand in a name is not a shortcut.
        self.setText(staff.display_name.replace("&", "&&"))
        self.setAccessibleName(f"{staff.display_name}, menu")
        self._doings = doings
        self._icons: dict[QAction, str] = {}
        menu = QMenu(self)
        menu.setToolTipsVisible(False)
        header = menu.addAction(f"{staff.account_name}  ·  {staff.role.value}".replace("&", "&&"))
        header.setEnabled(False)
        menu.addSeparator()
        self._build_looks(menu, prefs)
        self._build_lock_times(menu, prefs)
        self._add(menu, "Change my password", "key-round", "").triggered.connect(
            doings.change_password
        )
        self._add(menu, "Keyboard shortcuts", "command", "F1").triggered.connect(
            doings.show_shortcuts
        )
        menu.addSeparator()
        self._add(menu, "Lock now", "lock", "F12").triggered.connect(doings.lock)
        self._add(menu, "Switch user", "users", "Ctrl+Shift+U").triggered.connect(
            doings.switch_user
        )
        self._add(menu, "Sign out", "log-out", "").triggered.connect(doings.sign_out)
        self.setMenu(menu)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for action, name in getattr(self, "_icons", {}).items():
                action.setIcon(icon(name, size_px=16))

    def _add(self, menu: QMenu, words: str, icon_name: str, keys: str) -> QAction:
        action = menu.addAction(icon(icon_name, size_px=16), words)
        self._icons[action] = icon_name
        if keys:
            shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            # Shown only: the window itself listens, so the key also works while this is hidden.
            action.setText(f"{words}\t{shown}")
        return action

    def _build_looks(self, menu: QMenu, prefs: Prefs) -> None:
        looks = menu.addMenu(icon("contrast", size_px=16), "Look")
        self._icons[looks.menuAction()] = "contrast"
        group = QActionGroup(self)
        now = remembered_appearance(prefs)
        for look, (label, _) in LABELS.items():
            action = looks.addAction(label)
            action.setCheckable(True)
            action.setChecked(look is now)
            action.setData(look.value)
            group.addAction(action)
        group.triggered.connect(self._look_picked)
        self._looks = group

    def _build_lock_times(self, menu: QMenu, prefs: Prefs) -> None:
        times = menu.addMenu(icon("timer", size_px=16), "Lock when idle for")
        self._icons[times.menuAction()] = "timer"
        group = QActionGroup(self)
        for minutes in sorted({*LOCK_CHOICES, prefs.lock_minutes}):
            action = times.addAction(f"{minutes} minute{'s' if minutes > 1 else ''}")
            action.setCheckable(True)
            action.setChecked(minutes == prefs.lock_minutes)
            action.setData(minutes)
            group.addAction(action)
        group.triggered.connect(self._minutes_picked)
        self._lock_times = group

    def _look_picked(self, action: QAction) -> None:
        self._doings.wear(Appearance(action.data()))

    def _minutes_picked(self, action: QAction) -> None:
        self._doings.set_lock_minutes(int(action.data()))
