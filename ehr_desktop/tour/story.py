"""A clinic's first day, from set-up to finding a byte that somebody changed on the disk."""

import os
from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from ehr_desktop.desktop import Desktop
from ehr_desktop.tour.hand import Hand
from ehr_desktop.tour.patient_story import PatientStory
from ehr_desktop.ui.screens.appointments.conflict_sheet import ConflictSheet
from ehr_desktop.ui.screens.appointments.screen import AppointmentsScreen
from ehr_desktop.ui.screens.record.window import RecordWindow
from ehr_desktop.ui.shell.main_window import MainWindow
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.table import Table

BOSS = "amber-kettle-orbit-meadow-quill"
DOCTOR = "velvet-harbour-lantern-quiet-plum"
DESK = "granite-otter-window-maple-drift"
_LETTER_BYTES = 300 * 1024
_WANTED = "Also wanted this time"


class Story:
    """Tells the story on one desktop and prints each step."""

    def __init__(self, desktop: Desktop, hand: Hand, work_folder: Path) -> None:
        self._desktop = desktop
        self._hand = hand
        self._folder = work_folder
        self._window: MainWindow | None = None
        self._letter_record = ""

    @property
    def window(self) -> MainWindow:
        """The main window."""
        assert self._window is not None
        return self._window

    def tell(self, bundles: list[Path]) -> None:
        """Do everything, in order.

        Raises:
            LostError: something did not happen as it should.
        """
        self._window = self._desktop.show()
        self.window.resize(1366, 768)
        self._set_up()
        self._two_accounts()
        self._import(bundles)
        name = self._search()
        chart = self._open_chart()
        self._write_and_amend(chart)
        self._attach_letter(chart)
        chart.close()
        self._book_collide_move(name)
        self._look_at_ledger()
        self._check("Check everything", "Everything is as it was signed", "integrity-passes")
        _say("The full check found nothing wrong.")
        self._a_patient_decides()
        self._flip_a_byte()
        self._check("Check again", "1 fault found", "integrity-names-the-record")
        hand = self._hand
        hand.expect(self._letter_record)
        _say(f"The check names what was changed: record {self._letter_record[:8]}….")
        self.window.close()

    def _set_up(self) -> None:
        hand, window = self._hand, self.window
        hand.click("Set up a new clinic")
        hand.fill("Name of the clinic", "Quayside Practice")
        hand.fill("Full name", "Noor Haddad")
        hand.fill("Account name", "noor.haddad")
        hand.fill("Password", BOSS)
        hand.picture("set-up", window)
        hand.click("Create the clinic")
        hand.find(QLineEdit, "Account name", window.sign_in)
        _say("A clinic was made: its genesis block and its first administrator.")
        self._sign_in("noor.haddad", BOSS)

    def _sign_in(self, account: str, password: str) -> None:
        hand = self._hand
        hand.fill("Account name", account)
        hand.fill("Password", password)
        hand.picture(f"sign-in-{account.partition('.')[0]}", self.window)
        hand.click("Sign in")
        hand.until(lambda: self.window.work_area is not None, f"{account} to be signed in")
        hand.rest()

    def _two_accounts(self) -> None:
        hand = self._hand
        hand.click("People")
        for name, account, role, password in (
            ("Dr Ana Lee", "ana.lee", "doctor", DOCTOR),
            ("Sam Okoro", "sam.okoro", "receptionist", DESK),
        ):
            hand.click("Add account")
            hand.fill("Full name", name)
            hand.fill("Account name", account)
            hand.find(ComboField, "Role").choose(role)
            hand.fill("First password", password)
            hand.click("Add account")
            hand.until(lambda: not hand.says("First password"), f"the account {account}")
        hand.picture("people", self.window)
        _say("Two accounts were added: a doctor and a receptionist.")
        self.window.sign_out()
        self._sign_in("ana.lee", DOCTOR)

    def _import(self, bundles: list[Path]) -> None:
        hand = self._hand
        hand.click("Patients")
        hand.click("Import…")
        hand.click("Choose files…")
        chooser = _dialog(hand)
        name = chooser.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(name, QLineEdit)
        name.setText(" ".join(f'"{path}"' for path in bundles))
        chooser.accept()
        hand.expect("It took ")
        hand.picture("import-report", self.window)
        hand.click("Close")
        _say(f"{len(bundles)} FHIR bundles were imported.")

    def _search(self) -> str:
        hand = self._hand
        table = hand.find(Table, "Patients")
        hand.until(lambda: table.model().rowCount() > 0, "patients in the list")
        living = [row for row in range(table.model().rowCount()) if not _has_died(table, row)]
        whole = str(table.model().index(living[0], 0).data())
        family = whole.partition(",")[0].casefold()
        # two letters change places, as they do in haste
        typed = family[:2] + family[3:4] + family[2:3] + family[4:]
        hand.fill("Search by name, birth date, phone, insurance id or record id", typed)
        hand.until(lambda: _first(table).partition(",")[0].casefold() == family, f"{family} found")
        hand.picture("search", self.window)
        _say(f"“{typed}” found {_first(table)}.")
        return _first(table)

    def _open_chart(self) -> RecordWindow:
        hand = self._hand
        table = hand.find(Table, "Patients")
        table.setFocus()
        table.selectRow(0)
        hand.press("Return", table)
        hand.until(lambda: _chart() is not None, "the record window")
        chart = _chart()
        assert chart is not None
        hand.until(lambda: chart.view is not None, "the record to open")
        chart.resize(1366, 768)
        hand.rest(800)
        hand.picture("record", chart)
        _say("The record was opened; the opening stands in the ledger.")
        return chart

    def _write_and_amend(self, chart: RecordWindow) -> None:
        hand = self._hand
        hand.click("Notes", chart)
        hand.click("Add note", chart)
        hand.fill("Title", "First visit", chart)
        hand.write("Note", "Seen today. Blood pressure 132/84, feels well.", chart)
        hand.picture("write-note", chart)
        hand.click("Save", chart)
        hand.expect("First visit", chart)
        hand.rest(600)
        table = hand.find(Table, "Notes", chart)
        table.selectRow(0)
        hand.rest()
        hand.click("Amend", chart)
        hand.write("Note", "Seen today. Blood pressure 123/84, feels well.", chart)
        hand.fill("Why it is amended", "two digits had changed places", chart)
        hand.click("Save amendment", chart)
        hand.rest(800)
        table.selectRow(0)
        hand.click("What it said before", chart)
        hand.rest(600)
        hand.picture("versions", chart)
        hand.click("Close", chart)
        _say("A note was written and amended; the original is one click away.")

    def _attach_letter(self, chart: RecordWindow) -> None:
        letter = self._folder / "Letter from the eye clinic.bin"
        letter.write_bytes(os.urandom(_LETTER_BYTES))
        hand = self._hand
        hand.click("Documents", chart)
        hand.click("Add document", chart)
        hand.click("Choose file…", chart)
        chooser = _dialog(hand)
        name = chooser.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(name, QLineEdit)
        name.setText(str(letter))
        chooser.accept()
        hand.rest()
        hand.click("Save", chart)
        hand.until(lambda: bool(self._containers()), "the letter to be stored")
        hand.rest(600)
        hand.picture("documents", chart)
        self._letter_record = self._record_of(chart)
        _say("A letter was attached: sealed into a container file.")

    def _book_collide_move(self, patient: str) -> None:
        hand, window = self._hand, self.window
        hand.click("Appointments")
        hand.rest(800)
        self._book(patient, "Check-up")
        hand.expect("1 appointment")
        self._book(patient, _WANTED)
        hand.expect("Dr Ana Lee already has 11:30")
        hand.picture("collision", window)
        sheet = window.findChild(ConflictSheet)
        assert isinstance(sheet, ConflictSheet)
        # on a day that is closed, or late in the evening, what is free is on another day
        hand.click(sheet.slot_buttons[-1].text())
        screen = window.findChild(AppointmentsScreen)
        assert isinstance(screen, AppointmentsScreen)
        hand.until(lambda: _is_about(screen, _WANTED), "the new appointment to be chosen")
        hand.rest()
        book = hand.find(QWidget, "Day book")
        hand.press("Return", book)
        hand.click("Move", window)
        hand.press("Down", book)
        hand.press("Return", book)
        hand.expect("Moved")
        hand.picture("day-book", window)
        _say("An appointment was booked, a collision refused in words, and one was moved.")

    def _book(self, patient: str, reason: str) -> None:
        hand = self._hand
        hand.click("New appointment")
        hand.fill("Patient", patient.partition(",")[0])
        hand.rest(800)
        hand.press("Return", hand.find(QLineEdit, "Patient"))
        hand.fill("Time", "11:30")
        hand.fill("Reason", reason)
        hand.click("Book")

    def _look_at_ledger(self) -> None:
        hand = self._hand
        hand.click("Ledger")
        hand.rest(800)
        hand.click("Check proof")
        hand.rest(600)
        hand.picture("ledger", self.window)
        _say("The ledger explains each transaction, and a proof was checked.")

    def _check(self, button: str, words: str, picture: str) -> None:
        hand = self._hand
        hand.click("Integrity")
        hand.click(button)
        hand.expect(words)
        hand.picture(picture, self.window)

    def _a_patient_decides(self) -> None:
        story = PatientStory(self._desktop, self._hand)
        desk, doctor = ("sam.okoro", DESK), ("ana.lee", DOCTOR)
        for sentence in story.tell(desk, doctor, self._letter_record):
            _say(sentence)

    def _record_of(self, chart: RecordWindow) -> str:
        """Give the record whose container the one file on the disk is."""
        (path,) = self._containers()
        asked = self._desktop.door.node.charts.records_of(chart.patient)
        records = self._desktop.thread.submit(asked).result()
        return next(record.record for record in records if record.commitment == path.name)

    def _flip_a_byte(self) -> None:
        (path,) = self._containers()
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        _say("One bit of one container file was flipped on the disk.")

    def _containers(self) -> list[Path]:
        folder = self._desktop.config.home / "containers"
        return [p for p in folder.iterdir() if not p.name.endswith(".part")]


def _dialog(hand: Hand) -> QFileDialog:
    found: list[QFileDialog] = []

    def there() -> bool:
        widgets = QApplication.allWidgets()
        found[:] = [w for w in widgets if isinstance(w, QFileDialog) and w.isVisible()]
        return bool(found)

    hand.until(there, "the file dialog")
    return found[0]


def _chart() -> RecordWindow | None:
    windows = QApplication.topLevelWidgets()
    return next((w for w in windows if isinstance(w, RecordWindow) and w.isVisible()), None)


def _is_about(screen: AppointmentsScreen, reason: str) -> bool:
    return screen.current is not None and screen.current.reason == reason


def _has_died(table: Table, row: int) -> bool:
    return "died" in str(table.model().index(row, 1).data())


def _first(table: Table) -> str:
    return str(table.model().index(0, 0).data() or "")


def _say(sentence: str) -> None:
    print("  ✓ " + sentence, flush=True)
