"""A patient at the kiosk of the real program: a card, a request, a share, a stop, and the way out."""

import sys
import threading
from dataclasses import dataclass, replace

import pytest
from PySide6.QtTest import QTest

from ehr_desktop.config import read_config
from ehr_desktop.desktop import Desktop
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import NoKeyError
from ehr_desktop.node.node import FLOOR
from tests.support.consent_pc import NOTE_TEXT, PIN, confirmed
from tests.support.kiosk_finger import Finger
from tests.support.one_pc import ANNA, PASSWORDS

EXIT_PIN = "835027"
PATIENCE_S = 60


@dataclass
class Clinic:
    """The program with its kiosk, and the staff who work behind it."""

    desktop: Desktop
    staff: dict
    patient: str
    code: str

    def ask(self, work):
        return self.desktop.thread.submit(work).result(PATIENCE_S)

    @property
    def door(self):
        return self.desktop.door

    def open_to(self, name):
        return self.ask(self.door.sharing.open_to(self.staff[name], self.patient))

    def open_chart(self, name):
        return self.ask(self.door.charts.open(self.staff[name], self.patient))


@pytest.fixture
def clinic(qapp, homes):
    """A clinic where Anna has just taken a card, and Dr Lee asks to see her notes."""
    config = replace(
        read_config(["--home", str(homes.staffed()), "--kiosk", "--wipe-after", "60"]),
        use_key_store=False,
        announce=False,
    )
    desktop = Desktop(config, qapp, FLOOR)
    hooks = sys.excepthook, threading.excepthook
    desktop.open_clinic().result(PATIENCE_S)

    async def prepare():
        door = desktop.door
        staff = {n: await door.session.sign_in(n, PASSWORDS[n]) for n in ("admin", "rae", "lee")}
        patient = (await door.patients.register(staff["lee"], ANNA)).id
        chart = await door.charts.open(staff["lee"], patient)
        await door.charts.add_note(chart, "Visit", NOTE_TEXT)
        await door.charts.add_allergy(chart, "Penicillin")
        card = await door.cards.take(staff["rae"], patient, PIN, frozenset())
        await confirmed(door, staff["lee"], patient)
        await door.cards.set_exit_pin(staff["admin"], EXIT_PIN)
        return Clinic(desktop, staff, patient, card.code)

    made = desktop.thread.submit(prepare()).result(PATIENCE_S)
    yield made
    assert desktop.stop()
    sys.excepthook, threading.excepthook = hooks


@pytest.fixture
def finger(clinic, qtbot):
    """A finger on the kiosk, which is all there is to see."""
    window = clinic.desktop.show_kiosk()
    qtbot.waitUntil(lambda: window.facts.name != "")
    return Finger(window, qtbot, QTest.createTouchDevice())


def test_a_patient_decides_who_reads_the_record(clinic, finger):
    assert clinic.desktop.kiosk.isFullScreen()
    with pytest.raises(NoKeyError):
        clinic.open_chart("lee")
    finger.settled(lambda: clinic.ask(
        clinic.door.cards.status(clinic.staff["rae"], clinic.patient)).keys_reached)  # fmt: skip
    asked = clinic.ask(clinic.door.sharing.ask(
        clinic.staff["lee"], clinic.patient,
        categories=frozenset({Category.NOTES, Category.EMERGENCY}),
        purpose="treatment", until=None, keep_until=None,
    ))  # fmt: skip
    assert asked.person_name == "Dr Lee"

    # a wrong PIN first
    finger.scan(clinic.code)
    finger.read(finger.say("pin.title"))
    finger.enter_pin("804261")
    finger.read(finger.say("sorry.pin-wrong", count=9))
    finger.enter_pin(PIN)
    finger.read(finger.say("home.waiting", count=1))

    # share less than was asked for
    finger.taps = 0
    finger.touch(finger.window.page.tiles["home.requests"])
    finger.read("Dr Lee")
    finger.touch(finger.window.page.rows[0])
    finger.touch(finger.say("category.emergency"))
    finger.touch(finger.say("request.share"))
    finger.read(finger.say("answered.shared-title", who="Dr Lee"))
    assert finger.taps <= 6
    finger.settled(lambda: clinic.open_to("lee") >= {Category.NOTES})
    assert Category.EMERGENCY not in clinic.open_to("lee")
    chart = clinic.open_chart("lee")
    assert [one.title for one in chart.summary.notes.entries] == ["Visit"]

    # who saw it, then stop
    finger.touch(finger.say("common.home"))
    finger.touch(finger.say("home.looks"))
    finger.read("Dr Lee")
    finger.touch(finger.say("common.home"))
    finger.taps = 0
    finger.touch(finger.say("home.shares"))
    finger.touch(finger.say("shares.stop"))
    finger.read(finger.say("stop.title", who="Dr Lee"))
    finger.touch(finger.say("shares.stop"))
    finger.read(finger.say("stop.done-title", who="Dr Lee"))
    assert finger.taps == 3
    assert Category.NOTES not in clinic.open_to("lee")
    with pytest.raises(NoKeyError):
        clinic.open_chart("lee")

    # the record is the patient's own
    finger.touch(finger.say("common.home"))
    finger.touch(finger.say("home.summary"))
    finger.read("Penicillin")

    # and nothing of it stays
    finger.touch(finger.say("common.finish"))
    finger.read(finger.say("attract.choose"))
    assert "Penicillin" not in finger.shown()


def test_staff_leave_the_kiosk_with_the_clinics_pin(clinic, finger, qtbot):
    finger.window.header.clinic.held.emit()
    finger.read(finger.say("leave.title"))
    finger.enter_pin("111999")
    finger.read(finger.say("leave.wrong"))
    with qtbot.waitSignal(finger.window.left):
        finger.enter_pin(EXIT_PIN)
    assert not finger.window.isVisible()
