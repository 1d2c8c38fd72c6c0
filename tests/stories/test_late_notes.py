"""What was written on a workstation that was cut off, while the patient stopped sharing."""

import asyncio
import base64
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import func, select

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import NoKeyError
from ehr_desktop.node.contracts.consent_state import Closing, entry
from ehr_desktop.node.store import containers
from ehr_desktop.node.store.tables import AUTHORS_COPIES
from ehr_desktop.ui.models.chart_body import written_text
from tests.support.custody import patient_with_notes, shares_of, shows, signs_in, takes_a_card
from tests.support.growing_clinic import add, opened, until
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import ledger_of

LATE = "Fell from the ladder, wrist swollen, X-ray tomorrow."
LATE_ALLERGY = "Wasp venom"


@pytest.mark.parametrize("is_here", [True, False], ids=["author here", "author away"])
@on_a_loop
async def test_what_was_written_meanwhile_is_in_the_record_once_its_author_is_back(
    homes, tmp_path, is_here
):
    folders = [homes.staffed(), tmp_path / "b", tmp_path / "c"]
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        patient, card = await _three_workstations(folders)
        written = await _writes_alone(folders[2], patient)
        assert _copies(folders[2]) == 2
        first, second = [await opened(stack, home) for home in folders[:2]]
        await _stops_sharing(patient, card, first, second)

        third = await opened(stack, folders[2])
        if is_here:
            lee = await signs_in(third, "lee")
        # all have moved to other ports meanwhile
        await third.node.network.add_address(first.node.network.addresses[0])
        await third.node.network.add_address(second.node.network.addresses[0])
        if not is_here:
            await _are_refused(third)
            lee = await signs_in(third, "lee")
        await _are_in_the_record(written, patient, first, second, third)
        with pytest.raises(NoKeyError):
            await third.charts.open(lee, patient)
        anna = await shows(second, card)
        own = await second.node.charts.receive_own(anna)
        note, allergy = [
            await second.node.charts.open(anna, own, record, None, {}) for record in written
        ]
        assert base64.b64encode(LATE.encode()) in note.body
        assert LATE_ALLERGY.encode() in allergy.body
        assert {note.source.author, allergy.source.author} == {lee.id}

        async def is_told_of_no_refusal() -> bool:
            return await third.refusals.list(lee) == ()

        await until(is_told_of_no_refusal, third)
        for clinic in (first, second, third):
            assert await clinic.node._core.read(_count) == 0
            report = await clinic.integrity.check(None, lambda _d, _t: None, lambda: False)
            assert report.faults == ()


@on_a_loop
async def test_an_amendment_that_somebody_elses_overtook_waits_for_its_author_over_a_restart(
    homes, tmp_path
):
    folders = [homes.staffed(), tmp_path / "b", tmp_path / "c"]
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        patient, _ = await _three_workstations(folders)
        record = await _amends_alone(folders[2], patient)
        first, second = [await opened(stack, home) for home in folders[:2]]
        await _are_linked(first, second)
        nia = await signs_in(first, "nia")
        chart = await first.charts.open(nia, patient)
        await first.charts.amend_note(chart, record, "Wrist is fine.", "Seen again")

        async with AsyncExitStack() as evening:
            third = await opened(evening, folders[2])
            await third.node.network.add_address(first.node.network.addresses[0])
            await third.node.network.add_address(second.node.network.addresses[0])

            async def is_decided() -> bool:
                return not third.node._core.pipeline.standing.pending

            await until(is_decided, third)

        third = await opened(stack, folders[2])
        lee = await signs_in(third, "lee")
        await third.node.network.add_address(first.node.network.addresses[0])
        (work,) = await third.refusals.list(lee)
        assert (work.kept, work.rule, work.title) == (Category.NOTES, "stale-version", "Note")
        (kept,) = await third.refusals.kept(lee, work.transaction)
        assert (kept.record, written_text(kept.body)) == (record, LATE)

        async def has_hers() -> bool:
            chart = await third.charts.open(lee, patient)
            newest = await third.charts.record(chart, record)
            return written_text(newest.body) == "Wrist is fine."

        await until(has_hers, third)
        chart = await third.charts.open(lee, patient)
        await third.charts.amend_note(chart, record, LATE, "Written while cut off")
        await third.refusals.discard(lee, work.transaction)
        assert await third.refusals.list(lee) == ()
        versions = await third.charts.versions(chart, record)
        assert [one.version for one in versions] == [3, 2, 1]


async def _amends_alone(home, patient):
    async with AsyncExitStack() as stack:
        clinic = await opened(stack, home)
        lee = await signs_in(clinic, "lee")
        chart = await clinic.charts.open(lee, patient)
        record = chart.summary.notes.entries[0].source.record
        entry = await clinic.charts.amend_note(chart, record, LATE, "More was said")
        assert entry.source.pending
        return record


@on_a_loop
async def test_no_copy_is_kept_of_what_became_final(homes, tmp_path):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        desk = await opened(stack, homes.staffed())
        away = await stack.enter_async_context(AsyncExitStack())
        await add(away, desk, tmp_path / "b", "Room 2")
        lee = await signs_in(desk, "lee")
        patient, _ = await patient_with_notes(desk, lee, 1)
        chart = await desk.charts.open(lee, patient)
        await away.aclose()
        assert (await desk.charts.add_note(chart, "Late", LATE)).source.pending
        assert await desk.node._core.read(_count) == 1

        await opened(stack, tmp_path / "b")

        async def is_final() -> bool:
            return not desk.node._core.pipeline.standing.pending

        await until(is_final, desk)
        assert await desk.node._core.read(_count) == 0


async def _three_workstations(folders):
    """Found a clinic of three, with a patient who has a card and shares; then all are shut."""
    async with AsyncExitStack() as stack:
        first = await opened(stack, folders[0])
        others = [await add(stack, first, folders[n], f"Room {n + 1}") for n in (1, 2)]
        lee = await signs_in(first, "lee")
        patient, _ = await patient_with_notes(first, lee, 2)
        card = await takes_a_card(first, lee, patient)
        height = first.node._core.pipeline.head.height

        async def all_know() -> bool:
            for clinic in others:
                status = await clinic.node.network.status()
                if clinic.node._core.pipeline.head.height < height or status.missing_containers:
                    return False
            return True

        await until(all_know, *others)
    return patient, card


async def _writes_alone(home, patient):
    async with AsyncExitStack() as stack:
        clinic = await opened(stack, home)
        lee = await signs_in(clinic, "lee")
        chart = await clinic.charts.open(lee, patient)
        note = await clinic.charts.add_note(chart, "Late", LATE)
        allergy = await clinic.charts.add_allergy(chart, LATE_ALLERGY)
        assert note.source.pending
        assert allergy.source.pending
        return note.source.record, allergy.source.record


async def _stops_sharing(patient, card, first, second):
    """Nobody of the first two has heard of the third; what was sealed is sealed anew and closed."""
    await _are_linked(first, second)
    anna = await shows(second, card)
    (share,) = await shares_of(second, patient)
    await second.node.consent.stop(anna, share.id)

    async def waits_for_the_third() -> bool:
        (ended,) = await shares_of(first, patient)
        return ended.ending is not None and ended.ending.waiting == ("Room 3",)

    await until(waits_for_the_third, first, second)
    for category in ("notes", "emergency"):
        value = first.node._core.value
        assert entry(value, Closing, "closing", bytes.fromhex(patient), category)


async def _are_linked(first, second):
    async def have_quorum() -> bool:
        return first.node._core.has_quorum() and second.node._core.has_quorum()

    # they need not come back to the ports they had
    await second.node.network.add_address(first.node.network.addresses[0])
    await until(have_quorum, first, second)


async def _are_refused(clinic):
    """Wait until the ledger has refused what waited."""

    async def is_decided() -> bool:
        return not clinic.node._core.pipeline.standing.pending

    await until(is_decided, clinic)
    assert await clinic.node._core.read(_count) == 2


async def _are_in_the_record(written, patient, *clinics):
    """Wait until every workstation has the records, and their containers."""

    async def are_there() -> bool:
        for clinic in clinics:
            found = await clinic.node.charts.records_of(patient)
            here = await clinic.node._core.read(containers.all_commitments)
            names = {one.record: bytes.fromhex(one.commitment) for one in found}
            if not all(names.get(record) in here for record in written):
                return False
            if clinic.node._core.pipeline.standing.pending:
                return False
            # their keys come beside them
            if (await clinic.node.network.status()).missing_containers:
                return False
        return True

    await until(are_there, *clinics)


def _count(connection):
    return connection.execute(select(func.count()).select_from(AUTHORS_COPIES)).scalar_one()


def _copies(home):
    with ledger_of(home) as database, database.reading() as connection:
        return _count(connection)
