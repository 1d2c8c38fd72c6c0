"""The first start."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from ehr_desktop.domain.errors import DiskFullError, InvalidInputError, WeakPasswordError
from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.people import Role
from ehr_desktop.ui.screens.set_up import FoundingWork, SetUpScreen, detected_zone
from tests.ui.conftest import SUGGESTION


class Founder:
    """Takes what is to be founded, or refuses it."""

    def __init__(self):
        self.founded = []
        self.refusal = None

    async def __call__(self, founding):
        if self.refusal is not None:
            raise self.refusal
        self.founded.append(founding)


@pytest.fixture
def founder():
    return Founder()


@pytest.fixture
def work(founder, password_rules):
    return FoundingWork(founder, password_rules, "Front desk")


@pytest.fixture
def screen(qtbot, bridge, work):
    screen = SetUpScreen(bridge, work)
    qtbot.addWidget(screen)
    screen.resize(1366, 768)
    screen.show()
    screen.begin()
    return screen


def fill_in(qtbot, screen):
    qtbot.keyClicks(screen.name.input, "Harbour Street Practice")
    qtbot.keyClicks(screen.display_name.input, "Amara Osei")
    qtbot.keyClicks(screen.account.input, "amara.osei")
    screen.password.suggest_button.click()


def test_a_filled_in_form_founds_the_clinic(qtbot, screen, founder):
    fill_in(qtbot, screen)
    screen.zone.input.choose("Europe/Lisbon")
    with qtbot.waitSignal(screen.founded):
        qtbot.mouseClick(screen.button, Qt.MouseButton.LeftButton)
    (founding,) = founder.founded
    assert (founding.clinic.name, founding.clinic.time_zone) == (
        "Harbour Street Practice",
        "Europe/Lisbon",
    )
    assert founding.clinic.hours.on(0) == (time(8), time(18))
    assert founding.clinic.hours.on(6) is None
    assert founding.administrator.account_name == "amara.osei"
    assert founding.administrator.role is Role.ADMINISTRATOR
    assert founding.administrator.password == SUGGESTION
    assert founding.workstation_name == "Front desk"
    assert founding.proposers is ProposerMode.AUTHORITY
    assert screen.password.text == screen.password.phrase == ""


def test_the_password_is_never_part_of_a_printed_form(qtbot, screen, founder):
    fill_in(qtbot, screen)
    with qtbot.waitSignal(screen.founded):
        screen.submit()
    assert SUGGESTION not in repr(founder.founded)


def test_what_is_missing_is_said_beside_each_field(screen, founder):
    screen.submit()
    fields = (screen.name, screen.display_name, screen.account, screen.password.field)
    assert all(field.error for field in fields)
    assert screen.name.input.hasFocus()
    assert founder.founded == []


def test_a_short_password_is_refused_before_the_node_is_asked(qtbot, screen, founder):
    fill_in(qtbot, screen)
    screen.password.field.input.setText("short")
    screen.submit()
    assert "15 characters" in screen.password.field.error
    assert founder.founded == []


def test_the_suggested_phrase_is_shown_to_be_written_down_and_copied(qtbot, screen):
    screen.password.suggest_button.click()
    assert screen.password._phrase.isVisible()
    screen.password.copy_button.click()
    assert QGuiApplication.clipboard().text() == SUGGESTION
    qtbot.keyClicks(screen.password.field.input, "x")
    assert not screen.password._phrase.isVisible()


def test_opening_hours_are_checked(qtbot, screen, founder):
    fill_in(qtbot, screen)
    monday, saturday = screen.hours.lines[0], screen.hours.lines[5]
    monday.end.setText("07:00")
    screen.submit()
    assert "after opening" in screen.hours.error
    monday.end.setText("1730")
    qtbot.mouseClick(saturday.open, Qt.MouseButton.LeftButton)
    saturday.start.setText("9")
    saturday.end.setText("12")
    with qtbot.waitSignal(screen.founded):
        screen.submit()
    hours = founder.founded[0].clinic.hours
    assert hours.on(0) == (time(8), time(17, 30))
    assert hours.on(5) == (time(9), time(12))


@pytest.mark.parametrize(
    ("refusal", "place"),
    [
        (WeakPasswordError("common"), lambda screen: screen.password.field.error),
        (InvalidInputError("account_name", "too-long"), lambda screen: screen.account.error),
        (InvalidInputError("name", "empty"), lambda screen: screen.name.error),
        (DiskFullError(), lambda screen: screen.problem.accessibleName()),
    ],
    ids=["password", "account", "clinic", "disk"],
)
def test_a_refusal_is_said_where_it_can_be_mended(qtbot, screen, founder, refusal, place):
    fill_in(qtbot, screen)
    founder.refusal = refusal
    screen.submit()
    qtbot.waitUntil(lambda: bool(place(screen)) and screen.button.isEnabled())
    founder.refusal = None
    with qtbot.waitSignal(screen.founded):
        screen.submit()
    assert not screen.problem.isVisible()


def test_an_account_name_has_no_spaces_and_an_address_has_an_at(qtbot, screen, founder):
    fill_in(qtbot, screen)
    screen.account.input.setText("amara osei")
    screen.email.input.setText("amara")
    screen.submit()
    assert "spaces" in screen.account.error
    assert "@" in screen.email.error
    assert founder.founded == []


def test_the_detected_time_zone_is_a_real_one():
    assert ZoneInfo(detected_zone()).key == detected_zone()


@pytest.mark.parametrize("mode", [ProposerMode.STAKE, ProposerMode.WORK])
def test_another_way_to_propose_is_found_under_other_ways(qtbot, screen, founder, mode):
    fill_in(qtbot, screen)
    way = screen.proposers.ways[mode]
    assert not way.isVisible()
    screen.proposers.other_ways.click()
    assert way.isVisible()
    assert way.accessibleDescription()
    way.click()
    with qtbot.waitSignal(screen.founded):
        screen.submit()
    assert founder.founded[0].proposers is mode


def test_of_work_it_says_that_it_adds_no_security(screen):
    assert "not security" in screen.proposers.ways[ProposerMode.WORK].accessibleDescription()
