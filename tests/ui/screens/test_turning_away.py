"""A card that waits for a clinician is turned away: in the registration, and on Today."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from ehr_desktop.ui.screens.patients.screen import PatientsScreen
from ehr_desktop.ui.screens.today.screen import TodayScreen
from ehr_desktop.ui.shell.context import ShowPatient
from tests.support.memory_world import made_id

PATIENT = made_id("patient 0")


@pytest.fixture
def book(clinic):
    return clinic.world.consent


@pytest.fixture(autouse=True)
def waiting(clinic):
    """The desk has made a card."""
    asyncio.run(clinic.cards.take(clinic.actor("ines.duarte"), PATIENT, "258013", frozenset()))


@pytest.fixture
def section_for(qtbot, context_for):
    kept = []

    def show(who):
        screen = PatientsScreen(context_for(who))
        # nobody else does, and it would go under the section
        kept.append(screen)
        qtbot.addWidget(screen)
        screen.resize(1150, 700)
        screen.show()
        screen.grant(ShowPatient(PATIENT))
        section = screen.details.card
        qtbot.waitUntil(section.unconfirmed.isVisible)
        return section

    yield show
    kept.clear()


def click(qtbot, button):
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_a_doctor_turns_a_card_away_and_the_desk_sees_by_whom(qtbot, section_for, clinic, book):
    at_desk, section = section_for("ines.duarte"), section_for("karin.lindqvist")
    confirming, told = section.unconfirmed.confirming, []
    section.told.connect(told.append)
    click(qtbot, section.unconfirmed.buttons[0])
    asked = confirming.sheet
    # neither answer looks like the one that is wanted
    assert asked.deny_button.text() == "This is not the patient…"
    assert asked.deny_button.property("look") == asked.confirm_button.property("look")
    click(qtbot, asked.deny_button)
    assert confirming.sheet is not asked
    assert "Turn the card of ASHWORTH, Margaret away?" in words(confirming.sheet)
    click(qtbot, confirming.sheet.cancel_button)
    assert book.cards[PATIENT].unconfirmed

    click(qtbot, section.unconfirmed.buttons[0])
    click(qtbot, confirming.sheet.deny_button)
    click(qtbot, confirming.sheet.confirm_button)
    qtbot.waitUntil(lambda: told == ["The card was turned away"])
    qtbot.waitUntil(lambda: not section.unconfirmed.isVisible())
    by = "Card 1 was turned away by Dr Karin Lindqvist, 14-Aug-2026 10:40."
    qtbot.waitUntil(lambda: at_desk.turned_away.text() == by)
    assert at_desk.turned_away.isVisible()
    assert "There is no card" in at_desk.text.text()
    assert at_desk.give.text() == "Give a card…"

    # until there is another, which has the next number
    desk = clinic.actor("ines.duarte")
    made = asyncio.run(clinic.cards.take(desk, PATIENT, "258013", frozenset()))
    assert made.generation == 2
    qtbot.waitUntil(lambda: not at_desk.turned_away.isVisible())


def test_who_has_made_a_card_turns_it_away_and_nobody_else_at_the_desk(qtbot, section_for, book):
    assert section_for("amara.osei").unconfirmed.buttons == []
    section = section_for("ines.duarte")
    (button,) = section.unconfirmed.buttons
    assert button.accessibleName() == "Turn away: Card 1 waits for a clinician"
    click(qtbot, button)
    click(qtbot, section.unconfirmed.confirming.sheet.confirm_button)
    qtbot.waitUntil(section.turned_away.isVisible)
    assert "Card 1 was turned away by Inês Duarte" in section.turned_away.text()
    assert book.cards[PATIENT].unconfirmed == ()


def test_what_is_turned_away_on_today_waits_there_no_longer(qtbot, context_for, book, asked):
    screen = TodayScreen(context_for("karin.lindqvist"))
    qtbot.addWidget(screen)
    screen.resize(1150, 760)
    screen.show()
    consent = screen.consent
    qtbot.waitUntil(consent.unconfirmed.isVisible)
    click(qtbot, consent.unconfirmed.findChild(QPushButton))
    click(qtbot, consent.confirming.sheet.deny_button)
    click(qtbot, consent.confirming.sheet.confirm_button)
    qtbot.waitUntil(lambda: not consent.unconfirmed.isVisible())
    assert asked.notes == ["The card was turned away"]
    assert book.status(PATIENT).is_policy
