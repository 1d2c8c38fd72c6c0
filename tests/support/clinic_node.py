"""One workstation of a clinic as a program that takes orders.

usage: clinic_node.py HOME NAME [lies]; every line of input is an order `{"order": number, "do":
name, ...}`, every line of output a fact; the fact that answers an order has its number.
"""

import asyncio
import json
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from ehr_desktop.domain.errors import EhrError
from ehr_desktop.domain.events import PairingAsked
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.explain import explain
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.node.lan.lan import LanSettings
from ehr_desktop.node.net.limits import Limits
from ehr_desktop.node.node import FLOOR, Node, find_doors, is_home, join_clinic, system_clock
from ehr_desktop.node.store import blocks, transactions
from ehr_desktop.services.clinic import Clinic
from ehr_desktop.services.joining import records_are_here
from ehr_desktop.services.values import Booking
from tests.support.emergency_orders import EmergencyOrders
from tests.support.lies import tell_lies
from tests.support.one_pc import ANNA, PASSWORDS

# a split is noticed before the tester's patience ends
LIMITS = Limits(dead_s=3.0, heartbeat_s=1.0)
QUARTER = timedelta(minutes=15)


def say(**facts):
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


class Workstation(EmergencyOrders):
    """What a person at this workstation can do, by the name of the order."""

    def __init__(self, home, name):
        self.home = Path(home)
        self.name = name
        self.node = None
        self.clinic = None
        self.actors = {}
        self.answers = asyncio.Queue()

    async def obey(self, order, do, **how):
        try:
            answer = await getattr(self, do)(**how)
        except EhrError as error:
            outcome = getattr(error, "outcome", None)
            say(
                order=order,
                error=type(error).__name__,
                rule=outcome.rule if outcome else str(error),
                sentence=explain(error),
            )
        else:
            say(order=order, answer=answer)

    # --- the workstation -----------------------------------------------------------------------

    async def open(self):
        self.node = await Node.open(
            self.home, project, parameters=FLOOR, lan=LanSettings(limits=LIMITS)
        )
        self.clinic = Clinic(self.node, None)
        self.node.subscribe(self._hear)

    def _hear(self, event):
        if isinstance(event, PairingAsked):
            say(event="asked", name=event.name, digits=event.digits)

    async def close(self):
        if self.node is not None:
            await self.node.close()
            self.node = None

    # --- joining -------------------------------------------------------------------------------

    async def open_door(self):
        door = await self.clinic.network.open_door(self.actors["admin"])
        return list(door.addresses)

    async def let_in(self, agreed):
        await self.clinic.network.let_in(self.actors["admin"], agreed=agreed)

    async def join(self, address=None):
        """Join through a door that is found, or through an address that is typed."""
        addresses = [address] if address else await self._first_door()

        def compare(digits):
            say(event="compare", digits=digits)
            self.question = asyncio.get_running_loop().create_future()
            return self.question

        joined = await join_clinic(self.home, addresses, self.name, compare, None)
        await self.open()
        await records_are_here(self.node, lambda _height, _aim: None)
        return joined.certain

    async def agree(self, agreed):
        self.question.set_result(agreed)

    async def _first_door(self):
        found = asyncio.get_running_loop().create_future()

        def changed(doors):
            if doors and not found.done():
                found.set_result(doors[0].addresses)

        looking = asyncio.ensure_future(find_doors(changed, system_clock))
        try:
            return await found
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    # --- the network ---------------------------------------------------------------------------

    async def network(self):
        status = await self.node.network.status()
        return {
            "height": status.height,
            "pending": status.pending,
            "has_quorum": status.has_quorum,
            "total": status.total,
            "missing": status.missing_containers,
            "halted": self.node.halted,
            "others": {
                one.name: {"state": one.state, "rung": one.rung, "weight": one.weight,
                           "away": one.away, "stopped": one.stopped, "device": one.device}
                for one in status.workstations if one.state != "here"
            },
            "own": {"weight": status.workstations[0].weight, "away": status.workstations[0].away},
        }  # fmt: skip

    async def accusations(self):
        status = await self.node.network.consensus()
        return [accused.name for accused in status.accusations if accused.height is not None]

    async def dial(self, address):
        await self.node.network.add_address(address)

    async def remove(self, name):
        devices = await self.node.workstations()
        device = next(one.id for one in devices if one.name == name)
        await self.clinic.network.remove(self.actors["admin"], device)

    # --- the ledger ----------------------------------------------------------------------------

    async def chain(self):
        """Every final block's id, and the state they lead to."""

        def read(connection):
            return [name.hex() for _, name, _, _ in blocks.rising(connection, 0, 1_000_000)]

        return {
            "blocks": await self.node._core.read(read),
            "state": self.node._core.pipeline.state_root.hex(),
        }

    async def refused(self):
        """What was refused: the id of each transaction and the rule."""

        def read(connection):
            rows = transactions.newest(connection, limit=100, refused_only=True)
            return sorted([row.id.hex(), row.rule] for row in rows)

        return await self.node._core.read(read)

    async def check(self, name=None):
        actor = self.actors.get(name)
        report = await self.clinic.integrity.check(actor, lambda _d, _t: None, lambda: False)
        return [f"{fault.what} {fault.where}: {fault.meaning}" for fault in report.faults]

    # --- people at work ------------------------------------------------------------------------

    async def sign_in(self, name):
        self.actors[name] = await self.clinic.session.sign_in(name, PASSWORDS[name])

    async def register(self, given, name="rae"):
        demographics = replace(ANNA, given=given)
        return (await self.clinic.patients.register(self.actors[name], demographics)).id

    async def patients(self, name="rae"):
        page = await self.clinic.patients.search(self.actors[name], "Smith", limit=500)
        return {match.patient.demographics.given: match.patient.id for match in page.matches}

    async def book(self, patient, start, provider="lee", name="rae"):
        person = next(s.id for s in self.node.people.all() if s.account_name == provider)
        wanted = Booking(person, patient, datetime.fromisoformat(start), QUARTER)
        made = await self.clinic.appointments.book(self.actors[name], wanted)
        return {"id": made.id, "pending": made.pending}

    async def day(self, day, name="rae"):
        booked = await self.clinic.appointments.day(
            self.actors[name], datetime.fromisoformat(day).date()
        )
        return {one.id: {"status": one.status, "pending": one.pending,
                         "patient": one.patient} for one in booked}  # fmt: skip

    async def write_note(self, patient, text, name="lee"):
        chart = await self.clinic.charts.open(self.actors[name], patient)
        return (await self.clinic.charts.add_note(chart, "Note", text)).source.record

    async def add_document(self, patient, path, name="lee"):
        chart = await self.clinic.charts.open(self.actors[name], patient)
        return (await self.clinic.charts.add_document(chart, "Scan", Path(path))).source.record

    async def documents(self, patient, name="lee"):
        chart = await self.clinic.charts.open(self.actors[name], patient)
        section = await self.clinic.charts.section(chart, SectionKind.DOCUMENTS)
        return [entry.source.record for entry in section.entries]

    async def save_document(self, patient, record, path, name="lee"):
        chart = await self.clinic.charts.open(self.actors[name], patient)
        await self.clinic.charts.save_document(chart, record, Path(path))

    async def read_record(self, patient, record, name="lee"):
        chart = await self.clinic.charts.open(self.actors[name], patient)
        return (await self.clinic.charts.record(chart, record)).body.decode()


async def main(home, name, lies=""):
    if lies:
        tell_lies(say)
    workstation = Workstation(home, name)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = set()

    def obey():
        line = sys.stdin.readline()
        if not line:
            stop.set()
            return
        task = asyncio.ensure_future(workstation.obey(**json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)

    if is_home(workstation.home):
        await workstation.open()
    loop.add_reader(sys.stdin, obey)
    say(event="ready")
    await stop.wait()
    loop.remove_reader(sys.stdin)
    for task in tuple(running):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await workstation.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
