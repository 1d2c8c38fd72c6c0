"""A clinic on loopback that lets workstations in as two people do, all nodes in one process."""

import asyncio
from contextlib import suppress

from ehr_desktop.domain.events import PairingAsked
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.node.lan.network import LanSettings
from ehr_desktop.node.node import FLOOR, Node
from ehr_desktop.services.clinic import Clinic
from ehr_desktop.services.joining import Joining, records_are_here
from tests.support.one_pc import PASSWORDS, validator

LOOK_AGAIN_S = 1.0
LOOPBACK = LanSettings(host="127.0.0.1", announce=False)


async def opened(stack, home):
    """Open a workstation until the stack ends."""
    node = await Node.open(home, project, parameters=FLOOR, lan=LOOPBACK)
    stack.push_async_callback(node.close)
    return Clinic(node, validator())


async def add(stack, clinic, home, name):
    """Let a workstation in through `clinic`, as two people do, and give it once it knows all."""
    actor = await clinic.session.sign_in("admin", PASSWORDS["admin"])
    asked = asyncio.Queue()
    clinic.node.subscribe(lambda e: asked.put_nowait(e) if isinstance(e, PairingAsked) else None)
    shown = asyncio.Queue()
    joining = Joining(home, shown.put_nowait)
    await clinic.network.open_door(actor)
    port = clinic.node.admitting._door.window.port
    trying = asyncio.ensure_future(joining.join([f"127.0.0.1:{port}"], name))
    assert (await asked.get()).digits == await shown.get()
    await joining.compare(agreed=True)
    await clinic.network.let_in(actor, agreed=True)
    assert (await trying).certain
    made = await opened(stack, home)
    await records_are_here(made.node, lambda _height, _aim: None)
    return made


async def until(holds, *clinics):
    """Wait until `holds` does, looking again whenever one of the nodes tells something, and once a
    second for what nobody tells.
    """
    news = asyncio.Event()
    for clinic in clinics:
        clinic.node.subscribe(lambda _event: news.set())
    while True:
        # what is told while it is looked at makes it look again
        news.clear()
        if await holds():
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(news.wait(), LOOK_AGAIN_S)


async def level(*clinics):
    """Wait until workstations have one ledger, nothing waits, and everything promised is here."""

    async def are_level() -> bool:
        told = [await clinic.node.network.status() for clinic in clinics]
        heads = {clinic.node._core.pipeline.chain.head_id for clinic in clinics}
        return len(heads) == 1 and not any(one.pending or one.missing_containers for one in told)

    await until(are_level, *clinics)
