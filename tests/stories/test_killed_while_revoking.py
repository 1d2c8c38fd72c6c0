"""The process is killed at random while a record is sealed anew: whoever comes next goes on."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from ehr_desktop.domain.categories import Category
from tests.support.custody import PIN, patient_with_notes, shows, takes_a_card
from tests.support.growing_clinic import until
from tests.support.one_pc import story

ROOT = Path(__file__).parents[2]
KILLS = 8
NOTES = 40
GRANTED = frozenset({Category.NOTES})

# each child shows one patient's card, stops sharing, and is killed while the record is sealed anew
NURSERY = """
import asyncio, os, signal, sys, time
from pathlib import Path
from ehr_desktop.node.consent import resealing
from ehr_desktop.node.keys import accounts
from tests.support import one_pc
from tests.support.one_pc import opened

home, pin = Path(sys.argv[1]), sys.argv[2]
one_pc.validator()
# many small steps, so that a kill falls between any two of them
resealing.BATCH = 7

async def work(code, share, has_stopped, ready):
    async with opened(home) as pc:
        shown = await pc.node.shown_cards.open(code, pin)
        if not has_stopped:
            os.write(ready, b"!")
        await pc.node.consent.stop(shown, share)
        if has_stopped:
            os.write(ready, b"!")
        await asyncio.sleep(3600)

for line in sys.stdin:
    code, share, has_stopped, delay = line.split()
    reading, ready = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        asyncio.run(work(code, share, int(has_stopped), ready))
        os._exit(1)
    os.close(ready)
    os.read(reading, 1)
    os.close(reading)
    time.sleep(float(delay))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.write(1, b"killed %d\\n" % (status if os.WIFSIGNALED(status) else -status))
"""


def test_a_record_half_sealed_anew_is_finished_by_the_next_who_holds_the_keys(homes):
    home, chance = homes.staffed(), random.Random(20261129)

    @story(home, "admin", "lee")
    async def prepared(pc):
        clinic, lee = pc.clinic, pc.actors["lee"]
        made = []
        for number in range(KILLS):
            patient, notes = await patient_with_notes(clinic, lee, NOTES, given=f"Anna{number}")
            card = await takes_a_card(clinic, lee, patient)
            anna = await shows(clinic, card)
            asked = await clinic.node.consent.ask(lee, patient, GRANTED, "treatment", None, None)
            share = await clinic.node.consent.approve(anna, asked.id, GRANTED, None)
            made.append((patient, notes, card.code, share.id))
        return made

    nursery = subprocess.Popen(
        [sys.executable, "-c", NURSERY, str(home), PIN],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    with nursery:
        for number, (_, _, code, share) in enumerate(prepared):
            # the first at once after the patient has stopped, half of the others maybe before
            delay = chance.uniform(0.02, 0.4) if number else 0
            nursery.stdin.write(f"{code} {share} {1 - number % 2} {delay}\n")
            nursery.stdin.flush()
            said = nursery.stdout.readline().split()
            assert said == ["killed", str(int(signal.SIGKILL))], nursery.stderr.read()
        nursery.stdin.close()

    @story(home)
    async def _(pc):
        clinic = pc.clinic
        states = [
            one.state
            for patient, _, _, share in prepared
            for one in await clinic.node.consent.shares_of(patient)
            if one.id == share
        ]
        assert "ending" in states, "none was killed at work"
        nia = await pc.sign_in("nia")

        async def are_over() -> bool:
            for patient, _, _, share in prepared:
                for one in await clinic.node.consent.shares_of(patient):
                    if one.id == share and one.state not in ("revoked", "active"):
                        return False
            return True

        async with asyncio.timeout(300):
            await until(are_over, clinic)
        for patient, notes, _, _ in prepared:
            chart = await clinic.charts.open(nia, patient)
            assert chart.summary.notes.total == NOTES
            assert (await clinic.charts.record(chart, notes[-1])).body
        assert (await pc.check("nia")).faults == ()
