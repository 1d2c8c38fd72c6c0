"""A clinic of several workstations, each a process of its own, on loopback."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

from benchmarks.clinics import PASSWORD, make_clinic
from benchmarks.setting import Setting
from benchmarks.workstation import LOOPBACK
from ehr_desktop.config import resources_folder
from ehr_desktop.domain.people import Role
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.node.node import FLOOR, Node
from ehr_desktop.services.clinic import Clinic as UseCases
from ehr_desktop.services.values import NewAccount

_LONGEST_ANSWER: Final = 16 << 20
_GOODBYE_S: Final = 20


class Workstation:
    """The parent's end of one workstation's process."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.address = f"{LOOPBACK}:{port}"
        self._port = port
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *door_and_name: str) -> Self:
        """Switch it on, and wait until it takes orders."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.workstation",
            str(self.home), str(self._port), *door_and_name,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LONGEST_ANSWER,
        )  # fmt: skip
        await self._answer()
        return self

    async def do(self, order: str, **words: Any) -> dict[str, Any]:
        """Give an order and wait for the answer."""
        assert self._process is not None, "it is off"
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"order": order, **words}).encode() + b"\n")
        return await self._answer()

    async def stop(self) -> None:
        """Switch it off: it says goodbye to the others first."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _GOODBYE_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _answer(self) -> dict[str, Any]:
        assert self._process is not None, "it is off"
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.home.name} ended by itself")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{self.home.name}: {answer['error']}")
        return answer


class Workstations:
    """A clinic that grows: the first workstation founded it, the others join through its door."""

    def __init__(self, folder: Path, first: Workstation, patient: str) -> None:
        self._folder = folder
        self.all = [first]
        self.patient = patient

    @property
    def first(self) -> Workstation:
        """The one that founded the clinic; the administrator and the doctor are signed in."""
        return self.all[0]

    async def grow(self, count: int) -> None:
        """Let workstations in until there are so many, and wait until all of them vote."""
        while len(self.all) < count:
            name = f"PC {len(self.all) + 1}"
            door = (await self.first.do("open_door"))["door"]
            new = Workstation(self._folder / name, free_port())
            self.all.append(new)
            _, _ = await asyncio.gather(self.first.do("admitted"), new.start(door, name))
            # the next one is let in by a quorum that this one belongs to
            await self.together()

    async def together(self) -> None:
        """Wait until everybody is linked with everybody, votes, and stands at one height."""
        addresses = [each.address for each in self.all]
        for each in self.all:
            await each.do("meet", addresses=[one for one in addresses if one != each.address])
        heights: set[int] = set()
        while len(heights) != 1:
            answers = await self.everyone("together", count=len(self.all))
            heights = {answer["height"] for answer in answers}

    async def everyone(self, order: str, **words: Any) -> list[dict[str, Any]]:
        """Give all the same order at once."""
        return await asyncio.gather(*(each.do(order, **words) for each in self.all))

    async def settled(self) -> float:
        """Wait until everything is final on every workstation; give when, as `time.monotonic`."""
        answers = await self.everyone("settled")
        height = max(answer["height"] for answer in answers)
        answers = await self.everyone("settled", height=height)
        return max(float(answer["at"]) for answer in answers)

    async def stop(self) -> None:
        """Switch all of them off, one after another."""
        for each in reversed(self.all):
            await each.stop()


@asynccontextmanager
async def workstations(setting: Setting, count: int = 1) -> AsyncIterator[Workstations]:
    """Give a clinic of so many workstations, with one patient; switched off afterwards."""
    home = setting.folder / "PC 1"
    await make_clinic(home)
    await _hire(home)
    first = Workstation(home, free_port())
    clinic = Workstations(setting.folder, first, "")
    try:
        await first.start()
        await first.do("sign_in", account="admin")
        await first.do("sign_in", account="lee")
        clinic.patient = (await first.do("register"))["patient"]
        await clinic.grow(count)
        yield clinic
    finally:
        await clinic.stop()


async def _hire(home: Path) -> None:
    node = await Node.open(home, project, parameters=FLOOR)
    try:
        use = UseCases(node, Validator.load(resources_folder() / "fhir_r4" / "table.json.gz"))
        admin = await use.session.sign_in("admin", PASSWORD)
        await use.people.add(admin, NewAccount("lee", "Dr Lee", Role.DOCTOR, f"{PASSWORD}-lee"))
    finally:
        await node.close()


def free_port() -> int:
    """Give a port nobody listens at now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port
