"""From nothing to a clinic one can sign in to."""

import asyncio

from PySide6.QtWidgets import QAbstractButton, QWidget

from ehr_desktop.ui.screens.join.work import JoiningWork
from ehr_desktop.ui.screens.set_up import FoundingWork
from ehr_desktop.ui.shell.main_window import MainWindow


def test_founding_leads_to_signing_in(qtbot, parts, password_rules):
    founded = []

    async def found(founding):
        founded.append(founding.clinic.name)

    window = MainWindow(parts, FoundingWork(found, password_rules, "Front desk"))
    qtbot.addWidget(window)
    window.show()
    window.begin()
    form = window.set_up
    assert form.isVisible()
    qtbot.keyClicks(form.name.input, "Harbour Street Practice")
    qtbot.keyClicks(form.display_name.input, "Amara Osei")
    qtbot.keyClicks(form.account.input, "amara.osei")
    form.password.suggest_button.click()
    form.button.click()
    qtbot.waitUntil(window.sign_in.isVisible)
    assert founded == ["Harbour Street Practice"]
    assert window.set_up is None


class Outside:
    """A network on which nobody is found, and whether it is still being looked at."""

    is_looking = False

    async def look(self):
        self.is_looking = True
        try:
            await asyncio.Event().wait()
        finally:
            self.is_looking = False

    async def nothing(self, *_given, **_named):
        pass

    def work(self):
        return JoiningWork(self.look, self.nothing, self.nothing, self.nothing, "Room 2")


def test_closing_the_window_stops_looking_for_workstations(qtbot, parts, password_rules):
    outside = Outside()
    founding = FoundingWork(outside.nothing, password_rules, "PC")
    window = MainWindow(parts, founding, outside.work())
    qtbot.addWidget(window)
    window.show()
    window.begin()
    window.first.choice.join.click()
    qtbot.waitUntil(lambda: outside.is_looking)
    window.close()
    qtbot.waitUntil(lambda: not outside.is_looking)


def test_joining_leads_to_signing_in(qtbot, parts, password_rules):
    outside = Outside()
    founding = FoundingWork(outside.nothing, password_rules, "PC")
    window = MainWindow(parts, founding, outside.work())
    qtbot.addWidget(window)
    window.show()
    window.begin()
    window.first.choice.join.click()
    join = window.first.join
    join.doors.typed.click()
    join.doors.address.input.setText("192.168.1.20")
    join.button.click()
    qtbot.waitUntil(window.sign_in.isVisible)
    assert window.first is None


def test_a_clinic_that_was_joined_and_not_fetched_goes_on_fetching(qtbot, parts):
    outside = Outside()
    window = MainWindow(parts, None, outside.work())
    qtbot.addWidget(window)
    window.show()
    window.begin()
    qtbot.waitUntil(window.sign_in.isVisible)


def test_everything_at_the_first_start_has_a_name(qtbot, parts, password_rules):
    outside = Outside()
    founding = FoundingWork(outside.nothing, password_rules, "PC")
    window = MainWindow(parts, founding, outside.work())
    qtbot.addWidget(window)
    window.show()
    window.begin()
    for page in (window.first.choice, window.first.join):
        for widget in page.findChildren(QWidget):
            if widget.focusPolicy() and widget.focusProxy() is None:
                is_button = isinstance(widget, QAbstractButton)
                assert widget.accessibleName() or (is_button and widget.text()), widget
    window.close()
