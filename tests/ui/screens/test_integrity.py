"""The integrity screen: before, during and after a check."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget
from shiboken6 import isValid

from ehr_desktop.domain.errors import NotSignedInError
from ehr_desktop.domain.ledger import Fault, FaultKind
from ehr_desktop.sentences import FAULTS
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.screens.integrity.checklist import PARTS
from ehr_desktop.ui.screens.integrity.fault_card import place_in_ledger
from ehr_desktop.ui.screens.integrity.report_text import duration
from ehr_desktop.ui.screens.integrity.screen import MOST_CARDS, IntegrityScreen
from ehr_desktop.ui.screens.ledger.wishes import ShowBlock, ShowTransaction
from ehr_desktop.ui.shell.context import Place
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.icon_label import IconLabel
from tests.support.memory_world import made_hash, made_id

RECORD = f"record {made_id('a record')}"
SIGNED = f"transaction {made_hash('signed')}"
CHANGED = Fault(
    FaultKind.CONTAINER_CHANGED,
    RECORD,
    "2026-08-14T09:39:00+00:00",
    "The stored bytes of this are not the ones the ledger commits to.",
)
OUTCOME = Fault(FaultKind.OUTCOME, SIGNED, "", "Not what its contract says.")


def make(qtbot, context):
    screen = IntegrityScreen(context)
    qtbot.addWidget(screen)
    screen.resize(1150, 680)
    with qtbot.waitExposed(screen):
        screen.show()
    qtbot.waitUntil(lambda: screen._clinic is not None and screen._around.zone is not None)
    return screen


@pytest.fixture
def screen(qtbot, context_for):
    return make(qtbot, context_for("karin.lindqvist"))


def check(qtbot, screen):
    qtbot.mouseClick(screen.check_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not screen.running)


class SlowIntegrity:
    """A check that stands at 7 of 40 until it is let go, or stopped."""

    def __init__(self, honest):
        self._honest = honest
        self.go = Event()
        self.fails = None

    async def check(self, actor, progress, cancelled):
        progress(7, 40)
        await asyncio.to_thread(self._stand, cancelled)
        if self.fails is not None:
            raise self.fails
        return await self._honest.check(actor, progress, cancelled)

    def _stand(self, cancelled):
        while not self.go.wait(0.01) and not cancelled():
            pass

    async def last(self):
        return await self._honest.last()


@pytest.fixture
def slow(clinic):
    clinic.integrity = SlowIntegrity(clinic.integrity)
    yield clinic.integrity
    clinic.integrity.go.set()


def test_before_the_first_check_it_says_what_will_be_done(screen):
    assert screen.verdict.title.text() == "Not checked in full yet"
    assert len(screen.checklist.lines) == len(PARTS) == 8
    assert screen.check_button.text() == "Check everything"
    assert not screen.save_button.isVisible()


def test_every_fault_belongs_to_exactly_one_part():
    named = [kind for part in PARTS for kind in part.finds]
    assert sorted(named) == sorted(FaultKind)


def test_a_sound_ledger_gives_a_calm_page(qtbot, screen, clinic):
    check(qtbot, screen)
    assert screen.verdict.title.text() == "Everything is as it was signed"
    assert screen.verdict.text.text().startswith("Checked 14-Aug-2026 10:40 in 0.4 s.")
    assert screen.cards == []
    assert screen.tallies.figures["Blocks"].text() == str(len(clinic.world.blocks))
    marks = {line.findChild(IconLabel)._tone for line in screen.checklist.lines}
    assert marks == {Tone.SUCCESS}


def test_a_fault_is_named_with_its_meaning_and_what_to_do(qtbot, screen, clinic):
    clinic.integrity.faults = (CHANGED, OUTCOME)
    check(qtbot, screen)
    assert screen.verdict.title.text() == "2 faults found"
    shown = [label.text() for label in screen.cards[0].findChildren(QLabel)]
    words = FAULTS[FaultKind.CONTAINER_CHANGED]
    for text in (
        words.title,
        RECORD,
        "14-Aug-2026 10:39",
        CHANGED.meaning,
        words.means,
        words.advice,
    ):
        assert text in shown
    marks = {line.part.title: line.counted.text() for line in screen.checklist.lines}
    assert marks["Stored records"] == "1 fault"
    assert marks["The clinic's rules"] == "1 fault"
    assert marks["Sequence numbers"] == "sound"


def test_from_a_fault_one_goes_to_its_place_in_the_ledger(qtbot, screen, clinic, asked):
    clinic.integrity.faults = (OUTCOME, CHANGED)
    check(qtbot, screen)
    assert not screen.cards[1].show_button.isVisible()
    qtbot.mouseClick(screen.cards[0].show_button, Qt.MouseButton.LeftButton)
    assert asked.places == [(Place.LEDGER, ShowTransaction(made_hash("signed")))]


def test_where_a_fault_is_is_copied(qtbot, screen, clinic, asked):
    clinic.integrity.faults = (CHANGED,)
    check(qtbot, screen)
    qtbot.mouseClick(screen.cards[0].where.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == RECORD
    assert asked.notes == [f"Copied: {RECORD}"]


def test_places_in_the_ledger_are_understood():
    assert place_in_ledger("block 12") == ShowBlock(12)
    assert place_in_ledger("blocks 5 to 7") == ShowBlock(5)
    assert place_in_ledger(SIGNED) == ShowTransaction(made_hash("signed"))
    assert place_in_ledger(RECORD) is None
    assert place_in_ledger("transaction 12") is None


def test_thousands_of_faults_are_counted_and_the_first_are_shown(qtbot, screen, clinic):
    clinic.integrity.faults = tuple(
        replace(CHANGED, where=f"record {made_id(str(n))}") for n in range(MOST_CARDS + 1200)
    )
    check(qtbot, screen)
    assert len(screen.cards) == MOST_CARDS
    assert screen.more_faults.text() == "And 1,200 more. The report names every one."
    assert screen.more_faults.isVisible()


def test_progress_is_shown_in_numbers(qtbot, slow, context_for):
    screen = make(qtbot, context_for("karin.lindqvist"))
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    qtbot.mouseClick(screen.check_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: screen.progress.bar.value() == 7)
    assert screen.progress.bar.maximum() == 40
    assert "7 of 40" in [label.text() for label in screen.progress.findChildren(QLabel)]
    assert not screen.check_button.isEnabled()
    assert screen.progress.cancel_button.hasFocus()
    slow.go.set()
    qtbot.waitUntil(screen.verdict.isVisible)
    assert not screen.progress_card.isVisible()
    assert screen.check_button.hasFocus()


def test_a_check_is_stopped_and_says_so(qtbot, slow, context_for):
    screen = make(qtbot, context_for("karin.lindqvist"))
    qtbot.mouseClick(screen.check_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(screen.progress.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not screen.running)
    assert screen.verdict.title.text() == "Stopped before the end"
    assert all(line.counted.text() == "not checked" for line in screen.checklist.lines)


def test_a_check_that_breaks_off_leaves_the_screen_usable(qtbot, slow, context_for, asked):
    screen = make(qtbot, context_for("karin.lindqvist"))
    slow.fails = NotSignedInError("session")
    slow.go.set()
    check(qtbot, screen)
    assert asked.notes == ["You are no longer signed in. Unlock or sign in to go on."]
    assert screen.check_button.isEnabled()
    assert screen.verdict.isVisible()


def test_leaving_for_good_stops_the_check(qtbot, slow, context_for):
    screen = IntegrityScreen(context_for("karin.lindqvist"))
    screen.check()
    run = screen.progress.run
    screen.deleteLater()
    qtbot.waitUntil(lambda: not isValid(screen))
    assert run.stopped()


def test_the_last_check_is_remembered(qtbot, screen, clinic, context_for):
    clinic.integrity.faults = (CHANGED,)
    check(qtbot, screen)
    later = make(qtbot, context_for("tom.hale"))
    qtbot.waitUntil(lambda: later.verdict.title.text() == "1 fault found")
    assert len(later.cards) == 1


def test_the_report_is_copied(qtbot, screen, clinic, asked):
    clinic.integrity.faults = (CHANGED,)
    check(qtbot, screen)
    qtbot.mouseClick(screen.copy_button, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Integrity check of Harbour Street Practice\n")
    assert f"   Where: {RECORD}\n   Since: 14-Aug-2026 10:39\n" in text
    assert FAULTS[FaultKind.CONTAINER_CHANGED].advice in text
    assert asked.notes == ["The report is copied."]


def test_the_report_is_saved_where_one_says(qtbot, screen, asked, tmp_path):
    check(qtbot, screen)
    qtbot.mouseClick(screen.save_button, Qt.MouseButton.LeftButton)
    dialog = screen.findChild(QFileDialog)
    assert dialog.selectedFiles()[0].endswith("integrity-2026-08-14.txt")
    target = tmp_path / "report.txt"
    dialog.fileSelected.emit(str(target))
    assert "No fault found. Everything is as it was signed." in target.read_text("utf-8")
    assert asked.notes == [f"The report is in {target}"]
    dialog.close()


def test_a_folder_that_cannot_be_written_is_said(qtbot, screen, asked, tmp_path):
    check(qtbot, screen)
    screen.save_report(str(tmp_path))
    assert asked.notes == ["That is a folder, not a file."]


def test_lengths_of_time_read_well():
    assert [duration(s) for s in (0.42, 9.96, 31, 75.4)] == [
        "0.4 s",
        "10.0 s",
        "31 s",
        "1 min 15 s",
    ]


def test_a_fault_without_a_time_says_nothing_of_it():
    assert Surroundings().iso_moment("") == ""


def test_everything_focusable_has_a_name_and_no_label_renders_markup(qtbot, screen, clinic):
    clinic.integrity.faults = (replace(CHANGED, meaning="<b>bold</b>"), OUTCOME)
    check(qtbot, screen)
    nameless = [
        widget
        for widget in screen.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]
    assert nameless == []
    assert all(x.textFormat() == Qt.TextFormat.PlainText for x in screen.findChildren(QLabel))


def test_it_is_run_by_keyboard(qtbot, screen):
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    qtbot.keyClick(screen, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: screen.verdict.title.text() == "Everything is as it was signed")


def test_reports_older_than_a_day_keep_their_own_time(qtbot, screen, clinic):
    clinic.world.now = lambda now=clinic.world.now: now() - timedelta(days=3)
    check(qtbot, screen)
    assert "11-Aug-2026 10:40" in screen.verdict.text.text()
