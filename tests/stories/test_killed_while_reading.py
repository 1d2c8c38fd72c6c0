"""Ten thousand readings, and the process killed at random: no plaintext without a stored receipt."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from ehr_desktop.node.store import transactions
from tests.support.custody import patient_with_notes
from tests.support.one_pc import story

ROOT = Path(__file__).parents[2]
READS = 10_000
EACH = 10
LEAST_KILLS = 6

# each child reads as fast as it can, a few records with each receipt, and says the receipt's
# transaction as soon as a plaintext is there; it is killed after a given time
NURSERY = """
import asyncio, os, signal, sys, time
from pathlib import Path
from ehr_desktop.node.people import People
from tests.support import one_pc
from tests.support.one_pc import opened

home, patient, records = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
one_pc.validator()

async def keys_of_lee():
    async with opened(home, "lee") as pc:
        return pc.session("lee").keys

keys = asyncio.run(keys_of_lee())
People._open = lambda self, account, password: keys

async def work(ready):
    async with opened(home, "lee") as pc:
        lee, charts = pc.actors["lee"], pc.node.charts
        os.write(ready, b"!")

        async def read():
            while True:
                receipt = await charts.receive(lee, patient)
                opened = await charts.bodies(lee, receipt, records)
                assert all(body for _, _, body in opened)
                os.write(1, (receipt.transaction + "\\n").encode() * len(opened))

        await asyncio.gather(*(read() for _ in range(32)))

for line in sys.stdin:
    delay = float(line)
    reading, ready = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        asyncio.run(work(ready))
        os._exit(1)
    os.close(ready)
    os.read(reading, 1)
    os.close(reading)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.write(1, b"killed %d\\n" % (status if os.WIFSIGNALED(status) else -status))
"""


def test_ten_thousand_readings_killed_at_random_each_have_their_receipt(homes):
    home, chance = homes.staffed(), random.Random(20261129)

    @story(home, "lee")
    async def prepared(pc):
        return await patient_with_notes(pc.clinic, pc.actors["lee"], EACH)

    patient, notes = prepared
    receipts: list[str] = []
    kills = 0
    nursery = subprocess.Popen(
        [sys.executable, "-c", NURSERY, str(home), patient, *notes],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    with nursery:
        while len(receipts) < READS or kills < LEAST_KILLS:
            nursery.stdin.write(f"{chance.uniform(0.05, 2.0)}\n")
            nursery.stdin.flush()
            while not (said := nursery.stdout.readline()).startswith("killed"):
                assert said, nursery.stderr.read()
                receipts.append(said.strip())
            assert said.split()[1] == str(int(signal.SIGKILL)), nursery.stderr.read()
            kills += 1
        nursery.stdin.close()
    assert len(set(receipts)) * EACH >= len(receipts) >= READS

    @story(home)
    async def _(pc):
        def known(connection) -> set[str]:
            rows = transactions.of_kind(connection, "access.read", 10 * READS)
            return {row.id.hex() for row in rows if not row.rule and row.subject.hex() == patient}

        stored = await pc.on_disk(known)
        assert set(receipts) - stored == set()
