"""A listening socket and the loop that accepts from it."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

from ehr_desktop.node.net.address import Address

_PAUSE_S: Final = 0.2
_MAPPED: Final = "::ffff:"


def listening_socket(host: str, port: int, backlog: int) -> socket.socket:
    """Give a socket that listens at `host`, where an empty text is every interface.

    Raises:
        OSError: the port is taken, or the host is none of this PC.
    """
    if not host and socket.has_dualstack_ipv6():
        listening = socket.create_server(
            ("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=backlog
        )
    else:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=backlog)
    listening.setblocking(False)
    return listening


async def accept_forever(
    listening: socket.socket, accepted: Callable[[socket.socket, Address], None]
) -> None:
    """Hand every new connection to `accepted`, until cancelled; then close the socket."""
    loop = asyncio.get_running_loop()
    try:
        while True:
            try:
                connection, source = await loop.sock_accept(listening)
            except OSError:  # no descriptors left, or the caller has gone already
                await asyncio.sleep(_PAUSE_S)
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            accepted(connection, Address(source[0].removeprefix(_MAPPED), source[1]))
    finally:
        listening.close()
