"""The certificate of an erasure."""

import asyncio
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QFileDialog

from ehr_desktop.ui.screens.erasing.certificate import certificate
from ehr_desktop.ui.shell.context import Overseen
from tests.support.memory_world import NOON, PASSWORD
from tests.ui.screens.test_oversight import (
    PATIENT,
    click,
    order,
)


def test_the_certificate_says_what_the_ledger_says_and_no_name(clinic, book):
    order(clinic)
    doctor = clinic.actor("karin.lindqvist")
    asyncio.run(clinic.erasing.confirm(doctor, PATIENT, password=PASSWORD))
    zone = ZoneInfo("Europe/London")

    def text():
        erasure = book.erasures[PATIENT]
        page = certificate(erasure, clinic.world.clinic, "P-000001", "Amara Osei", NOON, zone)
        return page.toPlainText()

    assert "Room 2" in text()
    assert "waiting: still holds its copy" in text()
    assert "This is not finished" in text()
    clinic.erasing.acknowledge(PATIENT)
    whole = text()
    assert "This is not finished" not in whole
    assert "waiting" not in whole
    assert PATIENT in whole
    assert "P-000001" in whole
    assert "Ashworth" not in whole.title()
    assert all(transaction in whole for transaction in book.erasures[PATIENT].transactions)
    assert "Dr Karin Lindqvist" in whole


def test_the_certificate_is_printed(qtbot, oversee, clinic, tmp_path, asked):
    order(clinic)
    doctor = clinic.actor("karin.lindqvist")
    asyncio.run(clinic.erasing.confirm(doctor, PATIENT, password=PASSWORD))
    screen = oversee("amara.osei", Overseen.ERASURES)
    qtbot.waitUntil(lambda: bool(screen.erasures.cards))
    click(qtbot, screen.erasures.cards[0].certificate)
    qtbot.waitUntil(lambda: bool(screen.findChildren(QFileDialog)))
    chooser = screen.findChildren(QFileDialog)[0]
    chooser.fileSelected.emit(str(tmp_path / "certificate.pdf"))
    chooser.close()
    assert (tmp_path / "certificate.pdf").read_bytes().startswith(b"%PDF")
    assert asked.notes == ["Saved as certificate.pdf"]
