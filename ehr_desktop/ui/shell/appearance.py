"""Which look a person asked for, and putting it on."""

from enum import StrEnum
from typing import Final

from PySide6.QtWidgets import QApplication

from ehr_desktop.ui.prefs import Prefs
from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme

_KEY: Final = "theme"


class Appearance(StrEnum):
    """The look that was asked for."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high-contrast"


LABELS: Final = {
    Appearance.SYSTEM: ("As the system", "monitor"),
    Appearance.LIGHT: ("Light", "sun"),
    Appearance.DARK: ("Dark", "moon"),
    Appearance.HIGH_CONTRAST: ("High contrast", "contrast"),
}
"""What each look is called, and its icon."""


def remembered_appearance(prefs: Prefs) -> Appearance:
    """Give the look asked for last; the system's if none was."""
    return prefs.choice(_KEY, Appearance.SYSTEM)


def wear(theme: Theme, prefs: Prefs, wanted: Appearance) -> None:
    """Put `wanted` on and remember it."""
    prefs.set_text(_KEY, wanted.value)
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        return
    if wanted is Appearance.SYSTEM:
        theme.follow_system(application)
    else:
        theme.apply(application, Scheme(wanted.value))
