"""A patient takes a card, is asked, allows, stops; an emergency is reviewed; a record is erased: on
the real screens of a real clinic, by clicks.
"""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Basis, Finding
from ehr_desktop.domain.people import Role
from ehr_desktop.services.demo_clinic import PASS_PHRASE
from ehr_desktop.ui.shell.context import Overseen, Place, ShowOverseen, ShowPatient
from tests.support.real_program import running_program

PIN = "592741"


@pytest.fixture(scope="module")
def program(qapp, tmp_path_factory):
    yield from running_program(qapp, tmp_path_factory.mktemp("consent") / "clinic")


class Story:
    """One patient's story, told from screen to screen."""

    def __init__(self, program):
        self.program = program
        self.door = program.desktop.door
        area = program.become(Role.DOCTOR)
        page = program.ask(self.door.patients.search(area.actor, ""))
        self.patient = page.matches[0].patient
        chart = program.ask(self.door.charts.open(area.actor, self.patient.id))
        program.ask(self.door.charts.add_note(chart, "Visit", "Sleeps badly since March."))
        program.ask(self.door.charts.add_allergy(chart, "Penicillin"))

    def click(self, button):
        self.program.until(lambda: button.isVisible() and button.isEnabled())
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def words(self, widget):
        return " ".join(w.text() for w in widget.findChildren(QLabel) if w.isVisible())

    def give_card(self):
        """The front desk gives a card; the care team keeps nothing. Gives the code."""
        area = self.program.become(Role.RECEPTIONIST)
        area.navigate(Place.PATIENTS, ShowPatient(self.patient.id))
        section = area.stack.currentWidget().details.card
        self.click(section.give)
        sheet = section.sheet
        for box in sheet.keep.boxes.values():
            box.setChecked(False)
        self.click(sheet.next)
        for _ in range(2):
            QTest.keyClicks(sheet.pad, PIN)
        self.program.until(lambda: sheet.face.face is not None)
        code = sheet.face.face.code
        self.click(sheet.given)
        self.program.until(section.unconfirmed.isVisible)
        assert "The clinic's policy decides" in section.decides.text()
        return code

    def confirm_card(self):
        """The doctor finds it on Today, and confirms it."""
        area = self.program.become(Role.DOCTOR)
        area.navigate(Place.TODAY)
        consent = area.stack.currentWidget().consent
        self.program.until(consent.unconfirmed.isVisible)
        self.click(consent.unconfirmed.findChild(QPushButton))
        self.click(consent.confirming.sheet.confirm_button)
        self.program.until(lambda: not consent.unconfirmed.isVisible())

    def open_record(self):
        area = self.program.become(Role.DOCTOR)
        area.open_chart(self.patient.id)
        (window,) = area.charts.windows
        self.program.until(lambda: window.view is not None or window.closed_page is not None)
        return window


@pytest.fixture(scope="module")
def story(program):
    return Story(program)


def test_from_the_card_to_the_erasure(program, story):
    code = story.give_card()
    story.confirm_card()
    window = asks(program, story)
    patient, share = allows_the_notes(program, story, code)
    is_let_in(program, story, window)
    stops(program, story, patient, share, window)
    opens_in_an_emergency(program, story, window)
    is_reviewed(program, story)
    is_locked(program, story)
    is_erased(program, story)


def asks(program, story):
    window = story.open_record()
    assert window.view is None
    program.until(lambda: "The patient decides since" in story.words(window.closed_page))
    story.click(window.closed_page.ask)
    story.click(window.asking.send)
    program.until(window.closed_page.withdraw.isVisible)
    return window


def allows_the_notes(program, story, code):
    """The patient shows the card at the kiosk and allows less than was asked for."""
    status, doctor = story.door.cards.status, program.actors[Role.DOCTOR]
    program.until(lambda: program.ask(status(doctor, story.patient.id)).keys_reached)
    kiosk = story.door.kiosk
    patient = program.ask(kiosk.open(code, PIN))
    (asked,) = program.ask(kiosk.requests(patient))
    share = program.ask(
        kiosk.approve(patient, asked.id, categories=frozenset({Category.NOTES}), until=None)
    )
    return patient, share


def is_let_in(program, story, window):
    program.until(window.closed_page.open.isVisible)
    program.until(lambda: QApplication.focusWidget() is window.closed_page.open)
    story.click(window.closed_page.open)
    program.until(lambda: window.view is not None)
    program.until(lambda: window.view.banner.allergies.text == "Allergies unavailable")
    program.until(lambda: "Closed to you: Allergies and medicines" in story.words(window.view))
    window.view.go_to("notes")
    program.until(lambda: "Sleeps badly since March." in story.words(window.view))


def stops(program, story, patient, share, window):
    """The chart that is open closes by itself."""
    program.ask(story.door.kiosk.stop(patient, share.id))
    program.ask(story.door.kiosk.close(patient))
    program.until(lambda: window.closed_page is not None)
    assert window.view is None
    program.until(window.closed_page.ask.isVisible)


def opens_in_an_emergency(program, story, window):
    story.click(window.closed_page.emergency)
    story.click(window.emergency.reasons["unconscious"])
    QTest.keyClicks(window.emergency.password, PASS_PHRASE)
    story.click(window.emergency.go)
    program.until(lambda: window.view is not None)
    program.until(lambda: window.view.banner.allergies.text == "Known allergies: Penicillin")
    program.until(window.view.strip.isVisible)
    window.view.go_to("access")
    looks = window.view.access.looks

    def bases():
        return {looks.row(at).basis for at in range(looks.rowCount())}

    program.until(lambda: bases() >= {Basis.EMERGENCY, Basis.PATIENT, Basis.POLICY})
    window.close()


def is_reviewed(program, story):
    area = program.become(Role.ADMINISTRATOR)
    area.navigate(Place.OVERSIGHT, ShowOverseen(Overseen.REVIEWS))
    screen = area.stack.currentWidget()
    program.until(lambda: bool(screen.reviews.cards))
    card = screen.reviews.cards[0]
    program.until(lambda: "Unconscious or not responding" in story.words(card))
    card.words.setPlainText("Asked the ambulance crew.")
    story.click(card.justified)
    program.until(lambda: screen.reviews.cards[0].review.finding is Finding.JUSTIFIED)


def is_locked(program, story):
    area = program.area
    area.navigate(Place.PATIENTS, ShowPatient(story.patient.id))
    section = area.stack.currentWidget().details.erasure
    story.click(section.order)
    section.sheet.day.setText(area.context.now().date().isoformat())
    story.click(section.sheet.order)
    program.until(section.lock.isVisible)
    window = story.open_record()
    program.until(lambda: "Locked: this record is to be erased" in story.words(window.closed_page))
    window.close()


def is_erased(program, story):
    area = program.become(Role.DOCTOR)
    area.navigate(Place.OVERSIGHT, ShowOverseen(Overseen.ERASURES))
    screen = area.stack.currentWidget()
    program.until(lambda: bool(screen.erasures.cards))
    story.click(screen.erasures.cards[0].confirm)
    screen.sheet.password.setText(PASS_PHRASE)
    story.click(screen.sheet.go)
    program.until(lambda: "Done on 1 of 1" in story.words(screen))
    assert story.patient.demographics.family.upper() not in story.words(screen)
