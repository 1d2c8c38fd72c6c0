"""Buttons in a few looks. One primary button a screen; danger only for what cannot be undone."""

from enum import Enum

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.icons import ICON_PX, coloured_icon
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Tokens
from ehr_desktop.ui.widgets.looks import set_plain_tooltip

_GAP_PX = 4


class ButtonLook(Enum):
    """How much a button asks to be pressed."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    GHOST = "ghost"
    DANGER = "danger"
    ICON = "icon"
    SEGMENT = "segment"
    KEY = "key"


class Button(QPushButton):
    """A button; Enter and Space press it. An icon follows the scheme by itself."""

    def __init__(
        self,
        text: str,
        parent: QWidget | None = None,
        *,
        look: ButtonLook = ButtonLook.SECONDARY,
        icon_name: str = "",
        shortcut: str = "",
    ) -> None:
        super().__init__(text, parent)
        self._look = look
        self._icon_name = icon_name
        self.setProperty("look", look.value)
        self.setFont(ui_font(weight=QFont.Weight.Medium))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._gap_px = _GAP_PX if text else 0
        self.setIconSize(QSize(ICON_PX + self._gap_px, ICON_PX))
        self._draw_icon()
        if shortcut:
            self.setShortcut(QKeySequence(shortcut))
            shown = self.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            set_plain_tooltip(self, f"{text} ({shown})")

    def set_icon_name(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._draw_icon()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        # Qt may ask for a change while the base class is still being made.
        if getattr(self, "_icon_name", ""):
            ink = _ink(self._look, worn_tokens())
            self.setIcon(coloured_icon(self._icon_name, ink, gap_px=self._gap_px))


def primary_button(text: str, *, icon_name: str = "", shortcut: str = "") -> Button:
    """Return the one button this screen is about."""
    return Button(text, look=ButtonLook.PRIMARY, icon_name=icon_name, shortcut=shortcut)


def secondary_button(text: str, *, icon_name: str = "", shortcut: str = "") -> Button:
    """Return a button for what is also often done here."""
    return Button(text, icon_name=icon_name, shortcut=shortcut)


def ghost_button(text: str, *, icon_name: str = "", shortcut: str = "") -> Button:
    """Return a button that stays in the background."""
    return Button(text, look=ButtonLook.GHOST, icon_name=icon_name, shortcut=shortcut)


def danger_button(text: str, *, icon_name: str = "", shortcut: str = "") -> Button:
    """Return a button for what cannot be undone."""
    return Button(text, look=ButtonLook.DANGER, icon_name=icon_name, shortcut=shortcut)


def icon_button(icon_name: str, name: str, *, shortcut: str = "") -> Button:
    """Return a square button with an icon; `name` is its tooltip and what is read out."""
    button = Button("", look=ButtonLook.ICON, icon_name=icon_name, shortcut=shortcut)
    shown = button.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    set_plain_tooltip(button, f"{name} ({shown})" if shown else name)
    button.setAccessibleName(name)
    return button


def _ink(look: ButtonLook, tokens: Tokens) -> str:
    match look:
        case ButtonLook.PRIMARY:
            return tokens.on_accent
        case ButtonLook.DANGER:
            return tokens.on_danger
        case ButtonLook.GHOST:
            return tokens.link
        case ButtonLook.SECONDARY | ButtonLook.KEY:
            return tokens.text
        case ButtonLook.ICON | ButtonLook.SEGMENT:
            return tokens.text_muted
