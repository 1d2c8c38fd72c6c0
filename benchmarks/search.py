"""What one keystroke in the patient search costs, against a scan with LIKE."""

import sqlite3
from collections.abc import Iterator, Sequence
from random import Random

from benchmarks.clinics import SEED, fill_patients, open_clinic
from benchmarks.figure import Figure, latency
from benchmarks.measure import latencies, plain_latencies
from benchmarks.setting import Setting
from ehr_desktop.domain.patients import Demographics

_BUDGET_MS = 50
_PAGE = 50


async def measure(setting: Setting) -> list[Figure]:
    """Type names, birth dates, numbers and misspelt names, key by key."""
    count = setting.pick(50_000, 20_000)
    async with open_clinic(setting) as clinic:
        people = await fill_patients(clinic, setting, count)
        keys = list(_keystrokes(people, setting.pick(20, 10)))
        # the first search after a change of names reads them all; a person's session has done so
        await clinic.use.patients.search(clinic.doctor, "zzzzzq")
        ours = await latencies(
            keys, lambda text: clinic.use.patients.search(clinic.doctor, text, limit=_PAGE)
        )
    return [
        latency(
            "search",
            f"Search keystroke, {count:,} patients",
            ours,
            _BUDGET_MS,
            baseline=_scan(people, keys[::5]),
            against="LIKE scan, not encrypted",
        )
    ]


def _keystrokes(people: Sequence[Demographics], count: int) -> Iterator[str]:
    random = Random(SEED)
    for person in random.sample(people, count):
        for text in (
            f"{person.family} {person.given}",
            person.birth_date,
            person.phone,
            person.record_number,
            _misspelt(random, person.family),
        ):
            yield from (text[:end] for end in range(1, min(len(text), 14) + 1))


def _misspelt(random: Random, name: str) -> str:
    at = random.randrange(1, max(2, len(name)))
    return f"{name[:at]}{random.choice('aeiou')}{name[at + 1 :]}"


def _scan(people: Sequence[Demographics], keys: Sequence[str]) -> list[float]:
    """Measure the search that needs no index: every row is looked at for every key."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE patient (name, birth_date, phone, number, insurance)")
    database.executemany(
        "INSERT INTO patient VALUES (?, ?, ?, ?, ?)",
        (
            (f"{p.family} {p.given}", p.birth_date, p.phone, p.record_number, p.insurance_id)
            for p in people
        ),
    )

    def look(text: str) -> None:
        database.execute(
            "SELECT * FROM patient WHERE name LIKE ?1 OR birth_date LIKE ?1 OR phone LIKE ?1 "
            "OR number LIKE ?1 OR insurance LIKE ?1 ORDER BY name LIMIT ?2",
            (f"%{text}%", _PAGE),
        ).fetchall()

    return plain_latencies(keys, look)
