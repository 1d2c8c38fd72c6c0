"""One workstation as a process: a node that takes orders. Started by `benchmarks.lan`.

usage: python -m benchmarks.workstation HOME PORT [DOOR NAME]

With `DOOR` it first joins the clinic that opened that door. Every line of input is an order, a
JSON object `{"order": NAME, ...}`; every line of output is the answer to one. Times are those of
`time.monotonic`, which all processes of one PC share.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.clinics import PASSWORD
from benchmarks.consent_orders import ConsentOrders
from benchmarks.link_bytes import link_bytes
from ehr_desktop.config import resources_folder
from ehr_desktop.domain.events import AppointmentsChanged, Event, PairingAsked, PairingEnded
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.ledger import TransactionState
from ehr_desktop.domain.patients import Demographics
from ehr_desktop.domain.people import Actor
from ehr_desktop.garbage import collect_rarely
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.node.contracts.statements import ReadRecords
from ehr_desktop.node.lan.admitting import Admitting
from ehr_desktop.node.lan.joining import join_clinic
from ehr_desktop.node.net.pairing_port import parse_door
from ehr_desktop.node.node import FLOOR, LanSettings, Node
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.services.clinic import Clinic as UseCases
from ehr_desktop.services.values import Booking

LOOPBACK: Final = "127.0.0.1"
_POLL_S: Final = 0.002
_SLOT: Final = timedelta(minutes=5)
_MOST_SECONDS: Final = 120


class Workstation(ConsentOrders):
    """An open node; each public coroutine is an order, and what it gives is the answer."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._core = node._core  # noqa: SLF001 - a benchmark may look behind the front door
        self._use = UseCases(node, Validator.load(resources_folder() / "fhir_r4/table.json.gz"))
        self._actors: dict[str, Actor] = {}
        self._admitted: asyncio.Queue[str] = asyncio.Queue()
        self._seen: dict[str, float] = {}
        self._looks: set[asyncio.Task[None]] = set()
        self._admitting = Admitting(
            self._core,
            lambda: node.network.addresses,
            node.network.known_addresses,
            listen=node.network.listen,
            announce=False,
        )

    async def sign_in(self, account: str) -> dict[str, Any]:
        """Sign somebody in."""
        password = PASSWORD if account == "admin" else f"{PASSWORD}-{account}"
        self._actors[account] = await self._use.session.sign_in(account, password)
        return {}

    # --- becoming many -------------------------------------------------------------------------

    async def open_door(self) -> dict[str, Any]:
        """Let one workstation in, whoever it is, and give where."""
        admin = self._actors["admin"]
        answers: set[asyncio.Task[None]] = set()

        def hear(event: Event) -> None:
            if isinstance(event, PairingAsked):
                answers.add(asyncio.ensure_future(self._admitting.let_in(admin, agreed=True)))
            elif isinstance(event, PairingEnded):
                self._admitted.put_nowait(event.failure)
                self._core.listeners.remove(hear)

        self._node.subscribe(hear)
        door = await self._admitting.open_door(admin)
        return {"door": f"{LOOPBACK}:{parse_door(door.addresses[0]).port}"}

    async def admitted(self) -> dict[str, Any]:
        """Wait until somebody came in through the door."""
        failure = await self._admitted.get()
        assert not failure, failure
        return {}

    async def meet(self, addresses: list[str]) -> dict[str, Any]:
        """Try addresses of others."""
        for address in addresses:
            await self._node.network.add_address(address)
        return {}

    async def together(self, count: int) -> dict[str, Any]:
        """Wait until so many workstations are linked, vote, and have nothing left to agree on."""
        while True:
            status = await self._node.network.status()
            linked = len(self._node.network.lan.linked()) + 1
            if (linked, status.present, status.total) == (count, count, count) and not (
                status.pending or status.missing_containers
            ):
                return {"height": status.height, "quorum": status.quorum}
            await asyncio.sleep(0.02)

    # --- work ----------------------------------------------------------------------------------

    async def register(self) -> dict[str, Any]:
        """Register a patient."""
        person = Demographics("Benchmark", "Anna", "1980-05-01")
        patient = await self._use.patients.register(self._actors["lee"], person)
        return {"patient": patient.id}

    async def lone(self, patient: str, count: int, pause_s: float) -> dict[str, Any]:
        """Write one transaction at a time; give the seconds until each was final."""
        seconds = []
        for _ in range(count):
            begun = time.monotonic()
            assert await self._receipt(patient), "a lone transaction was not final in time"
            seconds.append(time.monotonic() - begun)
            await asyncio.sleep(pause_s)
        return {"seconds": seconds}

    async def load(self, patient: str, writers: int, count: int) -> dict[str, Any]:
        """Write from many hands at once, each waiting for its transaction; then for all of them."""
        told_pending = 0

        async def writer() -> None:
            nonlocal told_pending
            for _ in range(count // writers):
                told_pending += not await self._receipt(patient)

        begun = time.monotonic()
        await asyncio.gather(*(writer() for _ in range(writers)))
        return {"begun": begun, "count": count // writers * writers, "told_pending": told_pending}

    async def settled(self, height: int = 0) -> dict[str, Any]:
        """Wait until nothing is pending at this height or a greater one; tell when."""
        pipeline = self._core.pipeline
        await _until(lambda: not pipeline.standing.pending and self._height >= height)
        return {"at": time.monotonic(), "height": self._height}

    async def catch_up(self, height: int) -> dict[str, Any]:
        """Wait until a height is reached; time it from the first link on."""
        await _until(lambda: bool(self._node.network.lan.linked()))
        first, begun = self._height, time.monotonic()
        await _until(lambda: self._height >= height)
        return {"first": first, "last": self._height, "seconds": time.monotonic() - begun}

    async def book(self, day: str, count: int, pause_s: float, patient: str) -> dict[str, Any]:
        """Book slots one after another; give when each was asked for and when it was
        confirmed and shown here, by appointment.
        """
        lee, asked, shown = self._actors["lee"], {}, {}
        start = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
        for number in range(count):
            wanted = start + timedelta(hours=9) + number * _SLOT
            booking = Booking(lee.id, PatientId(patient), wanted, _SLOT, "Benchmark")
            begun = time.monotonic()
            appointment = await self._use.appointments.book(lee, booking)
            asked[appointment.id], shown[appointment.id] = begun, time.monotonic()
            await asyncio.sleep(pause_s)
        return {"asked": asked, "shown": shown}

    async def watch(self, day: str) -> dict[str, Any]:
        """Read a day anew whenever appointments change, as the day book does."""

        async def look() -> None:
            lee = self._actors["lee"]
            shown = await self._use.appointments.day(lee, date.fromisoformat(day))
            now = time.monotonic()
            for appointment in shown:
                self._seen.setdefault(appointment.id, now)

        def hear(event: Event) -> None:
            if isinstance(event, AppointmentsChanged):
                task = asyncio.ensure_future(look())
                self._looks.add(task)
                task.add_done_callback(self._looks.discard)

        self._node.subscribe(hear)
        return {}

    async def seen(self, count: int) -> dict[str, Any]:
        """Wait until so many appointments were seen; tell when, by appointment."""
        await _until(lambda: len(self._seen) >= count)
        return {"seen": self._seen}

    # --- cost ----------------------------------------------------------------------------------

    async def usage(self) -> dict[str, Any]:
        """Give the CPU seconds of this process, and the bytes its links have sent and received."""
        sent, received = link_bytes(self._node.network.lan.hub)
        return {
            "at": time.monotonic(), "cpu": time.process_time(),
            "sent": sent, "received": received, "height": self._height,
        }  # fmt: skip

    @property
    def _height(self) -> int:
        return self._core.pipeline.standing.height

    async def _receipt(self, patient: str) -> bool:
        """Sign a receipt for reading; tell whether it was final before a person grew impatient."""
        session = self._core.session(self._actors["lee"])
        subject = bytes.fromhex(patient)
        said = ReadRecords(subject, "open", "treatment", "policy", ("general",))
        unsigned = Unsigned(said, session.person, session.keys.signing, subject=subject)
        (outcome,) = await self._core.say(unsigned)
        return outcome.state is TransactionState.FINAL


async def run(home: Path, port: int, door: str = "", name: str = "") -> None:
    """Open the clinic in `home`, having joined it where there is a door, and take orders."""
    collect_rarely()
    if door:
        await join_clinic(home, [door], name, _agree, None)
    lan = LanSettings(LOOPBACK, port, announce=False)
    node = await Node.open(home, project, parameters=FLOOR, lan=lan)
    try:
        workstation = Workstation(node)
        _answer({})
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            work: Callable[..., Awaitable[dict[str, Any]]] = getattr(
                workstation, order.pop("order")
            )
            try:
                async with asyncio.timeout(_MOST_SECONDS):
                    _answer(await work(**order))
            except Exception as error:  # noqa: BLE001 - whoever gave the order is told
                _answer({"error": repr(error)})
    finally:
        await node.close()


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - no event tells each of these
        await asyncio.sleep(_POLL_S)


def _agree(_digits: str) -> "asyncio.Future[bool]":
    answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    answer.set_result(True)
    return answer


def _answer(words: dict[str, Any]) -> None:
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5]))
