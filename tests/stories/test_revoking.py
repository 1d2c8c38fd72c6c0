"""A patient stops sharing: it holds on every workstation, for what is there and for what comes."""

import asyncio
import json
import os
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from ehr_desktop.domain.errors import NoKeyError
from ehr_desktop.domain.ledger import FaultKind
from ehr_desktop.node.consent import resealing
from ehr_desktop.node.keys.records import Envelope, RecordHeader, seal_record
from ehr_desktop.node.pipeline.history import History
from ehr_desktop.node.store import containers, secrets
from tests.support.custody import patient_with_notes, shares_of, shows, signs_in, takes_a_card
from tests.support.growing_clinic import add, opened, until
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import story


def test_the_team_is_shut_out_and_the_record_sealed_anew(homes, tmp_path):
    scan = tmp_path / "scan.png"
    scan.write_bytes(os.urandom(300 * 1024))

    @story(homes.staffed(), "admin", "lee")
    async def _(pc):
        clinic, lee = pc.clinic, pc.actors["lee"]
        async with asyncio.timeout(300):
            patient, notes = await patient_with_notes(clinic, lee, 5)
            chart = await clinic.charts.open(lee, patient)
            document = await clinic.charts.add_document(chart, "Scan", scan)
            card = await takes_a_card(clinic, lee, patient)
            before = await pc.on_disk(containers.all_commitments)
            chart = await clinic.charts.open(lee, patient)
            assert chart.summary.notes.total == 5

            anna = await shows(clinic, card)
            (share,) = await shares_of(clinic, patient)
            await clinic.node.consent.stop(anna, share.id)
            with pytest.raises(NoKeyError):
                await clinic.charts.open(lee, patient)
            with pytest.raises(NoKeyError):
                await clinic.charts.record(chart, notes[0])

            async def is_over() -> bool:
                (ended,) = await shares_of(clinic, patient)
                return ended.state == "revoked"

            await until(is_over, clinic)
        after = await pc.on_disk(containers.all_commitments)
        assert len(before - after) == 5 + 1 + 2, "notes, an allergy, a document and its file"
        assert len(list((pc.home / "containers").iterdir())) == 1

        own = await clinic.node.charts.receive_own(anna)
        opened = await clinic.node.charts.open(anna, own, notes[0], None, {})
        assert b"bm90ZSAw" in opened.body or b"note 0" in opened.body
        assert opened.source.author == lee.id
        document = await clinic.node.charts.open(anna, own, document.source.record, None, {})
        url = json.loads(document.body)["content"][0]["attachment"]["url"]
        await clinic.node.charts.save(
            anna, own, url.removeprefix("Binary/"), tmp_path / "saved", lambda _done: None
        )
        assert (tmp_path / "saved").read_bytes() == scan.read_bytes()
        for name in ("notes", "emergency"):
            boxes = await pc.on_disk(
                lambda c, n=name: secrets.category_boxes(c, bytes.fromhex(patient), n, "clinical")
            )
            assert boxes == []
        report = await pc.check("lee")
        assert report.faults == ()


def test_what_is_sealed_anew_as_something_else_does_not_replace_the_record(homes, monkeypatch):
    def another(stored, old_key, new_key, epoch, vault_key, files, progress):
        header = replace(RecordHeader.decode(stored.header), epoch=epoch)
        return seal_record(header, Envelope("Basic", "", "", b"forged"), new_key, vault_key)

    monkeypatch.setattr(resealing, "reseal", another)

    @story(homes.staffed(), "admin", "lee")
    async def _(pc):
        clinic, lee = pc.clinic, pc.actors["lee"]
        async with asyncio.timeout(300):
            patient, _ = await patient_with_notes(clinic, lee, 2)
            subject = bytes.fromhex(patient)
            card = await takes_a_card(clinic, lee, patient)
            anna = await shows(clinic, card)
            (share,) = await shares_of(clinic, patient)
            await clinic.node.consent.stop(anna, share.id)

            async def is_closed() -> bool:
                value = clinic.node._core.value
                return all(value("closing", subject, one) for one in ("notes", "emergency"))

            await until(is_closed, clinic)
        (ended,) = await shares_of(clinic, patient)
        assert (ended.state, ended.ending.waiting) == ("ending", ("PC 1",))
        kept = await pc.on_disk(lambda c: len(History.of(c, subject).newer))
        faults = (await pc.check()).faults
        assert len(faults) == kept == 3
        assert {fault.what for fault in faults} == {FaultKind.CONTAINER_CHANGED}


@on_a_loop
async def test_three_workstations_destroy_what_is_revoked_and_the_one_that_was_off_when_it_is_back(
    homes, tmp_path
):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, homes.staffed())
        second = await add(stack, first, tmp_path / "b", "Room 2")
        evening = await stack.enter_async_context(AsyncExitStack())
        third = await add(evening, first, tmp_path / "c", "Room 3")
        lee = await signs_in(first, "lee")
        patient, _ = await patient_with_notes(first, lee, 3)
        subject = bytes.fromhex(patient)
        card = await takes_a_card(first, lee, patient)
        sealed = await first.node._core.read(containers.all_commitments)

        async def is_everywhere() -> bool:
            return await on_disk(third, containers.all_commitments) >= sealed

        await until(is_everywhere, third)
        await evening.aclose()

        anna = await shows(second, card)
        (share,) = await shares_of(second, patient)
        await second.node.consent.stop(anna, share.id)

        async def waits_for_the_third() -> bool:
            (ended,) = await shares_of(first, patient)
            return ended.ending is not None and ended.ending.waiting == ("Room 3",)

        await until(waits_for_the_third, first, second)
        (ended,) = await shares_of(first, patient)
        assert ended.state == "ending"
        assert sorted(ended.ending.done) == ["PC 1", "Room 2"]
        assert ended.ending.resealed
        for clinic in (first, second):
            there = await signs_in(clinic, "lee")
            with pytest.raises(NoKeyError):
                await clinic.charts.open(there, patient)
            assert not (await on_disk(clinic, containers.all_commitments)) >= sealed

        again = await opened(stack, tmp_path / "c")
        there = await signs_in(again, "lee")
        # whoever reads first is made to wait until it knows
        with pytest.raises(NoKeyError):
            await again.charts.open(there, patient)

        async def is_over() -> bool:
            (ended,) = await shares_of(first, patient)
            return ended.state == "revoked"

        await until(is_over, first, second, again)
        for clinic in (first, second, again):
            assert await left_on(clinic, subject) == set()
        own = await again.node.charts.receive_own(await shows(again, card))
        assert own is not None
        for clinic in (first, second, again):
            report = await clinic.integrity.check(None, lambda _d, _t: None, lambda: False)
            assert report.faults == ()


async def on_disk(clinic, query):
    return await clinic.node._core.read(query)


async def left_on(clinic, patient):
    """The epochs of boxes for the team that are left, and of containers of controlled categories
    below the newest.
    """
    value = clinic.node._core.value

    def read(connection):
        found = set()
        for category in ("notes", "emergency"):
            newest = value("epoch", patient, category)[0]
            found |= {
                box.epoch
                for box in secrets.category_boxes(connection, patient, category, "clinical")
            }
            named = History.of(connection, patient).named.values()
            here = containers.leads(connection, [one.name for one in named])
            found |= {
                one.epoch
                for one in named
                if one.category == category and one.epoch < newest and one.name in here
            }
        return found

    return await on_disk(clinic, read)
