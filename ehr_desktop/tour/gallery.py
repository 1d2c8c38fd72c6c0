"""Pictures of every screen of the made-up clinic, small enough to be kept beside the program."""

import os
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from ehr_desktop.config import Config
from ehr_desktop.demo import make_clinic
from ehr_desktop.desktop import Desktop
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Actor, Role
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.node.node import FLOOR, system_clock
from ehr_desktop.services.demo_clinic import PASS_PHRASE
from ehr_desktop.tour.camera import BOTH, Camera
from ehr_desktop.tour.errors_told import errors_told
from ehr_desktop.tour.gallery_consent import ConsentShots
from ehr_desktop.tour.gallery_kiosk import KioskShots
from ehr_desktop.tour.hand import Hand, LostError
from ehr_desktop.tour.screen import some_screen
from ehr_desktop.ui.app import log_kept_in, prepare_application
from ehr_desktop.ui.screens.integrity.screen import IntegrityScreen
from ehr_desktop.ui.screens.record.window import RecordWindow
from ehr_desktop.ui.shell.appearance import Appearance
from ehr_desktop.ui.shell.context import Place
from ehr_desktop.ui.shell.main_window import MainWindow
from ehr_desktop.ui.shell.work_area import WorkArea
from ehr_desktop.ui.widgets.nav_rail import NavRail
from ehr_desktop.ui.widgets.segmented import Segmented
from ehr_desktop.ui.widgets.table import Table

SIZE: Final = (1366, 768)
_ZONE: Final = ZoneInfo("Europe/London")
_OPENS, _LOOKED_AT = time(9, 52), time(10, 24)
_LETTER_BYTES: Final = 300 * 1024
_CHECKED_WITHIN_S: Final = 600.0
"""A slow machine takes minutes for a full check of the whole made-up clinic."""
_NOTE = "Feels better, walks half an hour a day. Blood pressure 132/84. Repeat bloods in 3 months."
_NOTE_TITLE = "Review of blood results"
_TAKEN = "That time is taken"
_SEARCH = "Search by name, birth date, phone, insurance id or record id"


class Morning:
    """A clock that stands where it is put: on the morning of the next working day."""

    def __init__(self, today: datetime) -> None:
        day = today.date() + timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
        self.day = day
        self._now = datetime.combine(day, _OPENS, _ZONE)

    def put(self, wall: time) -> None:
        """Make it `wall` o'clock."""
        self._now = datetime.combine(self.day, wall, _ZONE)

    def milliseconds(self) -> int:
        """Give the time as the program's clock does."""
        return int(self._now.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is in the pictures; `known` has a long record, with a note amended and a letter."""

    doctor: Actor
    receptionist: Actor
    administrator: Actor
    known: PatientSummary


def run_gallery(config: Config, folder: Path) -> int:
    """Take every picture into `folder` and give the exit code: 0 if there were all."""
    with some_screen(), tempfile.TemporaryDirectory(prefix="ehr-gallery-") as work:
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
        application = prepare_application(["ehr-desktop"])
        hand = Hand(application, folder)
        morning = Morning(datetime.fromtimestamp(system_clock() / 1000, _ZONE))
        with log_kept_in(Path(work) / "logs"), errors_told():
            made_up = replace(config, home=Path(work) / "clinic", use_key_store=False)
            made_up.home.mkdir(parents=True)
            desktop = Desktop(made_up, application, FLOOR, morning.milliseconds)
            try:
                pictures = take_gallery(desktop, hand, folder, morning, Path(work))
            except LostError as lost:
                print(f"The gallery stopped: {lost}")
                return 1
            finally:
                desktop.stop()
        size = sum(path.stat().st_size for path in pictures)
        print(f"{len(pictures)} pictures, {size / 1e6:.1f} MB, are in {folder}")
    return 0


def take_gallery(
    desktop: Desktop, hand: Hand, folder: Path, morning: Morning, work: Path
) -> tuple[Path, ...]:
    """Found the made-up clinic and give the pictures of every screen of it, in every look.

    Raises:
        LostError: something is not on the screen where it should be.
    """
    camera = Camera(desktop, hand, folder)
    _take_set_up(desktop, hand, camera)
    cast = _rehearse(desktop, make_clinic(desktop), morning, work)
    window = desktop.show()
    window.resize(*SIZE)
    shots = Shots(window, hand, camera, cast)
    hand.rest(600)
    camera.take("sign-in", window)
    shots.of_the_doctor()
    shots.of_the_receptionist()
    shots.of_the_administrator()
    shots.of_consent(desktop)
    _flip_a_byte(desktop.config.home)
    shots.of_a_fault()
    window.close()
    kiosk = KioskShots(desktop, hand, folder, morning.day)
    return (*camera.pictures, *kiosk.take(cast.doctor, cast.receptionist))


class Shots:
    """Goes from screen to screen, as each person in turn."""

    def __init__(self, window: MainWindow, hand: Hand, camera: Camera, cast: Cast) -> None:
        self._window = window
        self._hand = hand
        self._camera = camera
        self._cast = cast

    def of_the_doctor(self) -> None:
        """Today, patients, one record, the ledger, the omnibox and the lock."""
        hand, take, window = self._hand, self._camera.take, self._window
        area = self._become(self._cast.doctor)
        self._go(area, Place.TODAY)
        take("today-doctor", window, (*BOTH, Appearance.HIGH_CONTRAST))
        self._go(area, Place.PATIENTS)
        take("patients", window)
        hand.fill(_SEARCH, self._cast.known.demographics.family[:4].lower())
        hand.rest(800)
        take("patients-search", window)
        hand.find(QLineEdit, _SEARCH).clear()
        self._go(area, Place.TODAY)
        window.activateWindow()
        hand.until(window.isActiveWindow, "the window to be active")
        area.omnibox.begin()
        area.omnibox.setText(self._cast.known.demographics.family[:3].lower())
        hand.until(area.omnibox.popup.isVisible, "suggestions")
        hand.rest(600)
        take("omnibox", window)
        area.omnibox.leave()
        self._of_a_record(area)
        self._go(area, Place.LEDGER)
        hand.click("Check proof")
        hand.rest(800)
        take("ledger-proof", window)
        window.lock()
        hand.rest(600)
        take("lock", window)

    def of_the_receptionist(self) -> None:
        """Today, the day book and the week, a conflict, and a registration that is a duplicate."""
        hand, take, window = self._hand, self._camera.take, self._window
        area = self._become(self._cast.receptionist)
        self._go(area, Place.TODAY)
        take("today-receptionist", window)
        self._go(area, Place.APPOINTMENTS)
        take("appointments-day", window)
        hand.find(Segmented, "View").choose("week")
        hand.rest(900)
        take("appointments-week", window)
        hand.find(Segmented, "View").choose("day")
        hand.rest(600)
        self._collide()
        take("appointments-conflict", window)
        hand.click("Back")
        hand.click("Close")
        self._go(area, Place.PATIENTS)
        hand.click("Register")
        known = self._cast.known.demographics
        hand.fill("Family name", known.family)
        hand.fill("Given names", known.given)
        hand.fill("Birth date", known.birth_date)
        hand.rest(1200)
        take("registration-duplicate", window)
        hand.click("Close")

    def of_the_administrator(self) -> None:
        """People, the workstations and how they agree, and a full check that passes."""
        area = self._become(self._cast.administrator)
        for place in (Place.NETWORK, Place.CONSENSUS):
            self._go(area, place)
            self._camera.take(place.value, self._window)
        self._go(area, Place.PEOPLE)
        self._camera.take("people", self._window)
        self._check(area)
        self._camera.take("integrity", self._window)

    def of_consent(self, desktop: Desktop) -> None:
        """A patient takes a card, which a doctor confirms; the record is closed, opened in an
        emergency, and reviewed.
        """
        shots = ConsentShots(desktop, self._window, self._hand, self._camera)
        doctor = self._cast.doctor
        shots.unlock(doctor)
        patient = shots.choose(doctor, self._cast.known.id)
        shots.of_the_card(self._become(self._cast.receptionist), patient)
        area = self._become(doctor)
        shots.of_the_confirmation(area, patient)
        shots.of_the_closed_record(area, patient)
        shots.of_the_review(self._become(self._cast.administrator))

    def of_a_fault(self) -> None:
        """A full check after somebody changed a byte on the disk."""
        area = self._become(self._cast.administrator)
        self._check(area)
        self._camera.take("integrity-fault", self._window, (*BOTH, Appearance.HIGH_CONTRAST))

    def _of_a_record(self, area: WorkArea) -> None:
        hand, take = self._hand, self._camera.take
        area.open_chart(self._cast.known.id)
        chart = self._chart()
        chart.resize(*SIZE)
        hand.rest(1000)
        take("record-summary", chart)
        rail = hand.find(NavRail, "Sections of the record", chart)
        for section in ("results", "medications", "notes", "documents"):
            rail.chosen.emit(section)
            hand.rest(900)
            if section == "notes":
                _stand_on(hand.find(Table, "Notes", chart), _NOTE_TITLE)
                hand.rest()
                take("record-notes", chart)
                hand.click("What it said before", chart)
                hand.rest(600)
                take("record-versions", chart)
                hand.click("Close", chart)
            else:
                take(f"record-{section}", chart)
        chart.close()

    def _chart(self) -> RecordWindow:
        found: list[RecordWindow] = []

        def there() -> bool:
            windows = QApplication.topLevelWidgets()
            found[:] = [w for w in windows if isinstance(w, RecordWindow) and w.view is not None]
            return bool(found)

        self._hand.until(there, "the record window")
        return found[0]

    def _collide(self) -> None:
        hand = self._hand
        # the first of the two may still find the time free
        for _ in range(2):
            if not hand.says(_TAKEN):
                hand.click("New appointment")
                hand.fill("Patient", self._cast.known.demographics.family)
                hand.rest(800)
                hand.press("Return", hand.find(QLineEdit, "Patient"))
                hand.fill("Time", "11:10")
                hand.fill("Reason", "Review of blood results")
                hand.click("Book")
                hand.rest(900)
        hand.expect(_TAKEN)

    def _check(self, area: WorkArea) -> None:
        self._go(area, Place.INTEGRITY)
        screen = area.stack.currentWidget()
        assert isinstance(screen, IntegrityScreen)
        screen.check()
        self._hand.until(
            lambda: not screen.running, "the check to end", patience_s=_CHECKED_WITHIN_S
        )
        self._hand.rest(600)

    def _become(self, actor: Actor) -> WorkArea:
        window = self._window
        window.sign_in.signed_in.emit(actor)
        self._hand.until(
            lambda: window.work_area is not None and window.work_area.actor.id == actor.id,
            f"{actor.staff.account_name} to be signed in",
        )
        self._hand.rest(1200)
        area = window.work_area
        assert area is not None
        return area

    def _go(self, area: WorkArea, place: Place) -> None:
        area.navigate(place)
        self._hand.rest(1200)


def _take_set_up(desktop: Desktop, hand: Hand, camera: Camera) -> None:
    window = desktop.show()
    window.resize(*SIZE)
    hand.click("Set up a new clinic")
    hand.fill("Name of the clinic", "Quayside Practice")
    hand.fill("Full name", "Noor Haddad")
    hand.fill("Account name", "noor.haddad")
    camera.take("set-up", window)
    window.close()
    window.deleteLater()


def _rehearse(desktop: Desktop, actors: tuple[Actor, ...], morning: Morning, work: Path) -> Cast:
    """Write what the pictures need and the made-up clinic has not, and let it become later."""

    async def prepare() -> Cast:
        door = desktop.door
        by_role = {actor.role: actor for actor in reversed(actors)}
        doctors = [actor for actor in actors if actor.role is Role.DOCTOR]
        today = await door.appointments.day(doctors[0], morning.day)
        waiting = [one.provider for one in today if one.status is AppointmentStatus.ARRIVED]
        doctor = max(doctors, key=lambda one: waiting.count(one.id))
        page = await door.patients.search(doctor, "")
        # the hand types on a plain keyboard
        plain = [one.patient for one in page.matches if _typeable(one.patient)]
        charts = [await door.charts.open(doctor, patient.id) for patient in plain[:20]]
        chart = max(
            charts, key=lambda one: (bool(one.summary.allergies), one.summary.results.total)
        )
        note = await door.charts.add_note(chart, _NOTE_TITLE, _NOTE)
        corrected = _NOTE.replace("132/84", "123/84")
        why = "two digits had changed places"
        await door.charts.amend_note(chart, note.source.record, corrected, why)
        letter = work / "Letter from the heart clinic.bin"
        letter.write_bytes(os.urandom(_LETTER_BYTES))
        await door.charts.add_document(chart, "Letter from the heart clinic", letter)
        known = await door.patients.get(doctor, chart.receipt.patient)
        staff = await door.people.list(by_role[Role.ADMINISTRATOR])
        desk = next(one.account_name for one in staff if one.role is Role.RECEPTIONIST)
        receptionist = await door.session.sign_in(desk, PASS_PHRASE)
        return Cast(doctor, receptionist, by_role[Role.ADMINISTRATOR], known)

    cast = desktop.thread.submit(prepare()).result()
    morning.put(_LOOKED_AT)
    return cast


def _stand_on(table: Table, words: str) -> None:
    model = table.model()
    for row in range(model.rowCount()):
        said = (model.index(row, column).data() for column in range(model.columnCount()))
        if any(words in str(text) for text in said):
            table.selectRow(row)
            return
    raise LostError(f"no row says “{words}”")


def _typeable(patient: PatientSummary) -> bool:
    if patient.demographics.deceased:
        return False
    return f"{patient.demographics.family}{patient.demographics.given}".isascii()


def _flip_a_byte(home: Path) -> None:
    path = next(p for p in (home / "containers").iterdir() if not p.name.endswith(".part"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
