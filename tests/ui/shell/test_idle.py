"""Nobody at the keyboard is noticed; somebody at the keyboard is left alone."""

import pytest
from PySide6.QtCore import QEvent, QObject

from ehr_desktop.ui.shell.idle import IdleWatch


class Clock:
    seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def watch(qapp, clock):
    watch = IdleWatch(clock, 300)
    watch.heard = []
    watch.idle.connect(lambda: watch.heard.append(clock.seconds))
    watch.start()
    yield watch
    watch.stop()


def touch(watch):
    watch.eventFilter(QObject(), QEvent(QEvent.Type.KeyPress))


def test_it_speaks_once_when_the_time_is_up(watch, clock):
    clock.seconds += 299
    watch.look()
    assert watch.heard == []
    clock.seconds += 1
    watch.look()
    watch.look()
    assert watch.heard == [1300.0]


def test_a_touch_starts_the_wait_anew(watch, clock):
    clock.seconds += 299
    touch(watch)
    clock.seconds += 299
    watch.look()
    assert watch.heard == []


def test_the_first_touch_after_a_sleep_does_not_hide_it(watch, clock):
    clock.seconds += 8 * 3600
    touch(watch)
    assert len(watch.heard) == 1


def test_a_clock_set_back_a_year_only_starts_the_wait_anew(watch, clock):
    clock.seconds -= 365 * 86400
    watch.look()
    clock.seconds += 300
    watch.look()
    assert len(watch.heard) == 1
