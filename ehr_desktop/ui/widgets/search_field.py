"""A search box that waits until one has stopped typing."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.ui.widgets.text_field import TextField

PATIENCE_MS = 120


class SearchField(TextField):
    """`searched` carries the trimmed text 120 ms after the last key, at once on Enter.

    Esc empties the field; on an empty field Esc passes on to whatever is around it.
    """

    searched = Signal(str)

    def __init__(
        self, placeholder: str, parent: QWidget | None = None, *, patience_ms: int = PATIENCE_MS
    ) -> None:
        super().__init__(parent, placeholder=placeholder)
        self.setAccessibleName(placeholder)
        self.add_icon("search", leading=True)
        self._clear = self.add_icon("x", tip="Clear (Esc)", pressed=self.clear)
        self._clear.setVisible(False)
        self._timer = QTimer(self, singleShot=True, interval=patience_ms)
        self._timer.timeout.connect(self._search)
        self._last = ""
        self.textChanged.connect(self._changed)
        self.returnPressed.connect(self._search)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._search()
        else:
            super().keyPressEvent(event)
            if event.key() == Qt.Key.Key_Escape:
                event.ignore()

    def _changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._timer.start()

    def _search(self) -> None:
        self._timer.stop()
        wanted = self.text().strip()
        if wanted != self._last:
            self._last = wanted
            self.searched.emit(wanted)
