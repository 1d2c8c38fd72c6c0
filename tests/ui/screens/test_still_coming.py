"""A chart of which something has not come to this workstation yet says so, until it has."""

import pytest
from PySide6.QtWidgets import QLabel
from shiboken6 import delete

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import NotHereYetError
from ehr_desktop.domain.events import ChartChanged, ContainersArrived
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.screens.record.printing import section_document
from ehr_desktop.ui.screens.record.window import RecordWindow
from tests.support.memory_world import made_id

PATIENT, NOBODYS_ALLERGIES = made_id("patient 0"), made_id("patient 1")
TWO_MORE = "2 entries of allergies and medicines have not reached this PC yet."


@pytest.fixture
def open_record(qtbot, context_for):
    opened = []

    def opener(patient):
        window = RecordWindow(context_for("karin.lindqvist"), patient)
        opened.append(window)
        window.resize(1366, 768)
        window.show()
        qtbot.waitUntil(lambda: window.view is not None)
        return window

    yield opener
    for each in opened:
        delete(each)


def words(widget):
    return [label.text() for label in widget.findChildren(QLabel) if not label.isHidden()]


def test_what_has_not_come_is_said_and_none_is_not(open_record, clinic):
    clinic.charts.on_way = {Category.EMERGENCY: 2}
    view = open_record(NOBODYS_ALLERGIES).view
    assert view.banner.allergies.text == "Allergies not complete here yet"
    assert view.banner.on_way.isVisible()
    assert view.banner.on_way.text == TWO_MORE
    cards = view.summary.cards
    assert "Allergies not complete here yet" in words(cards[SectionKind.ALLERGIES])
    assert "Not complete here yet" in words(cards[SectionKind.MEDICATIONS])
    assert "No problems are recorded" in words(cards[SectionKind.PROBLEMS])
    view.go_to("medications")
    page = view.page(SectionKind.MEDICATIONS)
    assert "Not complete here yet" in words(page)
    assert "No medications are recorded" not in words(page)


def test_known_allergies_stay_in_sight_with_the_word_that_they_are_not_all(open_record, clinic):
    clinic.charts.on_way = {Category.EMERGENCY: 2}
    view = open_record(PATIENT).view
    said = "Known allergies: Penicillin (not complete here yet)"
    assert view.banner.allergies.text == said
    assert "Not complete here yet" in words(view.summary.cards[SectionKind.ALLERGIES])


def test_it_goes_by_itself_as_the_entries_arrive(qtbot, open_record, clinic):
    clinic.charts.on_way = {Category.EMERGENCY: 2, Category.LABS: 1}
    view = open_record(NOBODYS_ALLERGIES).view
    view.go_to("results")
    before = len(clinic.world.transactions)
    clinic.charts.on_way = {Category.EMERGENCY: 2}
    clinic.world.publish(ContainersArrived())
    qtbot.waitUntil(lambda: view.banner.on_way.text == TWO_MORE)
    clinic.charts.on_way = {}
    clinic.world.publish(ContainersArrived())
    qtbot.waitUntil(lambda: not view.banner.on_way.isVisible())
    assert view.banner.allergies.text == "No known allergies"
    assert "There are no results yet" in words(view.page(SectionKind.RESULTS))
    assert "Not complete here yet" not in words(view)
    # looking again is no other opening
    assert len(clinic.world.transactions) == before


def test_a_change_whose_entry_has_not_come_is_said_in_an_open_chart(qtbot, open_record, clinic):
    view = open_record(NOBODYS_ALLERGIES).view
    assert view.banner.allergies.text == "No known allergies"
    assert not view.banner.on_way.isVisible()
    view.write(SectionKind.ALLERGIES)
    clinic.charts.on_way = {Category.EMERGENCY: 2}
    clinic.world.publish(ChartChanged(NOBODYS_ALLERGIES))
    qtbot.waitUntil(lambda: view.banner.on_way.text == TWO_MORE)
    assert view.banner.allergies.text == "Allergies not complete here yet"
    assert view.drawer.none_known.isHidden()


def test_that_none_is_known_can_be_said_once_it_is_certain_that_nothing_comes(
    qtbot, open_record, clinic
):
    patient = made_id("patient 2")
    clinic.charts.on_way = {Category.EMERGENCY: 1}
    view = open_record(patient).view
    view.write(SectionKind.ALLERGIES)
    assert view.drawer.none_known.isHidden()
    clinic.charts.on_way = {}
    clinic.world.publish(ContainersArrived())
    qtbot.waitUntil(lambda: not view.drawer.none_known.isHidden())


def test_paper_says_it_too(open_record, clinic):
    clinic.charts.on_way = {Category.EMERGENCY: 2}
    view = open_record(NOBODYS_ALLERGIES).view
    opened, summary = view.summary.cards[SectionKind.NOTES]._on, view._shown
    said = section_document(opened, summary, summary.medications).toPlainText()
    assert TWO_MORE in said
    assert "Allergies not complete here yet" in said
    assert "Not complete here yet" in said.splitlines()


def test_a_patient_who_has_not_come_yet_opens_by_itself(qtbot, context_for, clinic):
    async def has_not_come(_actor, patient, _purpose="treatment"):
        raise NotHereYetError(patient)

    usual, clinic.charts.open = clinic.charts.open, has_not_come
    window = RecordWindow(context_for("karin.lindqvist"), PATIENT)
    window.show()
    said = "That has not reached this PC yet. It comes by itself."
    qtbot.waitUntil(lambda: said in words(window))
    clinic.charts.open = usual
    clinic.world.publish(ContainersArrived())
    qtbot.waitUntil(lambda: window.view is not None)
    delete(window)
