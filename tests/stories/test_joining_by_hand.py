"""A second PC joins the clinic, clicked through on both screens: two programs, one mouse."""

import sys
import threading
import time
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget

from ehr_desktop.config import read_config
from ehr_desktop.desktop import Desktop
from ehr_desktop.node.node import FLOOR
from ehr_desktop.tour.hand import Hand
from ehr_desktop.ui.screens.network.door_sheet import DoorSheet
from tests.support.one_pc import PASSWORDS

MOST_CLICKS = 12
MOST_SECONDS = 120


class Mouse(Hand):
    """A hand that counts its clicks; typing into a field costs one."""

    clicks = 0

    def click(self, words, within=None):
        self.clicks += 1
        super().click(words, within)

    def fill(self, words, text, within=None):
        self.clicks += 1
        super().fill(words, text, within)


@pytest.fixture
def start(qapp):
    """Start the program on a data directory."""
    started = []
    hooks = sys.excepthook, threading.excepthook
    complaints = []

    def run(home):
        config = replace(read_config([]), home=home, use_key_store=False)
        home.mkdir(parents=True, exist_ok=True)
        desktop = Desktop(config, qapp, FLOOR)
        desktop.reporter.noted.connect(complaints.append)
        started.append(desktop)
        return desktop

    yield run
    for desktop in started:
        assert desktop.stop()
    sys.excepthook, threading.excepthook = hooks
    assert complaints == []


def digits_on(window):
    from ehr_desktop.ui.widgets.digits import DigitsQuestion

    shown = [d for d in window.findChildren(DigitsQuestion) if d.isVisible()]
    return shown[0].digits.text() if shown else ""


def door_of(hand, window):
    hand.until(
        lambda: any(s.addresses.text() for s in window.findChildren(DoorSheet)),
        "the door's address",
    )
    first = window.findChildren(DoorSheet)[0].addresses.text().splitlines()[0]
    _, colon, port = first.rpartition(":")
    return f"127.0.0.1{colon}{port}" if colon else "127.0.0.1"


def test_a_second_pc_joins_within_two_minutes_and_twelve_clicks(homes, tmp_path, start, qapp):
    hand = Mouse(qapp, tmp_path / "seen")
    first = start(homes.founded())
    first.open_clinic().result(120)
    inside = first.show()
    new = start(tmp_path / "new").show()
    begun = time.monotonic()

    hand.fill("Account name", "admin", inside)
    hand.fill("Password", PASSWORDS["admin"], inside)
    hand.click("Sign in", inside)
    hand.until(lambda: inside.work_area is not None, "the administrator to be signed in")
    hand.clicks = 0  # whoever adds a workstation works here already

    hand.click("Network", inside)
    hand.click("Add a workstation", inside)
    address = door_of(hand, inside)

    hand.click("Join a clinic", new)
    hand.click("Type its address", new)
    hand.fill("Address", address, new)
    hand.click("Join", new)

    hand.until(lambda: digits_on(inside) and digits_on(new), "the digits on both screens")
    assert digits_on(inside) == digits_on(new)
    hand.click("Yes, the same", inside)
    hand.click("Yes, the same", new)

    hand.until(new.sign_in.isVisible, "the new workstation to ask who is there")
    hand.click("Done", inside)
    hand.expect("Test clinic", new)
    assert hand.clicks <= MOST_CLICKS
    assert time.monotonic() - begun < MOST_SECONDS

    hand.fill("Account name", "admin", new)
    hand.fill("Password", PASSWORDS["admin"], new)
    hand.click("Sign in", new)
    hand.until(lambda: new.work_area is not None, "the administrator to be signed in on both")
    hand.picture("both", new)
    assert isinstance(new.work_area, QWidget)
