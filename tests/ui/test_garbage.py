"""Widgets in cycles are destroyed by the UI thread, whoever makes the garbage."""

import gc
import threading
import weakref

from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.garbage import Garbage, collect_on_the_ui_thread

# far above every threshold of Python's collector
MANY = 200_000


class InACycle(QWidget):
    def __init__(self):
        super().__init__()
        self.me = self


def make_garbage():
    for _ in range(MANY):
        ring = []
        ring.append(ring)


def elsewhere(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_window_in_a_cycle_is_destroyed_on_the_ui_thread_only(qtbot, qapp, theme):
    gc.collect()
    destroyed_on = []
    window = InACycle()
    weakref.finalize(window, lambda: destroyed_on.append(threading.current_thread()))
    del window
    elsewhere(make_garbage)
    assert destroyed_on == []
    gc.collect()
    assert destroyed_on == [threading.main_thread()]


def test_what_is_due_is_collected_while_the_program_runs(qtbot, theme):
    lost = weakref.ref(InACycle())
    assert lost() is not None
    make_garbage()
    qtbot.waitUntil(lambda: lost() is None)


def test_taking_over_twice_makes_one_collector(qapp):
    collect_on_the_ui_thread(qapp)
    collect_on_the_ui_thread(qapp)
    assert len(qapp.findChildren(Garbage)) == 1
    assert not gc.isenabled()
