"""The addresses this PC has on its networks now."""

import ipaddress

import ifaddr

LOOPBACK = "127.0.0.1"


def own_addresses() -> frozenset[str]:
    """Give the IPv4 addresses of all interfaces; the loopback one only if there is no other."""
    found = {
        address.ip
        for adapter in ifaddr.get_adapters()
        for address in adapter.ips
        if isinstance(address.ip, str)
    }
    outward = frozenset(ip for ip in found if not ipaddress.ip_address(ip).is_loopback)
    return outward or frozenset({LOOPBACK})


def is_dialable(host: str) -> bool:
    """Tell whether `host` is an IP address that one workstation can have."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified or address.is_reserved)
