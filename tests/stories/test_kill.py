"""Two hundred power cuts: the process is killed at random, and what it acknowledged is there."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from ehr_desktop.domain.projection import SectionKind
from tests.support.one_pc import story

ROOT = Path(__file__).parents[2]
KILLS = 200
BETWEEN_CHECKS = 20

# Starts the clinic again and again in forked children of one warm process, so that a start costs
# no imports: each child writes, says what was acknowledged, and is killed after a given time.
NURSERY = """
import asyncio, os, random, signal, sys, threading, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from dataclasses import replace
from ehr_desktop.node.people import People
from ehr_desktop.services.values import Booking
from tests.support import one_pc
from tests.support.one_pc import ANNA, opened

home, folder = Path(sys.argv[1]), Path(sys.argv[2])
one_pc.validator()

async def keys_of_lee():
    async with opened(home, "lee") as pc:
        return pc.session("lee").keys

# stretching the password two hundred times would only try patience
keys = asyncio.run(keys_of_lee())
People._open = lambda self, account, password: keys

async def work(seed, ready):
    chance = random.Random(seed)
    async with opened(home, "lee") as pc:
        lee, clinic = pc.actors["lee"], pc.clinic
        os.write(ready, b"!")
        said = lambda kind, *ids: os.write(1, (" ".join((kind, *ids)) + "\\n").encode())
        known = []
        for number in range(10_000):
            what = chance.choice(("register", "note", "note", "book", "import", "document"))
            if what == "register" or not known:
                patient = (await clinic.patients.register(lee, replace(ANNA, given=f"{seed}-{number}"))).id
                said("patient", patient)
                known.append(await clinic.charts.open(lee, patient))
                continue
            chart = chance.choice(known)
            patient = chart.receipt.patient
            if what == "note":
                entry = await clinic.charts.add_note(chart, "Note", f"note {number} of {seed}")
                said("record", patient, entry.source.record)
            elif what == "document":
                entry = await clinic.charts.add_document(chart, "Scan", folder / "scan.png")
                said("document", patient, entry.source.record)
            elif what == "book":
                start = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * (seed * 100 + number))
                booking = Booking(lee.id, patient, start, timedelta(minutes=15))
                said("appointment", (await clinic.appointments.book(lee, booking)).id)
            else:
                name = folder / f"bundle-{os.getpid()}.json"
                name.write_text('{"resourceType":"Bundle","type":"collection","entry":[{"resource":'
                    '{"resourceType":"Patient","id":"p%d-%d","name":[{"family":"Imported"}]}},{"resource":'
                    '{"resourceType":"Basic","id":"b%d-%d","code":{"text":"x"},"subject":'
                    '{"reference":"Patient/p%d-%d"}}}]}' % ((seed, number) * 3))
                report = await clinic.imports.run(lee, [name], lambda _: None, lambda: False)
                assert report.taken == 2, report
                said("import", f"{seed}-{number}")

for line in sys.stdin:
    seed, delay = int(line.split()[0]), float(line.split()[1])
    reading, ready = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        asyncio.run(work(seed, ready))
        os._exit(1)
    os.close(ready)
    if delay >= 0:
        started = os.read(reading, 1)
        time.sleep(delay)
    else:
        time.sleep(-delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(reading)
    os.write(1, b"killed %d\\n" % (status if os.WIFSIGNALED(status) else -status))
"""


def test_a_process_killed_two_hundred_times_loses_nothing_it_acknowledged(homes, tmp_path):
    home = homes.staffed()
    (tmp_path / "scan.png").write_bytes(os.urandom(300 * 1024))
    chance = random.Random(20261123)
    acknowledged: list[tuple[str, ...]] = []
    kinds: Counter[str] = Counter()
    pace = 1.0
    nursery = subprocess.Popen(
        [sys.executable, "-c", NURSERY, str(home), str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    with nursery:
        for kill in range(KILLS):
            # mostly while it works, at times while it is still starting
            delay = chance.uniform(0.02, 0.2) * pace if kill % 5 else -chance.uniform(0.001, 0.06)
            nursery.stdin.write(f"{kill} {delay}\n")
            nursery.stdin.flush()
            while (said := nursery.stdout.readline().split())[:1] != ["killed"]:
                assert said, nursery.stderr.read()
                acknowledged.append(tuple(said))
            assert said[1] == str(int(signal.SIGKILL)), nursery.stderr.read()
            if kill % BETWEEN_CHECKS == BETWEEN_CHECKS - 1:
                everything_is_there(home, acknowledged)
                if len(acknowledged) < 2 * BETWEEN_CHECKS:
                    # so busy a machine does little in that time
                    pace *= 2
                kinds.update(said[0] for said in acknowledged)
                acknowledged.clear()
        nursery.stdin.close()
    assert kinds.keys() == {"patient", "record", "appointment", "import", "document"}
    assert kinds.total() > KILLS


def everything_is_there(home: Path, acknowledged: list[tuple[str, ...]]) -> None:
    """Open the clinic, and look for all of it."""

    @story(home, "lee")
    async def _(pc):
        assert not list((home / "containers").glob("*.part"))
        lee, charts = pc.actors["lee"], {}
        for kind, *ids in acknowledged:
            if kind == "patient":
                assert (await pc.clinic.patients.get(lee, ids[0])).demographics.family == "Smith"
            elif kind == "appointment":
                assert (await pc.clinic.appointments.get(lee, ids[0])).id == ids[0]
            elif kind == "import":
                known = await pc.node.view(
                    lee, "front-desk", lambda v, i=ids[0]: v.patients.by_reference(f"Patient/p{i}")
                )
                stored = await pc.node.charts.records_of(known)
                assert len(stored) == 2
            else:
                patient, record = ids
                if patient not in charts:
                    charts[patient] = await pc.clinic.charts.open(lee, patient)
                assert (await pc.clinic.charts.record(charts[patient], record)).body
                if kind == "document":
                    target = home.parent / "saved"
                    await pc.clinic.charts.save_document(charts[patient], record, target)
                    assert target.stat().st_size == 300 * 1024
                else:
                    notes = await pc.clinic.charts.section(charts[patient], SectionKind.NOTES)
                    assert record in {entry.source.record for entry in notes.entries}
        report = await pc.check("lee")
        assert report.faults == ()
        assert report.views_checked
        assert (await pc.clinic.session.status()).pending == 0
