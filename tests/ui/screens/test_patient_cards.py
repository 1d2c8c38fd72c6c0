"""Cards at the front desk: given once, lost, found, replaced; and a guardian for a child."""

import asyncio
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import CardStatus, GuardRule
from ehr_desktop.ui.screens.cards.card_face import CardFace, CardFaceView
from ehr_desktop.ui.screens.cards.pin_pages import AGAIN, CHOOSE
from ehr_desktop.ui.screens.cards.shown_card import last_day_as_a_child
from ehr_desktop.ui.screens.patients.screen import PatientsScreen
from ehr_desktop.ui.shell.context import ShowPatient
from tests.support.memory_cards import SHARES
from tests.support.memory_world import NOON, made_id

PATIENT, CHILD = made_id("patient 0"), made_id("patient 3")
PIN = "258013"


@pytest.fixture
def book(clinic):
    return clinic.world.consent


@pytest.fixture
def desk(qtbot, context_for):
    screen = PatientsScreen(context_for("ines.duarte"))
    qtbot.addWidget(screen)
    screen.resize(1150, 700)
    with qtbot.waitActive(screen):
        screen.show()
    return screen


def click(qtbot, button):
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def section_of(qtbot, desk, patient=PATIENT):
    desk.grant(ShowPatient(patient))
    section = desk.details.card
    qtbot.waitUntil(lambda: section._patient_id == patient and section.status is not None)
    return section


def enter(qtbot, sheet, pin):
    for digit in pin:
        click(qtbot, sheet.pad.keys[digit])


def give_card(qtbot, desk, patient=PATIENT):
    section = section_of(qtbot, desk, patient)
    qtbot.waitUntil(section.give.isVisible)
    click(qtbot, section.give)
    sheet = section.sheet
    click(qtbot, sheet.next)
    enter(qtbot, sheet, PIN)
    enter(qtbot, sheet, PIN)
    qtbot.waitUntil(lambda: sheet.face.face is not None)
    return section, sheet


def confirm(clinic, patient=PATIENT):
    """A doctor confirms what waits."""
    doctor = clinic.actor("karin.lindqvist")
    for waiting in clinic.world.consent.cards[patient].unconfirmed:
        asyncio.run(clinic.cards.confirm(doctor, waiting))


def lost_card(qtbot, desk, clinic):
    section, sheet = give_card(qtbot, desk)
    code = sheet.face.face.code
    click(qtbot, sheet.given)
    confirm(clinic)
    qtbot.waitUntil(section.lose.isVisible)
    click(qtbot, section.lose)
    click(qtbot, section.sheet.confirm_button)
    qtbot.waitUntil(section.found.isVisible)
    return section, code


def test_before_a_card_the_clinics_policy_decides_and_the_screen_says_so(qtbot, desk):
    section = section_of(qtbot, desk)
    assert section.decides.text() == "The clinic's policy decides"


def test_a_card_is_given_with_a_pin_entered_twice_and_what_the_team_keeps(
    qtbot, desk, clinic, book
):
    section = section_of(qtbot, desk)
    click(qtbot, section.give)
    sheet = section.sheet
    assert sheet.keep.chosen >= {Category.NOTES, Category.MENTAL_HEALTH, Category.EMERGENCY}
    sheet.keep.boxes[Category.MENTAL_HEALTH].click()
    click(qtbot, sheet.next)
    assert sheet.asks.text() == CHOOSE
    assert "Turn the screen to the patient" in words(sheet)
    enter(qtbot, sheet, PIN)
    assert sheet.asks.text() == AGAIN
    qtbot.keyClicks(sheet.pad, PIN)
    qtbot.waitUntil(lambda: sheet.face.face is not None)
    assert book.secrets[PATIENT] == (sheet.face.face.code, PIN)
    confirm(clinic)
    assert Category.MENTAL_HEALTH not in book.shares[PATIENT][0].categories
    qtbot.waitUntil(lambda: section.decides.text() == "The patient decides since 14-Aug-2026 10:40")


def test_at_the_desk_a_card_waits_for_a_clinician_and_may_be_made_anew(qtbot, desk, book):
    section, sheet = give_card(qtbot, desk)
    later = (
        "A clinician who did not make it confirms the card at the next visit; until then nothing "
        "changes."
    )
    assert later in words(sheet)
    click(qtbot, sheet.given)
    qtbot.waitUntil(section.unconfirmed.isVisible)
    assert section.decides.text() == "The clinic's policy decides"
    assert "There is no card" not in section.text.text()
    assert words(section.unconfirmed) == (
        "Card 1 waits for a clinician Made by Inês Duarte, 14-Aug-2026 10:40. Until a doctor or "
        "nurse confirms it, the card can only check in."
    )
    # whoever works at the desk cannot confirm, and says nothing of a lost card that opens nothing
    assert [button.text() for button in section.unconfirmed.buttons] == ["Turn away…"]
    for button in (section.lose, section.found, section.replace, section.guardian):
        assert not button.isVisible()
    assert section.give.text() == "Make the card anew…"
    give_card(qtbot, desk)
    assert book.cards[PATIENT].unconfirmed[0].generation == 2


def test_a_doctor_confirms_a_card_when_the_patient_is_there(qtbot, desk, clinic, context_for, book):
    _, sheet = give_card(qtbot, desk)
    click(qtbot, sheet.given)
    room = PatientsScreen(context_for("karin.lindqvist"))
    qtbot.addWidget(room)
    room.resize(1150, 700)
    room.show()
    section = section_of(qtbot, room)
    qtbot.waitUntil(section.unconfirmed.isVisible)
    (button,) = section.unconfirmed.buttons
    click(qtbot, button)
    sheet = section.unconfirmed.confirming.sheet
    assert "Confirm the card of ASHWORTH, Margaret?" in words(sheet)
    assert "Made by Inês Duarte, 14-Aug-2026 10:40" in words(sheet)
    assert "“card\N{NO-BREAK SPACE}1 · 14-Aug-2026”" in words(sheet)
    asked = "Confirm only if the person with you is the patient and shows this card."
    assert asked in words(sheet)
    click(qtbot, sheet.cancel_button)
    assert not book.cards[PATIENT].decides
    click(qtbot, button)
    click(qtbot, section.unconfirmed.confirming.sheet.confirm_button)
    qtbot.waitUntil(lambda: section.decides.text() == "The patient decides since 14-Aug-2026 10:40")
    assert not section.unconfirmed.isVisible()
    assert not section.give.isVisible()


def test_what_a_doctor_makes_counts_at_once_and_nothing_is_said_of_later(qtbot, context_for, book):
    room = PatientsScreen(context_for("karin.lindqvist"))
    qtbot.addWidget(room)
    room.resize(1150, 700)
    room.show()
    section, sheet = give_card(qtbot, room)
    assert "A clinician who did not make it" not in words(sheet)
    click(qtbot, sheet.given)
    qtbot.waitUntil(lambda: section.decides.text() == "The patient decides since 14-Aug-2026 10:40")


def test_the_card_stays_until_it_is_given_and_then_nothing_of_it_is_left(qtbot, desk):
    _, sheet = give_card(qtbot, desk)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isVisible()
    face = sheet.face
    shown = face.grab().toImage()
    click(qtbot, sheet.given)
    assert face.face is None
    assert face._modules == ()
    assert face.grab().toImage() != shown
    assert not sheet.isVisible()


def test_a_card_bears_a_name_a_code_and_nothing_of_the_record(qtbot, desk):
    _, sheet = give_card(qtbot, desk)
    face = sheet.face.face
    assert face.clinic == "Harbour Street Practice"
    assert face.name == "ASHWORTH, Margaret"
    assert face.number == "P-000001 · card 1 · 14-Aug-2026"
    assert "code" not in repr(face)


def test_two_different_pins_are_asked_for_again_and_easy_ones_refused(qtbot, desk, book):
    section = section_of(qtbot, desk)
    click(qtbot, section.give)
    sheet = section.sheet
    click(qtbot, sheet.next)
    enter(qtbot, sheet, "111111")
    enter(qtbot, sheet, "111111")
    qtbot.waitUntil(lambda: "first anybody would try" in words(sheet.failure))
    enter(qtbot, sheet, PIN)
    enter(qtbot, sheet, "258014")
    assert "not the same" in words(sheet.failure)
    assert sheet.asks.text() == CHOOSE
    assert PATIENT not in book.cards


def test_a_digit_is_rubbed_out_and_no_digit_is_ever_shown(qtbot, desk):
    section = section_of(qtbot, desk)
    click(qtbot, section.give)
    sheet = section.sheet
    click(qtbot, sheet.next)
    enter(qtbot, sheet, "12")
    assert sheet.pad.dots.accessibleName() == "2 of 6 digits entered"
    click(qtbot, sheet.pad.rub_out)
    assert sheet.pad.dots.filled == 1
    sheet.leave()
    assert sheet.pad.dots.filled == 0


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (GuardRule(1, 1), "it checks the PIN alone"),
        (GuardRule(2, 3), "no single stolen PC can try PINs"),
        (GuardRule(3, 4), "Any 3 of the 4 workstations together check the PIN"),
    ],
)
def test_the_sheet_says_how_the_pin_is_guarded(qtbot, desk, book, rule, said):
    book.rule = rule
    section = section_of(qtbot, desk)
    click(qtbot, section.give)
    qtbot.waitUntil(section.sheet.rule.isVisible)
    assert said in words(section.sheet.rule)
    assert ("weaker rule" in words(section.sheet.rule)) is (rule.workstations < 4)


def test_a_lost_card_can_be_replaced_only_after_a_day(qtbot, desk, clinic, book):
    section, _ = lost_card(qtbot, desk, clinic)
    assert "A new one can be made from 15-Aug-2026 10:40" in section.text.text()
    assert not section.replace.isEnabled()


def test_a_card_that_was_found_works_again_once_it_was_shown_with_its_pin(
    qtbot, desk, clinic, book
):
    section, code = lost_card(qtbot, desk, clinic)
    click(qtbot, section.found)
    sheet = section.sheet
    qtbot.keyClicks(sheet.code, code)
    qtbot.keyClick(sheet.code, Qt.Key.Key_Return)
    enter(qtbot, sheet, "999990")
    qtbot.waitUntil(lambda: "9 tries are left" in words(sheet.failure))
    enter(qtbot, sheet, PIN)
    qtbot.waitUntil(section.lose.isVisible)
    assert book.cards[PATIENT].lost_since is None


def test_a_new_card_needs_the_custodians_shares(qtbot, desk, clinic, book):
    section, old = lost_card(qtbot, desk, clinic)
    day_ago = NOON - timedelta(hours=25)
    lost = book.cards[PATIENT]
    book.cards[PATIENT] = type(lost)(
        taken=True, generation=1, lost_since=day_ago, replaceable_from=NOON, since=day_ago
    )
    section.show_patient(clinic.world.patients[PATIENT])
    qtbot.waitUntil(section.replace.isEnabled)
    click(qtbot, section.replace)
    sheet = section.sheet
    sheet.shares[0].setText(SHARES[0])
    click(qtbot, sheet.next)
    enter(qtbot, sheet, PIN)
    enter(qtbot, sheet, PIN)
    qtbot.waitUntil(lambda: "too few shares" in words(sheet.failure))
    sheet.begin()
    sheet.shares[1].setText(SHARES[1])
    click(qtbot, sheet.next)
    enter(qtbot, sheet, PIN)
    enter(qtbot, sheet, PIN)
    qtbot.waitUntil(lambda: sheet.face.face is not None)
    assert sheet.face.face.code != old
    assert [field.text() for field in sheet.shares] == ["", ""]
    assert book.cards[PATIENT].generation == 2


def test_a_guardian_shows_a_card_and_decides_until_the_child_is_eighteen(qtbot, desk, clinic):
    section, sheet = give_card(qtbot, desk)
    code = sheet.face.face.code
    click(qtbot, sheet.given)
    section = section_of(qtbot, desk, CHILD)
    qtbot.waitUntil(section.guardian.isVisible)
    click(qtbot, section.guardian)
    sheet = section.sheet
    assert sheet.until.value == date(2037, 9, 29)
    assert not sheet.next.isEnabled()
    sheet.code.setText(code)
    click(qtbot, sheet.next)
    enter(qtbot, sheet, PIN)
    qtbot.waitUntil(section.unconfirmed.isVisible)
    assert "ASHWORTH, Margaret waits to be confirmed as guardian" in words(section.unconfirmed)
    assert section.decides.text() == "The clinic's policy decides"
    assert section.guardian.text() == "Name a guardian anew…"
    confirm(clinic, CHILD)
    qtbot.waitUntil(lambda: "ASHWORTH, Margaret decides for the patient" in section.decides.text())
    assert not section.guardian.isVisible()


def test_a_guardianship_that_is_over_already_cannot_be_named(qtbot, desk, clinic):
    section = section_of(qtbot, desk)
    click(qtbot, section.guardian)
    section.sheet.code.setText("EHR1-ANY")
    until = last_day_as_a_child(clinic.world.patients[PATIENT])
    assert section.sheet.until.value == until < date(2026, 8, 14)
    assert not section.sheet.next.isEnabled()


def test_without_a_printer_the_card_is_saved_and_one_is_told_to_delete_the_file(
    qtbot, desk, tmp_path
):
    assert QPrinterInfo.availablePrinterNames() == []
    _, sheet = give_card(qtbot, desk)
    click(qtbot, sheet.print)
    chooser = sheet.findChildren(QFileDialog)[0]
    target = tmp_path / "card.pdf"
    chooser.fileSelected.emit(str(target))
    chooser.close()
    assert target.read_bytes().startswith(b"%PDF")
    assert "Delete the file once it is printed" in words(sheet)


def test_a_very_long_name_stays_on_the_card(qtbot, theme):
    view = CardFaceView()
    qtbot.addWidget(view)
    name = "Wolfeschlegelsteinhausenbergerdorff " * 4
    view.show_face(CardFace("Clinic " * 20, name, "P-1", "EHR1-ABCDE"))
    image = view.grab().toImage()
    edge = image.pixelColor(image.width() - 4, image.height() // 3)
    assert edge.lightness() > 240


def test_every_place_one_can_reach_has_a_name(qtbot, desk):
    section = section_of(qtbot, desk)
    for button in (section.give, section.guardian):
        click(qtbot, button)
        section.sheet.ask_for_pin()
        nameless = [
            widget
            for widget in section.sheet.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not widget.accessibleName()
            and not getattr(widget, "text", str)()
            and widget.isVisibleTo(section.sheet)
        ]
        assert nameless == []
        section.sheet.leave()


def test_where_a_guardian_decides_a_doctors_card_waits_for_another(
    qtbot, context_for, clinic, book
):
    book.cards[CHILD] = CardStatus(taken=False, since=clinic.world.now())
    screen = PatientsScreen(context_for("karin.lindqvist"))
    qtbot.addWidget(screen)
    screen.resize(1150, 700)
    screen.show()
    section = section_of(qtbot, screen, CHILD)
    click(qtbot, section.guardian)
    assert "until then nothing changes" in words(section.sheet)
    section.sheet.leave()
    section, sheet = give_card(qtbot, screen, CHILD)
    assert "A clinician who did not make it" in words(sheet)
    assert book.cards[CHILD].unconfirmed
