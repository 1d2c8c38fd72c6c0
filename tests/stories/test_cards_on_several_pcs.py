"""A patient's card in a clinic of several workstations, which guard its PIN together."""

import asyncio
import os
import shutil
from contextlib import AsyncExitStack

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import MOST_GUESSES
from ehr_desktop.domain.errors import (
    CardUnknownError,
    GuardsAwayError,
    NoKeyError,
    PinWrongError,
)
from ehr_desktop.node.contracts.consent_state import card
from ehr_desktop.node.contracts.consent_statements import TryPin
from ehr_desktop.node.contracts.statements import NOBODY
from ehr_desktop.node.core import Prepared
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableSharesError
from ehr_desktop.node.crypto.oprf import blind, evaluate, finish
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.keys.cards import open_secrets, pin_text, read_card
from ehr_desktop.node.keys.guarding import PIN_PURPOSE, open_guard_share
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import containers, destroying, secrets, transactions
from tests.support.consent_pc import NOTE_TEXT, PIN, confirmed
from tests.support.growing_clinic import add, level, opened, until
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import ANNA, PASSWORDS

WRONG = "830166"


async def rooms(stack, home, folder, count):
    """A clinic of so many workstations."""
    first = await opened(stack, home)
    return [first, *[await add(stack, first, folder / str(n), f"Room {n}")
                     for n in range(2, count + 1)]]  # fmt: skip


async def sign_in(clinic, name):
    return await clinic.session.sign_in(name, PASSWORDS[name])


async def registered(clinic, lee):
    patient = (await clinic.patients.register(lee, ANNA)).id
    chart = await clinic.charts.open(lee, patient)
    await clinic.charts.add_note(chart, "Visit", NOTE_TEXT)
    return patient


async def taken(desk, rae, room, lee, patient, *clinics):
    """Take a card at the desk, have the doctor confirm it in the room, and wait until the keys have
    reached it.
    """
    made = await desk.cards.take(rae, patient, PIN, frozenset())

    async def is_told():
        return bool(await room.cards.unconfirmed(lee))

    async def reached():
        return (await desk.cards.status(rae, patient)).keys_reached

    await until(is_told, desk, room, *clinics)
    await confirmed(room, lee, patient)
    await until(reached, desk, room, *clinics)
    return made


@on_a_loop
async def test_a_card_of_one_pc_opens_on_another_and_the_doctor_of_a_third_may_read(
    homes, tmp_path
):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        desk, kiosk, room = await rooms(stack, homes.staffed(), tmp_path, 3)
        lee, rae = await sign_in(room, "lee"), await sign_in(desk, "rae")
        patient = await registered(room, lee)
        made = await taken(desk, rae, room, lee, patient, kiosk)
        with pytest.raises(NoKeyError):
            await room.charts.open(lee, patient)

        asked = await room.sharing.ask(
            lee, patient, categories=frozenset({Category.NOTES}), purpose="treatment",
            until=None, keep_until=None,
        )  # fmt: skip
        anna = await kiosk.kiosk.open(made.code, PIN)

        async def is_asked():
            return [r.id for r in await kiosk.kiosk.requests(anna)] == [asked.id]

        await until(is_asked, kiosk)
        await kiosk.kiosk.approve(anna, asked.id, categories=asked.categories, until=None)

        async def may_read():
            return Category.NOTES in await room.sharing.open_to(lee, patient)

        await until(may_read, room)
        chart = await room.charts.open(lee, patient)
        assert [entry.title for entry in chart.summary.notes.entries] == ["Visit"]

        async def sees_who_looked() -> bool:
            newest = (await kiosk.kiosk.looks(anna))[0]
            who = newest.name, newest.workstation, newest.basis
            return who == ("Dr Lee", "Room 3", "patient")

        await until(sees_who_looked, kiosk)
        await kiosk.kiosk.close(anna)


@on_a_loop
async def test_a_card_that_is_turned_away_leaves_nothing_on_any_pc_nor_on_one_that_joins_later(
    homes, tmp_path
):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        desk, room = await rooms(stack, homes.staffed(), tmp_path, 2)
        lee, rae = await sign_in(room, "lee"), await sign_in(desk, "rae")
        patient = await registered(room, lee)
        made = await desk.cards.take(rae, patient, PIN, frozenset())
        subject = bytes.fromhex(patient)
        sealed = card(desk.node._core.value, subject).secrets

        def kept(connection):
            boxes = destroying.boxes_about(connection, subject)
            has_keys = containers.container(connection, sealed) is not None
            return sum(box.purpose == PIN_PURPOSE for box in boxes), has_keys

        async def are_dealt():
            return [await c.node._core.read(kept) for c in (desk, room)] == [(2, True)] * 2

        async def is_to_confirm():
            return len(await room.cards.unconfirmed(lee)) == 1

        await until(are_dealt, desk, room)
        # what is dealt is here before the card's statement is final
        await until(is_to_confirm, room)
        (waiting,) = await room.cards.unconfirmed(lee)
        await room.cards.reject(lee, waiting)
        later = await add(stack, desk, tmp_path / "3", "Room 3")
        await level(desk, room, later)
        found = [await c.node._core.read(kept) for c in (desk, room, later)]
        assert found == [(0, False)] * 3
        for pc in (desk, room, later):
            with pytest.raises(CardUnknownError):
                await pc.kiosk.open(made.code, PIN)
        status = await desk.cards.status(rae, patient)
        assert status.turned_away.by_name == "Dr Lee"


@on_a_loop
async def test_a_pin_is_guarded_by_any_three_of_four(homes, tmp_path):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        desk, kiosk = await rooms(stack, homes.staffed(), tmp_path, 2)
        leaving = [await stack.enter_async_context(AsyncExitStack()) for _ in range(2)]
        for number, own in enumerate(leaving, 3):
            await add(own, desk, tmp_path / str(number), f"Room {number}")
        lee, rae = await sign_in(desk, "lee"), await sign_in(desk, "rae")
        made = await taken(desk, rae, desk, lee, await registered(desk, lee), kiosk)
        rule = await kiosk.kiosk.guard_rule()
        assert (rule.threshold, rule.workstations) == (3, 4)

        await leaving[0].aclose()
        with pytest.raises(PinWrongError):
            await kiosk.kiosk.open(made.code, WRONG)
        anna = await kiosk.kiosk.open(made.code, PIN)
        await kiosk.kiosk.close(anna)

        # the first signed off, so two still agree on what is final: but two are too few to guard
        await leaving[1].aclose()
        with pytest.raises(GuardsAwayError) as away:
            await kiosk.kiosk.open(made.code, PIN)
        assert (away.value.needed, away.value.answered) == (3, 2)


@on_a_loop
async def test_a_rogue_workstation_that_guesses_without_the_card_locks_nobody_out(homes, tmp_path):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        desk, rogue = await rooms(stack, homes.staffed(), tmp_path, 2)
        lee, rae = await sign_in(desk, "lee"), await sign_in(desk, "rae")
        patient = await registered(desk, lee)
        made = await taken(desk, rae, desk, lee, patient, rogue)
        subject, core = bytes.fromhex(patient), rogue.node._core
        for number in range(MOST_GUESSES + 1):
            blinded, _ = blind(str(number).encode())
            others = (SigningKey(os.urandom(32)),) if number % 2 else ()
            said = Unsigned(TryPin(subject, blinded), NOBODY, None, subject=subject, others=others)
            await core.write(subject, lambda _connection, said=said: Prepared([said]))

        def refused(connection):
            rows = transactions.about(connection, subject, [TryPin.KIND], MOST_GUESSES + 2)
            return [row.rule for row in rows if row.position is not None]

        async def are_final():
            found = [await c.node._core.read(refused) for c in (desk, rogue)]
            return found == [["signer"] * (MOST_GUESSES + 1)] * 2

        await until(are_final, desk, rogue)
        assert (await desk.cards.status(rae, patient)).guesses_left == MOST_GUESSES
        await desk.kiosk.close(await desk.kiosk.open(made.code, PIN))


@on_a_loop
async def test_workstations_that_join_guard_a_pin_from_the_next_opening_on(homes, tmp_path):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, homes.staffed())
        lee, rae = await sign_in(first, "lee"), await sign_in(first, "rae")
        patient = await registered(first, lee)
        made = await taken(first, rae, first, lee, patient)
        second = await add(stack, first, tmp_path / "2", "Room 2")
        for clinic in (second, first):
            await clinic.kiosk.close(await clinic.kiosk.open(made.code, PIN))
        held = card(first.node._core.value, bytes.fromhex(patient))
        assert held.threshold == 2
        assert len(held.guards) == 2


@on_a_loop
async def test_a_grant_that_is_not_final_seals_no_key_until_it_is(homes, tmp_path):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        desk = await opened(stack, homes.staffed())
        away = await stack.enter_async_context(AsyncExitStack())
        await add(away, desk, tmp_path / "2", "Room 2")
        lee, rae = await sign_in(desk, "lee"), await sign_in(desk, "rae")
        patient = await registered(desk, lee)
        made = await taken(desk, rae, desk, lee, patient)
        asked = await desk.sharing.ask(
            lee, patient, categories=frozenset({Category.NOTES}), purpose="treatment",
            until=None, keep_until=None,
        )  # fmt: skip
        anna = await desk.kiosk.open(made.code, PIN)
        await away.aclose()

        share = await desk.kiosk.approve(anna, asked.id, categories=asked.categories, until=None)
        core, subject = desk.node._core, bytes.fromhex(patient)
        own = bytes.fromhex(lee.id)
        assert not await core.read(lambda c: secrets.boxes_of(c, subject, "notes", own))
        assert not await desk.sharing.open_to(lee, patient) & asked.categories

        await opened(stack, tmp_path / "2")

        async def may_read():
            return asked.categories <= await desk.sharing.open_to(lee, patient)

        await until(may_read, desk)
        assert share.categories == asked.categories


@on_a_loop
async def test_a_stolen_disk_and_the_card_do_not_test_a_pin(homes, tmp_path):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        desk, second, third = await rooms(stack, homes.staffed(), tmp_path, 3)
        lee, rae = await sign_in(desk, "lee"), await sign_in(desk, "rae")
        patient = await registered(desk, lee)
        made = await taken(desk, rae, desk, lee, patient, second)
        await level(desk, second, third)
        shutil.copytree(tmp_path / "2", tmp_path / "stolen")

    await _robbed(tmp_path / "stolen", made.code, patient)


async def _robbed(home, code, patient):
    """What somebody can do with a whole disk and a card, who even knows the PIN."""
    async with AsyncExitStack() as stack:
        clinic = await opened(stack, home)
        with pytest.raises(GuardsAwayError):
            await clinic.kiosk.open(code, PIN)
        core, secret = clinic.node._core, read_card(code)
        held = card(core.value, bytes.fromhex(patient))

        def guess(connection):
            text = pin_text(secret, PIN)
            blinded, blinding = blind(text)
            box_key = BoxKey(secrets.secret(connection, "device-box-seed"))
            boxes = [
                box
                for device, _place in held.guards
                for box in secrets.boxes_of(connection, secret.patient, PIN_PURPOSE, device)
            ]
            sealed = containers.container(connection, held.secrets)
            assert len(boxes) == len(held.guards) == 3
            answers = []
            for box in boxes:
                try:
                    share = open_guard_share(box, box_key)
                except OpenFailedError:
                    continue
                answers.append((box.generation, evaluate(share, blinded)))
            assert len(answers) == 1
            with pytest.raises(UnusableSharesError):
                finish(text, blinding, answers, held.threshold)
            with pytest.raises(OpenFailedError):
                open_secrets(sealed, secret, finish(text, blinding, answers, 1))
            return True

        assert await core.read(guess)
