"""Somebody forgot the password: new keys, old ones that open nothing, and who hands keys on."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from ehr_desktop.domain.errors import (
    NotFoundError,
    NotSignedInError,
    RefusedError,
    SharesWrongError,
    SignInRefusedError,
    WeakPasswordError,
)
from ehr_desktop.domain.people import Role, Team
from tests.support.growing_clinic import add, opened, until
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import ANNA, PASSWORDS, account, story
from tests.support.papers import name_custodians

NEW = "walnut-harbour-candle-mirror-new"


async def with_a_note(clinic, actor):
    patient = (await clinic.patients.register(actor, ANNA)).id
    chart = await clinic.charts.open(actor, patient)
    await clinic.charts.add_note(chart, "Seen today", "Feels better.")
    return patient


async def notes(clinic, actor, patient):
    return (await clinic.charts.open(actor, patient)).summary.notes.total


def test_a_nurse_forgets_the_password_and_reads_again_once_a_colleague_is_there(homes):
    @story(homes.staffed(), "admin", "lee", "nia")
    async def _(pc):
        admin, nia, lee = (pc.actors[name] for name in ("admin", "nia", "lee"))
        patient = await with_a_note(pc.clinic, lee)
        old = pc.session("nia").keys
        with pytest.raises(WeakPasswordError):
            await pc.clinic.recovery.renew_account(admin, nia.id, "short")
        await pc.clinic.recovery.renew_account(admin, nia.id, NEW)
        with pytest.raises(NotSignedInError):
            await notes(pc.clinic, nia, patient)
        with pytest.raises(SignInRefusedError):
            await pc.clinic.session.sign_in("nia", PASSWORDS["nia"])
        again = await pc.clinic.session.sign_in("nia", NEW)
        await until_holds(pc, again, Team.CLINICAL)
        assert await notes(pc.clinic, again, patient) == 1
        fresh = pc.node._core.session(again).keys
        assert fresh.signing.public != old.signing.public
        boxes = await pc.on_disk(lambda c: boxes_of_person(c, nia.id))
        assert boxes, "Lee has handed the clinical key on"
        for box in boxes:
            with pytest.raises(Exception, match="did not open"):
                old.box.open(box.box, b"")
        pc.actors["nia"] = again
        assert (await pc.check("nia")).faults == ()


def boxes_of_person(connection, person):
    from ehr_desktop.node.store import secrets

    return [
        box for team in Team for box in secrets.boxes_for(connection, team, bytes.fromhex(person))
    ]


def test_nobody_renews_the_own_account_nor_an_administrators_work(homes):
    @story(homes.staffed(), "admin", "lee")
    async def _(pc):
        admin, lee = pc.actors["admin"], pc.actors["lee"]
        for actor, person in ((lee, await pc.person("nia")), (admin, admin.id), (lee, lee.id)):
            with pytest.raises(RefusedError):
                await pc.clinic.recovery.renew_account(actor, person, NEW)
        with pytest.raises(NotFoundError):
            await pc.clinic.recovery.renew_account(admin, "ab" * 16, NEW)
        assert await pc.node.people.verify_password(lee, PASSWORDS["lee"])


def test_the_only_doctor_forgets_the_password_and_three_papers_help(homes, tmp_path):
    @story(homes.founded(), "admin")
    async def _(pc):
        admin = pc.actors["admin"]
        await pc.clinic.people.add(admin, account("lee", "Dr Lee", Role.DOCTOR))
        lee = await pc.sign_in("lee")
        patient = await with_a_note(pc.clinic, lee)
        papers = await name_custodians(pc)
        assert "clinical" in (await pc.clinic.recovery.custody(admin)).teams
        await pc.clinic.recovery.renew_account(admin, lee.id, NEW)
        lee = await pc.clinic.session.sign_in("lee", NEW)
        assert lee.id in await pc.clinic.people.awaiting_keys(admin)
        with pytest.raises(SharesWrongError):
            await pc.clinic.recovery.hand_on(admin, Team.CLINICAL, papers[:2])
        with pytest.raises(RefusedError):
            await pc.clinic.recovery.hand_on(lee, Team.CLINICAL, papers)
        await pc.clinic.recovery.hand_on(admin, Team.CLINICAL, papers[2:])
        assert await pc.clinic.people.awaiting_keys(admin) == ()
        await until_holds(pc, lee, Team.CLINICAL)
        assert await notes(pc.clinic, lee, patient) == 1
        pc.actors["lee"] = lee
        assert (await pc.check("lee")).faults == ()


async def until_holds(pc, actor, team):
    async def holds() -> bool:
        return team in pc.node._core.session(actor).teams

    async with asyncio.timeout(300):
        await until(holds, pc.clinic)


def test_custodians_who_came_later_get_the_keys_from_whoever_signs_in(homes):
    @story(homes.staffed(), "admin")
    async def _(pc):
        papers = await name_custodians(pc)
        custody = await pc.clinic.recovery.custody(pc.actors["admin"])
        assert custody.teams == ("front-desk",)
        await pc.sign_in("lee")
        custody = await pc.clinic.recovery.custody(pc.actors["admin"])
        assert set(custody.teams) == {"front-desk", "clinical"}
        assert await pc.clinic.recovery.rehearse(pc.actors["admin"], papers[:3]) == custody
        with pytest.raises(SharesWrongError, match="few"):
            await pc.clinic.recovery.rehearse(pc.actors["admin"], papers[:2])


@on_a_loop
async def test_the_old_password_ends_on_every_workstation_and_a_colleague_elsewhere_hands_on(
    homes, tmp_path
):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, homes.staffed())
        second = await add(stack, first, tmp_path / "b", "Room 2")
        admin = await first.session.sign_in("admin", PASSWORDS["admin"])
        lee = await second.session.sign_in("lee", PASSWORDS["lee"])
        nia = await second.session.sign_in("nia", PASSWORDS["nia"])
        patient = await with_a_note(second, lee)
        ended = asyncio.Event()
        second.node._core.keyring.closed.append(lambda actor: actor == nia and ended.set())
        await first.recovery.renew_account(admin, nia.id, NEW)
        await ended.wait()
        with pytest.raises(SignInRefusedError):
            await second.session.sign_in("nia", PASSWORDS["nia"])
        again = await first.session.sign_in("nia", NEW)

        async def can_read() -> bool:
            return Team.CLINICAL in first.node._core.session(again).teams

        await until(can_read, first, second)

        async def sees_the_note() -> bool:
            return await notes(first, again, patient) == 1

        await until(sees_the_note, first, second)
        # the boxes for the old keys are gone everywhere, and nobody waits for them
        third = await add(stack, first, tmp_path / "c", "Room 3")
        assert await notes(third, await third.session.sign_in("nia", NEW), patient) == 1
