"""The Qt application: how it is dressed, and where errors nobody caught go."""

import faulthandler
import logging
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from ehr_desktop.explain import LOG, explain
from ehr_desktop.ui.screens.join.work import JoiningWork
from ehr_desktop.ui.screens.restore.work import RestoringWork
from ehr_desktop.ui.screens.set_up import FoundingWork
from ehr_desktop.ui.shell.appearance import remembered_appearance, wear
from ehr_desktop.ui.shell.main_window import PROGRAM_NAME, MainWindow
from ehr_desktop.ui.shell.work_area import ShellParts

LOG_BYTES: Final = 1_000_000
LOG_FILES: Final = 3


class Reporter(QObject):
    """Takes every error nobody caught, on any thread.

    `noted` carries the sentence to show; connect it to a widget's slot.
    """

    noted = Signal(str)

    def report(self, error: BaseException) -> None:
        """Write `error` to the log and tell the person; the program runs on."""
        self.noted.emit(explain(error))

    def install(self) -> None:
        """Become the place where Python sends uncaught errors of this and all other threads."""
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, places: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        self.report(error.with_traceback(places))

    def _uncaught_in_thread(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            self.report(caught.exc_value)


def prepare_application(arguments: Sequence[str]) -> QApplication:
    """Give the application object, sharp at every pixel ratio. Call once, before any widget."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = QApplication(list(arguments))
    application.setApplicationName("ehr-desktop")
    application.setApplicationDisplayName(PROGRAM_NAME)
    application.setDesktopFileName("ehr-desktop")
    return application


@contextmanager
def log_kept_in(folder: Path) -> Iterator[None]:
    """Keep the log, and what Python says when it dies, in `folder`; a few megabytes at most."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "ehr-desktop.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    with (folder / "crash.log").open("a", encoding="utf-8") as crashes:
        faulthandler.enable(crashes)
        try:
            yield
        finally:
            faulthandler.disable()
            LOG.removeHandler(handler)
            handler.close()


def open_window(
    parts: ShellParts,
    reporter: Reporter,
    founding: FoundingWork | None = None,
    joining: JoiningWork | None = None,
    restoring: RestoringWork | None = None,
) -> MainWindow:
    """Give the main window, dressed as last time; the caller shows it."""
    wear(parts.theme, parts.prefs, remembered_appearance(parts.prefs))
    window = MainWindow(parts, founding, joining, restoring)
    reporter.noted.connect(window.tell)
    return window


def run_app(
    application: QApplication,
    parts: ShellParts,
    reporter: Reporter,
    founding: FoundingWork | None = None,
) -> int:
    """Show the window until it is closed and give the exit code. The caller stops the node."""
    reporter.install()
    window = open_window(parts, reporter, founding)
    window.show()
    window.begin()
    return application.exec()
