"""Somebody leaves with a copy of the whole disk and every key ever held, and a workstation is
removed: nothing that was written since opens with them, and everybody who stays reads it all.
"""

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from sqlalchemy import select

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import SignInRefusedError
from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.people import Role, Team
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.interchange.fhir import build
from ehr_desktop.node.contracts.consent_state import Card, Escrow, entry
from ehr_desktop.node.contracts.team_keys import standing
from ehr_desktop.node.store import containers, secrets
from ehr_desktop.node.store.tables import KEY_BOXES
from tests.support.custody import patient_with_notes, shows, signs_in, takes_a_card, writes
from tests.support.growing_clinic import add, opened, until
from tests.support.leaver import Leaver
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import ANNA, account, ledger_of, story

SINCE = 40
EMERGENCY = str(Category.EMERGENCY)
PASSWORDS_OF_KIM = "plum-tiger-otter-violin-kim"


async def commitments(clinic, patient):
    found = await clinic.node.charts.records_of(patient)
    return {one.record: bytes.fromhex(one.commitment) for one in found}


async def sees(clinic, actor, patient):
    return (await clinic.charts.open(actor, patient)).summary.notes.total


def test_the_leaver_opens_nothing_written_since_and_who_stays_opens_all(homes, tmp_path):
    home = homes.staffed()

    @story(home, "admin", "lee", "nia")
    async def left(pc):
        clinic, admin, lee, nia = pc.clinic, *(pc.actors[n] for n in ("admin", "lee", "nia"))
        patient, _ = await patient_with_notes(clinic, lee, 5)
        leaver = Leaver(pc.session("lee"))
        before = set((await commitments(clinic, patient)).values())
        shutil.copytree(home, tmp_path / "before")
        await clinic.people.deactivate(admin, lee.id)
        shutil.copytree(home, tmp_path / "just after")
        assert clinic.node.people.keys_to_replace() == ()
        assert not await pc.on_disk(lambda c: secrets.boxes_to(c, leaver.person, 1))
        with pytest.raises(SignInRefusedError):
            await signs_in(clinic, "lee")
        for category in (Category.NOTES, Category.APPOINTMENTS, Category.DEMOGRAPHICS):
            await writes(clinic, nia, patient, category, SINCE)
        other, _ = await patient_with_notes(clinic, nia, 3, given="Ben")
        assert await sees(clinic, nia, patient) == 5 + 3 * SINCE
        assert await sees(clinic, nia, other) == 3
        since = set((await commitments(clinic, patient)).values()) - before
        since |= set((await commitments(clinic, other)).values())
        assert len(since) > 3 * SINCE
        pc.actors["nia"] = nia
        assert (await pc.check("nia")).faults == ()
        return leaver, before, since

    leaver, before, since = left
    with ledger_of(tmp_path / "before") as database, database.reading() as connection:
        leaver.copies(connection)
        assert set(leaver.opened(connection, before)) == before, "the thief reads what was before"
    for copy in (tmp_path / "just after", home):
        with ledger_of(copy) as database, database.reading() as connection:
            leaver.copies(connection)
    with ledger_of(home) as database, database.reading() as connection:
        assert leaver.opened(connection, since) == []
    assert sorted(leaver.views(tmp_path / "before")) == ["views-clinical.db", "views-front-desk.db"]
    assert leaver.views(home) == []

    @story(home, "nia", "rae", "admin")
    async def _(pc):
        # whoever stays opens old and new on the next day, out of the views under the new key
        patients = await pc.clinic.patients.search(pc.actors["rae"], "Anna")
        assert patients


@on_a_loop
async def test_a_workstation_that_was_off_and_two_that_renew_at_once_end_with_one_key(
    homes, tmp_path
):
    folders = [homes.staffed(), tmp_path / "b", tmp_path / "c"]
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, folders[0])
        second = await add(stack, first, folders[1], "Room 2")
        off = await stack.enter_async_context(AsyncExitStack())
        third = await add(off, first, folders[2], "Room 3")
        admin, rae = await signs_in(first, "admin"), await signs_in(first, "rae")
        lee, nia = await signs_in(second, "lee"), await signs_in(second, "nia")
        patient, _ = await patient_with_notes(second, nia, 3)

        async def third_has_it() -> bool:
            return third.node._core.pipeline.head == second.node._core.pipeline.head

        await until(third_has_it, third, second)
        await off.aclose()
        leaver = Leaver(second.node._core.session(lee))
        with_second = second.node._core.session(nia)
        before = set((await commitments(second, patient)).values())
        await asyncio.gather(
            first.people.deactivate(admin, lee.id),
            first.people.deactivate(admin, lee.id),
            writes(second, nia, patient, Category.NOTES, 2),
            return_exceptions=True,
        )

        async def is_renewed(*clinics) -> bool:
            return all(
                clinic.node.people.keys_to_replace() == ()
                and not clinic.node._core.value("apart", Team.CLINICAL)
                and not clinic.node._core.value("apart", Team.FRONT_DESK)
                for clinic in clinics
            )

        await until(lambda: is_renewed(first, second), first, second)
        assert with_second.teams[Team.CLINICAL].earlier, "it opens what was before, too"
        written = await writes(second, nia, patient, Category.NOTES, SINCE)
        other = (await first.patients.register(rae, replace(ANNA, given="Ben"))).id
        third = await opened(stack, folders[2])
        for clinic in (first, second):
            await third.node.network.add_address(clinic.node.network.addresses[0])

        async def is_here() -> bool:
            status = await third.node.network.status()
            names = set((await commitments(third, patient)).values())
            here = await third.node._core.read(containers.all_commitments)
            return not status.missing_containers and len(names) >= 4 + SINCE and names <= set(here)

        await until(is_here, third)
        again = await signs_in(third, "nia")

        async def is_seen() -> bool:
            seen = await sees(third, again, patient)
            names = await third.patients.search(again, "Ben")
            return seen >= 3 + SINCE and bool(names)

        await until(is_seen, third)
        for clinic, actor in ((first, admin), (second, nia), (third, again)):
            report = await clinic.integrity.check(actor, lambda _d, _t: None, lambda: False)
            assert report.faults == ()
            boxes = await clinic.node._core.read(lambda c: secrets.boxes_to(c, leaver.person, 1))
            assert boxes == []
        newcomer = await add(stack, first, tmp_path / "d", "Room 4")
        new_there = await signs_in(newcomer, "nia")
        assert await sees(newcomer, new_there, patient) == await sees(third, again, patient)
        mine = await commitments(third, patient)
        since = [mine[record] for record in written]
        since += (await commitments(third, other)).values()
        for clinic in (first, second, third):
            await clinic.node._core.read(leaver.copies)
        assert await third.node._core.read(lambda c: leaver.opened(c, since)) == []
        assert await third.node._core.read(lambda c: leaver.opened(c, before))


async def leaves_while_no_clinician_is_here(homes, folder):
    """Two workstations; the doctor's account ends, and nobody is signed in who holds the clinical
    key: gives both folders and the patient.
    """
    folders = [homes.staffed(), folder / "b"]
    async with AsyncExitStack() as stack:
        first = await opened(stack, folders[0])
        second = await add(stack, first, folders[1], "Room 2")
        lee = await signs_in(first, "lee")
        patient, _ = await patient_with_notes(first, lee, 2)
        await first.session.sign_out(lee)
        admin = await signs_in(first, "admin")
        await first.people.deactivate(admin, lee.id)

        async def both_know() -> bool:
            heads = {clinic.node._core.pipeline.head for clinic in (first, second)}
            status = await second.node.network.status()
            return len(heads) == 1 and not status.missing_containers

        await until(both_know, first, second)
        assert first.node.people.keys_to_replace() == (Team.CLINICAL,)
        # the front desk goes on meanwhile
        rae = await signs_in(first, "rae")
        other = (await first.patients.register(rae, replace(ANNA, given="Ben"))).id
        assert first.node._core.value("apart", Team.CLINICAL)
        await until(both_know, first, second)
    return folders, patient, other


@on_a_loop
async def test_two_sides_that_each_renewed_a_key_keep_one_and_lose_nothing(homes, tmp_path):
    async with asyncio.timeout(300):
        folders, patient, other = await leaves_while_no_clinician_is_here(homes, tmp_path)
        for folder in folders:
            async with AsyncExitStack() as stack:
                alone = await opened(stack, folder)
                nia = await signs_in(alone, "nia")
                chart = await alone.charts.open(nia, patient)
                note = await alone.charts.add_note(chart, f"Alone in {folder.name}", "Written.")
                assert note.source.pending
                assert await sees(alone, nia, patient) == 3
        async with AsyncExitStack() as stack:
            clinics = [await opened(stack, folder) for folder in folders]
            people = [await signs_in(clinic, "nia") for clinic in clinics]
            await clinics[1].node.network.add_address(clinics[0].node.network.addresses[0])

            async def all_is_seen() -> bool:
                for clinic, nia in zip(clinics, people, strict=True):
                    core = clinic.node._core
                    waiting = await core.on_writer(core.pipeline.waiting)
                    if waiting or core.value("apart", Team.CLINICAL):
                        return False
                    if await sees(clinic, nia, patient) != 4:
                        return False
                return await sees(clinics[0], people[0], other) == 0

            await until(all_is_seen, *clinics)
            generations = {
                clinic.node._core.session(nia).teams[Team.CLINICAL].generation
                for clinic, nia in zip(clinics, people, strict=True)
            }
            assert len(generations) == 1
            for clinic, nia in zip(clinics, people, strict=True):
                assert clinic.node.people.keys_to_replace() == ()
                report = await clinic.integrity.check(nia, lambda _d, _t: None, lambda: False)
                assert report.faults == ()


def test_a_doctor_who_was_never_handed_the_key_writes_and_reads_all_once_a_colleague_is_here(
    homes,
):
    @story(homes.staffed(), "admin", "lee")
    async def _(pc):
        clinic, admin, lee = pc.clinic, pc.actors["admin"], pc.actors["lee"]
        patient, _ = await patient_with_notes(clinic, lee, 2)
        await clinic.session.sign_out(lee)
        await clinic.people.add(admin, account("kim", "Dr Kim", Role.DOCTOR))
        await clinic.people.deactivate(admin, lee.id)
        assert clinic.node.people.keys_to_replace() == (Team.CLINICAL,)
        kim = await clinic.session.sign_in("kim", PASSWORDS_OF_KIM)
        await writes(clinic, kim, patient, Category.NOTES, 3)
        assert clinic.node.people.keys_to_replace() == ()
        assert kim.id in await clinic.people.awaiting_keys(admin)
        nia = await signs_in(clinic, "nia")
        assert await sees(clinic, nia, patient) == 5
        assert await clinic.people.awaiting_keys(admin) == ()

        async def kim_reads() -> bool:
            return await sees(clinic, kim, patient) == 5

        await until(kim_reads, clinic)
        pc.actors |= {"nia": nia}
        assert (await pc.check("nia")).faults == ()


def test_an_administrator_imports_while_no_clinician_is_here_under_a_key_of_its_own(homes):
    @story(homes.staffed(), "admin", "lee")
    async def _(pc):
        clinic, admin, lee = pc.clinic, pc.actors["admin"], pc.actors["lee"]
        patient, _ = await patient_with_notes(clinic, lee, 2)
        await clinic.session.sign_out(lee)
        await clinic.people.deactivate(admin, lee.id)
        new = [NewRecord(Category.NOTES, "DocumentReference", note(patient, clinic), "import")]
        await clinic.node.charts.write(admin, patient, new, source="import")
        assert standing(clinic.node._core.value, Team.CLINICAL).foreign
        nia = await signs_in(clinic, "nia")
        assert not standing(clinic.node._core.value, Team.CLINICAL).foreign
        assert await sees(clinic, nia, patient) == 3
        await writes(clinic, nia, patient, Category.NOTES, 1)
        assert await sees(clinic, nia, patient) == 4
        assert Team.CLINICAL not in pc.session("admin").teams


def note(patient, clinic) -> bytes:
    now = clinic.node.now()
    return build.note("imported", f"Patient/{patient}", "x", now, "Note")


@on_a_loop
async def test_a_removed_workstation_with_all_that_was_open_on_it_opens_nothing_since(
    homes, tmp_path
):
    folders = [homes.staffed(), tmp_path / "b", tmp_path / "c"]
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, folders[0])
        second = await add(stack, first, folders[1], "Room 2")
        away = await stack.enter_async_context(AsyncExitStack())
        third = await add(away, first, folders[2], "Room 3")
        admin, nia = await signs_in(first, "admin"), await signs_in(first, "nia")
        lee = await signs_in(third, "lee")
        patient, _ = await patient_with_notes(third, lee, 2)
        card = await takes_a_card(first, nia, patient)
        thief = Leaver(third.node._core.session(lee))
        removed = third.node._core.pipeline.device
        before = await commitments(third, patient)
        await away.aclose()
        await first.network.remove(admin, DeviceId(removed.hex()))

        def shared_with() -> set[bytes]:
            dealt = entry(
                first.node._core.value, Escrow, "escrow", bytes.fromhex(patient), EMERGENCY
            )
            assert dealt is not None
            return {device for device, _, _ in dealt.guards}

        async def is_dealt_anew() -> bool:
            return removed not in shared_with() and first.node.people.keys_to_replace() == ()

        await until(is_dealt_anew, first, second)
        assert (
            await first.node._core.read(lambda c: shares_of_device(c, removed, "share:emergency"))
            == []
        )
        anna = await shows(first, card)

        async def is_guarded_anew() -> bool:
            held = first.node._core.value("card", bytes.fromhex(patient))
            return removed not in {device for device, _ in Card.of(held).guards}

        await until(is_guarded_anew, first)
        assert await first.node._core.read(lambda c: shares_of_device(c, removed, "pin")) == []
        first.node.shown_cards.close(anna)
        await writes(first, nia, patient, Category.NOTES, SINCE)
        chart = await first.charts.open(nia, patient)
        await first.charts.add_allergy(chart, "Latex")

        async def is_one_set() -> bool:
            # only the newest key is shared out, so all of the set is under it
            newest = first.node._core.value("epoch", bytes.fromhex(patient), EMERGENCY)[0]
            counts = dict(first.node._core.value("sealed", bytes.fromhex(patient), EMERGENCY))
            return counts.pop(newest) == 2 and not any(counts.values())

        await until(is_one_set, first, second)
        since = set((await commitments(first, patient)).values()) - set(before.values())
        assert len(since) > SINCE
        # all that the removed one had, and what a thief takes off another's disk later
        await first.node._core.read(lambda c: thief.copies(c, own=False))
        with ledger_of(folders[2]) as database, database.reading() as connection:
            thief.copies(connection)
        assert await first.node._core.read(lambda c: thief.opened(c, since)) == []
        assert await sees(first, nia, patient) == 2 + SINCE


def shares_of_device(connection, device, purpose) -> list[bytes]:
    wanted = select(KEY_BOXES.c.hash).where(
        KEY_BOXES.c.recipient == device, KEY_BOXES.c.purpose == purpose
    )
    return list(connection.execute(wanted).scalars())
