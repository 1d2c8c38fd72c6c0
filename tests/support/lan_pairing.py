"""One side of a pairing as a program on a real network: a door, or a newcomer that finds it.

usage: lan_pairing.py inside HOME PASSWORD | new HOME NAME; an order {"agreed": bool} answers for
the person, every line of output is a fact.
"""

import asyncio
import json
import sys
from pathlib import Path

from ehr_desktop.domain.events import PairingAsked, PairingEnded, PairingLeft
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.node.node import FLOOR, Node, system_clock
from ehr_desktop.services.door import Doors
from ehr_desktop.services.joining import Joining, records_are_here


def say(**facts):
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def next_order():
    line = await asyncio.to_thread(sys.stdin.readline)
    return json.loads(line)


def told(event):
    match event:
        case PairingAsked(digits, name):
            say(event="asked", digits=digits, name=name)
        case PairingLeft(name, failure):
            say(event="left", name=name, failure=failure)
        case PairingEnded(name, failure):
            say(event="ended", name=name, failure=failure)


async def stand_at_the_door(home, password):
    node = await Node.open(home, project, parameters=FLOOR)
    node.subscribe(told)
    actor = await node.people.sign_in("admin", password, lambda _done, _total: None)
    doors = Doors(node)
    door = await doors.open_door(actor)
    say(event="open", addresses=door.addresses)
    agreed = (await next_order())["agreed"]
    await doors.let_in(actor, agreed=agreed)
    await next_order()
    await node.close()


async def come_in(home, name):
    found = asyncio.get_running_loop().create_future()
    joining = Joining(home, lambda digits: say(event="digits", digits=digits))

    def changed(doors):
        if doors and not found.done():
            found.set_result(doors[0].addresses)

    looking = asyncio.ensure_future(joining.look(changed))
    addresses = await found
    say(event="found", addresses=addresses)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    trying = asyncio.ensure_future(joining.join(addresses, name))
    await joining.compare(agreed=(await next_order())["agreed"])
    joined = await trying
    say(event="joined", clinic=joined.clinic, certain=joined.certain)
    node = await Node.open(home, project, parameters=FLOOR, clock=system_clock)
    await records_are_here(node, lambda _height, _aim: None)
    status = await node.network.status()
    say(event="fetched", people=len(node.people.all()),
        rungs=[one.rung for one in status.workstations if one.rung])  # fmt: skip
    await next_order()
    await node.close()


if __name__ == "__main__":
    side, where, what = sys.argv[1:]
    main = stand_at_the_door if side == "inside" else come_in
    asyncio.run(main(Path(where), what))
