"""A new workstation joins the clinic, or does not; both ends of the whole path."""

import asyncio

import pytest

from ehr_desktop.domain.errors import (
    HomeExistsError,
    NotFoundError,
    NotSignedInError,
    PairingFailedError,
    RefusedError,
)
from ehr_desktop.domain.events import PairingAsked, PairingEnded, PairingLeft
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.keys.device import is_home
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.errors import PairingError
from ehr_desktop.node.net.pairing import Opening, Side
from ehr_desktop.node.net.pairing_wire import Wire, conclude, introduce
from ehr_desktop.node.net.told_addresses import read_addresses
from ehr_desktop.node.store import blocks, secrets
from tests.node.net.test_net_pairing import MALLORY, Person
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import ledger_of
from tests.support.two_pcs import Newcomer, inside

KEPT = (
    "network",
    "genesis",
    "site-secret",
    "device-signing-seed",
    "device-box-seed",
    "addresses",
    "sponsor",
)


def secrets_of(home):
    with ledger_of(home) as database, database.reading() as connection:
        return {name: secrets.secret(connection, name) for name in KEPT}


async def on_the_ledger(clinic, device):
    return clinic.pc.node._core.value("device", device)


async def joined(clinic, newcomer):
    """Both press the buttons they should."""
    await clinic.open()
    joining = newcomer.start(clinic.address)
    asked = await clinic.hears(PairingAsked)
    assert await newcomer.digits() == asked.digits
    newcomer.answer(agreed=True)
    await clinic.answer(agreed=True)
    return await joining


# --- two people who agree ------------------------------------------------------------------------


@on_a_loop
async def test_a_new_workstation_joins_and_is_on_the_ledger(homes, tmp_path):
    newcomer = Newcomer(tmp_path / "new", "Room 2")
    async with inside(homes.founded()) as clinic:
        result = await joined(clinic, newcomer)
        assert (result.clinic, result.mode, result.certain) == ("Test clinic", "authority", True)
        assert await clinic.hears(PairingEnded) == PairingEnded("Room 2")
        kept = secrets_of(newcomer.home)
        key = SigningKey(kept["device-signing-seed"]).public
        public, active, _, name, *_ = await on_the_ledger(clinic, device_id_of(key))
        assert (public, active, name) == (key, True, "Room 2")


@on_a_loop
async def test_it_keeps_what_the_clinic_is_and_where_the_others_are(homes, tmp_path):
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.founded()) as clinic:
        await joined(clinic, newcomer)
        kept = secrets_of(newcomer.home)
        first = await clinic.pc.on_disk(lambda c: blocks.rising(c, 0, 1)[0])
        network = await clinic.pc.on_disk(lambda c: secrets.secret(c, "network"))
        seed = await clinic.pc.on_disk(lambda c: secrets.secret(c, "device-signing-seed"))
    assert kept["genesis"] == first[1]
    assert kept["network"] == network
    assert kept["site-secret"] == clinic.pc.node._core.site_secret
    told = read_addresses(kept["addresses"])
    assert [a.address for a in told] == [Address("127.0.0.1", 4711), Address("10.77.0.1", 4711)]
    assert kept["sponsor"] == SigningKey(seed).public
    assert {a.key for a in told} == {kept["sponsor"]}


@on_a_loop
async def test_its_home_has_an_empty_ledger_and_nothing_unfinished(homes, tmp_path):
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.founded()) as clinic:
        await joined(clinic, newcomer)
    assert {path.name for path in newcomer.home.iterdir()} == {"ledger.db", "workstation.key"}
    with ledger_of(newcomer.home) as database, database.reading() as connection:
        assert blocks.head(connection) is None


# --- people who do not ---------------------------------------------------------------------------


@on_a_loop
async def test_when_the_administrator_says_no_both_are_told_and_the_door_stays_open(
    homes, tmp_path
):
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.founded()) as clinic:
        await clinic.open()
        joining = newcomer.start(clinic.address)
        await clinic.hears(PairingAsked)
        await newcomer.digits()
        await clinic.answer(agreed=False)
        with pytest.raises(PairingFailedError) as refused:
            await joining
        assert refused.value.reason == "refused-there"
        assert await clinic.hears(PairingLeft) == PairingLeft("Room 2", "refused-here")
        assert not newcomer.home.exists()
        again = newcomer.start(clinic.address)
        await clinic.hears(PairingAsked)
        again.cancel()
        assert (await clinic.hears(PairingLeft)).failure == "broken-off"
        await asyncio.gather(again, return_exceptions=True)


@on_a_loop
async def test_who_left_is_no_longer_let_in(homes, tmp_path):
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.founded()) as clinic:
        await clinic.open()
        joining = newcomer.start(clinic.address)
        await clinic.hears(PairingAsked)
        await newcomer.digits()
        newcomer.answer(agreed=False)
        with pytest.raises(PairingFailedError) as refused:
            await joining
        assert refused.value.reason == "refused-here"
        await clinic.hears(PairingLeft)
        with pytest.raises(NotFoundError):
            await clinic.answer(agreed=True)


@on_a_loop
async def test_a_door_nobody_comes_to_closes_itself(homes):
    async with inside(homes.founded(), window_s=0.2) as clinic:
        await clinic.open()
        assert await clinic.hears(PairingEnded) == PairingEnded("", "expired")
        with pytest.raises(NotFoundError):
            await clinic.answer(agreed=True)


@on_a_loop
async def test_the_door_closes_when_the_administrator_locks(homes, tmp_path):
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.founded()) as clinic:
        await clinic.open()
        joining = newcomer.start(clinic.address)
        await clinic.hears(PairingAsked)
        await newcomer.digits()
        await clinic.pc.clinic.session.lock(clinic.pc.actors["admin"])
        assert await clinic.hears(PairingEnded) == PairingEnded("Room 2", "locked")
        with pytest.raises(NotSignedInError):
            await clinic.answer(agreed=True)
        with pytest.raises(PairingFailedError):
            await joining
    assert not newcomer.home.exists()


@on_a_loop
async def test_a_colleagues_lock_leaves_the_door_open(homes, tmp_path):
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.staffed(), "admin", "rae") as clinic:
        await clinic.open()
        await clinic.pc.clinic.session.lock(clinic.pc.actors["rae"])
        joining = newcomer.start(clinic.address)
        await clinic.hears(PairingAsked)
        await newcomer.digits()
        newcomer.answer(agreed=True)
        await clinic.answer(agreed=True)
        assert (await joining).certain


@on_a_loop
async def test_only_an_administrator_opens_the_door(homes):
    async with inside(homes.staffed(), "rae") as clinic:
        with pytest.raises(RefusedError) as refused:
            await clinic.open("rae")
        assert refused.value.outcome.rule == "role"


@on_a_loop
async def test_a_door_that_is_opened_again_is_one_door(homes):
    async with inside(homes.founded()) as clinic:
        await clinic.open()
        await clinic.open()
        assert await clinic.hears(PairingEnded) == PairingEnded("", "closed")
        await clinic.admitting.close_door()
        assert await clinic.hears(PairingEnded) == PairingEnded("", "closed")


@on_a_loop
async def test_what_the_ledger_refuses_is_told_on_both_screens(homes, tmp_path):
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.staffed(), "admin", "rae") as clinic:
        await clinic.open()
        clinic.admitting._door.actor = clinic.pc.actors["rae"]
        joining = newcomer.start(clinic.address)
        await clinic.hears(PairingAsked)
        await newcomer.digits()
        newcomer.answer(agreed=True)
        await clinic.answer(agreed=True, name="rae")
        with pytest.raises(PairingFailedError) as refused:
            await joining
        assert refused.value.reason == "role"
        assert await clinic.hears(PairingEnded) == PairingEnded("Room 2", "role")
    assert not newcomer.home.exists()


# --- the new workstation -------------------------------------------------------------------------


@on_a_loop
async def test_a_workstation_that_is_in_a_clinic_joins_no_other(homes):
    home = homes.founded()
    with pytest.raises(HomeExistsError):
        await Newcomer(home).start("127.0.0.1:9")
    assert is_home(home)


@on_a_loop
async def test_where_nobody_answers_nothing_is_left(tmp_path):
    newcomer = Newcomer(tmp_path / "new")
    with pytest.raises(PairingFailedError) as failed:
        await newcomer.start("127.0.0.1:9")
    assert failed.value.reason == "unreachable"
    assert not newcomer.home.exists()


@on_a_loop
async def test_the_next_address_is_tried_when_nobody_answers_at_the_first(homes, tmp_path):
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.founded()) as clinic:
        await clinic.open()
        joining = newcomer.start("127.0.0.1:9", clinic.address)
        await newcomer.digits()
        joining.cancel()
        await asyncio.gather(joining, return_exceptions=True)


@on_a_loop
async def test_when_the_line_breaks_after_it_signed_it_keeps_its_keys(homes, tmp_path):
    """It may be enrolled, and a clinic must not wait for a vote nobody can cast."""
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.founded()) as clinic:
        core = clinic.pc.node._core

        async def say_and_fall_silent(*_):
            clinic.admitting._task.cancel()
            await asyncio.sleep(0)

        core.say = say_and_fall_silent
        result = await joined(clinic, newcomer)
        assert not result.certain
    assert is_home(newcomer.home)


@on_a_loop
async def test_where_too_few_are_there_to_confirm_it_the_screen_says_that_it_waits(homes, tmp_path):
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.founded()) as clinic:

        async def say(*_):
            return [Outcome(TransactionId("ab" * 32), TransactionState.PENDING)]

        clinic.pc.node._core.say = say
        assert (await joined(clinic, newcomer)).certain
        assert await clinic.hears(PairingEnded) == PairingEnded("Room 2", "waits")
    assert is_home(newcomer.home)


# --- the man in the middle -----------------------------------------------------------------------


class Tap:
    """A connection's reader that keeps what it read."""

    def __init__(self, reader, heard):
        self._reader = reader
        self._heard = heard

    async def readexactly(self, size):
        octets = await self._reader.readexactly(size)
        self._heard.append(octets)
        return octets


class ManInTheMiddle:
    """Pairs with each side as the other, says yes to everything, and writes down what it hears."""

    def __init__(self, door):
        self._door = door
        self.heard = []
        self.parcels = 0

    async def listen(self):
        self._server = await asyncio.start_server(self._play, "127.0.0.1", 0)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self):
        self._server.close()
        await self._server.wait_closed()

    async def _play(self, reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", self._door)
        to_new = Wire(Tap(reader, self.heard), writer)
        to_clinic = Wire(Tap(there, self.heard), back)
        with_clinic = await introduce(
            Side.JOINING, to_clinic, Opening.fresh(MALLORY.public, "Room 2")
        )
        with_new = await introduce(Side.INSIDE, to_new, Opening.fresh(MALLORY.public))
        sides = (
            self._conclude(Side.JOINING, to_clinic, with_clinic),
            self._conclude(Side.INSIDE, to_new, with_new),
        )
        await asyncio.gather(*sides)

    async def _conclude(self, side, wire, met):
        try:
            paired = await conclude(side, wire, MALLORY, met, Person().ask)
            await paired.channel.receive(2)
            self.parcels += 1
        except PairingError:
            pass
        finally:
            await wire.close()


@on_a_loop
async def test_a_man_in_the_middle_makes_the_digits_differ_and_learns_nothing(homes, tmp_path):
    newcomer = Newcomer(tmp_path / "new")
    async with inside(homes.founded()) as clinic:
        await clinic.open()
        mallory = ManInTheMiddle(clinic.port)
        joining = newcomer.start(await mallory.listen())
        there, here = (await clinic.hears(PairingAsked)).digits, await newcomer.digits()
        assert there != here  # but for one run in a million
        # two people who do as the screens ask them to
        newcomer.answer(agreed=there == here)
        await clinic.answer(agreed=there == here)
        with pytest.raises(PairingFailedError):
            await joining
        await clinic.hears(PairingLeft)
        await mallory.close()
        core = clinic.pc.node._core
        heard = b"".join(mallory.heard)
        network = await clinic.pc.on_disk(lambda c: secrets.secret(c, "network"))
        assert MALLORY.public.signing not in {
            core.value("device", d)[0] for d in core.value("devices")
        }
        assert len(core.value("devices")) == 1
    assert mallory.parcels == 0
    assert heard
    for secret in (core.site_secret, network, b"Test clinic"):
        assert secret not in heard
    assert not newcomer.home.exists()
