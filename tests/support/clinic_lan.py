"""A clinic of several workstations, each a process of its own, on a LAN of network namespaces."""

import itertools
import shutil
import sys
import time
from pathlib import Path

from tests.support.lan import CALM_S, Lan


class RefusedOrder(Exception):
    """The workstation did not do it; `rule` says why, and the text also what people are told."""

    def __init__(self, error, rule, sentence):
        super().__init__(f"{error}: {rule}. {sentence}")
        self.error = error
        self.rule = rule


class Room:
    """One workstation: what the people before it do, and what they see."""

    def __init__(self, clinic, number, home):
        self._clinic = clinic
        self._orders = itertools.count()
        self.number = number
        self.home = Path(home)
        self.program = None

    @property
    def name(self):
        """What the workstation is called."""
        return "PC 1" if self.number == 1 else f"Room {self.number}"

    def is_switched_on(self, *, lies=False):
        """Switch the PC on; it is not ready yet."""
        arguments = [self.home, self.name, *(["lies"] if lies else [])]
        self.program = self._clinic.lan.start(self.number, "clinic_node.py", *arguments)

    def is_ready(self, *people):
        """Wait until it is ready, and sign people in."""
        self.program.wait_for(CALM_S, event="ready")
        for person in people:
            self.asks("sign_in", name=person)

    def starts(self, *people):
        """Switch the PC on, wait, and sign people in."""
        self.is_switched_on()
        self.is_ready(*people)

    def starts_in_a_cupboard(self):
        """Run the node without a window on it, as `ehr-desktop node` does."""
        command = [sys.executable, "-m", "ehr_desktop", "node", "--json", "--home", str(self.home)]
        self.program = self._clinic.lan.run(self.number, command)

    def begins(self, do, **how):
        """Give an order and do not wait."""
        order = next(self._orders)
        self.program.tell(order=order, do=do, **how)
        return order

    def ends(self, order):
        """Wait for what an order comes to."""
        fact = self.program.wait_for(CALM_S, order=order)
        if "error" in fact:
            raise RefusedOrder(fact["error"], fact["rule"], fact["sentence"])
        return fact["answer"]

    def asks(self, do, **how):
        """Give an order and wait for its answer."""
        return self.ends(self.begins(do, **how))

    def sees(self, what, do, within=CALM_S, **how):
        """Look again and again until `what` holds of the answer; give how long it took."""
        started = time.monotonic()
        while not what(answer := self.asks(do, **how)):
            if time.monotonic() - started > within:
                raise AssertionError(f"{self.name}: {do} still gives {answer}")
            time.sleep(0.02)
        return time.monotonic() - started

    def is_linked_to(self, *numbers, within=CALM_S):
        """Wait until there are links to exactly these workstations."""
        names = {self._clinic.room(number).name for number in numbers}
        self.sees(lambda status: linked(status) == names, "network", within)

    def books(self, patient, start, **how):
        """Book a quarter of an hour with Dr Lee."""
        return self.asks("book", patient=patient, start=start, **how)

    def books_for_certain(self, patient, start, day, **how):
        """Book, and wait until that is final: a person is not kept waiting so long."""
        made = self.books(patient, start, **how)
        self.has_booked(made["id"], day)
        return made

    def has_booked(self, appointment, day):
        """Wait until an appointment stands in the day book here and is certain."""
        self.sees(
            lambda book: appointment in book and not book[appointment]["pending"], "day", day=day
        )

    def registers(self, given):
        """Register somebody."""
        return self.asks("register", given=given)

    def knows(self, *patients, **who):
        """Wait until these patients are found here: their names come beside the ledger."""
        self.sees(lambda known: set(patients) <= set(known.values()), "patients", **who)

    def is_in_order(self, name):
        """Wait until everything promised is here, and run a full check."""
        self.sees(lambda status: status["missing"] == 0, "network")
        assert self.asks("check", name=name) == []

    def is_killed(self):
        """End it as a power cut does."""
        self.program.kill()
        self.program = None

    def shuts_down(self, seconds=CALM_S):
        """Switch the PC off properly; give the exit code."""
        code = self.program.terminate(seconds)
        self.program = None
        return code


class ClinicLan:
    """A clinic whose workstations have their homes in `folder`. A context manager."""

    def __init__(self, folder, hosts):
        self.folder = Path(folder)
        self.lan = Lan(hosts)
        self._rooms = {
            number: Room(self, number, self.folder / f"room-{number}")
            for number in range(1, hosts + 1)
        }

    def __enter__(self):
        self.lan.__enter__()
        return self

    def __exit__(self, *reason):
        self.lan.__exit__(*reason)

    def room(self, number):
        """Give a workstation, numbered from 1."""
        return self._rooms[number]

    @property
    def rooms(self):
        """All workstations that run."""
        return [room for room in self._rooms.values() if room.program is not None]

    def start_all(self, *people, lies=()):
        """Switch every PC on, sign people in everywhere, and wait until all are linked."""
        for room in self._rooms.values():
            room.is_switched_on(lies=room.number in lies)
        for room in self._rooms.values():
            room.is_ready(*people)
        self.is_whole()

    def pair(self, number, address=None):
        """Let a workstation in at the first one, as two people would: by the digits."""
        inside, new = self.room(1), self.room(number)
        inside.asks("open_door")
        new.starts()
        joining = new.begins("join", address=address)
        shown = inside.program.wait_for(CALM_S, event="asked", name=new.name)["digits"]
        assert new.program.wait_for(CALM_S, event="compare")["digits"] == shown
        new.asks("agree", agreed=True)
        inside.asks("let_in", agreed=True)
        assert new.ends(joining)

    def cut(self, side):
        """Pull the cable between these workstations and the others, and wait until all notice."""
        self.lan.cut(side)
        running = {room.number for room in self.rooms}
        for room in self.rooms:
            mine = side if room.number in side else running - set(side)
            room.is_linked_to(*(mine & running) - {room.number})

    def heal(self):
        """Put the cable back, and wait until all are linked again."""
        self.lan.heal()
        self.is_whole()

    def is_whole(self):
        """Wait until everybody is linked to everybody."""
        running = {room.number for room in self.rooms}
        for room in self.rooms:
            room.is_linked_to(*running - {room.number})

    def eventually(self, holds, within=CALM_S):
        """Wait until something holds."""
        deadline = time.monotonic() + within
        while not holds():
            assert time.monotonic() < deadline, "it never held"
            time.sleep(0.05)

    def agrees(self, rooms=None, within=CALM_S):
        """Wait until nothing is pending and all have the same ledger; give its blocks."""
        deadline = time.monotonic() + within
        rooms = rooms or self.rooms
        while True:
            chains = [room.asks("chain") for room in rooms]
            waiting = [room.asks("network")["pending"] for room in rooms]
            if not any(waiting) and all(chain == chains[0] for chain in chains):
                return chains[0]["blocks"]
            if time.monotonic() > deadline:
                told = [(len(chain["blocks"]), chain["state"][:8]) for chain in chains]
                raise AssertionError(f"no agreement: {told}, pending {waiting}")
            time.sleep(0.05)


def linked(status):
    """The names of the workstations there is a link to."""
    return {name for name, one in status["others"].items() if one["state"] == "linked"}


def copied(homes, folder, hosts):
    """Copies of the homes of a clinic that was paired before, in a new folder."""
    for number in range(1, hosts + 1):
        shutil.copytree(Path(homes) / f"room-{number}", Path(folder) / f"room-{number}")
    return folder
