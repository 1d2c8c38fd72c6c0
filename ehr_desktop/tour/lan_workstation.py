"""One workstation of the tour through a LAN: the program with its windows, worked by orders.

`python -m ehr_desktop.tour.lan_workstation HOME PICTURES NAME PATIENTS`. Every line of input is an
order as JSON, `{"order": number, "do": name, ...}`; every line of output answers one or tells a
fact.
"""

import asyncio
import json
import queue
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, Qt

from ehr_desktop.config import Config, read_config
from ehr_desktop.demo import make_clinic
from ehr_desktop.desktop import ClinicDoor, Desktop
from ehr_desktop.domain.errors import EhrError
from ehr_desktop.domain.events import DoorsChanged, Event, PairingAsked
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.network import LinkState, NetworkStatus
from ehr_desktop.domain.people import Actor, Role
from ehr_desktop.node.node import FLOOR, is_home
from ehr_desktop.services.demo_clinic import PASS_PHRASE
from ehr_desktop.services.values import Booking
from ehr_desktop.tour.camera import Camera
from ehr_desktop.tour.hand import Hand, LostError
from ehr_desktop.ui.app import log_kept_in, prepare_application
from ehr_desktop.ui.shell.context import Place
from ehr_desktop.ui.shell.main_window import MainWindow

Result = TypeVar("Result")
_SIZE = (1366, 768)
_LENGTH = timedelta(minutes=15)


class LanWorkstation:
    """Does what it is told; every public method is an order of that name. On the UI thread."""

    def __init__(self, desktop: Desktop, hand: Hand, name: str, pictures: Path) -> None:
        self._desktop = desktop
        self._camera = Camera(desktop, hand, pictures)
        self._hand = hand
        self._name = name
        self._actors: dict[Role, Actor] = {}
        self._window: MainWindow | None = None
        self._joining: Future[None] | None = None
        desktop.bridge.node_event.connect(self._hear)

    def found(self) -> dict[str, str]:
        """Make the made-up clinic here; give a doctor's id, for bookings."""
        for actor in make_clinic(self._desktop):
            self._actors.setdefault(actor.role, actor)
        return {"doctor": self._actors[Role.DOCTOR].id}

    def open(self, administrator: str, doctor: str) -> None:
        """Open the clinic that is here, and sign two people in."""
        self._wait(self._desktop.door.open(self._desktop.bridge.publish), "the clinic to open")
        self.sign_in(administrator, doctor)

    def accounts(self) -> dict[str, str]:
        """Give the account names of the administrator and the doctor signed in."""
        return {role: actor.staff.account_name for role, actor in self._actors.items()}

    def sign_in(self, administrator: str, doctor: str) -> None:
        """Sign an administrator and a doctor in."""
        for account in (administrator, doctor):
            work = self._desktop.door.session.sign_in(account, PASS_PHRASE)
            actor = self._wait(work, f"{account} to sign in")
            self._actors[actor.role] = actor

    def show(self) -> None:
        """Show the window, as the administrator, on the Network screen."""
        if self._window is None:
            self._window = self._desktop.show()
            self._window.resize(*_SIZE)
        window, actor = self._window, self._actors[Role.ADMINISTRATOR]
        window.sign_in.signed_in.emit(actor)
        self._hand.until(lambda: window.work_area is not None, "the desk")
        assert window.work_area is not None
        window.work_area.navigate(Place.NETWORK)

    def picture(self, name: str, place: str = "network") -> None:
        """Take pictures of a screen in light and dark."""
        if self._window is None:
            self.show()
        assert self._window is not None
        assert self._window.work_area is not None
        self._window.work_area.navigate(Place(place))
        # the screen follows the network a few times a second
        self._hand.rest(1500)
        self._camera.take(name, self._window)

    def open_door(self) -> None:
        """Let a new workstation in."""
        self._wait(self._desktop.door.network.open_door(self._administrator), "the door to open")

    def let_in(self) -> None:
        """Say that both screens show the same digits."""
        work = self._desktop.door.network.let_in(self._administrator, agreed=True)
        self._wait(work, "the newcomer to be let in")

    def look(self) -> None:
        """Look for a door, join through the first that is found, and go on meanwhile."""
        self._joining = self._desktop.thread.submit(self._join())

    def agree(self) -> None:
        """Say that both screens show the same digits."""
        self._wait(self._desktop.door.compare(agreed=True), "the answer to be taken")

    def joined(self) -> None:
        """Wait until this workstation is in and its records are here."""
        joining = self._joining
        assert joining is not None
        self._hand.until(joining.done, "the records")
        joining.result()

    def linked(self, names: list[str]) -> None:
        """Wait until there are links to exactly these workstations."""
        self._hand.until(lambda: _linked(self._network()) == set(names), f"links to {names}")

    def book(self, start: str, provider: str, patient: str) -> dict[str, Any]:
        """Book a quarter of an hour; give its id, and whether others have yet to agree."""
        wanted = Booking(
            PersonId(provider), PatientId(patient), datetime.fromisoformat(start), _LENGTH
        )
        made = self._wait(self._desktop.door.appointments.book(self._doctor, wanted), "a booking")
        return {"id": made.id, "pending": made.pending}

    def patients(self) -> list[str]:
        """Give the ids of some patients."""
        page = self._wait(self._desktop.door.patients.search(self._doctor, ""), "patients")
        return [match.patient.id for match in page.matches]

    def sees(self, appointment: str, day: str) -> None:
        """Wait until the day book shows an appointment, and shows it as certain."""
        self._hand.until(lambda: self.day(day).get(appointment) is False, "the appointment")

    def day(self, day: str) -> dict[str, bool]:
        """Give the appointments of a day, and whether each is pending."""
        when = datetime.fromisoformat(day).date()
        booked = self._wait(self._desktop.door.appointments.day(self._doctor, when), "the day")
        return {one.id: one.pending for one in booked}

    def settled(self) -> None:
        """Wait until nothing is pending."""
        self._hand.until(lambda: self._network().pending == 0, "everything to be final")

    def ledger(self) -> list[str]:
        """Give the newest blocks."""
        work = self._desktop.door.ledger.blocks(self._administrator, limit=10)
        return [block.id for block in self._wait(work, "blocks")]

    def check(self) -> int:
        """Check everything; give how many faults there are."""
        work = self._desktop.door.integrity.check(
            self._administrator, lambda _done, _total: None, lambda: False
        )
        return len(self._wait(work, "the check").faults)

    @property
    def _administrator(self) -> Actor:
        return self._actors[Role.ADMINISTRATOR]

    @property
    def _doctor(self) -> Actor:
        return self._actors[Role.DOCTOR]

    def _network(self) -> NetworkStatus:
        status: NetworkStatus = self._wait(
            self._desktop.door.network.status(self._administrator), "the network's state"
        )
        return status

    async def _join(self) -> None:
        door = self._desktop.door
        found = _FirstDoor(self._desktop.bridge.publish)
        await found.look(door)
        _say(found=found.addresses[0])
        await door.join(found.addresses, self._name, self._desktop.bridge.publish)

    def _hear(self, event: Event) -> None:
        if isinstance(event, PairingAsked):
            _say(digits=event.digits, asked=event.name)

    def _wait(self, work: Coroutine[Any, Any, Result], what: str) -> Result:
        future = self._desktop.thread.submit(work)
        self._hand.until(future.done, what)
        return future.result()


class _FirstDoor:
    """Looks for a door until the first is found. On the node's loop."""

    def __init__(self, hear: Callable[[Event], None]) -> None:
        self._hear = hear
        self.addresses: tuple[str, ...] = ()

    async def look(self, door: ClinicDoor) -> None:
        """Wait for the first door that somebody opens."""
        found = asyncio.Event()

        def changed(event: Event) -> None:
            self._hear(event)
            if isinstance(event, DoorsChanged) and event.doors:
                self.addresses = event.doors[0].addresses
                found.set()

        looking = asyncio.ensure_future(door.look(changed))
        await found.wait()
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


def _linked(status: NetworkStatus) -> set[str]:
    return {one.name for one in status.workstations if one.state is LinkState.LINKED}


def _say(**facts: Any) -> None:
    print(json.dumps(facts), file=sys.__stdout__, flush=True)


def _obey(workstation: LanWorkstation, order: int, do: str, **how: Any) -> None:
    try:
        _say(order=order, answer=getattr(workstation, do)(**how))
    except (EhrError, LostError) as error:
        _say(order=order, error=f"{type(error).__name__}: {error}")


def _read(orders: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        orders.put(line)
    orders.put("")


def _work(config: Config, hand: Hand, workstation: LanWorkstation) -> None:
    """Take orders until the input ends."""
    orders: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    _say(ready=is_home(config.home))
    while True:
        hand.until(lambda: not orders.empty(), "an order", patience_s=None)
        line = orders.get()
        if not line:
            return
        _obey(workstation, **json.loads(line))


def run_workstation(home: Path, pictures: Path, name: str, patients: int) -> int:
    """Be a workstation until the input ends; give the exit code."""
    # what the program prints is for people; what is said here is for whoever gives the orders
    sys.stdout = sys.stderr
    config = read_config(["--home", str(home), "demo", "--patients", str(patients)])
    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    application = prepare_application(["ehr-desktop"])
    hand = Hand(application, pictures)
    with log_kept_in(config.home.parent / f"logs-{config.home.name}"):
        desktop = Desktop(config, application, FLOOR)
        try:
            _work(config, hand, LanWorkstation(desktop, hand, name, pictures))
        finally:
            ended = desktop.stop()
    return int(not ended)


if __name__ == "__main__":
    sys.exit(run_workstation(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
