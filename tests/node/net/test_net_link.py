import asyncio
import datetime as dt
import hashlib
import os
import socket
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from ehr_desktop.node.crypto.certificate import certificate_of, identity_pem, public_key_in
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.errors import Ending, LinkEndedError, LinkRefusedError
from ehr_desktop.node.net.limits import Limits
from ehr_desktop.node.net.messages import ContainerChunk, GetBlocks, Have, Ping
from ehr_desktop.node.net.tls import TlsContexts
from ehr_desktop.node.net.wire import MAX_CHUNK, encode_message, frame
from tests.support.net_nodes import (
    QUICK,
    SmallNode,
    hello_of,
    key_of,
    on_a_loop,
    seed_of,
    small_nodes,
    soon,
    until,
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


# --- two honest ends -----------------------------------------------------------------------


@on_a_loop
async def test_two_paired_workstations_talk_both_ways():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        assert (mine.key, theirs.key) == (key_of("b"), key_of("a"))
        assert (mine.hello.height, mine.dialled, theirs.dialled) == (7, True, False)
        mine.send(GetBlocks(1, 5))
        theirs.send(Have(3, b"x" * 32, ()))
        assert await soon(theirs.receive()) == GetBlocks(1, 5)
        assert await soon(mine.receive()) == Have(3, b"x" * 32, ())


@on_a_loop
async def test_the_round_trip_is_measured_while_a_link_is_idle():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        reading = [asyncio.ensure_future(link.receive()) for link in (mine, theirs)]
        await until(lambda: mine.rtt_ms is not None and theirs.rtt_ms is not None)
        assert 0 < mine.rtt_ms < 1000
        await a.endpoint.close()
        ended = await asyncio.gather(*reading, return_exceptions=True)
        assert [type(error) for error in ended] == [LinkEndedError, LinkEndedError]
        assert (mine.ending, theirs.ending) == (Ending.CLOSED_HERE, Ending.BYE)


@on_a_loop
async def test_two_busy_peers_that_both_send_megabytes_do_not_wait_for_each_other():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        chunks = [ContainerChunk(b"c" * 32, n, bytes(MAX_CHUNK)) for n in range(24)]

        async def pour(link):
            for chunk in chunks:
                await link.room()
                link.send(chunk)

        async def drink(link):
            return [(await link.receive()).offset for _ in chunks]

        links = await a.link_to(b)
        pouring = [asyncio.ensure_future(pour(link)) for link in links]
        assert await soon(asyncio.gather(*map(drink, links))) == [list(range(24))] * 2
        await asyncio.gather(*pouring)


@on_a_loop
async def test_what_decides_overtakes_what_is_merely_large():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        for n in range(20):
            mine.send(ContainerChunk(b"c" * 32, n, bytes(MAX_CHUNK)))
        mine.send(GetBlocks(1, 1))
        kinds = [type(await soon(theirs.receive())) for _ in range(21)]
        assert kinds.index(GetBlocks) < 5


@on_a_loop
async def test_a_slow_consumer_is_not_taken_for_a_dead_peer():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        reading = asyncio.ensure_future(mine.receive())
        mine.send(GetBlocks(1, 1))
        await soon(theirs.receive())
        await asyncio.sleep(QUICK.dead_s * 2)  # it works on what it received
        theirs.send(Have(1, bytes(32), ()))
        assert isinstance(await soon(reading), Have)


# --- who is let in -------------------------------------------------------------------------


def test_the_certificate_of_a_key_is_the_same_bytes_everywhere():
    """Pinned: a library that writes other bytes would keep workstations apart."""
    certificate = certificate_of(key_of("a"))
    assert hashlib.sha256(certificate).hexdigest() == (
        "8e8cd4bad37b0229a4618dd49ffd6784dc032d3b5ea1beabda5574c8f38fc157"
    )
    assert public_key_in(certificate) == key_of("a")
    constraints = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(
        x509.BasicConstraints
    )
    assert (constraints.critical, constraints.value.ca) == (True, False)


def test_only_the_one_certificate_of_a_key_is_read():
    b = Ed25519PrivateKey.from_private_bytes(seed_of("b"))
    name = name_of(key_of("b").hex())
    pem = certificate_by(name, name, b, b)
    other = x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    assert public_key_in(other) is None
    assert public_key_in(b"no certificate") is None


@on_a_loop
async def test_a_stranger_is_refused_and_hears_nothing(tmp_path):
    async with small_nodes(SmallNode("a", "b")) as (a,):
        pem, password = identity_pem(seed_of("stranger"))
        assert not await octets_served(a, client_context(tmp_path, pem, password))
        assert await soon(a.refusals.get()) in {Ending.NOT_ON_ROSTER, Ending.NO_TLS}
        assert a.greeted == 0


@on_a_loop
async def test_a_client_without_a_certificate_is_refused_and_hears_nothing(tmp_path):
    async with small_nodes(SmallNode("a", "b")) as (a,):
        assert not await octets_served(a, client_context(tmp_path, None))
        assert await soon(a.refusals.get()) is Ending.NO_TLS
        assert a.greeted == 0


@on_a_loop
async def test_tls_1_2_is_refused_even_from_a_paired_workstation(tmp_path):
    async with small_nodes(SmallNode("a", "b")) as (a,):
        pem, password = identity_pem(seed_of("b"))
        context = client_context(tmp_path, pem, password, [key_of("a")])
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        assert await octets_served(a, context) is None
        assert await soon(a.refusals.get()) is Ending.NO_TLS
        assert a.greeted == 0


@on_a_loop
async def test_a_client_of_another_protocol_is_refused(tmp_path):
    async with small_nodes(SmallNode("a", "b")) as (a,):
        pem, password = identity_pem(seed_of("b"))
        context = client_context(tmp_path, pem, password, [key_of("a")])
        context.set_alpn_protocols(["h2"])
        assert not await octets_served(a, context)
        assert await soon(a.refusals.get()) in {Ending.OTHER_PROTOCOL, Ending.NO_TLS}
        assert a.greeted == 0


def certificate_by(issuer_name, subject, key, signer):
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2090, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(signer, None)
        .public_bytes(serialization.Encoding.PEM)
    )


def pem_of(key, *certificates):
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return b"".join((secret, *certificates))


def name_of(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@on_a_loop
async def test_a_paired_workstation_cannot_vouch_for_another_key(tmp_path):
    async with small_nodes(SmallNode("a", "b")) as (a,):
        paired = Ed25519PrivateKey.from_private_bytes(seed_of("b"))
        other = Ed25519PrivateKey.from_private_bytes(seed_of("other"))
        leaf = certificate_by(name_of(key_of("b").hex()), name_of("leaf"), other, paired)
        chain = x509.load_der_x509_certificate(certificate_of(key_of("b"))).public_bytes(
            serialization.Encoding.PEM
        )
        context = client_context(tmp_path, pem_of(other, leaf, chain), None, [key_of("a")])
        assert not await octets_served(a, context)
        assert await soon(a.refusals.get()) in {Ending.NOT_ON_ROSTER, Ending.NO_TLS}
        assert a.greeted == 0


@on_a_loop
async def test_nobody_passes_with_a_paired_workstations_name_or_with_the_key_all_know(tmp_path):
    async with small_nodes(SmallNode("a", "b")) as (a,):
        known_to_all = Ed25519PrivateKey.from_private_bytes(bytes(32))
        impostor = Ed25519PrivateKey.from_private_bytes(seed_of("impostor"))
        name = name_of(key_of("b").hex())
        for key, signer in ((impostor, impostor), (impostor, known_to_all), (known_to_all,) * 2):
            pem = pem_of(key, certificate_by(name, name, key, signer))
            context = client_context(tmp_path, pem, None, [key_of("a")])
            assert not await octets_served(a, context)
        assert a.greeted == 0


@on_a_loop
async def test_a_stolen_certificate_without_its_key_is_of_no_use(tmp_path):
    """Everybody can write down b's certificate; the handshake proves who holds its key."""
    certificate = x509.load_der_x509_certificate(certificate_of(key_of("b")))
    thief = Ed25519PrivateKey.from_private_bytes(seed_of("thief"))
    pem = pem_of(thief, certificate.public_bytes(serialization.Encoding.PEM))
    with pytest.raises(ssl.SSLError, match="KEY_VALUES_MISMATCH"):
        client_context(tmp_path, pem)


@on_a_loop
async def test_who_dials_refuses_a_stranger_and_says_nothing():
    async with small_nodes(SmallNode("a", "b"), SmallNode("stranger", "a")) as (a, stranger):
        with pytest.raises(LinkRefusedError) as refused:
            await a.endpoint.dial(stranger.address)
        assert refused.value.ending is Ending.NOT_ON_ROSTER
        assert a.greeted == 0


@on_a_loop
async def test_the_handshake_itself_refuses_who_is_not_pinned():
    """The first of two locks: OpenSSL compares the certificate."""
    async with small_nodes(SmallNode("a", "b")) as (a,):
        context = TlsContexts(seed_of("b")).client([key_of("c")])
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(
                a.address.host, a.address.port, ssl=context, server_hostname="x"
            )
        context = TlsContexts(seed_of("c")).client([key_of("a")])
        assert not await octets_served(a, context)
        while (ending := await soon(a.refusals.get())) is Ending.UNREACHABLE:
            continue
        assert ending is Ending.NOT_ON_ROSTER
        assert a.greeted == 0


@on_a_loop
async def test_who_is_removed_during_the_handshake_is_refused_after_it():
    """The second of two locks: the roster is asked again, with the key that was proved."""
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        asked = []

        def roster():
            asked.append(1)
            return {key_of("b")} if len(asked) == 1 else set()

        a.endpoint._roster = roster
        with pytest.raises(LinkRefusedError) as refused:
            await a.endpoint.dial(b.address)
        assert refused.value.ending is Ending.NOT_ON_ROSTER
        assert a.greeted == 0


@on_a_loop
async def test_who_is_refused_there_is_told_so():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "c")) as (a, b):
        with pytest.raises(LinkRefusedError) as refused:
            await a.endpoint.dial(b.address)
        assert refused.value.ending is Ending.REFUSED_THERE


@on_a_loop
async def test_a_workstation_does_not_link_to_itself():
    async with small_nodes(SmallNode("a", "a")) as (a,):
        with pytest.raises(LinkRefusedError) as refused:
            await a.endpoint.dial(a.address)
        assert refused.value.ending is Ending.ITSELF


@on_a_loop
async def test_a_closed_port_is_unreachable():
    async with small_nodes(SmallNode("a", "b")) as (a,):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        with pytest.raises(LinkRefusedError) as refused:
            await a.endpoint.dial(Address("127.0.0.1", port))
        assert refused.value.ending is Ending.UNREACHABLE


@pytest.mark.parametrize(
    ("hello", "ending"),
    [
        ({"network": b"o" * 32}, Ending.OTHER_NETWORK),
        ({"protocol": 2}, Ending.OTHER_PROTOCOL),
        ({"device": b"d" * 16}, Ending.GARBAGE),
    ],
)
@on_a_loop
async def test_a_hello_that_does_not_fit_is_refused(hello, ending):
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a", **hello)) as (a, b):
        with pytest.raises(LinkRefusedError) as refused:
            await a.endpoint.dial(b.address)
        assert refused.value.ending is ending


@on_a_loop
async def test_a_removed_workstation_loses_its_link_at_once_and_is_refused_afterwards():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        reading = asyncio.ensure_future(theirs.receive())
        b.knows.clear()
        b.endpoint.close_removed()
        began = time.monotonic()
        with pytest.raises(LinkEndedError):
            await soon(mine.receive())
        assert time.monotonic() - began < 1
        assert (mine.ending, theirs.ending) == (Ending.NOT_ON_ROSTER,) * 2
        await asyncio.gather(reading, return_exceptions=True)
        with pytest.raises(LinkRefusedError):
            await a.endpoint.dial(b.address)


@on_a_loop
async def test_a_workstation_that_was_added_is_let_in_without_a_restart():
    async with small_nodes(SmallNode("a", ""), SmallNode("b", "a")) as (a, b):
        with pytest.raises(LinkRefusedError):
            await b.endpoint.dial(a.address)
        a.knows.add(key_of("b"))
        _, theirs = await b.link_to(a)
        assert theirs.key == key_of("b")


# --- bounds --------------------------------------------------------------------------------


@on_a_loop
async def test_a_silent_client_is_dropped_after_the_handshakes_time():
    async with small_nodes(SmallNode("a", "b")) as (a,):
        reader, writer = await asyncio.open_connection(a.address.host, a.address.port)
        began = time.monotonic()
        assert await soon(reader.read()) == b""
        assert 0.5 < time.monotonic() - began < 3
        writer.close()


@on_a_loop
async def test_a_paired_client_that_says_no_hello_is_dropped(tmp_path):
    async with small_nodes(SmallNode("a", "b", Limits(handshake_s=0.3, goodbye_s=0.2))) as (a,):
        _, writer = await raw_client(a, tmp_path, "b")
        assert await soon(a.refusals.get()) is Ending.SILENT
        writer.transport.abort()


@pytest.mark.parametrize(
    ("octets", "ending"),
    [
        ((1 << 30).to_bytes(4, "big"), Ending.TOO_LONG),
        (bytes(4), Ending.GARBAGE),
        (b"\0\0\0\x05hello", Ending.GARBAGE),
        (frame([encode_message(Ping(1))])[:-1] + b"\xff", Ending.GARBAGE),
        (b"GET / HTTP/1.1\r\nHost: clinic\r\n\r\n", Ending.TOO_LONG),
    ],
)
@on_a_loop
async def test_garbage_ends_the_link_with_its_reason_and_the_node_goes_on(tmp_path, octets, ending):
    async with small_nodes(SmallNode("a", "bc"), SmallNode("c", "a")) as (a, c):
        _, writer, link = await rogue(a, tmp_path)
        writer.write(octets)
        with pytest.raises(LinkEndedError):
            await soon(link.receive())
        assert link.ending is ending
        _, honest = await c.link_to(a)
        assert honest.ending is None
        writer.transport.abort()


@on_a_loop
async def test_a_peer_that_falls_silent_is_dead_after_its_time(tmp_path):
    async with small_nodes(SmallNode("a", "b")) as (a,):
        _, writer, link = await rogue(a, tmp_path)
        with pytest.raises(LinkEndedError):
            await soon(link.receive())
        assert link.ending is Ending.SILENT
        writer.transport.abort()


@on_a_loop
async def test_a_peer_that_does_not_read_loses_its_link_and_takes_no_memory(tmp_path):
    limits = Limits(send_queue=4 << 20, goodbye_s=0.2)
    async with small_nodes(SmallNode("a", "b", limits)) as (a,):
        reader, writer, link = await rogue(a, tmp_path)
        reader._transport.pause_reading()
        for n in range(200):
            link.send(ContainerChunk(b"c" * 32, n, bytes(MAX_CHUNK)))
            await asyncio.sleep(0)
        assert link.ending is Ending.SLOW
        writer.transport.abort()


@on_a_loop
async def test_a_flood_is_read_at_its_rate_and_an_honest_peer_does_not_notice(tmp_path):
    limits = Limits(frames_per_s=50, frames_burst=50, heartbeat_s=0.1, dead_s=3, goodbye_s=0.2)
    async with small_nodes(SmallNode("a", "bc", limits), SmallNode("c", "a", limits)) as (a, c):
        _, writer, flooded = await rogue(a, tmp_path)
        writer.write(frame([encode_message(GetBlocks(1, 1))]) * 20_000)
        honest, theirs = await c.link_to(a)
        heard = 0

        async def count():
            nonlocal heard
            async for _ in flooded:
                heard += 1

        counting = asyncio.ensure_future(count())
        began = time.monotonic()
        for n in range(20):
            honest.send(GetBlocks(n, 1))
            assert await soon(theirs.receive()) == GetBlocks(n, 1)
        assert time.monotonic() - began < 1
        await asyncio.sleep(1 - (time.monotonic() - began))
        assert 40 < heard < 200
        assert flooded.ending is None
        flooded.abort(Ending.CLOSED_HERE)
        await counting
        writer.transport.abort()


@on_a_loop
async def test_only_so_many_strangers_may_take_up_room_at_once():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        held = [await asyncio.open_connection(a.address.host, a.address.port) for _ in range(9)]
        assert [await soon(a.refusals.get()) for _ in range(5)] == [Ending.CROWDED] * 5
        await until(lambda: a.refusals.qsize() >= QUICK.unproven_per_host)
        _, theirs = await b.link_to(a)
        assert theirs.ending is None
        for _, writer in held:
            writer.transport.abort()


@on_a_loop
async def test_one_peer_may_hold_only_so_many_links():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        for _ in range(QUICK.links_per_peer):
            await a.link_to(b)
        with pytest.raises(LinkRefusedError) as refused:
            await a.endpoint.dial(b.address)
        assert refused.value.ending is Ending.CROWDED


@on_a_loop
async def test_random_bytes_never_do_more_than_end_a_link(tmp_path):
    async with small_nodes(SmallNode("a", "b")) as (a,):
        for size in (1, 3, 4, 5, 100, 5000):
            _, writer, link = await rogue(a, tmp_path)
            writer.write(b"\0\0" + os.urandom(size))
            writer.close()
            with pytest.raises(LinkEndedError):
                await soon(link.receive())
            assert link.ending in {Ending.GARBAGE, Ending.LOST}
