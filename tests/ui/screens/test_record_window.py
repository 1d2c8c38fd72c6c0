"""The record window with a clinic in memory and real clicks."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from shiboken6 import delete

from ehr_desktop.domain.chart import AllergyStatement
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_words import allergy_words
from ehr_desktop.ui.screens.record.locked_page import LockedPage
from ehr_desktop.ui.screens.record.printing import section_document
from ehr_desktop.ui.screens.record.window import RecordWindow
from tests.support.memory_world import made_id


@pytest.fixture
def open_record(qtbot, context_for):
    opened = []

    def opener(account="karin.lindqvist", patient=0):
        window = RecordWindow(context_for(account), made_id(f"patient {patient}"))
        opened.append(window)
        window.resize(1366, 768)
        window.show()
        qtbot.waitUntil(lambda: window.view is not None or bool(window.findChildren(LockedPage)))
        return window

    yield opener
    for each in opened:
        # before the node stops: what is still on its way must find nobody
        delete(each)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def write_note(qtbot, window, text):
    window.view.go_to("notes")
    click(qtbot, window.view.page(SectionKind.NOTES).add_button)
    window.view.drawer.text_area.setPlainText(text)
    return window.view.drawer


def test_the_banner_says_who_it_is_and_what_they_must_not_get(open_record):
    banner = open_record().view.banner
    assert banner.name.text == "ASHWORTH, Margaret"
    assert banner.born.value == "02-Mar-1948 (78y)"
    assert banner.sex.value == "Female"
    assert banner.allergies.text == "Known allergies: Penicillin"


def test_the_five_allergy_statements_differ_in_words_and_in_icon():
    said = [allergy_words(statement)[:2] for statement in AllergyStatement]
    assert len({words for words, _ in said}) == len({icon for _, icon in said}) == 5


def test_a_long_name_is_shown_whole_and_markup_stays_letters(qtbot, open_record, clinic):
    patient = made_id("patient 7")
    known = clinic.world.patients[patient]
    long = replace(known.demographics, family="W" * 300, given="<b>Owen</b>")
    clinic.world.patients[patient] = replace(known, demographics=long)
    banner = open_record(patient=7).view.banner
    assert banner.name.text == "W" * 300 + ", <b>Owen</b>"
    qtbot.waitUntil(lambda: banner.name.height() >= banner.name.heightForWidth(banner.name.width()))
    assert banner.name.height() > 2 * banner.name.fontMetrics().height()


def test_a_receptionist_is_told_calmly_why_there_is_nothing_to_see(qtbot, open_record, asked):
    window = open_record("ines.duarte")
    page = window.findChildren(LockedPage)[0]
    assert window.view is None
    assert any("no key" in label.text() for label in page.findChildren(QLabel))


def test_a_note_is_written_and_says_who_wrote_it(qtbot, open_record):
    window = open_record()
    drawer = write_note(qtbot, window, "Cough for two weeks.")
    click(qtbot, drawer.save)
    page = window.view.page(SectionKind.NOTES)
    qtbot.waitUntil(lambda: page.rows.rowCount() == 2)
    assert page.reader.text.text() == "Cough for two weeks."
    assert page.reader.entry.source.author_name == "Dr Karin Lindqvist"
    assert window.snackbar.text == "Saved in Notes"


def test_a_note_that_was_not_saved_is_offered_again_and_never_put_in_silently(
    qtbot, open_record, clinic
):
    window = open_record()
    write_note(qtbot, window, "Half a thought")
    window.close()
    qtbot.waitUntil(lambda: bool(clinic.drafts.kept))
    again = open_record()
    again.view.write(SectionKind.NOTES)
    drawer = again.view.drawer
    qtbot.waitUntil(drawer.draft_note.isVisible)
    assert drawer.text_area.toPlainText() == ""
    assert "Draft from 10:40" in drawer.draft_note.accessibleName()
    click(qtbot, drawer.restore_button)
    assert drawer.text_area.toPlainText() == "Half a thought"


def test_a_saved_note_leaves_no_draft(qtbot, open_record, clinic):
    window = open_record()
    drawer = write_note(qtbot, window, "Done")
    drawer.keep()
    qtbot.waitUntil(lambda: bool(clinic.drafts.kept))
    click(qtbot, drawer.save)
    qtbot.waitUntil(lambda: not clinic.drafts.kept)


def test_an_amendment_needs_a_reason_and_keeps_the_original_one_click_away(qtbot, open_record):
    window = open_record()
    window.view.go_to("notes")
    reader = window.view.page(SectionKind.NOTES).reader
    click(qtbot, reader.amend)
    drawer = window.view.drawer
    drawer.text_area.setPlainText("Walks twice a week.")
    click(qtbot, drawer.save)
    assert drawer.isVisible()
    drawer.reason_field.setText("Misheard")
    click(qtbot, drawer.save)
    qtbot.waitUntil(lambda: reader.entry.source.amended)
    click(qtbot, reader.versions)
    versions = window.view.drawer
    qtbot.waitUntil(lambda: "Walks daily" in versions.older.toPlainText())
    assert "twice a week" in versions.newest.toPlainText()
    versions.leave()
    assert window.view.drawer is None


def test_an_impossible_reading_is_refused_and_an_unusual_one_only_doubted(qtbot, open_record):
    window = open_record()
    window.view.write(SectionKind.VITALS)
    drawer = window.view.drawer
    drawer.inputs["heart-rate", 0].setText("900")
    click(qtbot, drawer.save)
    assert drawer.isVisible()
    drawer.inputs["heart-rate", 0].setText("150")
    assert drawer.failure.isVisible()
    click(qtbot, drawer.save)
    page = window.view.page(SectionKind.VITALS)
    qtbot.waitUntil(lambda: page.rows.rowCount() == 2)


def test_a_blood_pressure_is_a_pair_and_swapped_numbers_are_noticed(qtbot, open_record, clinic):
    window = open_record()
    window.view.write(SectionKind.VITALS)
    drawer = window.view.drawer
    drawer.inputs["blood-pressure", 0].setText("80")
    drawer.inputs["blood-pressure", 1].setText("120")
    assert not drawer.check()
    drawer.inputs["blood-pressure", 0].setText("120")
    drawer.inputs["blood-pressure", 1].setText("80")
    assert drawer.check()


def test_a_new_allergy_reaches_the_banner(qtbot, open_record):
    window = open_record(patient=2)
    assert window.view.banner.allergies.text == "Allergies not recorded"
    window.view.write(SectionKind.ALLERGIES)
    window.view.drawer.text_field.setText("Latex")
    click(qtbot, window.view.drawer.save)
    qtbot.waitUntil(lambda: window.view.banner.allergies.text == "Known allergies: Latex")


def test_two_records_side_by_side_never_write_into_each_other(qtbot, open_record, clinic):
    first, second = open_record(patient=3), open_record(patient=4)
    one, two = (
        write_note(qtbot, first, "For the first"),
        write_note(qtbot, second, "For the second"),
    )
    click(qtbot, two.save)
    click(qtbot, one.save)
    for window, text in ((first, "For the first"), (second, "For the second")):
        page = window.view.page(SectionKind.NOTES)
        qtbot.waitUntil(lambda page=page: page.rows.rowCount() == 1)
        assert page.rows.row(0).detail == text


def test_a_document_is_taken_in_and_written_out_again(qtbot, open_record, tmp_path):
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 letter")
    window = open_record()
    window.view.write(SectionKind.DOCUMENTS)
    window.view.drawer.take_file(str(letter))
    click(qtbot, window.view.drawer.save)
    reader = window.view.page(SectionKind.DOCUMENTS).reader
    qtbot.waitUntil(lambda: reader.entry is not None and reader.entry.title == "letter")
    reader.save_to(str(tmp_path / "out.pdf"))
    qtbot.waitUntil((tmp_path / "out.pdf").exists)
    assert (tmp_path / "out.pdf").read_bytes() == b"%PDF-1.7 letter"


def test_what_is_printed_names_the_patient_and_holds_the_entries_as_text(qtbot, open_record):
    window = open_record()
    view = window.view
    document = section_document(
        view._on, view._on.chart.summary, view._on.chart.summary.medications
    )
    text = document.toPlainText()
    assert "ASHWORTH, Margaret" in text
    assert "Metformin 500 mg tablet" in text
    assert "Printed by Dr Karin Lindqvist" in text


def test_every_place_one_can_reach_with_tab_has_a_name(qtbot, open_record):
    window = open_record()
    for kind in SectionKind:
        window.view.go_to(kind.value)
    for kind in (SectionKind.NOTES, SectionKind.VITALS, SectionKind.ALLERGIES):
        window.view.write(kind)
    nameless = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.accessibleName()
        and not getattr(widget, "text", str)()
        and widget.isVisibleTo(window)
    ]
    assert nameless == []
    assert all(
        label.textFormat() is Qt.TextFormat.PlainText for label in window.findChildren(QLabel)
    )


def test_a_right_to_left_name_does_not_reorder_the_birth_date_beside_it(open_record, clinic):
    name = clinic.world.patients[made_id("patient 8")].name
    title = open_record(patient=8).windowTitle()
    assert title == f"\u2068{name}\u2069 · born 19-Jul-1973 (53y)"
