"""Two workstations of one clinic at work: people and keys that come and go, and a full disk."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from ehr_desktop.domain.errors import DiskFullError, NoKeyError, NotFoundError, NotSignedInError
from ehr_desktop.domain.people import Role, Team
from ehr_desktop.node.store import votes
from tests.support.growing_clinic import add, opened, until
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import ANNA, PASSWORDS, account


async def two(stack, home, folder):
    first = await opened(stack, home)
    second = await add(stack, first, folder / "b", "Room 2")
    return first, second


@on_a_loop
async def test_a_doctor_enrolled_on_one_workstation_writes_on_the_other_and_both_read(
    homes, tmp_path
):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first, second = await two(stack, homes.staffed(), tmp_path)
        lee = await second.session.sign_in("lee", PASSWORDS["lee"])
        admin = await first.session.sign_in("admin", PASSWORDS["admin"])
        patient = (await second.patients.register(lee, ANNA)).id
        chart = await second.charts.open(lee, patient)
        await second.charts.add_note(chart, "Seen today", "Feels better.")

        await first.people.add(admin, account("new", "Dr New", Role.DOCTOR))

        async def is_known() -> bool:
            return any(staff.account_name == "new" for staff in second.node.people.all())

        await until(is_known, second)
        # her session begins before anybody who holds the clinical key hands it on to her
        new = await second.session.sign_in("new", "plum-tiger-otter-violin-new")
        lee_too = await first.session.sign_in("lee", PASSWORDS["lee"])

        async def can_read() -> bool:
            return Team.CLINICAL in second.node._core.session(new).teams

        await until(can_read, first, second)
        for clinic, reader in ((second, new), (first, lee_too)):

            async def reads(clinic=clinic, reader=reader) -> bool:
                try:
                    chart = await clinic.charts.open(reader, patient)
                except (NoKeyError, NotFoundError):
                    return False
                return [entry.title for entry in chart.summary.notes.entries] == ["Seen today"]

            await until(reads, first, second)


@on_a_loop
async def test_what_was_sealed_before_the_first_clinician_came_opens_for_her_on_every_workstation(
    homes, tmp_path
):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first, second = await two(stack, homes.founded(), tmp_path)
        admin = await first.session.sign_in("admin", PASSWORDS["admin"])
        patient = (await first.patients.register(admin, ANNA)).id

        await first.people.add(admin, account("new", "Dr New", Role.DOCTOR))

        async def is_known() -> bool:
            return any(staff.account_name == "new" for staff in second.node.people.all())

        await until(is_known, second)
        new = await second.session.sign_in("new", "plum-tiger-otter-violin-new")

        async def can_read() -> bool:
            try:
                chart = await second.charts.open(new, patient)
            except (NoKeyError, NotFoundError):
                return False
            return "Smith" in str(chart.summary.patient)

        await until(can_read, first, second)


@on_a_loop
async def test_who_is_let_go_on_one_workstation_is_signed_out_on_the_other(homes, tmp_path):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first, second = await two(stack, homes.staffed(), tmp_path)
        rae = await second.session.sign_in("rae", PASSWORDS["rae"])
        await second.patients.register(rae, ANNA)
        admin = await first.session.sign_in("admin", PASSWORDS["admin"])
        await first.people.deactivate(admin, rae.id)

        async def is_out() -> bool:
            try:
                second.node.require(rae)
            except NotSignedInError:
                return True
            return False

        await until(is_out, second)
        with pytest.raises(NotSignedInError):
            await second.patients.search(rae, "")


@on_a_loop
async def test_a_turn_that_finds_no_room_is_done_again_once_there_is(homes, tmp_path, monkeypatch):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first, second = await two(stack, homes.staffed(), tmp_path)
        rae = await first.session.sign_in("rae", PASSWORDS["rae"])
        stored, refused = votes.add, []

        def no_room_three_times(connection, cast):
            if len(refused) < 3 and cast and connection.engine is engine_of(second):
                refused.append(len(cast))
                raise DiskFullError("ledger.db")
            stored(connection, cast)

        monkeypatch.setattr(votes, "add", no_room_three_times)
        for number in range(4):
            await first.patients.register(rae, replace(ANNA, given=f"Anna{number}"))

        async def all_are_certain() -> bool:
            found = await first.patients.search(rae, "Smith")
            return found.total == 4 and not any(match.patient.pending for match in found.matches)

        await until(all_are_certain, first, second)
        assert refused


def engine_of(clinic):
    return clinic.node._core.database._writer
