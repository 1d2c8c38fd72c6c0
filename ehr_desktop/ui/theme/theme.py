"""Dresses the application in a scheme and follows the system's wish."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QStyleHints
from PySide6.QtWidgets import QApplication, QStyleFactory

from ehr_desktop.ui.theme.fonts import register_fonts, ui_font
from ehr_desktop.ui.theme.palette import palette_of
from ehr_desktop.ui.theme.stylesheet import stylesheet
from ehr_desktop.ui.theme.tokens import Scheme, Tokens, tokens_of

_PREPARED = "fontsRegistered"


class Theme(QObject):
    """The scheme the application wears.

    `changed` carries the new `Scheme` after everything has been repainted in it.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application: QApplication | None = None
        self._scheme = Scheme.LIGHT
        self._follows_system = False

    @property
    def scheme(self) -> Scheme:
        """The scheme worn now."""
        return self._scheme

    @property
    def tokens(self) -> Tokens:
        """The colours worn now."""
        return tokens_of(self._scheme)

    def apply(self, application: QApplication, scheme: Scheme) -> None:
        """Wear `scheme` until told otherwise."""
        self._follows_system = False
        self._wear(application, scheme)

    def follow_system(self, application: QApplication) -> None:
        """Wear what the system asks for, now and whenever it changes its mind."""
        self._follows_system = True
        self._wear(application, _system_scheme(application))

    def _system_changed(self) -> None:
        if self._follows_system and self._application:
            self._wear(self._application, _system_scheme(self._application))

    def _wear(self, application: QApplication, scheme: Scheme) -> None:
        if self._application is None:
            self._prepare(application)
        self._scheme = scheme
        # The sheet last: it is what makes every widget take up the new palette.
        application.setPalette(palette_of(self.tokens))
        sheet = stylesheet(self.tokens)
        if application.styleSheet() != sheet:
            application.setStyleSheet(sheet)
        self.changed.emit(scheme)

    def _prepare(self, application: QApplication) -> None:
        self._application = application
        # Each registration empties Qt's font caches: once for an application is enough.
        if not application.property(_PREPARED):
            application.setProperty(_PREPARED, True)
            register_fonts()
            application.setStyle(QStyleFactory.create("Fusion"))
            application.setFont(ui_font())
        application.styleHints().colorSchemeChanged.connect(self._system_changed)


def _system_scheme(application: QApplication) -> Scheme:
    hints = application.styleHints()
    if _wants_high_contrast(hints):
        return Scheme.HIGH_CONTRAST
    return Scheme.DARK if hints.colorScheme() == Qt.ColorScheme.Dark else Scheme.LIGHT


def _wants_high_contrast(hints: QStyleHints) -> bool:
    """Tell whether the system asks for more contrast (Qt 6.10 and later can say)."""
    if not hasattr(hints, "accessibility"):
        return False
    # Named, not chained: the temporary dies before its answer is read (PySide 6.11).
    wishes = hints.accessibility()
    return wishes.contrastPreference() == Qt.ContrastPreference.HighContrast
