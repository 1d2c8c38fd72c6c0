"""An address to dial."""

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A host (an IP address, or a name somebody typed) and a TCP port."""

    host: str
    port: int

    @override
    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str, default_port: int) -> Address:
    """Read `host`, `host:port` or `[IPv6]:port` as a person types it.

    Raises:
        ValueError: it is none of these, or the port is not from 1 to 65535.
    """
    text = text.strip()
    host, port = text, ""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") if rest.startswith(":") else ""
        if rest and not rest.startswith(":"):
            raise ValueError("no address")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    number = int(port) if port else default_port
    if not host or len(host) > 253 or any(c.isspace() for c in host) or not 0 < number < 1 << 16:
        raise ValueError("no address")
    return Address(host, number)
