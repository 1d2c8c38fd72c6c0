"""What the links of a hub have carried, as the kernel counts it."""

import socket
import struct
from typing import Final

from ehr_desktop.node.net.hub import Hub

_ACKED_AND_RECEIVED: Final = 120
"""Where both counters stand in Linux's `struct tcp_info`."""
_LENGTH: Final = 136


def link_bytes(hub: Hub) -> tuple[int, int]:
    """Give the bytes the present links have sent and received, TLS included, TCP's headers not;
    zeros where Linux is not.
    """
    sent = received = 0
    for key in hub.linked_peers():
        link = hub.link(key)
        if link is None or not hasattr(socket, "TCP_INFO"):
            continue
        carrier = link._writer.get_extra_info("socket")  # noqa: SLF001 - no screen shows it
        counters = carrier.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LENGTH)
        out, back = struct.unpack_from("=QQ", counters, _ACKED_AND_RECEIVED)
        sent, received = sent + out, received + back
    return sent, received
