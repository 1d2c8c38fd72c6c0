"""Pictures of what follows from a patient's card: the card, a closed record, an emergency."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from PySide6.QtWidgets import QApplication

from ehr_desktop.desktop import Desktop
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import CONTROLLED, FULL_AGE
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Actor
from ehr_desktop.services.demo_clinic import PASS_PHRASE
from ehr_desktop.tour.camera import Camera
from ehr_desktop.tour.hand import Hand
from ehr_desktop.ui.screens.cards.card_sheets import GiveCardSheet
from ehr_desktop.ui.screens.patients.screen import PatientsScreen
from ehr_desktop.ui.screens.record.window import RecordWindow
from ehr_desktop.ui.shell.context import Overseen, Place, ShowOverseen, ShowPatient
from ehr_desktop.ui.shell.main_window import MainWindow
from ehr_desktop.ui.shell.work_area import WorkArea

_PIN: Final = "592741"
_SOON_MS, _LATER_MS = 600, 1500


class ConsentShots:
    """Goes through one patient's story; what one sees is true in the made-up clinic's ledger."""

    def __init__(self, desktop: Desktop, window: MainWindow, hand: Hand, camera: Camera) -> None:
        self._desktop = desktop
        self._window = window
        self._hand = hand
        self._camera = camera

    def unlock(self, whom: Actor) -> None:
        """Open the keys of somebody who left a locked desk again, for the windows of that desk."""
        work = self._desktop.door.session.unlock(whom, PASS_PHRASE)
        self._desktop.thread.submit(work).result()

    def choose(self, doctor: Actor, other: PatientId) -> PatientSummary:
        """Give an adult with allergies, not the `other` one."""
        door = self._desktop.door

        async def first() -> Any:
            page = await door.patients.search(doctor, "")
            others = [one.patient for one in page.matches if self._may_decide(one.patient, other)]
            for patient in others:
                chart = await door.charts.open(doctor, patient.id)
                # what the care team keeps is there to be seen
                if chart.summary.allergies and chart.summary.visits.total:
                    return patient
            return others[0]

        chosen: PatientSummary = self._desktop.thread.submit(first()).result()
        return chosen

    def _may_decide(self, patient: PatientSummary, other: PatientId) -> bool:
        born, now = patient.demographics.birth_date[:4], self._desktop.clock()
        year = datetime.fromtimestamp(now / 1000, UTC).year
        is_adult = born.isdigit() and year - int(born) > FULL_AGE
        return is_adult and not patient.demographics.deceased and patient.id != other

    def of_the_card(self, area: WorkArea, patient: PatientSummary) -> None:
        """The front desk gives a card; the care team keeps nothing."""
        hand, window = self._hand, self._window
        area.navigate(Place.PATIENTS, ShowPatient(patient.id))
        screen = area.stack.currentWidget()
        assert isinstance(screen, PatientsScreen)
        section = screen.details.card
        hand.until(section.give.isVisible, "the button that gives a card")
        hand.rest(_SOON_MS)
        section.give.click()
        sheet = section.sheet
        assert isinstance(sheet, GiveCardSheet)
        hand.rest(_SOON_MS)
        self._camera.take("card-give", window)
        for category in CONTROLLED - {Category.GENERAL}:
            sheet.keep.boxes[category].setChecked(False)
        sheet.next.click()
        for _ in range(2):
            for digit in _PIN:
                sheet.pad.keys[digit].click()
        hand.until(lambda: sheet.face.face is not None, "the card")
        hand.rest(_SOON_MS)
        self._camera.take("card", window)
        sheet.given.click()
        hand.rest(_LATER_MS)
        screen.details.leave()

    def of_the_confirmation(self, area: WorkArea, patient: PatientSummary) -> None:
        """The doctor confirms it: from now on the patient decides."""
        hand, window = self._hand, self._window
        area.navigate(Place.PATIENTS, ShowPatient(patient.id))
        screen = area.stack.currentWidget()
        assert isinstance(screen, PatientsScreen)
        notes = screen.details.card.unconfirmed
        hand.until(notes.isVisible, "the card that waits")
        hand.rest(_SOON_MS)
        self._camera.take("card-waits", window)
        notes.buttons[0].click()
        hand.rest(_SOON_MS)
        self._camera.take("card-confirm", window)
        assert notes.confirming.sheet is not None
        notes.confirming.sheet.confirm_button.click()
        hand.until(lambda: not notes.isVisible(), "the card that counts")
        screen.details.leave()

    def of_the_closed_record(self, area: WorkArea, patient: PatientSummary) -> None:
        """The doctor finds most of it closed, asks, and opens the emergency set."""
        hand = self._hand
        area.open_chart(patient.id)
        chart = self._record(patient.id)
        chart.resize(self._window.size())
        # what the care team keeps is shown, or that nothing of it is there
        hand.rest(2 * _LATER_MS)
        self._camera.take("record-closed", chart)
        chart.ask()
        hand.rest(_SOON_MS)
        self._camera.take("record-ask", chart)
        chart.asking.send.click()
        hand.rest(_LATER_MS)
        chart.begin_emergency()
        chart.emergency.reasons["unconscious"].setChecked(True)
        chart.emergency.password.setText(PASS_PHRASE)
        hand.rest(_SOON_MS)
        self._camera.take("emergency-sheet", chart)
        before = chart.view
        chart.emergency.go.click()
        hand.until(_another(chart, before), "the emergency set")
        hand.rest(_LATER_MS)
        self._camera.take("record-emergency", chart)
        view = chart.view
        assert view is not None
        view.show_access()
        hand.rest(_LATER_MS)
        self._camera.take("record-access", chart)
        chart.close()

    def of_the_review(self, area: WorkArea) -> None:
        """The administrator looks at it."""
        area.navigate(Place.OVERSIGHT, ShowOverseen(Overseen.REVIEWS))
        self._hand.rest(_LATER_MS)
        self._camera.take("oversight", self._window)

    def _record(self, patient: PatientId) -> RecordWindow:
        windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, RecordWindow)]
        return next(w for w in windows if w.patient == patient and w.isVisible())


def _another(chart: RecordWindow, before: object) -> Callable[[], bool]:
    return lambda: chart.view is not None and chart.view is not before
