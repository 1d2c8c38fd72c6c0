"""Nothing of the last person remains: not shown, not hidden, not in memory that a screen holds."""

import gc
import types

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

from ehr_desktop.ui.kiosk.language import CODES, language
from ehr_desktop.ui.kiosk.pages.attract import AttractPage
from tests.support.memory_kiosk import CODE, EXIT_PIN, PIN, MemoryKiosk

CANARY = ("Vexi", "ngton")
"""In two halves, so that this test itself does not hold it."""
PLACES = (
    "home.check-in", "home.requests", "home.shares", "home.looks", "home.summary", "home.keep",
    "home.delegates", "home.pin",
)  # fmt: skip


def wait(around, window, seconds):
    """Let time pass without a touch."""
    around.clock.seconds += seconds
    window.warning.look()
    window.ending.look()
    QApplication.processEvents()


def words_of(thing):
    """Give all that a Qt object can show, read out, or hold under a property."""
    meta = thing.metaObject()
    for at in range(meta.propertyCount()):
        value = meta.property(at).read(thing)
        if isinstance(value, str):
            yield value
    for name in (bytes(one).decode() for one in thing.dynamicPropertyNames()):
        try:
            yield str(thing.property(name))
        except RuntimeError:  # Qt's own, of a kind Python has no words for
            continue
    if isinstance(thing, QTextDocument):
        yield thing.toPlainText()


def strings_alive(canary):
    """Give every Python object that still holds a text with `canary` in it."""
    gc.collect()
    for one in gc.get_objects():
        if isinstance(one, types.FrameType | types.ModuleType):
            continue
        for held in gc.get_referents(one):
            if isinstance(held, str) and canary in held:
                yield type(one), str(one)[:200]


def visit_everything(finger):
    """See every page there is, as a patient."""
    for place in PLACES:
        finger.touch(finger.say(place))
        finger.settled(lambda: finger.window.page.title.text() != finger.say("home.title"))
        finger.window.page.visit.parts.bridge.settle(5.0)
        QApplication.processEvents()
        finger.touch(finger.say("common.home"))
    finger.touch(finger.say("home.summary"))
    finger.read("Penicillin")


@pytest.fixture
def a_family(clinic):
    """The patient, a child and a friend bear a name that stands nowhere else."""
    clinic.kiosk = MemoryKiosk(family="".join(CANARY))
    clinic.kiosk.child()


@pytest.mark.usefixtures("a_family")
def test_nothing_personal_is_alive_after_the_visit(finger, clinic):
    canary = "".join(CANARY)
    finger.touch("English")
    finger.scan(CODE)
    finger.read(finger.say("pin.title"))
    finger.enter_pin(PIN)
    finger.read(f"Élodie {canary}")
    assert [word for one in QApplication.allWidgets() for word in words_of(one) if canary in word]
    finger.touch(finger.say("whom.myself"))
    visit_everything(finger)
    finger.touch(finger.say("common.finish"))
    finger.read(finger.say("attract.choose"))
    finger.settled(lambda: clinic.kiosk.open_sessions == {})
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    clinic.kiosk.forget()
    gc.collect()
    objects = [one for one in gc.get_objects() if isinstance(one, QObject) and isValid(one)]
    assert len(objects) > 10
    assert [word for one in objects for word in words_of(one) if canary in word] == []
    assert [held for kind, held in strings_alive(canary) if kind is not types.CellType] == []


def test_after_the_visit_no_page_but_the_first_is_alive(finger, window):
    finger.come_in()
    visit_everything(finger)
    finger.touch(finger.say("common.finish"))
    finger.read(finger.say("attract.choose"))
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    from ehr_desktop.ui.kiosk.page import Page

    pages = [one for one in QApplication.allWidgets() if isinstance(one, Page)]
    assert [type(one) for one in pages] == [AttractPage]
    assert "Penicillin" not in finger.shown()
    assert window.sessions == []


def test_twenty_seconds_warn_thirty_clear(finger, window, around, clinic):
    finger.come_in()
    finger.touch(finger.say("home.summary"))
    finger.read("Penicillin")
    wait(around, window, 19)
    assert window.cover is None
    wait(around, window, 1)
    finger.read("cleared in 10 seconds")
    wait(around, window, 9)
    assert window.sessions
    wait(around, window, 1)
    finger.read(finger.say("attract.choose"))
    assert "Penicillin" not in finger.shown()
    assert window.cover is None
    finger.settled(lambda: clinic.kiosk.open_sessions == {})


def test_i_am_still_here_keeps_the_page(finger, window, around):
    finger.come_in()
    finger.touch(finger.say("home.summary"))
    finger.read("Penicillin")
    wait(around, window, 25)
    finger.touch(finger.say("idle.here"))
    assert window.cover is None
    wait(around, window, 19)
    finger.read("Penicillin")
    wait(around, window, 11)
    finger.read(finger.say("attract.choose"))


def test_a_touch_anywhere_says_that_one_is_here(finger, window, around):
    finger.come_in()
    wait(around, window, 20)
    QTest.mouseClick(window.cover, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert window.cover is None
    assert window.sessions


def test_the_way_to_the_desk_does_not_stay_when_everybody_has_left(finger, window, around):
    finger.touch(finger.say("header.staff"))
    assert window.cover is not None
    wait(around, window, 30)
    assert window.cover is None


def test_the_warning_covers_what_is_on_the_page(finger, window, around):
    finger.come_in()
    wait(around, window, 20)
    assert window.cover.geometry() == window.rect()
    assert window.childAt(window.rect().center()) in {
        window.cover,
        *window.cover.findChildren(QWidget),
    }
    assert window.cover.autoFillBackground()


def test_a_card_that_was_read_is_forgotten_as_well(finger, window, around):
    finger.touch("English")
    finger.scan(CODE)
    finger.read(finger.say("pin.title"))
    finger.type(PIN[:4])
    wait(around, window, 20)
    assert window.cover is not None
    wait(around, window, 10)
    finger.read(finger.say("attract.choose"))
    assert window.scanner._letters == ""


def test_a_pin_that_opens_after_everybody_left_opens_nothing(finger, window, around, clinic):
    finger.touch("English")
    finger.scan(CODE)
    finger.read(finger.say("pin.title"))
    window.page.entered(PIN)
    window.finish()
    finger.settled(lambda: clinic.kiosk.opened == 1 and clinic.kiosk.open_sessions == {})
    QApplication.processEvents()
    assert window.at_rest


def test_large_text_contrast_and_language_go_with_the_person(finger, window, theme):
    before = theme.scheme
    finger.come_in("ar")
    finger.touch(finger.say("header.large-text"))
    finger.touch(finger.say("header.contrast"))
    assert window.page.dress.large
    assert theme.scheme is not before
    finger.touch(finger.say("common.finish"))
    finger.code = "en"
    finger.read(finger.say("attract.choose"))
    assert not window.page.dress.large
    assert theme.scheme is before
    assert window.layoutDirection() is Qt.LayoutDirection.LeftToRight


def test_the_clipboard_is_emptied(finger):
    finger.come_in()
    QGuiApplication.clipboard().setText("".join(CANARY))
    finger.touch(finger.say("common.finish"))
    finger.settled(lambda: QGuiApplication.clipboard().text() == "")


def test_there_is_no_text_field_menu_or_drag(finger, window):
    finger.come_in()
    visit_everything(finger)
    assert not window.findChildren(QLineEdit)
    assert not [one for kind in (QTextEdit, QPlainTextEdit) for one in window.findChildren(kind)]
    place = QPoint(200, 200)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, window.mapToGlobal(place))
    QApplication.sendEvent(window.childAt(place) or window, event)
    assert QApplication.activePopupWidget() is None
    for one in window.findChildren(QWidget):
        assert not one.acceptDrops()


def test_the_title_and_the_log_name_nobody(finger, window, caplog):
    finger.come_in()
    visit_everything(finger)
    assert window.windowTitle() == "Kiosk"
    assert "Ashworth" not in caplog.text
    assert "Penicillin" not in caplog.text


@pytest.mark.parametrize("code", CODES)
def test_the_language_can_be_changed_on_the_way(finger, window, code):
    finger.come_in("en" if code != "en" else "fr")
    finger.touch(finger.say("home.looks"))
    finger.touch(finger.say("header.language"))
    finger.code = code
    finger.touch(language(code).name)
    finger.read(finger.say("home.looks"))


def hold_the_name(window):
    """Keep a finger on the clinic's name."""
    name = window.header.clinic
    QTest.mousePress(name, Qt.MouseButton.LeftButton)
    name._timer.timeout.emit()
    QApplication.processEvents()


def test_staff_leave_with_their_pin_and_nobody_else_does(finger, window, qtbot):
    finger.come_in()
    window.close()
    assert window.isVisible()
    hold_the_name(window)
    finger.read(finger.say("leave.title"))
    assert window.sessions == []
    finger.enter_pin("9999")
    finger.read(finger.say("leave.wrong"))
    with qtbot.waitSignal(window.left):
        finger.enter_pin(EXIT_PIN)
    assert not window.isVisible()


def test_a_short_touch_on_the_name_does_nothing(finger, window):
    name = window.header.clinic
    QTest.mousePress(name, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(name, Qt.MouseButton.LeftButton)
    assert not name._timer.isActive()
    assert window.at_rest
