"""Transactions a second on one node, one note saved, and the full check of a long ledger."""

import asyncio
import os
from collections.abc import Sequence

from sqlalchemy import Connection

from benchmarks.clinics import OpenClinic, open_clinic
from benchmarks.figure import Budget, Figure, latency
from benchmarks.measure import Stopwatch, latencies, plain_latencies, timed, write_durably
from benchmarks.setting import Setting
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.node.ledger.transaction import Transaction, signatures_hold
from ehr_desktop.node.store import transactions
from ehr_desktop.node.store.transactions import StoredTransaction

_WRITERS = 256
_RATE = 3000
_SAVE_MS = 50
_LEDGER = 100_000
_CHECK_S = 15


async def measure_rate(setting: Setting) -> list[Figure]:
    """Many writers at once, each waiting until its transaction is final."""
    async with open_clinic(setting) as clinic:
        patient = (await clinic.register()).id
        await _receipts(clinic, patient, 2 * _WRITERS)
        watch, count = await _receipts(clinic, patient, setting.pick(20_000, 4000))
        wires = [row.wire for row in await clinic.core.read(_newest)]
    with timed() as raw:
        _verify_and_flush(setting, wires)
    return [
        Figure(
            "transactions",
            f"Transactions final, one node, {_WRITERS} writers",
            count / watch.wall,
            "tx/s",
            baseline=len(wires) / raw.wall,
            against="verify + fsync in batches as large",
            budget=Budget(_RATE, at_least=True),
            note=f"{watch.cpu / count * 1000:.3f} ms CPU each",
        )
    ]


async def measure_save(setting: Setting) -> list[Figure]:
    """Write a note and wait until it is final and shown."""
    times = range(setting.pick(150, 40))
    async with open_clinic(setting) as clinic:
        patient = (await clinic.register()).id
        chart = await clinic.use.charts.open(clinic.doctor, patient)
        await clinic.use.charts.add_note(chart, "Note", "The first one makes the category's key.")
        saved = await latencies(
            times, lambda n: clinic.use.charts.add_note(chart, "Note", f"Pulse regular. {n}")
        )
    path = setting.folder / "note"
    raw = plain_latencies(times, lambda _: write_durably(path, os.urandom(1024)))
    return [
        latency(
            "save", "A note saved and final", saved, _SAVE_MS, baseline=raw, against="1 KB + fsync"
        )
    ]


async def measure_check(setting: Setting) -> list[Figure]:
    """Check a long ledger; nobody is signed in, so no view is compared."""
    wanted = setting.pick(_LEDGER, 5000)
    async with open_clinic(setting) as clinic:
        patient = (await clinic.register()).id
        building, count = await _receipts(clinic, patient, wanted)
        with timed() as checking:
            report = await clinic.use.integrity.check(
                None, lambda _done, _total: None, lambda: False
            )
        assert not report.faults, report.faults[:3]
        rows = await clinic.core.read(_newest)
    with timed() as raw:
        assert all(signatures_hold(Transaction.decode(row.wire)) for row in rows)
    each = checking.cpu / report.transactions
    note = f"{each * 1e6:.0f} us CPU a transaction, {checking.wall:.1f} s on the clock"
    if count < _LEDGER:
        note += f"; extrapolated from {report.transactions:,}"
    return [
        Figure(
            "check",
            f"Full check of {_LEDGER:,} transactions, CPU time",
            each * _LEDGER,
            "s",
            baseline=raw.cpu / len(rows) * _LEDGER,
            against="decoding and verifying the signatures alone",
            budget=Budget(_CHECK_S),
            note=f"{note}; built in {building.wall:.0f} s",
        )
    ]


async def _receipts(clinic: OpenClinic, patient: PatientId, count: int) -> tuple[Stopwatch, int]:
    """Sign so many receipts for reading, by many writers."""
    each = -(-count // _WRITERS)

    async def writer() -> None:
        for _ in range(each):
            await clinic.node.charts.receive(clinic.doctor, patient)

    with timed() as watch:
        await asyncio.gather(*(writer() for _ in range(_WRITERS)))
    return watch, each * _WRITERS


def _newest(connection: Connection) -> list[StoredTransaction]:
    return transactions.newest(connection, limit=4000)


def _verify_and_flush(setting: Setting, wires: Sequence[bytes]) -> None:
    path = setting.folder / "raw"
    for start in range(0, len(wires), _WRITERS):
        batch = wires[start : start + _WRITERS]
        assert all(signatures_hold(Transaction.decode(wire)) for wire in batch)
        write_durably(path, b"".join(batch))
