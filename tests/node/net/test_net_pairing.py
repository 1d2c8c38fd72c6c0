import asyncio
import dataclasses
import os

import pytest

from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.net import pairing
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.errors import PairingError, PairingFailure
from ehr_desktop.node.net.pairing import Opening, PairingKeys, Parcels, PublicKeys, Side
from ehr_desktop.node.net.pairing_window import TRIES, PairingWindow, join
from ehr_desktop.node.net.pairing_wire import Wire, conclude, introduce
from tests.support.net_nodes import on_a_loop, soon


def keys_of(letter):
    return PairingKeys(SigningKey(letter.encode() * 32), BoxKey(letter.encode() * 32))


A, B, MALLORY = keys_of("a"), keys_of("b"), keys_of("m")


class Person:
    """Looks at a screen; `says` is what they answer, None while they have not."""

    def __init__(self, says=True):
        self.says = says
        self.shown = asyncio.Queue()
        self.asked = []

    def ask(self, met):
        answer = asyncio.get_running_loop().create_future()
        if self.says is not None:
            answer.set_result(self.says)
        self.asked.append(answer)
        self.shown.put_nowait(met.digits)
        return answer


def window(person, keys=B, **options):
    return PairingWindow(keys, person.ask, host="127.0.0.1", **options)


def at(port):
    return Address("127.0.0.1", port)


# --- two honest sides ----------------------------------------------------------------------


@on_a_loop
async def test_two_workstations_pair_and_know_each_others_keys():
    inside, joining = Person(), Person()
    opened = window(inside)
    admitted = asyncio.ensure_future(opened.admit())
    mine = await soon(join(at(opened.port), A, joining.ask))
    theirs = await soon(admitted)
    assert (mine.theirs, theirs.theirs) == (B.public, A.public)
    assert mine.transcript == theirs.transcript
    digits = inside.shown.get_nowait()
    assert digits == joining.shown.get_nowait()
    assert len(digits) == 6
    assert digits.isdecimal()
    await asyncio.gather(mine.channel.close(), theirs.channel.close())


@on_a_loop
async def test_what_follows_is_sealed_and_arrives_both_ways():
    opened = window(Person())
    admitted = asyncio.ensure_future(opened.admit())
    mine = await soon(join(at(opened.port), A, Person().ask))
    theirs = await soon(admitted)
    secret = os.urandom(500_000)
    theirs.channel.send(b"roster change to sign")
    assert await soon(mine.channel.receive(60)) == b"roster change to sign"
    mine.channel.send(b"signature")
    assert await soon(theirs.channel.receive(60)) == b"signature"
    theirs.channel.send(secret)
    assert await soon(mine.channel.receive(60)) == secret
    await asyncio.gather(mine.channel.close(), theirs.channel.close())


# --- people and patience -------------------------------------------------------------------


@on_a_loop
async def test_nothing_is_paired_before_both_people_have_confirmed():
    inside, joining = Person(says=None), Person()
    opened = window(inside)
    admitted = asyncio.ensure_future(opened.admit())
    joined = asyncio.ensure_future(join(at(opened.port), A, joining.ask))
    await soon(inside.shown.get())
    await asyncio.sleep(0.1)
    assert not admitted.done()
    assert not joined.done()
    inside.asked[0].set_result(True)
    for paired in await soon(asyncio.gather(admitted, joined)):
        await paired.channel.close()


@on_a_loop
async def test_when_the_administrator_says_no_the_other_screen_says_so():
    opened = window(Person(says=False))
    admitted = asyncio.ensure_future(opened.admit())
    for _ in range(TRIES):
        with pytest.raises(PairingError) as refused:
            await soon(join(at(opened.port), A, Person(says=None).ask))
        assert refused.value.reason is PairingFailure.REFUSED_THERE
    with pytest.raises(PairingError) as closed:
        await soon(admitted)
    assert closed.value.reason is PairingFailure.TOO_MANY_TRIES
    with pytest.raises(PairingError) as gone:
        await soon(join(at(opened.port), A, Person().ask))
    assert gone.value.reason is PairingFailure.UNREACHABLE


@on_a_loop
async def test_when_the_new_workstation_says_no_the_question_is_taken_off_the_other_screen():
    inside = Person(says=None)
    opened = window(inside)
    admitted = asyncio.ensure_future(opened.admit())
    with pytest.raises(PairingError) as refused:
        await soon(join(at(opened.port), A, Person(says=False).ask))
    assert refused.value.reason is PairingFailure.REFUSED_HERE
    await soon(inside.shown.get())
    with pytest.raises(asyncio.CancelledError):
        await soon(inside.asked[0])
    admitted.cancel()
    await asyncio.gather(admitted, return_exceptions=True)


@on_a_loop
async def test_the_window_closes_after_its_time():
    with pytest.raises(PairingError) as closed:
        await window(Person(), window_s=0.2).admit()
    assert closed.value.reason is PairingFailure.EXPIRED


@on_a_loop
async def test_a_second_visitor_is_told_to_come_again():
    inside = Person(says=None)
    opened = window(inside)
    admitted = asyncio.ensure_future(opened.admit())
    joined = asyncio.ensure_future(join(at(opened.port), A, Person().ask))
    await soon(inside.shown.get())
    with pytest.raises(PairingError) as refused:
        await soon(join(at(opened.port), MALLORY, Person().ask))
    assert refused.value.reason is PairingFailure.BUSY
    inside.asked[0].set_result(True)
    paired = await soon(asyncio.gather(admitted, joined))
    assert paired[0].theirs == A.public
    for side in paired:
        await side.channel.close()


@on_a_loop
async def test_a_visitor_that_hangs_up_or_talks_nonsense_costs_no_try():
    opened = window(Person())
    admitted = asyncio.ensure_future(opened.admit())
    for octets in (b"", b"\0\0\0\x02hi", (1 << 31).to_bytes(4, "big"), os.urandom(64)):
        for _ in range(TRIES):
            _, writer = await asyncio.open_connection("127.0.0.1", opened.port)
            writer.write(octets)
            writer.close()
            await writer.wait_closed()
    joined = await soon(_join_when_free(opened.port))
    paired = await soon(admitted)
    assert paired.theirs == A.public
    await asyncio.gather(joined.channel.close(), paired.channel.close())


async def _join_when_free(port):
    """Join as soon as the visitor before has been shown out."""
    while True:
        try:
            return await join(at(port), A, Person().ask)
        except PairingError as refused:
            if refused.reason is not PairingFailure.BUSY:
                raise
            await asyncio.sleep(0.02)


# --- the man in the middle -----------------------------------------------------------------


def test_with_the_commitment_a_man_in_the_middle_has_one_blind_guess():
    """Two digits in place of six, so that he wins often enough to be counted: 1 in 100."""
    tries = 20_000
    wins = 0
    for _ in range(tries):
        to_b = Opening.fresh(MALLORY.public)
        b = Opening.fresh(B.public)
        to_a = Opening.fresh(MALLORY.public)
        a = Opening.fresh(A.public)  # shown only after to_a is fixed
        shown_a = pairing.digits_of(pairing.transcript_of(a, to_a), 2)
        wins += shown_a == pairing.digits_of(pairing.transcript_of(to_b, b), 2)
    expected, deviation = tries / 100, (tries * 0.01 * 0.99) ** 0.5
    assert abs(wins - expected) < 5 * deviation


def test_without_the_commitment_he_always_wins():
    """He sees a's nonce first and looks for one of his that makes the screens agree."""
    for _ in range(20):
        to_b, b, a = (Opening.fresh(keys.public) for keys in (MALLORY, B, A))
        wanted = pairing.digits_of(pairing.transcript_of(to_b, b), 2)
        guesses = (Opening.fresh(MALLORY.public) for _ in range(5000))
        assert any(
            pairing.digits_of(pairing.transcript_of(a, guess), 2) == wanted for guess in guesses
        )


def test_he_cannot_change_his_keys_or_nonce_after_he_committed():
    opening = Opening.fresh(MALLORY.public)
    commitment = opening.commitment()
    pairing.require_opened(commitment, opening)
    for changed in (
        dataclasses.replace(opening, nonce=os.urandom(32)),
        dataclasses.replace(opening, keys=A.public),
        dataclasses.replace(opening, keys=PublicKeys(opening.keys.signing, A.public.box)),
    ):
        with pytest.raises(PairingError) as caught:
            pairing.require_opened(commitment, changed)
        assert caught.value.reason is PairingFailure.CHANGED_KEYS


class ManInTheMiddle:
    """Sits between two workstations and pairs with each as the other."""

    def __init__(self, port):
        self._port = port

    async def listen(self):
        self._server = await asyncio.start_server(self._play, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def close(self):
        self._server.close()
        await self._server.wait_closed()

    async def _play(self, reader, writer):
        to_a = Wire(reader, writer)
        to_b = Wire(*await asyncio.open_connection("127.0.0.1", self._port))
        with_b = await introduce(Side.JOINING, to_b, Opening.fresh(MALLORY.public))
        with_a = await introduce(Side.INSIDE, to_a, Opening.fresh(MALLORY.public))
        for side, wire, met in ((Side.JOINING, to_b, with_b), (Side.INSIDE, to_a, with_a)):
            try:
                await conclude(side, wire, MALLORY, met, Person().ask)
            except PairingError:
                await wire.close()


@on_a_loop
async def test_a_man_in_the_middle_is_seen_on_the_screens_and_gets_nothing():
    inside, joining = Person(says=None), Person(says=None)
    opened = window(inside)
    admitted = asyncio.ensure_future(opened.admit())
    mallory = ManInTheMiddle(opened.port)
    joined = asyncio.ensure_future(join(at(await mallory.listen()), A, joining.ask))
    digits = [await soon(person.shown.get()) for person in (inside, joining)]
    assert digits[0] != digits[1]  # but for one run in a million
    inside.asked[0].set_result(False)
    joining.asked[0].set_result(False)
    with pytest.raises(PairingError):
        await soon(joined)
    assert not admitted.done()
    admitted.cancel()
    await asyncio.gather(admitted, return_exceptions=True)
    await mallory.close()


# --- what is sent once both have confirmed ---------------------------------------------------


def parcels():
    transcript = bytes(32)
    return (
        Parcels(Side.INSIDE, B, A.public, transcript),
        Parcels(Side.JOINING, A, B.public, transcript),
    )


def test_a_parcel_says_nothing_to_who_is_not_meant():
    inside, _ = parcels()
    sealed = inside.seal(b"the site secret")
    assert b"site secret" not in sealed
    with pytest.raises(PairingError):
        Parcels(Side.JOINING, MALLORY, B.public, bytes(32)).open(sealed)


def test_a_parcel_opens_once_in_its_place_and_in_its_pairing_only():
    inside, joining = parcels()
    first, second = inside.seal(b"first"), inside.seal(b"second")
    with pytest.raises(PairingError):
        joining.open(second)
    assert joining.open(first) == b"first"
    with pytest.raises(PairingError):
        joining.open(first)
    with pytest.raises(PairingError):
        inside.open(first)
    with pytest.raises(PairingError):
        Parcels(Side.JOINING, A, B.public, bytes(31) + b"\1").open(first)
    assert joining.open(second) == b"second"


def test_nobody_else_can_make_a_parcel():
    """A box does not say who sealed it; the signature does."""
    forger = Parcels(Side.INSIDE, MALLORY, A.public, bytes(32))
    _, joining = parcels()
    with pytest.raises(PairingError) as caught:
        joining.open(forger.seal(b"my roster"))
    assert caught.value.reason is PairingFailure.BAD_SIGNATURE


def test_a_confirmation_is_not_one_of_the_other_side_or_of_another_pairing():
    signature = pairing.confirm(Side.INSIDE, bytes(32), B.signing)
    pairing.require_confirmed(Side.INSIDE, bytes(32), B.public.signing, signature)
    for side, transcript, key in (
        (Side.JOINING, bytes(32), B.public.signing),
        (Side.INSIDE, b"\1" * 32, B.public.signing),
        (Side.INSIDE, bytes(32), A.public.signing),
    ):
        with pytest.raises(PairingError):
            pairing.require_confirmed(side, transcript, key, signature)


def test_keys_of_low_order_are_not_paired():
    identity = PublicKeys(bytes([1]) + bytes(31), B.public.box)
    with pytest.raises(PairingError):
        Opening.decode(Opening.fresh(identity).encode())
