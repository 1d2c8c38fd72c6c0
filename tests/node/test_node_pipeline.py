"""Signed, stored, ordered, final: whatever happens in between, nothing acknowledged is lost."""

import asyncio
import os
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import DiskFullError, RefusedError
from ehr_desktop.domain.ledger import TransactionState
from ehr_desktop.domain.patients import Demographics
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.contracts.statements import ReplaceAccount
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.vote import SignedVote
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import blocks
from ehr_desktop.node.store.tables import VOTES
from ehr_desktop.node.sync.port import Verdict
from ehr_desktop.services.values import Booking
from tests.support.one_pc import ANNA, OnePc, make_clinic, story
from tests.support.paper_ledger import registration

NOTE = NewRecord(Category.NOTES, "Basic", b'{"resourceType":"Basic"}')


def unsigned(pc: OnePc, name: str, statement) -> Unsigned:
    session = pc.session(name)
    subject = getattr(statement, "patient", b"")
    return Unsigned(statement, session.person, session.keys.signing, subject)


def test_what_was_signed_and_not_yet_ordered_is_ordered_at_the_next_start_in_its_order(homes):
    home = homes.staffed()
    patients = [os.urandom(16) for _ in range(5)]

    @story(home, "rae")
    async def signed(pc):
        wanted = [unsigned(pc, "rae", registration(patient)) for patient in patients]
        stored = await pc.node._core.on_writer(lambda: pc.node._core.pipeline.store(wanted))
        assert (await pc.clinic.session.status()).pending == 5
        assert all(pc.node._core.value("patient", patient) is None for patient in patients)
        return [transaction.id.hex() for transaction in stored]

    @story(home, "rae")
    async def _(pc):
        status = await pc.clinic.session.status()
        assert status.pending == 0
        assert all(pc.node._core.value("patient", patient) for patient in patients)
        newest = await pc.clinic.ledger.transactions(pc.actors["rae"], limit=5)
        assert [t.id for t in reversed(newest)] == signed
        assert (await pc.check("rae")).faults == ()


def test_a_refused_transaction_is_kept_with_its_rule_and_the_next_one_goes_on(homes):
    home = homes.staffed()

    @story(home, "rae", "lee")
    async def _(pc):
        another = unsigned(pc, "rae", ReplaceAccount(pc.session("lee").person))
        with pytest.raises(RefusedError) as refusal:
            await pc.node._core.say(another)
        assert refusal.value.outcome.rule == "containers"
        await pc.clinic.patients.register(pc.actors["rae"], ANNA)

    @story(home, "rae")
    async def _(pc):
        kept = await pc.clinic.ledger.transactions(pc.actors["rae"], refused_only=True)
        assert [(t.state, t.rule) for t in kept] == [(TransactionState.REFUSED, "containers")]
        assert (await pc.clinic.ledger.proof(pc.actors["rae"], kept[0].id)).holds
        assert (await pc.check("rae")).faults == ()


def test_a_malformed_statement_is_kept_too_and_the_ledger_can_still_be_shown(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        with pytest.raises(RefusedError) as refusal:
            await pc.node._core.say(unsigned(pc, "rae", registration(b"short")))
        assert refusal.value.outcome.rule == "malformed"
        await pc.clinic.patients.register(pc.actors["rae"], ANNA)
        shown = await pc.clinic.ledger.transactions(pc.actors["rae"])
        assert [t.rule for t in shown if t.rule] == ["malformed"]
        assert (await pc.check("rae")).faults == ()


def test_a_refused_amendment_neither_hides_the_record_nor_passes_for_written(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        patient, report = await pc.node.charts.write(pc.actors["lee"], None, [NOTE])
        record = report.written[0].record
        better = replace(NOTE, record=record, body=b'{"resourceType":"Basic","id":"2"}')
        with pytest.raises(RefusedError):
            await pc.node.charts.write(pc.actors["rae"], patient, [better])
        _, report = await pc.node.charts.write(pc.actors["lee"], patient, [better])
        assert [w.version for w in report.written] == [2]
        receipt = await pc.node.charts.receive(pc.actors["lee"], patient)
        for version, body in ((None, better.body), (2, better.body), (1, NOTE.body)):
            opened = await pc.node.charts.open(pc.actors["lee"], receipt, record, version, {})
            assert opened.body == body
        assert (await pc.check("lee")).faults == ()


def test_a_refused_new_key_is_not_used_for_anything_afterwards(homes):
    @story(homes.staffed(), "lee", "rae", "nia")
    async def _(pc):
        patient = (await pc.clinic.patients.register(pc.actors["rae"], ANNA)).id
        # the key is accepted, the record is not: rae may not write notes
        with pytest.raises(RefusedError):
            await pc.node.charts.write(pc.actors["rae"], patient, [NOTE])
        for name in ("lee", "rae", "nia"):
            kept = [key for key in pc.session(name).category_keys if key[1] == "notes"]
            assert kept == []
        _, report = await pc.node.charts.write(pc.actors["lee"], patient, [NOTE])
        receipt = await pc.node.charts.receive(pc.actors["nia"], patient)
        record = report.written[0].record
        assert (await pc.node.charts.open(pc.actors["nia"], receipt, record, None, {})).body


def test_what_found_no_room_leaves_nothing_behind_and_is_written_once_when_tried_again(homes):
    @story(homes.staffed(), "lee", "nia")
    async def _(pc):
        pipeline = pc.node._core.pipeline
        patient = (await pc.clinic.patients.register(pc.actors["lee"], ANNA)).id

        def no_room(*_):
            raise DiskFullError

        chain = pipeline.chain
        chain.store = no_room
        with pytest.raises(DiskFullError):
            await pc.node.charts.write(pc.actors["lee"], patient, [NOTE])
        assert pipeline.chain is not chain
        await pc.node.charts.write(pc.actors["lee"], patient, [NOTE])
        receipt = await pc.node.charts.receive(pc.actors["nia"], patient)
        notes = [
            stored.record
            for stored in await pc.node.charts.records_of(patient)
            if stored.category is Category.NOTES
        ]
        bodies = await pc.node.charts.bodies(pc.actors["nia"], receipt, notes)
        assert [body for _, _, body in bodies] == [NOTE.body]
        assert (await pc.check("lee")).faults == ()


def test_two_clinics_do_not_take_each_others_transactions(homes, tmp_path):
    asyncio.run(make_clinic(tmp_path / "other", staffed=False, name="Other clinic"))
    home = homes.staffed()
    foreign = story(tmp_path / "other", "admin")(_register_one)

    @story(home, "rae")
    async def _(pc):
        pipeline = pc.node._core.pipeline
        before = await pc.clinic.session.status()
        pipeline.pool.add(foreign)
        pipeline._changes += 1
        await pc.node._core.on_writer(pipeline.order)
        assert (await pc.clinic.session.status()).height == before.height
        assert list(pipeline.pool) == [foreign]
        pipeline.pool._waiting.clear()
        with pipeline.turn():
            assert pipeline._receiving.admit([foreign.wire])[0].verdict is Verdict.WRONG
        await pc.clinic.patients.register(pc.actors["rae"], ANNA)
        assert (await pc.check("rae")).faults == ()


async def _register_one(pc: OnePc):
    wanted = [unsigned(pc, "admin", registration(os.urandom(16)))]
    (stored,) = await pc.node._core.on_writer(lambda: pc.node._core.pipeline.store(wanted))
    return stored


def test_a_clock_set_back_a_year_does_not_take_the_ledger_back(homes):
    home = homes.staffed()
    now = int(datetime.now(UTC).timestamp() * 1000)
    year = 365 * 24 * 3_600_000
    for clock in (now, now - year, now - year + 1000, now):

        @story(home, "lee", clock=lambda clock=clock: clock)
        async def _(pc, clock=clock):
            patient = (
                await pc.clinic.patients.register(pc.actors["lee"], replace(ANNA, given=str(clock)))
            ).id
            chart = await pc.clinic.charts.open(pc.actors["lee"], patient)
            await pc.clinic.charts.add_note(chart, "Note", "text")
            assert (await pc.check("lee")).faults == ()
            all_blocks = await pc.clinic.ledger.blocks(pc.actors["lee"])
            times = [block.time for block in reversed(all_blocks)]
            assert times == sorted(times)


def test_no_two_votes_differ_in_one_slot_even_after_the_disk_refused_a_block(homes, monkeypatch):
    home = homes.staffed()

    @story(home, "rae")
    async def _(pc):
        core = pc.node._core

        def refused_once(*_):
            raise DiskFullError("ledger.db")

        monkeypatch.setattr(blocks, "add_block", refused_once)
        with pytest.raises(DiskFullError):
            await pc.clinic.patients.register(pc.actors["rae"], ANNA)
        monkeypatch.undo()
        # signing, ordering and the block are one commit: there is nothing left behind
        assert core.pipeline.pending_count == 0
        assert (await pc.clinic.patients.search(pc.actors["rae"], "")).total == 0

    @story(home, "rae")
    async def _(pc):
        await pc.clinic.patients.register(pc.actors["rae"], ANNA)

        def votes_and_slots(connection):
            votes = [SignedVote.decode(row.vote).vote for row in connection.execute(select(VOTES))]
            headers = [Header.decode(row[2]) for row in blocks.rising(connection, 0, 1000)]
            return votes, headers

        votes, headers = await pc.on_disk(votes_and_slots)
        # a quorum of one has nobody to show its votes to, and none is left once a block is final
        assert votes == []
        assert len({header.slot for header in headers}) == len(headers)
        assert (await pc.check("rae")).faults == ()


def test_many_writers_at_once_share_blocks_and_each_gets_its_own_answer(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        before = await pc.clinic.session.status()
        people = [Demographics(f"Family{n}", "Given") for n in range(60)]
        found = await asyncio.gather(
            *(pc.node.charts.write(
                pc.actors["lee"], None, [replace(NOTE, body=b'{"n":%d}' % n)]) for n in range(60)),
            *(pc.clinic.patients.register(pc.actors["rae"], person) for person in people),
        )  # fmt: skip
        after = await pc.clinic.session.status()
        assert after.final - before.final == 120 * 3
        assert after.height - before.height < 60
        for number, (patient, report) in enumerate(found[:60]):
            receipt = await pc.node.charts.receive(pc.actors["lee"], patient)
            opened = await pc.node.charts.open(
                pc.actors["lee"], receipt, report.written[0].record, None, {}
            )
            assert opened.body == b'{"n":%d}' % number
        assert [s.demographics.family for s in found[60:]] == [p.family for p in people]
        assert (await pc.check("lee")).faults == ()


def test_one_writer_who_fails_does_not_take_the_others_along(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        core = pc.node._core

        def fail(_connection):
            raise ZeroDivisionError

        outcomes = await asyncio.gather(
            core.write(b"", fail),
            pc.node.charts.write(pc.actors["lee"], None, [NOTE]),
            core.write(b"", fail),
            return_exceptions=True,
        )
        assert isinstance(outcomes[0], ZeroDivisionError)
        assert isinstance(outcomes[2], ZeroDivisionError)
        assert outcomes[1][1].written


def test_nobody_waits_for_ever_when_a_view_breaks_in_the_middle(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        for index in pc.node._core.indexes.values():
            file = index.views._database.path
            index.views._database._readers.dispose()
            index.views._database._writer.dispose()
            size = file.stat().st_size
            for name in (file, file.with_name(file.name + "-wal")):
                if name.exists():
                    name.write_bytes(os.urandom(size))
        summary = await asyncio.wait_for(pc.clinic.patients.register(pc.actors["lee"], ANNA), 120)
        assert summary.demographics.family == "Smith"
        assert (await pc.check("lee")).faults == ()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 24 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)],
        capture_output=True, text=True, check=False,
    ) if shutil.which("mount") else None  # fmt: skip
    if mounted is None or mounted.returncode:
        pytest.skip("this account may not mount a small file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_full_disk_loses_nothing_acknowledged_and_work_goes_on_once_there_is_room(
    homes, small_disk
):
    home = small_disk / "home"
    shutil.copytree(homes.staffed(), home)
    ballast = small_disk / "ballast"

    @story(home, "lee")
    async def acknowledged(pc):
        lee = pc.actors["lee"]
        provider = lee.id
        patient = (await pc.clinic.patients.register(lee, ANNA)).id
        chart = await pc.clinic.charts.open(lee, patient)
        saved = []
        ballast.write_bytes(bytes(8 << 20))

        async def write_until_it_is_full() -> None:
            for number in range(2000):
                entry = await pc.clinic.charts.add_note(chart, "Note", f"{number} " * 15_000)
                saved.append((entry.source.record, number))

        with pytest.raises(DiskFullError):
            await write_until_it_is_full()
        assert saved
        attachment = home.parent.parent / "attachment"
        attachment.write_bytes(os.urandom(16 << 20))
        with pytest.raises(DiskFullError):
            await pc.clinic.charts.add_document(chart, "Scan", attachment)
        assert list((home / "containers").iterdir()) == []
        ballast.unlink()
        start = datetime(2027, 3, 1, 10, tzinfo=UTC)
        booking = Booking(provider, patient, start, timedelta(minutes=15))
        assert (await pc.clinic.appointments.book(lee, booking)).slot.start == start
        entry = await pc.clinic.charts.add_note(chart, "Note", "after")
        assert (await pc.check("lee")).faults == ()
        return patient, saved, entry.source.record

    @story(home, "lee")
    async def _(pc):
        patient, saved, after = acknowledged
        chart = await pc.clinic.charts.open(pc.actors["lee"], patient)
        for record, _ in saved:
            assert (await pc.clinic.charts.record(chart, record)).body
        assert (await pc.clinic.charts.record(chart, after)).body
        assert chart.summary.notes.total == len(saved) + 1
        assert (await pc.check("lee")).faults == ()
