"""Recovery: a backup is written, custodians are named and tried, keys are handed on."""

import pytest
from PySide6.QtCore import Qt

from ehr_desktop.domain.consent import PaperShare
from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.domain.people import Team
from ehr_desktop.ui.screens.people import PeopleScreen
from ehr_desktop.ui.screens.recovery.screen import RecoveryScreen
from ehr_desktop.ui.screens.recovery.share_paper import share_document, write_pdf
from tests.support.memory_recovery import words_of
from tests.ui.conftest import SUGGESTION


@pytest.fixture
def screen(qtbot, context_for):
    screen = RecoveryScreen(context_for("amara.osei"))
    qtbot.addWidget(screen)
    screen.resize(1150, 700)
    screen.show()
    qtbot.waitUntil(lambda: screen._clinic != "" and settled(screen))
    yield screen
    qtbot.waitUntil(lambda: settled(screen))


def settled(screen):
    return not screen._live._under_way and not screen._live._stale


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def types(entry, generation, *numbers):
    for field, number in zip(entry.fields, numbers, strict=True):
        field.input.setPlainText(words_of(generation, number))


def says(callout):
    return callout.accessibleName()


async def named(clinic, threshold=3, count=5):
    return await clinic.recovery.set_custodians(clinic.actor("amara.osei"), threshold, count)


def name_custodians(qtbot, screen, clinic, tmp_path):
    click(qtbot, screen.custodians.name_button)
    drawer = screen.drawer
    click(qtbot, drawer.button)
    qtbot.waitUntil(lambda: drawer.step == 1)
    assert not drawer.button.isEnabled(), "no paper is out yet"
    for number in range(1, 6):
        drawer.papers.save(number, str(tmp_path / f"share-{number}.pdf"))
    click(qtbot, drawer.button)
    assert drawer.step == 2
    return drawer


def test_without_a_backup_and_custodians_the_screen_says_what_that_means(screen):
    assert "no backup" in says(screen.backup.state)
    assert "no custodians" in says(screen.custodians.state)
    assert not screen.custodians.rehearse_button.isVisible()


def test_a_backup_is_written_and_shown(qtbot, screen, clinic, asked, tmp_path):
    screen.backup.back_up_to(str(tmp_path))
    qtbot.waitUntil(lambda: "before there were custodians" in says(screen.backup.state))
    assert asked.notes == [f"The backup is {clinic.recovery.last.path}"]
    clinic.recovery.was(3)
    screen.refresh()
    qtbot.waitUntil(lambda: "11-Aug-2026" in says(screen.backup.state))
    click(qtbot, screen.backup.button)
    qtbot.waitUntil(lambda: clinic.recovery.last.path.parent.as_posix() == "/media/stick")


def test_what_goes_wrong_with_a_backup_is_said_and_the_last_one_stays(qtbot, screen, clinic):
    clinic.recovery.was(3)
    clinic.recovery.broken = InvalidInputError("folder", "full")
    screen.backup.back_up_to("/media/stick")
    qtbot.waitUntil(screen.backup.problem.isVisible)
    assert "not enough room" in says(screen.backup.problem)
    assert screen.backup.button.isEnabled()


def test_an_erased_patients_key_that_is_still_on_the_stick_is_told(qtbot, screen, clinic):
    clinic.recovery.was(3, keys_owed=True)
    screen.refresh()
    qtbot.waitUntil(lambda: "erased patient" in says(screen.backup.state))
    assert "/media/stick" in says(screen.backup.state)


def test_custodians_are_named_once_their_papers_were_typed_back(
    qtbot, screen, clinic, asked, tmp_path
):
    drawer = name_custodians(qtbot, screen, clinic, tmp_path)
    assert len(drawer.entry.fields) == 3
    assert not drawer.current.isVisible()
    types(drawer.entry, 1, 1, 2, 2)
    click(qtbot, drawer.button)
    qtbot.waitUntil(drawer.problem.isVisible)
    assert "too few" in says(drawer.problem)
    assert clinic.recovery.now.generation == 0
    types(drawer.entry, 1, 1, 2, 4)
    click(qtbot, drawer.button)
    qtbot.waitUntil(lambda: clinic.recovery.now.generation == 1)
    qtbot.waitUntil(lambda: "Any 3 of 5" in says(screen.custodians.state))
    assert "Any 3 of 5" in asked.notes[-1]


def test_a_drawn_key_that_was_left_changes_nothing(qtbot, screen, clinic, tmp_path):
    drawer = name_custodians(qtbot, screen, clinic, tmp_path)
    drawer.leave()
    assert clinic.recovery.now.generation == 0
    assert drawer.papers._shares == ()


def test_new_custodians_need_some_of_the_present_papers(qtbot, screen, clinic, bridge, tmp_path):
    bridge.call(screen, named(clinic), done=lambda _: None, failed=print)
    qtbot.waitUntil(lambda: screen.state.custody.generation == 1)
    assert screen.custodians.name_button.text() == "Replace custodians"
    drawer = name_custodians(qtbot, screen, clinic, tmp_path)
    assert drawer.current.isVisible()
    types(drawer.entry, 2, 1, 2, 3)
    types(drawer.current, 1, 5, 4, 3)
    click(qtbot, drawer.button)
    qtbot.waitUntil(lambda: clinic.recovery.now.generation == 2)


def test_a_rehearsal_tells_whether_the_papers_hold_and_forgets_them(qtbot, screen, clinic, bridge):
    bridge.call(screen, named(clinic), done=lambda _: None, failed=print)
    qtbot.waitUntil(lambda: screen.state.custody.generation == 1)
    click(qtbot, screen.custodians.rehearse_button)
    drawer = screen.drawer
    click(qtbot, drawer.button)
    assert drawer.entry.fields[0].error
    types(drawer.entry, 2, 1, 2, 3)
    click(qtbot, drawer.button)
    qtbot.waitUntil(drawer.answer.isVisible)
    assert "older" in says(drawer.answer)
    types(drawer.entry, 1, 1, 2, 3)
    click(qtbot, drawer.button)
    qtbot.waitUntil(lambda: "These papers give" in says(drawer.answer))
    assert drawer.entry.texts == ["", "", ""]


def test_the_custodians_hand_a_key_on_that_nobody_is_left_to_hand_on(qtbot, screen, clinic, bridge):
    clinic.world.awaiting.add(clinic.staff("karin.lindqvist").id)
    bridge.call(screen, named(clinic), done=lambda _: None, failed=print)
    qtbot.waitUntil(screen.custodians.waiting.isVisible)
    assert "Karin Lindqvist" in says(screen.custodians.waiting)
    click(qtbot, screen.custodians.hand_button)
    types(screen.drawer.entry, 1, 1, 2, 3)
    click(qtbot, screen.drawer.button)
    qtbot.waitUntil(lambda: clinic.recovery.handed == [Team.CLINICAL])
    qtbot.waitUntil(lambda: not screen.custodians.waiting.isVisible())


def test_a_paper_holds_the_words_in_their_order(qapp, tmp_path):
    share = PaperShare(2, 5, 3, words_of(1, 2))
    document = share_document(share, "<b>Harbour</b>", "14-Aug-2026")
    text = document.toPlainText()
    assert "<b>Harbour</b>" in text
    places = [text.index(f"{n}  {word}") for n, word in enumerate(share.words.split(), 1)]
    assert places == sorted(places)
    file = tmp_path / "share.pdf"
    assert write_pdf(document, str(file), "Share")
    assert file.stat().st_size > 5000


def test_a_forgotten_password_is_replaced_by_whoever_forgot_it(
    qtbot, context_for, password_rules, clinic, asked
):
    screen = PeopleScreen(context_for("amara.osei"), password_rules)
    qtbot.addWidget(screen)
    screen.resize(1150, 700)
    screen.show()
    qtbot.waitUntil(lambda: screen.model.rowCount() == 5)
    rows = [screen.model.at(row) for row in range(5)]
    screen.table.selectRow(rows.index(clinic.staff("amara.osei")))
    assert not screen.forgotten_button.isEnabled(), "not one's own"
    tom = clinic.staff("tom.hale")
    screen.table.selectRow(rows.index(tom))
    click(qtbot, screen.forgotten_button)
    click(qtbot, screen.forgotten.save)
    assert screen.forgotten.password.field.error
    screen.forgotten.password.suggest_button.click()
    with qtbot.waitSignal(screen.model.modelReset):
        click(qtbot, screen.forgotten.save)
    qtbot.waitUntil(lambda: clinic.world.passwords[tom.id] == SUGGESTION)
    qtbot.waitUntil(lambda: "Tom Hale signs in with the new password" in " ".join(asked.notes))
