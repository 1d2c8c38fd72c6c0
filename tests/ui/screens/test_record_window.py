"""The record window with a clinic in memory."""

from ehr_desktop.ui.screens.record.window import RecordWindow
from tests.support.memory_world import made_id


def test_a_doctor_opens_a_record(qtbot, context_for):
    window = RecordWindow(context_for("karin.lindqvist"), made_id("patient 0"))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.view is not None)
    assert "ASHWORTH, Margaret" in window.view.banner.name.text
