"""Oversight: who reviews whom, what patients ask, and how a record is erased by two people."""

import asyncio
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Basis, Finding, Look
from ehr_desktop.domain.events import EmergencyOpened
from ehr_desktop.ui.screens.patients.screen import PatientsScreen
from ehr_desktop.ui.screens.record.window import RecordWindow
from ehr_desktop.ui.screens.today.screen import TodayScreen
from ehr_desktop.ui.shell.context import Overseen, Place, ShowOverseen, ShowPatient
from tests.support.memory_world import NOON, PASSWORD, made_id

PATIENT = made_id("patient 0")
TODAY = NOON.date()


@pytest.fixture
def today(qtbot, context_for):
    def opener(account):
        screen = TodayScreen(context_for(account))
        qtbot.addWidget(screen)
        screen.resize(1150, 700)
        screen.show()
        qtbot.waitUntil(lambda: screen.date.text() != "")
        return screen

    return opener


def click(qtbot, button):
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def use_emergency(clinic, account="karin.lindqvist", said="Fell <b>badly</b>"):
    actor = clinic.actor(account)
    clinic.world.consent.take_card(PATIENT, NOON)
    asyncio.run(
        clinic.emergency.open(actor, PATIENT, password=PASSWORD, reason="other", words=said)
    )


def ask_question(clinic):
    look = Look(
        transaction=made_id("reading"),
        when=NOON - timedelta(days=2),
        person=clinic.staff("karin.lindqvist").id,
        name="Dr Karin Lindqvist",
        role="doctor",
        workstation="Room 1",
        manner="open",
        purpose="treatment",
        categories=frozenset({Category.NOTES}),
        basis=Basis.POLICY,
    )
    clinic.world.consent.questions.append(("q1", PATIENT, look, "Why my notes?", ""))


def order(clinic, not_before=TODAY):
    admin = clinic.actor("amara.osei")
    return asyncio.run(
        clinic.erasing.order(admin, PATIENT, not_before=not_before, basis="patient-asked")
    )


def test_a_colleague_sees_reason_words_and_time_left_and_says_what_it_was(
    qtbot, oversee, clinic, book
):
    use_emergency(clinic)
    screen = oversee("chidi.okafor")
    (card,) = screen.reviews.cards
    assert "Another emergency" in words(card)
    assert "Fell <b>badly</b>" in words(card)
    assert "Allergies and medicines" in words(card)
    assert "17-Aug-2026 10:40" in words(card)
    click(qtbot, card.justified)
    assert card.error
    assert book.reviews[0].finding is None
    card.words.setPlainText("Asked the ambulance crew.")
    click(qtbot, card.justified)
    qtbot.waitUntil(lambda: book.reviews[0].finding is Finding.JUSTIFIED)
    qtbot.waitUntil(lambda: "Reviewed by Dr Chidi Okafor" in words(screen))


def test_a_reason_without_words_is_not_shown_as_if_somebody_had_written_it(oversee, clinic):
    use_emergency(clinic, said="Another emergency")
    (card,) = oversee("amara.osei").reviews.cards
    assert "Nothing more was written" in words(card)


def test_nobody_reviews_their_own(oversee, clinic):
    use_emergency(clinic)
    (card,) = oversee("karin.lindqvist").reviews.cards
    assert not card.justified.isVisible()
    assert "somebody else reviews it" in words(card)


def test_what_one_is_writing_stays_while_something_else_happens(qtbot, oversee, clinic):
    use_emergency(clinic)
    screen = oversee("amara.osei")
    screen.reviews.cards[0].words.setPlainText("Half a thought")
    use_emergency(clinic, "chidi.okafor")
    qtbot.waitUntil(lambda: len(screen.reviews.cards) == 2)
    assert "Half a thought" in [card.words.toPlainText() for card in screen.reviews.cards]


def test_each_role_sees_what_it_has_to_look_at(oversee):
    titles = {
        account: [
            screen.tabs.tabText(at).split(" (")[0]
            for screen in (oversee(account),)
            for at in range(screen.tabs.count())
        ]
        for account in ("amara.osei", "karin.lindqvist", "ines.duarte")
    }
    assert titles == {
        "amara.osei": ["Emergency access", "Patients' questions", "Erasures"],
        "karin.lindqvist": ["Emergency access", "Erasures"],
        "ines.duarte": ["Patients' questions"],
    }


def test_a_patients_question_is_answered_by_the_front_desk(qtbot, oversee, clinic, book):
    ask_question(clinic)
    screen = oversee("ines.duarte", Overseen.QUESTIONS)
    qtbot.waitUntil(lambda: bool(screen.questions.cards))
    (card,) = screen.questions.cards
    assert "Why my notes?" in words(card)
    assert "ASHWORTH, Margaret · P-000001" in words(card)
    click(qtbot, card.send)
    assert card.error
    card.text.setPlainText("A check of your results.")
    click(qtbot, card.send)
    qtbot.waitUntil(lambda: book.questions[0][4] == "A check of your results.")
    qtbot.waitUntil(lambda: "Answered" in words(screen) or "The clinic's answer" in words(screen))


def test_an_administrator_orders_and_the_record_is_locked_for_everybody(
    qtbot, context_for, clinic, book
):
    screen = PatientsScreen(context_for("amara.osei"))
    qtbot.addWidget(screen)
    screen.resize(1150, 700)
    screen.show()
    screen.grant(ShowPatient(PATIENT))
    section = screen.details.erasure
    qtbot.waitUntil(section.order.isVisible)
    click(qtbot, section.order)
    sheet = section.sheet
    click(qtbot, sheet.order)
    assert sheet.error
    sheet.day.setText("13-Aug-2026")
    click(qtbot, sheet.order)
    assert "over" in sheet.error
    sheet.day.setText("14-Aug-2030")
    click(qtbot, sheet.order)
    qtbot.waitUntil(section.lock.isVisible)
    assert "14-Aug-2030" in words(section.lock)
    assert not screen.details.card.isVisible()
    window = RecordWindow(context_for("karin.lindqvist"), PATIENT)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.closed_page is not None)
    assert "Locked: this record is to be erased" in words(window)
    assert "ASHWORTH, Margaret" in window.closed_page.banner.name.text
    for way in (window.closed_page.ask, window.closed_page.emergency):
        assert not way.isVisible()


def test_a_receptionist_cannot_order(qtbot, context_for, clinic):
    order(clinic)
    screen = PatientsScreen(context_for("ines.duarte"))
    qtbot.addWidget(screen)
    screen.show()
    screen.grant(ShowPatient(PATIENT))
    qtbot.waitUntil(screen.details.erasure.lock.isVisible)
    assert not screen.details.erasure.order.isVisible()


def test_a_chart_that_is_open_closes_when_its_record_is_locked(qtbot, context_for, clinic):
    window = RecordWindow(context_for("karin.lindqvist"), PATIENT)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.view is not None)
    order(clinic)
    qtbot.waitUntil(lambda: window.closed_page is not None)
    assert window.view is None


def test_a_doctor_confirms_with_the_password_and_sees_each_workstation(
    qtbot, oversee, clinic, book
):
    order(clinic)
    screen = oversee("karin.lindqvist", Overseen.ERASURES)
    qtbot.waitUntil(lambda: bool(screen.erasures.cards))
    (card,) = screen.erasures.cards
    assert not card.cancel.isVisible()
    click(qtbot, card.confirm)
    sheet = screen.sheet
    assert not sheet.go.isEnabled()
    sheet.password.setText("wrong")
    click(qtbot, sheet.go)
    qtbot.waitUntil(lambda: sheet.error != "")
    assert book.erasures[PATIENT].confirmed is None
    sheet.password.setText(PASSWORD)
    click(qtbot, sheet.go)
    qtbot.waitUntil(lambda: "Done on 1 of 3; waiting for Room 1, Room 2" in words(screen))
    clinic.erasing.acknowledge(PATIENT)
    qtbot.waitUntil(lambda: "Done on 3 of 3" in words(screen))


def test_before_its_day_nobody_can_confirm(qtbot, oversee, clinic):
    order(clinic, TODAY + timedelta(days=30))
    screen = oversee("karin.lindqvist", Overseen.ERASURES)
    qtbot.waitUntil(lambda: bool(screen.erasures.cards))
    (card,) = screen.erasures.cards
    assert not card.confirm.isEnabled()
    assert "It can be confirmed from 13-Sep-2026 on." in words(card)


def test_the_administrator_who_ordered_it_can_only_take_it_back(qtbot, oversee, clinic, book):
    order(clinic)
    screen = oversee("amara.osei", Overseen.ERASURES)
    qtbot.waitUntil(lambda: bool(screen.erasures.cards))
    (card,) = screen.erasures.cards
    assert not card.confirm.isVisible()
    click(qtbot, card.cancel)
    qtbot.waitUntil(lambda: PATIENT not in book.erasures)


def test_today_tells_of_a_review_and_leads_to_it(qtbot, today, clinic, asked):
    screen = today("chidi.okafor")
    assert not screen.consent.look.isVisible()
    use_emergency(clinic)
    clinic.world.publish(EmergencyOpened(PATIENT, clinic.staff("karin.lindqvist").id))
    qtbot.waitUntil(lambda: "1 emergency access to review" in words(screen.consent))
    assert "by 17-Aug-2026 10:40" in words(screen.consent)
    button = next(
        b for b in screen.consent.findChildren(QWidget) if b.accessibleName().startswith("Review:")
    )
    click(qtbot, button)
    assert asked.places[-1] == (Place.OVERSIGHT, ShowOverseen(Overseen.REVIEWS))


def test_ones_own_emergency_access_is_nothing_to_look_at(qtbot, today, clinic):
    use_emergency(clinic)
    screen = today("karin.lindqvist")
    ask_question(clinic)
    qtbot.wait(300)
    assert not screen.consent.look.isVisible()


def test_today_tells_clinicians_of_cards_that_wait_and_has_them_confirmed(
    qtbot, today, clinic, book, asked
):
    desk = clinic.actor("ines.duarte")
    others = [made_id(f"patient {number}") for number in range(1, 5)]
    for patient in others:
        asyncio.run(clinic.cards.take(desk, patient, "258013", frozenset()))
    screen = today("karin.lindqvist")
    waiting = screen.consent.unconfirmed
    qtbot.waitUntil(lambda: "4 cards wait for a clinician" in words(waiting))
    buttons = waiting.findChildren(QPushButton)
    assert len(buttons) == 3
    said = words(waiting)
    whose = clinic.world.patients[others[0]].name
    assert f"{whose} Card made by Inês Duarte, 14-Aug-2026 10:40" in said
    click(qtbot, buttons[0])
    click(qtbot, screen.consent.confirming.sheet.confirm_button)
    qtbot.waitUntil(lambda: "3 cards wait for a clinician" in words(waiting))
    assert asked.notes == ["The card is confirmed"]
    assert [book.status(patient).decides for patient in others].count(True) == 1


def test_what_came_up_while_today_was_not_seen_is_there_when_one_comes_back(qtbot, today, clinic):
    screen = today("karin.lindqvist")
    qtbot.waitUntil(lambda: screen.consent._work is not None)
    screen.hide()
    asyncio.run(clinic.cards.take(clinic.actor("ines.duarte"), PATIENT, "258013", frozenset()))
    screen._context.bridge.settle(5.0)
    screen.show()
    qtbot.waitUntil(screen.consent.unconfirmed.isVisible)


def test_a_card_one_cannot_confirm_is_no_work_of_ones_own(qtbot, today, clinic):
    asyncio.run(clinic.cards.take(clinic.actor("ines.duarte"), PATIENT, "258013", frozenset()))
    screen = today("ines.duarte")
    qtbot.wait(300)
    assert not screen.consent.unconfirmed.isVisible()


def test_today_shows_who_was_asked_and_leads_into_the_chart(qtbot, today, clinic, book, asked):
    doctor = clinic.actor("karin.lindqvist")
    book.take_card(PATIENT, NOON)
    asyncio.run(
        clinic.sharing.ask(
            doctor,
            PATIENT,
            categories=frozenset({Category.NOTES}),
            purpose="treatment",
            until=None,
            keep_until=None,
        )
    )
    screen = today("karin.lindqvist")
    qtbot.waitUntil(lambda: "Waiting for the patient: Notes" in words(screen.consent))
    for event in book.answer(book.requests[0].id, NOON, granted=True):
        clinic.world.publish(event)
    qtbot.waitUntil(lambda: "Allowed: Notes" in words(screen.consent))
    button = next(
        b
        for b in screen.consent.findChildren(QWidget)
        if b.accessibleName() == "Open the chart of ASHWORTH, Margaret" and b.isVisible()
    )
    click(qtbot, button)
    assert asked.charts == [PATIENT]


def test_every_place_one_can_reach_has_a_name_and_every_text_is_plain(qtbot, oversee, clinic):
    use_emergency(clinic)
    ask_question(clinic)
    order(clinic)
    screen = oversee("amara.osei")
    qtbot.waitUntil(lambda: bool(screen.erasures.cards))
    for page in Overseen:
        screen.grant(ShowOverseen(page))
        nameless = [
            widget
            for widget in screen.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not widget.accessibleName()
            and not getattr(widget, "text", str)()
            and widget.isVisibleTo(screen)
        ]
        assert nameless == []
    labels = screen.findChildren(QLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
