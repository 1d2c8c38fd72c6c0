"""Discovery alone as a program: it says whom it sees, and what a stranger can read of them.

usage: lan_finder.py find TAG PORT | overhear | lie COUNT
"""

import asyncio
import json
import signal
import socket
import sys
import time

from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from ehr_desktop.node.net.discovery import NODE_SERVICE, Discovery


def say(**facts):
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def find(tag, port, stop):
    def seen(sighting):
        say(event="seen", at=[str(address) for address in sighting.addresses])

    def gone(sighting):
        say(event="gone", at=[str(address) for address in sighting.addresses])

    discovery = Discovery(
        NODE_SERVICE, tag=tag, port=int(port), seen=seen, gone=gone, most=256, clock=time.time
    )
    running = asyncio.ensure_future(discovery.run())
    say(event="started")
    await stop.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def overhear(stop):
    """A stranger's view: everything that is announced, word for word."""
    multicast = AsyncZeroconf()

    async def read(name):
        service = AsyncServiceInfo(NODE_SERVICE, name)
        await service.async_request(multicast.zeroconf, 3000)
        say(event="overheard", name=name, server=service.server, text=service.decoded_properties)

    tasks = []

    def on_change(zeroconf, service_type, name, state_change):
        tasks.append(asyncio.ensure_future(read(name)))

    browser = AsyncServiceBrowser(multicast.zeroconf, NODE_SERVICE, handlers=[on_change])
    say(event="started")
    await stop.wait()
    await asyncio.gather(*tasks)
    await browser.async_cancel()
    await multicast.async_close()


async def lie(count, stop):
    """Announces names of the right network that lead nowhere."""
    multicast = AsyncZeroconf()
    for number in range(count):
        name = f"false{number}"
        service = AsyncServiceInfo(
            NODE_SERVICE, f"{name}.{NODE_SERVICE}", addresses=[socket.inet_aton("10.77.0.77")],
            port=1000 + number, properties={"v": "1", "n": "0011223344556677"},
            server=f"{name}.local.",
        )  # fmt: skip
        await multicast.async_register_service(service, cooperating_responders=True)
    say(event="started")
    await stop.wait()
    await multicast.async_close()


async def main(role, *arguments):
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    if role == "find":
        await find(*arguments, stop)
    elif role == "overhear":
        await overhear(stop)
    else:
        await lie(int(arguments[0]), stop)


asyncio.run(main(*sys.argv[1:]))
