"""Clients of a node's port that are no workstation of ours: hand-made and rogue."""

import asyncio
import ssl

from ehr_desktop.node.crypto.certificate import certificate_of, identity_pem
from ehr_desktop.node.net.wire import encode_message, frame
from tests.support.net_nodes import (
    hello_of,
    key_of,
    seed_of,
    soon,
)


def client_context(tmp_path, pem, password=None, trusts=()):
    """A hand-made client, to come with whatever certificate it likes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.set_alpn_protocols(["ehr-node/1"])
    if pem is not None:
        file = tmp_path / "client.pem"
        file.write_bytes(pem)
        context.load_cert_chain(file, password=password)
    for key in trusts:
        context.load_verify_locations(cadata=certificate_of(key))
    if not trusts:
        context.verify_mode = ssl.CERT_NONE
    return context


async def octets_served(node, context):
    """What the node says to this client after the handshake; None if there was none."""
    try:
        reader, writer = await asyncio.open_connection(
            node.address.host, node.address.port, ssl=context, server_hostname="x"
        )
    except OSError:
        return None
    try:
        return await soon(reader.read())
    except OSError:
        return b""
    finally:
        writer.transport.abort()


async def raw_client(node, tmp_path, name):
    """A socket of `name`'s that speaks TLS properly and nothing else."""
    pem, password = identity_pem(seed_of(name))
    context = client_context(tmp_path, pem, password, [key_of(node.name)])
    return await asyncio.open_connection(
        node.address.host, node.address.port, ssl=context, server_hostname="x"
    )


async def rogue(node, tmp_path, name="b"):
    """A paired workstation's own link whose frames the test writes by hand."""
    reader, writer = await raw_client(node, tmp_path, name)
    writer.write(frame([encode_message(hello_of(name))]))
    return reader, writer, await soon(node.links.get())
