"""From nothing to a clinic one can sign in to."""

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
