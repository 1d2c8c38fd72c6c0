"""The application, and what happens to errors nobody caught."""

import sys
import threading

import pytest
from PySide6.QtWidgets import QApplication

from ehr_desktop.domain.errors import DiskFullError
from ehr_desktop.explain import LOG
from ehr_desktop.ui.app import Reporter, log_kept_in, open_window
from ehr_desktop.ui.prefs import Prefs
from ehr_desktop.ui.shell.appearance import Appearance
from ehr_desktop.ui.theme.tokens import Scheme


@pytest.fixture
def reporter(qapp):
    before = sys.excepthook, threading.excepthook
    reporter = Reporter()
    reporter.install()
    yield reporter
    sys.excepthook, threading.excepthook = before


def test_an_error_in_a_slot_is_noted_and_told(qtbot, reporter, caplog):
    with qtbot.waitSignal(reporter.noted) as told:
        sys.excepthook(ZeroDivisionError, ZeroDivisionError("secret"), None)
    assert "has been noted as" in told.args[0]
    assert "secret" not in caplog.text


def test_an_error_in_another_thread_is_told_on_the_ui_thread(qtbot, reporter):
    threads = []

    def fail():
        raise DiskFullError

    reporter.noted.connect(lambda _sentence: threads.append(threading.current_thread()))
    with qtbot.waitSignal(reporter.noted) as told:
        worker = threading.Thread(target=fail)
        worker.start()
        worker.join()
    assert told.args[0].startswith("The disk is full")


def test_the_window_tells_what_was_noted(qtbot, parts, reporter, theme):
    window = open_window(parts, reporter)
    qtbot.addWidget(window)
    window.show()
    window.begin()
    window.sign_in.account.input.setText("tom.hale")
    window.sign_in.prompt.input.setText("quiet-river-lamp-stone-fog")
    window.sign_in.prompt.button.click()
    qtbot.waitUntil(lambda: window.work_area is not None)
    reporter.report(DiskFullError())
    qtbot.waitUntil(lambda: window.work_area.snackbar.text.startswith("The disk is full"))
    theme.apply(QApplication.instance(), Scheme.LIGHT)


def test_the_window_wears_the_look_of_last_time(qtbot, parts, reporter, theme):
    parts.prefs.set_text("theme", Appearance.DARK.value)
    qtbot.addWidget(open_window(parts, reporter))
    assert theme.scheme is Scheme.DARK
    theme.apply(QApplication.instance(), Scheme.LIGHT)


def test_the_log_lies_in_the_data_folder(tmp_path):
    with log_kept_in(tmp_path / "log"):
        LOG.error("noted as %s", "abc123")
    LOG.error("noted as %s", "too late")
    written = (tmp_path / "log" / "ehr-desktop.log").read_text()
    assert "noted as abc123" in written
    assert "too late" not in written


def test_damaged_preferences_count_as_none(tmp_path):
    file = tmp_path / "window.ini"
    file.write_text("[lock]\nminutes=many\n[General]\ntheme=plaid\n[window]\nmain=nonsense\n")
    prefs = Prefs(file)
    assert prefs.lock_minutes == 5
    assert prefs.choice("theme", Appearance.SYSTEM) is Appearance.SYSTEM
    assert prefs.geometry("main").isEmpty()
