"""The real program on its made-up clinic, with a hand to move it and an ear for complaints."""

import sys
import threading
from dataclasses import replace

from PySide6.QtCore import QEventLoop, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from ehr_desktop.config import read_config
from ehr_desktop.demo import make_clinic
from ehr_desktop.desktop import Desktop
from ehr_desktop.domain.people import Role
from ehr_desktop.node.node import FLOOR
from ehr_desktop.services.demo_clinic import PASS_PHRASE
from ehr_desktop.ui.screens.record.window import RecordWindow

PATIENTS = 8
PATIENCE_MS = 60_000
IGNORED = "This plugin does not support"


class Program:
    """The program on its made-up clinic, and what it should not have said."""

    def __init__(self, desktop, actors, complaints):
        self.desktop = desktop
        self.actors = {actor.role: actor for actor in actors}
        self.complaints = complaints
        self.window = desktop.show()

    def rest(self, milliseconds):
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def until(self, happened):
        for _ in range(PATIENCE_MS // 20):
            if happened():
                return
            self.rest(20)
        raise AssertionError("it did not happen in time")

    def become(self, role):
        actor = self.actors[role]
        if self.area is None:
            self.ask(self.desktop.door.session.unlock(actor, PASS_PHRASE))
        self.window.sign_in.signed_in.emit(actor)
        self.until(lambda: self.area and self.area.actor.id == actor.id)
        return self.area

    @property
    def area(self):
        return self.window.work_area

    def charts(self):
        windows = QApplication.topLevelWidgets()
        return [w for w in windows if isinstance(w, RecordWindow) and w.isVisible()]

    def open_charts(self, count):
        page = self.ask(self.desktop.door.patients.search(self.area.actor, ""))
        for match in page.matches[:count]:
            self.area.open_chart(match.patient.id)
        self.until(lambda: len(self.charts()) == count and all(w.view for w in self.charts()))
        return self.charts()

    def ask(self, work):
        return self.desktop.thread.submit(work).result(PATIENCE_MS / 1000)

    def settle(self):
        """Let everything that was asked for come back and be shown."""
        self.rest(50)
        self.desktop.bridge.settle(patience_s=PATIENCE_MS / 1000)
        self.rest(150)


def running_program(qapp, home):
    """Give a `Program` and end it; nothing may have been complained of then."""
    complaints = []
    before = qInstallMessageHandler(
        lambda _kind, _where, words: None if IGNORED in words else complaints.append(words)
    )
    config = replace(
        read_config(["demo", "--patients", str(PATIENTS)]), home=home, use_key_store=False
    )
    desktop = Desktop(config, qapp, FLOOR)
    desktop.reporter.noted.connect(complaints.append)
    hooks = sys.excepthook, threading.excepthook
    try:
        actors = make_clinic(desktop)
        desk = next(p for p in _staff(desktop, actors) if p.role is Role.RECEPTIONIST)
        signed_in = desktop.door.session.sign_in(desk.account_name, PASS_PHRASE)
        receptionist = desktop.thread.submit(signed_in).result()
        yield Program(desktop, [*reversed(actors), receptionist], complaints)
    finally:
        assert desktop.stop()
        sys.excepthook, threading.excepthook = hooks
        qInstallMessageHandler(before)
    assert complaints == []


def _staff(desktop, actors):
    boss = next(actor for actor in actors if actor.role is Role.ADMINISTRATOR)
    return desktop.thread.submit(desktop.door.people.list(boss)).result()
