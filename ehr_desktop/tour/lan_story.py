"""Four workstations on a LAN of their own, each the whole program in a process of its own."""

import contextlib
import itertools
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from ehr_desktop.config import Config
from ehr_desktop.services.demo_clinic import clinic_now, demo_day
from ehr_desktop.tour.hand import LostError
from ehr_desktop.tour.lan import Lan, NoNamespacesError, Program, SilentError
from ehr_desktop.tour.one_host import OneHost

NAMES: Final = ("Reception 1", "Room 2", "Room 3", "Laboratory")
_ROOT: Final = Path(__file__).resolve().parents[2]
_PATIENCE_S: Final = 90.0
_PATIENTS: Final = 40


def run_lan_tour(config: Config) -> int:
    """Tell the story and give the exit code: 0 if all went as it should."""
    pictures = config.pictures or Path.cwd() / "tour-lan"
    with tempfile.TemporaryDirectory(prefix="ehr-lan-") as folder, contextlib.ExitStack() as stack:
        lan: Lan | OneHost = Lan(len(NAMES), _ROOT)
        try:
            stack.enter_context(lan)
            print("Four PCs on a switch of their own: network namespaces, with real multicast.")
        except NoNamespacesError as error:
            lan = stack.enter_context(OneHost(_ROOT))
            print(
                f"Four workstations on this one PC, because network namespaces are refused: {error}"
            )
        patients = min(config.patients, _PATIENTS)
        try:
            LanStory(lan, Path(folder), pictures, patients).tell()
        except (LostError, SilentError) as lost:
            print(f"The tour stopped: {lost}")
            return 1
    taken = sorted(pictures.glob("*/*/*.png"))
    print(f"{len(taken)} pictures are in {pictures}")
    return 0


class Seat:
    """One workstation: gives it orders and waits for what comes of them."""

    def __init__(
        self, lan: Lan | OneHost, number: int, home: Path, pictures: Path, patients: int
    ) -> None:
        self.number = number
        self.name = NAMES[number - 1]
        self._lan = lan
        self._home = home
        self._pictures = pictures
        self._patients = patients
        self._orders = itertools.count()
        self._program: Program | None = None

    @property
    def program(self) -> Program:
        """The running program."""
        assert self._program is not None, f"{self.name} is switched off"
        return self._program

    def start(self) -> None:
        """Switch it on."""
        quiet = {"EHR_DESKTOP_KEY_STORE": "file"}
        if "DISPLAY" not in os.environ:
            quiet["QT_QPA_PLATFORM"] = "offscreen"
        self._program = self._lan.run(
            self.number,
            [sys.executable, "-m", "ehr_desktop.tour.lan_workstation", str(self._home),
             str(self._pictures), self.name, str(self._patients)],
            quiet,
        )  # fmt: skip
        self.hears("ready")

    def begin(self, do: str, **how: Any) -> int:
        """Give an order and do not wait."""
        order = next(self._orders)
        self.program.tell(order=order, do=do, **how)
        return order

    def end(self, order: int) -> Any:
        """Wait for the answer to an order.

        Raises:
            LostError: it could not be done.
            SilentError: there is no answer.
        """
        answer = self.program.wait_for(_PATIENCE_S, order=order)
        if "error" in answer:
            raise LostError(f"{self.name}: {answer['error']}")
        return answer["answer"]

    def do(self, do: str, **how: Any) -> Any:
        """Give an order and wait for its answer."""
        return self.end(self.begin(do, **how))

    def hears(self, fact: str) -> Any:
        """Wait until it tells something of this name, and give it."""
        return self.program.wait_for_any(_PATIENCE_S, fact)[fact]

    def kill(self) -> None:
        """End it as a power cut does."""
        self.program.kill()
        self._program = None

    def stop(self) -> int:
        """Close the program; give its exit code."""
        code = self.program.finish(_PATIENCE_S)
        self._program = None
        return code


class LanStory:
    """Tells the story and prints each step, with how long it took."""

    def __init__(self, lan: Lan | OneHost, folder: Path, pictures: Path, patients: int) -> None:
        self._lan = lan
        self._seats = [
            Seat(lan, number, folder / f"pc-{number}", pictures / _folder_name(name), patients)
            for number, name in enumerate(NAMES, 1)
        ]
        self._accounts: dict[str, str] = {}
        self._doctor = ""
        self._begun = time.monotonic()
        day = demo_day(clinic_now("Europe/London")) + timedelta(days=60)
        self._day = day.isoformat()

    def tell(self) -> None:
        """Do everything, in order.

        Raises:
            LostError: something did not happen as it should.
            SilentError: a workstation does not answer.
        """
        self._found()
        for seat in self._seats[1:]:
            self._join(seat)
        self._everybody_linked(self._seats)
        self._pictures("connected", self._seats)
        self._a_booking_travels()
        self._pictures("agreed", self._seats[1:2], place="consensus")
        self._one_is_killed()
        if isinstance(self._lan, Lan):
            self._a_split(self._lan)
        else:
            self._begun = time.monotonic()
            self._say("One PC has no cable to cut: the split is left out.")
        self._check()
        self._good_night()

    def _found(self) -> None:
        first = self._seats[0]
        first.start()
        self._begun = time.monotonic()
        self._doctor = first.do("found")["doctor"]
        accounts = first.do("accounts")
        self._accounts = {
            "administrator": accounts["administrator"], "doctor": accounts["doctor"]
        }  # fmt: skip
        self._say(f"{first.name} made a clinic.")

    def _join(self, seat: Seat) -> None:
        first = self._seats[0]
        seat.start()
        self._begun = time.monotonic()
        first.do("open_door")
        seat.do("look")
        where = seat.hears("found")
        found = time.monotonic() - self._begun
        here, there = first.hears("digits"), seat.hears("digits")
        if here != there:
            raise LostError(f"{first.name} shows {here}, {seat.name} shows {there}")
        seat.do("agree")
        first.do("let_in")
        seat.do("joined")
        self._say(
            f"{seat.name} found the open door at {where} by multicast after {found:.1f} s, both "
            f"screens showed {here[:3]} {here[3:]}, and its records are here."
        )
        seat.do("sign_in", **self._accounts)

    def _a_booking_travels(self) -> None:
        second = self._seats[1]
        patients = second.do("patients")
        for number in range(3):
            others = [seat for seat in self._seats if seat is not second]
            self._begun = time.monotonic()
            made = self._book(second, patients[number], 9, number * 15)
            signed = time.monotonic() - self._begun
            self._begun = time.monotonic()
            waiting = [s.begin("sees", appointment=made["id"], day=self._day) for s in others]
            for seat, order in zip(others, waiting, strict=True):
                seat.end(order)
            self._say(
                f"A booking on {second.name} was final after {signed * 1000:.0f} ms; the day "
                "books of all the others show it."
            )

    def _one_is_killed(self) -> None:
        third, others = self._seats[2], [s for s in self._seats if s.number != 3]
        self._begun = time.monotonic()
        third.kill()
        self._everybody_linked(others)
        self._say(f"The program on {third.name} was killed; all others noticed.")
        first = self._seats[0]
        self._begun = time.monotonic()
        made = self._book(first, first.do("patients")[3], 10, 0)
        self._say(f"A booking without it is final: {'no' if made['pending'] else 'yes'}.")
        self._begun = time.monotonic()
        third.start()
        third.do("open", **self._accounts)
        third.do("sees", appointment=made["id"], day=self._day)
        self._say(f"{third.name} is back and shows the booking it missed.")
        self._everybody_linked(self._seats)

    def _a_split(self, lan: Lan) -> None:
        left, right = self._seats[:2], self._seats[2:]
        self._begun = time.monotonic()
        lan.cut({seat.number for seat in right})
        for side in (left, right):
            self._everybody_linked(side)
        self._say("The cable between two and two was cut; nobody has a quorum.")
        self._begun = time.monotonic()
        patients = left[0].do("patients")
        one = self._book(left[0], patients[4], 11, 0)
        other = self._book(right[0], patients[5], 11, 0)
        if not (one["pending"] and other["pending"]):
            raise LostError("a booking was called final without a quorum")
        self._say("The same time was booked on both sides: both are shown as pending.")
        self._pictures("split", self._seats)
        self._begun = time.monotonic()
        lan.heal()
        self._everybody_linked(self._seats)
        for seat in self._seats:
            seat.do("settled")
        days = [seat.do("day", day=self._day) for seat in self._seats]
        if any(day != days[0] for day in days):
            raise LostError("the day books differ after the split healed")
        kept = [made for made in (one, other) if days[0].get(made["id"]) is False]
        if len(kept) != 1:
            raise LostError(f"{len(kept)} of two bookings of one time were kept")
        winner = "first" if kept[0] is one else "second"
        self._say(
            f"The cable is back. Everywhere the same one of the two was kept, that of the {winner} "
            "side; the other was refused: that time is taken."
        )
        self._pictures("healed", self._seats)

    def _check(self) -> None:
        self._begun = time.monotonic()
        ledgers = [seat.do("ledger") for seat in self._seats]
        if any(ledger != ledgers[0] for ledger in ledgers):
            raise LostError("the ledgers differ")
        faults = [seat.do("check") for seat in self._seats]
        if any(faults):
            raise LostError(f"faults were found: {faults}")
        self._say("All four have the same ledger, and a full check on each finds nothing wrong.")

    def _good_night(self) -> None:
        self._begun = time.monotonic()
        for seat in reversed(self._seats):
            if seat.stop():
                raise LostError(f"{seat.name} did not end cleanly")
        self._say("All were shut down, one after the other.")

    def _book(self, seat: Seat, patient: str, hour: int, minute: int) -> Any:
        start = datetime.fromisoformat(f"{self._day}T{hour:02}:{minute:02}").replace(tzinfo=UTC)
        return seat.do("book", start=start.isoformat(), provider=self._doctor, patient=patient)

    def _everybody_linked(self, seats: list[Seat]) -> None:
        orders = [
            (seat, seat.begin("linked", names=[other.name for other in seats if other is not seat]))
            for seat in seats
        ]
        for seat, order in orders:
            seat.end(order)

    def _pictures(self, name: str, seats: list[Seat], place: str = "network") -> None:
        orders = [(seat, seat.begin("picture", name=name, place=place)) for seat in seats]
        for seat, order in orders:
            seat.end(order)

    def _say(self, sentence: str) -> None:
        print(f"  ✓ {sentence} ({time.monotonic() - self._begun:.1f} s)", flush=True)


def _folder_name(workstation: str) -> str:
    return workstation.replace(" ", "-").lower()
