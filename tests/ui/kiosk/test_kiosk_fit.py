"""Every page fits: no word is cut, no target is too small, in any language, on any screen."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel

from ehr_desktop.ui.kiosk.dress import LEAST_TARGET_PX
from ehr_desktop.ui.kiosk.language import CODES, language
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.words import Words
from tests.support.kiosk_pages import pages_before_the_pin, pages_behind_the_pin
from tests.support.memory_kiosk import PATIENT

SCREENS = {
    "1280x800 large": (1280, 800),
    "1080x1920 large": (1080, 1920),
    "1366x768 at 200 % large": (683, 384),
}


@pytest.fixture
def here(window, clinic):
    """The window, with a patient who has just come in."""
    actor = clinic.kiosk._begin(PATIENT, "Margaret Ashworth")
    window.sessions.append(actor)
    return window


def settle(window):
    """Let the node answer and the layouts come to rest."""
    window.page.visit.parts.bridge.settle(5.0)
    for _ in range(5):
        QApplication.processEvents()


def misfits(window):
    """Name every word that is cut and every target that is too small."""
    content, viewport = window.page.area.widget(), window.page.area.viewport()
    if content.width() > viewport.width():
        yield "wider than the screen", content.width(), viewport.width()
    if content.height() > max(viewport.height(), content.heightForWidth(content.width())):
        yield "a blank to be dragged", content.height(), viewport.height()
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.text():
            yield from misfits_of_a_label(label)
    for button in window.findChildren(TouchButton):
        if button.isVisible():
            yield from misfits_of_a_button(button)
            inside = content if content.isAncestorOf(button) else window
            place = QRect(button.mapTo(inside, QPoint(0, 0)), button.size())
            if not inside.rect().contains(place):
                yield "outside", button.accessibleName(), place, inside.rect()


def misfits_of_a_label(label):
    """Say whether a text is cut."""
    needed = label.heightForWidth(label.width()) if label.wordWrap() else 0
    longest = max(label.fontMetrics().horizontalAdvance(one) for one in label.text().split())
    if label.height() < needed or label.width() < longest:
        yield "cut", label.text(), label.size(), needed, longest


def misfits_of_a_button(button):
    """Say whether a button is too small for its words, or for a finger."""
    if min(button.width(), button.height()) < LEAST_TARGET_PX:
        yield "too small", button.accessibleName(), button.size()
    if button.height() < button.heightForWidth(button.width()):
        yield "cut", button.text(), button.size()
    if button.width() < button.minimumSizeHint().width():
        yield "too narrow", button.text(), button.size(), button.minimumSizeHint()


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("code", CODES)
def test_every_page_fits(here, clinic, code, screen):
    width, height = SCREENS[screen]
    # only where things are is looked at: nothing has to be painted
    here.setUpdatesEnabled(False)
    here.resize(width, height)
    here.wear(language=language(code), large=True)
    found = {}
    makers = {**pages_before_the_pin(), **pages_behind_the_pin(clinic.kiosk)}
    for name, maker in makers.items():
        here.show_page(maker)
        settle(here)
        if wrong := list(misfits(here)):
            found[name] = wrong
    assert found == {}


@pytest.mark.parametrize(("width", "height", "large"), [(1366, 768, True), (683, 384, False)])
@pytest.mark.parametrize("code", CODES)
def test_every_key_for_a_pin_is_seen_at_once(here, code, width, height, large):
    here.resize(width, height)
    here.wear(language=language(code), large=large)
    for name in ("pin", "leave"):
        here.show_page(pages_before_the_pin()[name])
        settle(here)
        pad, viewport = here.page.pad, here.page.area.viewport()
        for key in (*pad.keys.values(), pad.enter, pad.rub_out):
            place = QRect(key.mapTo(viewport, QPoint(0, 0)), key.size())
            assert viewport.rect().contains(place), (name, key.text())


@pytest.mark.parametrize("code", CODES)
def test_what_lies_over_the_page_fits(here, code):
    here.resize(683, 384)
    here.wear(language=language(code), large=True)
    here.call_staff(language(code).say("staff.no-card"))
    QApplication.processEvents()
    for words in here.cover.findChildren(Words):
        assert words.height() >= words.heightForWidth(words.width()), words.text()
        assert here.rect().contains(QRect(words.mapTo(here, QPoint(0, 0)), words.size()))


def test_a_word_that_is_cut_would_be_found(here):
    settle(here)
    here.page.title.setFixedHeight(9)
    QApplication.processEvents()
    assert [one[0] for one in misfits(here)] == ["cut"]


@pytest.mark.parametrize("code", CODES)
def test_arabic_is_mirrored_and_nothing_else_is(here, code):
    here.wear(language=language(code))
    here.show_page(pages_behind_the_pin(here.page.visit.kiosk)["home"])
    settle(here)
    tiles = list(here.page.tiles.values())
    first, second = (one.mapTo(here, QPoint(0, 0)).x() for one in tiles[:2])
    assert (first > second) == (code == "ar")
    staff, name = here.header.staff, here.header.clinic
    assert (staff.x() < name.x()) == (code == "ar")


def test_digits_run_from_left_to_right_in_arabic_too(here):
    here.wear(language=language("ar"))
    here.show_page(pages_before_the_pin()["pin"])
    settle(here)
    keys = here.page.pad.keys
    assert keys["1"].x() < keys["2"].x() < keys["3"].x()
    assert keys["1"].parentWidget().layoutDirection() is Qt.LayoutDirection.LeftToRight


def test_a_finger_drags_the_page(here, qtbot, touch_screen, clinic):
    from PySide6.QtTest import QTest

    here.resize(700, 640)
    here.show_page(pages_behind_the_pin(clinic.kiosk)["team"])
    settle(here)
    area = here.page.area
    tick = next(iter(here.page.ticks.values()))
    was, start = tick.isChecked(), tick.rect().center()
    begin = tick.mapTo(here, start)
    QTest.touchEvent(tick, touch_screen).press(0, start, tick).commit()
    for way in (20, 40, 60, 80):
        place = tick.mapFrom(here, begin - QPoint(0, way))
        QTest.touchEvent(tick, touch_screen).move(0, place, tick).commit()
    QTest.touchEvent(tick, touch_screen).release(0, start, tick).commit()
    QApplication.processEvents()
    assert area.verticalScrollBar().value() > 30
    assert tick.isChecked() is was
