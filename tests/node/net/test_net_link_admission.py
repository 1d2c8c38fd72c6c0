import asyncio
import datetime as dt
import hashlib
import socket
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from ehr_desktop.node.crypto.certificate import certificate_of, identity_pem, public_key_in
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.errors import Ending, LinkEndedError, LinkRefusedError
from ehr_desktop.node.net.tls import TlsContexts
from tests.support.net_clients import client_context, octets_served
from tests.support.net_nodes import (
    SmallNode,
    key_of,
    on_a_loop,
    seed_of,
    small_nodes,
    soon,
)


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
        with pytest.raises(LinkEndedError):
            await soon(mine.receive())
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


@on_a_loop
async def test_a_connection_that_comes_while_the_endpoint_closes_is_closed_too():
    ours, theirs = socket.socketpair()
    async with small_nodes(SmallNode("a", "b")) as (node,):
        node.endpoint._admit(ours, Address("127.0.0.1", 1))
    assert ours.fileno() == -1
    theirs.close()
