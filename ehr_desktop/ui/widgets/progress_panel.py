"""Work that takes longer than a second."""

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.labels import Body, ElidedLabel, Label, Level
from ehr_desktop.ui.widgets.layouts import column, row
from ehr_desktop.ui.widgets.progress_run import ProgressRun

LOOK_MS: Final = 100
"""How often one looks how far the work is."""


class ProgressPanel(QWidget):
    """What is being done, how far it is, and a way to stop it; then what came of it.

    `cancelled` is emitted once, when the person asks to stop; the work may take a moment. A run
    that is followed is asked to stop then, and when the panel is gone.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.run: ProgressRun | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._words = ElidedLabel("", self)
        self._count = Label("", self, font=ui_font(tabular=True), level=Level.MUTED)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.cancel_button = secondary_button("Cancel")
        self.cancel_button.clicked.connect(self._cancel)
        self._report = Body("", self, level=Level.MUTED)
        self._report.hide()
        said = row(self._words, self._count, spacing=Space.ONE)
        said.setStretch(0, 1)
        line = column(said, self.bar, spacing=Space.ONE)
        self.setLayout(
            column(
                row(line, self.cancel_button, spacing=Space.TWO), self._report, spacing=Space.ONE
            )
        )

    def follow(self, words: str) -> ProgressRun:
        """Begin, and show how far a run has come until `end`; give the run."""
        run = ProgressRun()
        self.run = run
        self.destroyed.connect(run.stop)
        self.start(words)
        self._timer.start()
        return run

    def end(self) -> None:
        """Follow nothing any more: the work has ended."""
        self._timer.stop()
        self.run = None

    def stop(self) -> None:
        """Ask a run that is followed to end."""
        if self.run is not None:
            self.run.stop()

    def start(self, words: str, total: int = 0) -> None:
        """Begin; `total` 0 means nobody knows how much there is."""
        self._report.hide()
        self.cancel_button.setEnabled(True)
        self.cancel_button.show()
        self._words.setText(words)
        self.bar.setAccessibleName(words)
        self.bar.show()
        self.advance(0, total)

    def advance(self, done: int, total: int) -> None:
        """Show that `done` of `total` is done."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self._count.setText(f"{done:,} of {total:,}" if total else "")

    def finish(self, words: str, report: str = "") -> None:
        """Stop showing progress and say what came of it."""
        self._words.setText(words)
        self._count.setText("")
        self.bar.hide()
        self.cancel_button.hide()
        self._report.setText(report)
        self._report.setVisible(bool(report))

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self._words.setText("Stopping…")
        self.stop()
        self.cancelled.emit()

    def _look(self) -> None:
        if self.run is not None and not self.run.stopped():
            self.advance(*self.run.far)
