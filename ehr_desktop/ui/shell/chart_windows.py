"""The record windows of one person: one per patient, beside the main window."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.ui.prefs import Prefs

_KIND: Final = "record"
_FIRST_SIZE: Final = (1180, 760)
_CASCADE_PX: Final = 32


class ChartWindows(QObject):
    """Opens each patient once; a second request brings the window to the front.

    `make` builds a window; `keys` are shortcuts that work in each of them.
    """

    def __init__(
        self,
        make: Callable[[PatientId], QWidget],
        keys: tuple[tuple[str, Callable[[], None]], ...],
        prefs: Prefs,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._make = make
        self._keys = keys
        self._prefs = prefs
        self._windows: dict[PatientId, QWidget] = {}

    @property
    def windows(self) -> tuple[QWidget, ...]:
        """The open windows, oldest first."""
        return tuple(self._windows.values())

    def open(self, patient: PatientId) -> QWidget:
        """Show the patient's window, and give it."""
        window = self._windows.get(patient) or self._opened(patient)
        window.show()
        window.raise_()
        window.activateWindow()
        return window

    def close_all(self) -> bool:
        """Close the windows until one refuses; tell whether none did."""
        return all(window.close() for window in self.windows)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close and isinstance(watched, QWidget):
            self._prefs.set_geometry(_KIND, watched.saveGeometry())
        return False

    def _opened(self, patient: PatientId) -> QWidget:
        window = self._make(patient)
        window.setWindowFlag(Qt.WindowType.Window)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not window.restoreGeometry(self._prefs.geometry(_KIND)):
            window.resize(*_FIRST_SIZE)
        elif self._windows:
            step = _CASCADE_PX * len(self._windows)
            window.move(window.x() + step, window.y() + step)
        for keys, run in self._keys:
            QShortcut(QKeySequence(keys), window).activated.connect(run)
        window.installEventFilter(self)
        window.destroyed.connect(lambda: self._windows.pop(patient, None))
        self._windows[patient] = window
        return window
