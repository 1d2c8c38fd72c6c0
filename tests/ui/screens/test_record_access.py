"""The chart's page on access: who decides, who may see what, who looked, and handing on."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from shiboken6 import delete

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    Basis,
    EndingProgress,
    Finding,
    GranteeKind,
    GrantState,
    Look,
    Share,
)
from ehr_desktop.domain.people import Role
from ehr_desktop.ui.screens.record.hand_on_sheet import HandOnSheet
from ehr_desktop.ui.screens.record.window import RecordWindow
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.row_delegate import CellRole
from tests.support.memory_world import NOON, made_id

PATIENT = made_id("patient 0")
MINE = frozenset({Category.NOTES, Category.LABS})
CLINICIANS = {Role.DOCTOR, Role.NURSE}
WHY, BASIS = 3, 4


@pytest.fixture
def book(clinic):
    return clinic.world.consent


@pytest.fixture
def access(qtbot, context_for, book):
    opened = []

    def opener():
        window = RecordWindow(context_for("karin.lindqvist"), PATIENT)
        opened.append(window)
        window.resize(1366, 768)
        window.show()
        qtbot.waitUntil(lambda: window.view is not None)
        click(qtbot, window.view.log_button)
        page = window.view.access
        qtbot.waitUntil(page.decides.isVisible)
        return page

    yield opener
    for each in opened:
        delete(each)


def click(qtbot, button):
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def share(clinic, **change):
    made = Share(
        id="mine",
        grantee_kind=GranteeKind.PERSON,
        grantee=clinic.staff("karin.lindqvist").id,
        name="Dr Karin Lindqvist",
        categories=MINE,
        purpose="treatment",
        start=NOON,
        until=NOON + timedelta(days=20),
        state=GrantState.ACTIVE,
        reshare=True,
    )
    return replace(made, **change)


def look(clinic, **change):
    made = Look(
        transaction=made_id("reading"),
        when=NOON - timedelta(hours=1),
        person=clinic.staff("karin.lindqvist").id,
        name="Dr Karin Lindqvist",
        role="doctor",
        workstation="Room 1",
        manner="open",
        purpose="treatment",
        categories=MINE,
        basis=Basis.PATIENT,
    )
    return replace(made, **change)


def test_without_a_card_the_page_says_that_policy_decides_and_what_that_is(access):
    said = words(access())
    assert "The clinic's policy decides" in said
    assert "The care team sees everything medical" in said


def test_a_card_that_waits_is_confirmed_in_the_chart_by_who_has_not_made_it(
    access, clinic, book, qtbot
):
    asyncio.run(clinic.cards.take(clinic.actor("ines.duarte"), PATIENT, "258013", MINE))
    page = access()
    said = words(page)
    assert "The clinic's policy decides" in said
    assert "The care team sees everything medical" in said
    assert "Card 1 waits for a clinician Made by Inês Duarte, 14-Aug-2026 10:40" in said
    (button,) = page.unconfirmed.buttons
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    sheet, window = page.unconfirmed.confirming.sheet, page.window()
    qtbot.mouseClick(sheet.confirm_button, Qt.MouseButton.LeftButton)
    # the chart is opened anew, without what is closed to the doctor now
    qtbot.waitUntil(lambda: window.view is not None and window.view.access is not page)
    click(qtbot, window.view.log_button)
    page = window.view.access
    qtbot.waitUntil(lambda: "The patient decides" in words(page))
    assert not page.unconfirmed.isVisible()
    assert "The care team sees everything medical" not in words(page)
    assert book.shares[PATIENT][0].categories == MINE


def test_each_share_is_told_with_whom_what_until_when_and_how_it_stands(
    qtbot, access, clinic, book
):
    book.take_card(PATIENT, NOON)
    ending = EndingProgress(("Desk", "Room 1", "Lab"), ("Room 2",), resealed=True)
    book.shares[PATIENT] = [
        share(clinic),
        share(clinic, id="b", grantee="x", name="<i>Dr Lima</i>", reshare=False, ending=ending,
              state=GrantState.ENDING, until=None),
    ]  # fmt: skip
    page = access()
    qtbot.waitUntil(lambda: "<i>Dr Lima</i>" in words(page.shares))
    said = words(page.shares)
    assert "Laboratory results; notes · Treatment · until 03-Sep-2026 10:40" in said
    assert "without end · done on 3 of 4; waiting for Room 2" in said


def test_lines_that_say_the_same_stay_where_they_are(qtbot, access, clinic, book):
    book.take_card(PATIENT, NOON)
    book.shares[PATIENT] = [share(clinic)]
    page = access()
    qtbot.waitUntil(lambda: "Dr Karin Lindqvist" in words(page.shares))
    (line,) = page.shares._lines
    page.shares.show_shares([share(clinic)], is_policy=False)
    assert page.shares._lines == [line]
    page.shares.show_shares([share(clinic, reshare=False)], is_policy=False)
    assert page.shares._lines != [line]


def test_emergency_access_has_its_own_colour_and_its_reason(access, clinic, book, qtbot):
    book.take_card(PATIENT, NOON, MINE)
    book.looks[PATIENT] = [
        look(clinic, basis=Basis.EMERGENCY, reason="unconscious", finding=Finding.QUESTIONED),
        look(clinic),
        look(clinic, own=True, manner="print"),
    ]
    page = access()
    qtbot.waitUntil(lambda: page.looks.rowCount() == 3)

    def cell(row, column, role=Qt.ItemDataRole.DisplayRole):
        return page.looks.index(row, column).data(role)

    tones = [cell(row, BASIS, CellRole.TONE) for row in range(3)]
    assert tones[0] is Tone.DANGER
    assert Tone.DANGER not in tones[1:]
    assert cell(0, BASIS) == "Emergency access: questioned"
    assert cell(0, WHY) == "Unconscious or not responding"
    assert cell(1, BASIS) == "Allowed by the patient"
    assert cell(2, 1) == "The patient"
    assert cell(1, 2) == "Laboratory results; notes"
    assert cell(2, 2) == "Printed: laboratory results; notes"


def test_a_grant_is_handed_on_to_a_colleague_narrower_and_never_longer(qtbot, access, clinic, book):
    book.take_card(PATIENT, NOON)
    book.shares[PATIENT] = [share(clinic)]
    page = access()
    qtbot.waitUntil(lambda: "Dr Karin Lindqvist" in words(page.shares))
    (button,) = [b for b in page.shares.findChildren(QPushButton) if b.isVisible()]
    click(qtbot, button)
    (sheet,) = page.window().findChildren(HandOnSheet)
    qtbot.waitUntil(sheet.give.isEnabled)
    offered = {sheet.colleague.itemText(at) for at in range(sheet.colleague.count())}
    assert offered == {"Dr Chidi Okafor", "Tom Hale"}
    sheet.ticks.boxes[Category.LABS].setChecked(False)
    sheet.until.choose("year")
    click(qtbot, sheet.give)
    qtbot.waitUntil(lambda: len(book.shares[PATIENT]) == 2)
    given = book.shares[PATIENT][1]
    assert given.categories == {Category.NOTES}
    assert given.until == NOON + timedelta(days=20)
    qtbot.waitUntil(lambda: "handed on by Dr Karin Lindqvist" in words(page.shares))


def test_what_the_team_may_hand_on_it_hands_to_who_is_not_of_the_team(qtbot, access, clinic, book):
    book.take_card(PATIENT, NOON, MINE)
    book.shares[PATIENT] = [replace(book.shares[PATIENT][0], reshare=True)]
    page = access()
    qtbot.waitUntil(lambda: "may be handed on" in words(page.shares))
    (button,) = [b for b in page.shares.findChildren(QPushButton) if b.isVisible()]
    click(qtbot, button)
    (sheet,) = page.window().findChildren(HandOnSheet)
    qtbot.waitUntil(sheet.give.isEnabled)
    offered = {sheet.colleague.itemText(at) for at in range(sheet.colleague.count())}
    team = {one.display_name for one in clinic.world.staff.values() if one.role in CLINICIANS}
    assert offered
    assert not offered & team


@pytest.mark.parametrize(
    "change", [{"reshare": False}, {"grantee": "somebody"}, {"state": GrantState.REVOKED}]
)
def test_only_ones_own_grant_that_holds_and_allows_it_is_handed_on(
    qtbot, access, clinic, book, change
):
    book.take_card(PATIENT, NOON, MINE)
    book.shares[PATIENT].append(share(clinic, **change))
    page = access()
    qtbot.waitUntil(lambda: "Dr Karin Lindqvist" in words(page.shares))
    assert [b for b in page.shares.findChildren(QPushButton) if b.isVisible()] == []
