"""No receipt, no plaintext."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import Receipt
from ehr_desktop.domain.errors import (
    NoKeyError,
    NotFoundError,
    NotSignedInError,
    ReceiptMissingError,
)
from ehr_desktop.domain.ids import PatientId, TransactionId
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.store.tables import TRANSACTIONS
from tests.support.one_pc import ANNA, OnePc, story

NOTE = NewRecord(Category.NOTES, "Basic", b'{"resourceType":"Basic"}')


async def anna_and_ben(pc: OnePc):
    """Two patients with a note each."""
    found = []
    for given in ("Anna", "Ben"):
        patient = (
            await pc.clinic.patients.register(pc.actors["lee"], replace(ANNA, given=given))
        ).id
        _, report = await pc.node.charts.write(pc.actors["lee"], patient, [NOTE])
        found.append((patient, report.written[0].record))
    return found


async def refused(pc: OnePc, name: str, receipt: Receipt, record) -> None:
    """Every way to read asks for the receipt."""
    actor = pc.actors[name]
    for attempt in (
        lambda: pc.node.charts.open(actor, receipt, record, None, {}),
        lambda: pc.node.charts.bodies(actor, receipt, [record]),
        lambda: pc.node.charts.save(actor, receipt, record, pc.home / "out", lambda _: None),
    ):
        with pytest.raises(ReceiptMissingError):
            await attempt()
    assert not (pc.home / "out").exists()


def test_a_record_opens_with_its_readers_receipt_for_its_patient_and_no_other(homes):
    @story(homes.staffed(), "lee", "nia")
    async def _(pc):
        (anna, note), (ben, bens_note) = await anna_and_ben(pc)
        lee = pc.actors["lee"]
        good = await pc.node.charts.receive(lee, anna)
        opened = await pc.node.charts.open(lee, good, note, None, {})
        assert opened.body == NOTE.body

        await refused(pc, "nia", good, note)
        await refused(pc, "nia", replace(good, person=pc.actors["nia"].id), note)
        await refused(pc, "lee", replace(good, patient=ben), bens_note)
        await refused(pc, "lee", replace(good, transaction=TransactionId("ab" * 32)), note)
        with pytest.raises(NotFoundError):
            await pc.node.charts.open(lee, good, bens_note, None, {})
        # a transaction that is in the ledger, but no reading
        commits = await pc.node.charts.records_of(anna)
        await refused(pc, "lee", replace(good, transaction=commits[-1].transaction), note)


def test_a_refused_reading_is_no_receipt(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        (anna, note), _ = await anna_and_ben(pc)
        good = await pc.node.charts.receive(pc.actors["lee"], anna)

        def refuse() -> None:
            with pc.node._core.database.writing() as connection:
                connection.execute(
                    update(TRANSACTIONS)
                    .where(TRANSACTIONS.c.id == bytes.fromhex(good.transaction))
                    .values(rule="purpose")
                )

        await pc.node._core.on_writer(refuse)
        await refused(pc, "lee", good, note)


def test_who_holds_no_clinical_key_gets_no_receipt_for_a_chart(homes):
    @story(homes.staffed(), "lee", "rae", "admin")
    async def _(pc):
        (anna, _), _ = await anna_and_ben(pc)
        before = (await pc.clinic.session.status()).final
        for name in ("rae", "admin"):
            with pytest.raises(NoKeyError):
                await pc.clinic.charts.open(pc.actors[name], anna)
            receipt = await pc.node.charts.receive(
                pc.actors[name], anna, purpose="administration", team=Team.FRONT_DESK
            )
            (stored,) = [
                r for r in await pc.node.charts.records_of(anna) if r.category is Category.NOTES
            ]
            with pytest.raises(NoKeyError):
                await pc.node.charts.open(pc.actors[name], receipt, stored.record, None, {})
        assert (await pc.clinic.session.status()).final == before + 2


def test_a_chart_of_nobody_does_not_open_and_leaves_no_receipt(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        before = await pc.clinic.session.status()
        with pytest.raises(NotFoundError):
            await pc.clinic.charts.open(pc.actors["lee"], PatientId("ab" * 16))
        assert (await pc.clinic.session.status()).final == before.final


def test_a_locked_session_reads_nothing_more_with_the_receipt_it_had(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        (anna, note), _ = await anna_and_ben(pc)
        lee = pc.actors["lee"]
        chart = await pc.clinic.charts.open(lee, anna)
        await pc.clinic.session.lock(lee)
        for attempt in (
            lambda: pc.clinic.charts.record(chart, note),
            lambda: pc.clinic.charts.versions(chart, note),
            lambda: pc.clinic.charts.access_log(chart),
            lambda: pc.clinic.charts.add_note(chart, "t", "x"),
        ):
            with pytest.raises(NotSignedInError):
                await attempt()


def test_every_opening_stands_in_the_patients_log_newest_first(homes):
    @story(homes.staffed(), "lee", "nia")
    async def _(pc):
        (anna, _), _ = await anna_and_ben(pc)
        await pc.clinic.charts.open(pc.actors["nia"], anna)
        chart = await pc.clinic.charts.open(pc.actors["lee"], anna)
        log = await pc.clinic.charts.access_log(chart)
        assert [entry.person_name for entry in log] == ["Dr Lee", "Nia Nurse"]


CHILD = """
import asyncio, os, sys
from pathlib import Path
from tests.support.one_pc import opened
import ehr_desktop.node.reading as reading

async def main(home, patient, record):
    async with opened(Path(home), "lee") as pc:
        receipt = await pc.node.charts.receive(pc.actors["lee"], patient)
        # the moment before the first plaintext is made, whoever asks for it
        def die(*args):
            print(receipt.transaction, flush=True)
            os.kill(os.getpid(), 9)
        reading.open_record = die
        await pc.node.charts.open(pc.actors["lee"], receipt, record, None, {})

asyncio.run(main(*sys.argv[1:]))
"""


def test_the_receipt_is_on_the_disk_before_there_is_any_plaintext(homes):
    home = homes.staffed()
    (anna, note), _ = story(home, "lee")(anna_and_ben)
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(home), anna, note],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr

    @story(home, "lee")
    async def _(pc):
        receipt = Receipt(
            TransactionId(child.stdout.strip()), anna, pc.actors["lee"].id, "treatment"
        )
        opened = await pc.node.charts.open(pc.actors["lee"], receipt, note, None, {})
        assert opened.body == NOTE.body
