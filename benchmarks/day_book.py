"""How long the day book takes to show another day or week, at a large clinic's size."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random

from benchmarks.clinics import (
    SEED,
    TODAY,
    fill_patients,
    fill_view,
    open_clinic,
    patient_at,
)
from benchmarks.figure import Figure, latency
from benchmarks.measure import latencies, plain_latencies
from benchmarks.setting import Setting
from ehr_desktop.domain.ids import AppointmentId, PersonId
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.node.store.views.changes import AppointmentSeen

_DAY_BUDGET_MS = 60
_WEEK_BUDGET_MS = 120
_PROVIDERS = 12
_SLOTS = 32
_PATIENTS = 10_000
_DAY = timedelta(days=1)


async def measure(setting: Setting) -> list[Figure]:
    """Turn to days and weeks all over the years, each of twelve full columns."""
    days = setting.pick(1560, 300)
    booked = list(_booked(days))
    async with open_clinic(setting) as clinic:
        await fill_patients(clinic, setting, setting.pick(_PATIENTS, 1000))
        await fill_view(clinic, Team.FRONT_DESK, booked)
        chosen = Random(SEED).choices(range(days - 7), k=setting.pick(150, 40))
        shown = [TODAY + number * _DAY for number in chosen]
        by_day = await latencies(shown, lambda day: clinic.use.appointments.day(clinic.doctor, day))
        by_week = await latencies(
            shown, lambda day: clinic.use.appointments.week(clinic.doctor, day)
        )
    plain = _plain(booked, shown)
    size = f"{len(booked):,} appointments"
    against = "plain SQLite"
    return [
        latency("day", f"Day view, {size}", by_day, _DAY_BUDGET_MS,
                baseline=plain[1], against=against),
        latency("week", f"Week view, {size}", by_week, _WEEK_BUDGET_MS,
                baseline=plain[7], against=against),
    ]  # fmt: skip


def _booked(days: int) -> Iterator[AppointmentSeen]:
    random = Random(SEED)
    for day in range(days):
        opens = datetime.combine(TODAY + day * _DAY, time(8), UTC)
        for provider in range(_PROVIDERS):
            for slot in range(_SLOTS):
                start = opens + slot * timedelta(minutes=15)
                number = (day * _PROVIDERS + provider) * _SLOTS + slot
                yield AppointmentSeen(
                    id=AppointmentId(f"{number:032x}"),
                    provider=PersonId(f"{provider:032x}"),
                    patient=patient_at(random.randrange(1000)),
                    start_ms=_ms(start),
                    minutes=15,
                    wall_start=f"{start:%Y-%m-%dT%H:%M}",
                    time_zone="Europe/London",
                    status=AppointmentStatus.BOOKED,
                    status_ms=0,
                    override=False,
                    reason="Review of blood pressure",
                    comment="",
                    override_reason="",
                )


def _plain(booked: Sequence[AppointmentSeen], shown: Sequence[date]) -> dict[int, list[float]]:
    """Measure the same rows by the same index, not encrypted and as bare tuples."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE booked (provider, start_ms, patient, reason)")
    database.execute("CREATE INDEX at ON booked (start_ms)")
    database.executemany(
        "INSERT INTO booked VALUES (?, ?, ?, ?)",
        ((one.provider, one.start_ms, one.patient, one.reason) for one in booked),
    )

    def look(count: int, day: date) -> None:
        start = datetime.combine(day, time(), UTC)
        database.execute(
            "SELECT * FROM booked WHERE start_ms >= ? AND start_ms < ? ORDER BY provider, start_ms",
            (_ms(start), _ms(start + count * _DAY)),
        ).fetchall()

    return {count: plain_latencies(shown, partial(look, count)) for count in (1, 7)}


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
