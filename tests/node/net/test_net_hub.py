import asyncio
import socket
from contextlib import asynccontextmanager

import pytest

from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.net import dialler
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.address_book import AddressBook, Rung, SavedAddress
from ehr_desktop.node.net.errors import Ending
from ehr_desktop.node.net.hub import Hub, HubEvents
from ehr_desktop.node.net.limits import Limits
from ehr_desktop.node.net.messages import Addresses, GetBlocks, Have, PeerAddress
from ehr_desktop.node.net.peers import PeerState
from tests.support.net_nodes import QUICK, hello_of, key_of, on_a_loop, seed_of, soon, until


class Workstation:
    """A hub without discovery, and what it told."""

    def __init__(self, name, others, boot=b"12345678", limits=QUICK, saved=()):
        self.key = key_of(name)
        self.roster = {key_of(each): each for each in name + others}
        self.told = []
        self.received = asyncio.Queue()
        self.saved = list(saved)
        self.busy = asyncio.Event()
        self.busy.set()
        self.book = AddressBook(lambda: self.saved, self._save, limits.hints)
        self.hub = Hub(
            seed_of(name),
            roster=lambda: self.roster,
            hello=lambda: hello_of(name, boot=boot),
            book=self.book,
            events=HubEvents(
                linked=lambda key, _hello: self.told.append(("linked", self.roster[key])),
                unlinked=lambda key, ending: self.told.append(("unlinked", ending)),
                received=self._receive,
                refused=lambda _address, ending: self.told.append(("refused", ending)),
            ),
            limits=limits,
            clock=lambda: 1_700_000_000.0,
        )

    def _save(self, saved):
        self.saved = list(saved)

    async def _receive(self, key, message):
        await self.busy.wait()
        self.received.put_nowait((key, message))

    async def start(self, port=0):
        self.address = Address("127.0.0.1", await self.hub.start("127.0.0.1", port, announce=False))

    def is_linked_to(self, *others):
        return set(self.hub.linked_peers()) == {key_of(other) for other in others}


@asynccontextmanager
async def running(*workstations):
    for each in workstations:
        await each.start()
    try:
        yield workstations
    finally:
        for each in workstations:
            await each.hub.close()


SMALL, LARGE = sorted("ab", key=lambda name: device_id_of(key_of(name)))


def pair():
    return Workstation(SMALL, LARGE), Workstation(LARGE, SMALL)


@on_a_loop
async def test_a_typed_address_is_enough_and_both_ends_see_the_link():
    async with running(*pair()) as (small, large):
        small.hub.add_address(large.address)
        await until(lambda: small.is_linked_to(LARGE) and large.is_linked_to(SMALL))
        await until(lambda: small.hub.peers()[0].rtt_ms is not None)
        [peer] = small.hub.peers()
        assert (peer.name, peer.state, peer.height) == (LARGE, PeerState.LINKED, 7)
        assert (peer.address, peer.rung) == (large.address, Rung.TYPED)
        [peer] = large.hub.peers()
        assert (peer.state, peer.rung, peer.clock_ahead_ms) == (PeerState.LINKED, Rung.INCOMING, 0)


@on_a_loop
async def test_messages_reach_one_peer_or_all():
    async with running(*(Workstation(n, "abc".replace(n, "")) for n in "abc")) as (a, b, c):
        a.hub.add_address(b.address)
        a.hub.add_address(c.address)
        await until(lambda: a.is_linked_to("b", "c"))
        assert a.hub.send(key_of("b"), GetBlocks(1, 1))
        assert await soon(b.received.get()) == (a.key, GetBlocks(1, 1))
        assert a.hub.broadcast(GetBlocks(2, 1)) == 2
        assert await soon(b.received.get()) == (a.key, GetBlocks(2, 1))
        assert await soon(c.received.get()) == (a.key, GetBlocks(2, 1))
        assert not a.hub.send(key_of("stranger"), GetBlocks(1, 1))


@on_a_loop
async def test_two_that_dial_each_other_at_once_keep_one_link():
    async with running(*pair()) as (small, large):
        small.hub.add_address(large.address)
        large.hub.add_address(small.address)
        await until(lambda: small.is_linked_to(LARGE) and large.is_linked_to(SMALL))
        await asyncio.sleep(0.5)

        def have_one():
            ends = small.hub.link(large.key), large.hub.link(small.key)
            return all(end is not None and end.ending is None for end in ends) and (
                ends[0].dialled != ends[1].dialled
            )

        await until(have_one)
        small.hub.send(large.key, GetBlocks(3, 1))
        assert (await soon(large.received.get()))[1] == GetBlocks(3, 1)
        assert sum(what == "linked" for what, _ in small.told) <= 2


@on_a_loop
async def test_who_comes_back_is_linked_again_without_anybody_typing():
    small, large = pair()
    async with running(small):
        await large.start()
        small.hub.add_address(large.address)
        await until(lambda: small.is_linked_to(LARGE))
        await large.hub.close()
        await until(small.is_linked_to)
        assert small.told[-1] == ("unlinked", Ending.BYE)
        [peer] = small.hub.peers()
        assert (peer.state in {PeerState.ABSENT, PeerState.DIALLING}, peer.height) == (True, 7)
        again = Workstation(LARGE, SMALL, boot=b"another.")
        await again.start(large.address.port)
        await until(lambda: small.is_linked_to(LARGE))
        await again.hub.close()


@on_a_loop
async def test_addresses_are_remembered_across_a_restart():
    small, large = pair()
    async with running(large):
        async with running(small):
            small.hub.add_address(large.address)
            await until(lambda: small.is_linked_to(LARGE))
        again = Workstation(SMALL, LARGE, saved=small.saved)
        async with running(again):
            await until(lambda: again.is_linked_to(LARGE))
            assert again.hub.peers()[0].rung is Rung.REMEMBERED


@on_a_loop
async def test_a_removed_workstation_is_unlinked_at_once_and_not_dialled_again():
    async with running(*pair()) as (small, large):
        small.hub.add_address(large.address)
        await until(lambda: small.is_linked_to(LARGE))
        del small.roster[large.key]
        small.hub.roster_changed()
        await until(lambda: small.is_linked_to() and large.is_linked_to())
        assert large.told[-1] == ("unlinked", Ending.NOT_ON_ROSTER)
        assert small.hub.peers() == ()


@on_a_loop
async def test_even_a_removal_nobody_told_the_hub_of_ends_the_link_within_two_seconds():
    async with running(*pair()) as (small, large):
        small.hub.add_address(large.address)
        await until(lambda: small.is_linked_to(LARGE))
        del small.roster[large.key]
        await until(small.is_linked_to, 2)


@on_a_loop
async def test_peers_tell_each_other_of_addresses_that_only_the_roster_makes_good():
    async with running(*(Workstation(n, "abc".replace(n, "")) for n in "abc")) as (a, b, c):
        b.hub.add_address(a.address)
        c.hub.add_address(a.address)
        await until(lambda: b.is_linked_to("a", "c") and c.is_linked_to("a", "b"), 8)
        lies = (
            PeerAddress(key_of("stranger"), "10.1.2.3", 99),
            PeerAddress(key_of("c"), "evil.example", 99),
            PeerAddress(key_of("c"), "224.0.0.1", 99),
        )
        a.hub.send(key_of("b"), Addresses(lies))
        a.hub.send(key_of("b"), GetBlocks(1, 1))
        await soon(b.received.get())
        hosts = {hint.address.host for hint in b.book.hints()}
        assert hosts == {"127.0.0.1"}


@on_a_loop
async def test_the_screen_says_why_there_is_no_link():
    small, _ = pair()
    stranger = Workstation("s", SMALL)
    async with running(small, stranger):
        small.book.note(stranger.address, Rung.TOLD, key_of(LARGE))
        await until(lambda: small.hub.peers()[0].trouble is not None)
        assert small.hub.peers()[0].trouble is Ending.NOT_ON_ROSTER


@on_a_loop
async def test_a_height_is_followed_as_it_grows():
    async with running(*pair()) as (small, large):
        small.hub.add_address(large.address)
        await until(lambda: small.is_linked_to(LARGE) and large.is_linked_to(SMALL))
        large.hub.broadcast(Have(12, bytes(32), ()))
        await soon(small.received.get())
        assert small.hub.peers()[0].height == 12


@on_a_loop
async def test_who_is_busy_slows_the_sender_down_and_loses_no_message():
    limits = Limits(heartbeat_s=0.2, dead_s=1.2, goodbye_s=0.2)
    small = Workstation(SMALL, LARGE, limits=limits)
    large = Workstation(LARGE, SMALL, limits=limits)
    async with running(small, large):
        small.hub.add_address(large.address)
        await until(lambda: small.is_linked_to(LARGE) and large.is_linked_to(SMALL))
        large.busy.clear()
        for n in range(1, 300):
            small.hub.send(large.key, GetBlocks(n, 1))
        await asyncio.sleep(limits.dead_s * 2)
        assert large.received.empty()
        large.busy.set()
        heard = [(await soon(large.received.get()))[1].first for _ in range(1, 300)]
        assert heard == list(range(1, 300))
        assert ("unlinked", Ending.SILENT) not in small.told + large.told


@on_a_loop
async def test_a_message_that_breaks_its_handler_ends_that_link_only():
    small, large = pair()
    reported = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))

    async def stumble(_key, _message):
        raise KeyError("not foreseen")

    large._receive = stumble
    large.hub._events = HubEvents(
        large.hub._events.linked, large.hub._events.unlinked, stumble, large.hub._events.refused
    )
    async with running(small, large):
        small.hub.add_address(large.address)
        await until(lambda: large.is_linked_to(SMALL))
        small.hub.send(large.key, GetBlocks(1, 1))
        await until(lambda: ("unlinked", Ending.LOST) in large.told)
        await until(lambda: small.is_linked_to(LARGE) and large.is_linked_to(SMALL))


@pytest.mark.parametrize("order", [1, -1])
@on_a_loop
async def test_either_of_two_dials_if_the_other_does_not(order):
    """The one that should wait dials after three seconds."""
    first, second = pair()[::order]
    async with running(first, second):
        # both have been running for a while
        first.hub._dialler._missing_since.clear()
        first.book.note(second.address, Rung.TOLD, second.key)
        await until(lambda: first.hub.linked_peers() == (second.key,))


@pytest.mark.parametrize("order", [1, -1])
@on_a_loop
async def test_whoever_has_just_started_dials_without_waiting_for_the_other(order, monkeypatch):
    """The other one has no address to dial."""
    monkeypatch.setattr(dialler, "_PATIENCE_S", 3600.0)
    new, old = (SMALL, LARGE)[::order]
    second = Workstation(old, new)
    async with running(second):
        saved = [SavedAddress(second.address, second.key, typed=False)]
        first = Workstation(new, old, saved=saved)
        async with running(first):
            await until(lambda: first.is_linked_to(old))


@on_a_loop
async def test_a_host_that_answers_at_many_ports_and_never_speaks_does_not_hold_up_the_others():
    small, large = pair()
    silent = [socket.create_server(("127.0.0.2", 0)) for _ in range(60)]
    async with running(small, large):
        small.book.note(large.address, Rung.TOLD, large.key)
        for each in silent:
            small.book.note(Address(*each.getsockname()), Rung.TOLD)
        await until(lambda: small.is_linked_to(LARGE), QUICK.dial_s)
    for each in silent:
        each.close()
