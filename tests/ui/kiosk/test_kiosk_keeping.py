"""Taking the record along: on paper, on a drive, and what is said where neither is there."""

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.ui.kiosk.drives import SavePlace


def at_keeping(finger):
    """Come to the page where a record is printed or saved."""
    finger.come_in()
    finger.touch(finger.say("home.keep"))
    finger.read(finger.say("keep.plain"))
    return finger.window.page


def test_the_summary_becomes_a_pdf_under_a_name_that_names_nobody(finger, tmp_path):
    finger.touch(at_keeping(finger).pdf)
    finger.touch("STICK")
    finger.read(finger.say("keep.done-title"))
    written = tmp_path / "my-record-2026-08-14.pdf"
    assert written.read_bytes().startswith(b"%PDF")
    assert b"Ashworth" not in written.read_bytes()[:2000]


def test_what_is_there_is_not_overwritten(finger, tmp_path):
    (tmp_path / "my-record-2026-08-14.pdf").write_text("somebody else's")
    finger.touch(at_keeping(finger).pdf)
    finger.touch("STICK")
    finger.read("my-record-2026-08-14-2.pdf")
    assert (tmp_path / "my-record-2026-08-14.pdf").read_text() == "somebody else's"


@pytest.mark.parametrize("way", ["pdf", "bundle"])
def test_a_drive_that_is_gone_is_said_and_nothing_is_written(finger, around, tmp_path, way):
    around.places = [SavePlace("STICK", tmp_path / "gone")]
    finger.touch(getattr(at_keeping(finger), way))
    finger.touch("STICK")
    finger.read(finger.say("sorry.not-saved"))


def test_a_drive_can_be_plugged_in_meanwhile(finger, around, tmp_path):
    around.places = []
    finger.touch(at_keeping(finger).bundle)
    finger.read(finger.say("keep.none"))
    around.places = [SavePlace("", tmp_path)]
    finger.touch(finger.say("keep.look-again"))
    finger.touch(finger.say("keep.folder"))
    finger.read(finger.say("keep.done-title"))
    assert finger.say("keep.take") not in finger.shown()


def test_without_a_printer_the_pdf_is_offered(finger, around):
    around.has_printer = False
    finger.touch(at_keeping(finger).paper)
    finger.read(finger.say("keep.no-printer"))


def test_what_is_printed_says_whose_it_is_and_when(finger, around):
    finger.touch(at_keeping(finger).paper)
    finger.read(finger.say("keep.printed-title"))
    (page,) = around.printed
    lines = page.splitlines()
    assert lines[0] == "ASHWORTH, Margaret"
    assert lines[1] == "Born on 2 March 1948"
    assert "Printed by the patient, 14 August 2026, 10:40" in lines


def test_a_summary_of_which_something_has_not_come_says_so_on_screen_and_on_paper(
    finger, clinic, around
):
    clinic.kiosk.on_way = {Category.EMERGENCY: 2}
    finger.come_in()
    finger.touch(finger.say("home.summary"))
    said = finger.say("summary.on-way", count=2)
    finger.read(said)
    assert finger.say("summary.incomplete") in finger.shown()
    finger.touch(finger.say("home.keep"))
    finger.touch(finger.window.page.paper)
    finger.read(finger.say("keep.printed-title"))
    (paper,) = around.printed
    assert said in paper
    assert finger.say("summary.incomplete") in paper
