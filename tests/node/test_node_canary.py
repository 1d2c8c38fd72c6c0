"""Nothing of a patient, and no password, is found in any file of the home."""

import asyncio
import base64
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ehr_desktop.domain.patients import Demographics
from ehr_desktop.node.crypto.blob import open_blob
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.drafts import _LABEL, _key
from ehr_desktop.node.store.tables import DRAFTS
from ehr_desktop.services.values import Booking
from tests.support.one_pc import PASSWORDS, OnePc, opened

CANARIES = tuple(f"Canary{name}Zq7" for name in (
    "Family", "Given", "Phone", "Street", "Insurance", "Number", "Note", "Amended", "Title",
    "Small", "Large", "Reason", "Comment", "Override", "Allergy", "Draft", "File", "Import",
))  # fmt: skip


def forms(canary: str) -> list[bytes]:
    """How a text may stand in a file: raw, in UTF-16, and in base64 at each of its three phases."""
    raw = canary.encode()
    found = [raw, raw.lower(), raw.upper(), canary.encode("utf-16-le"), canary.encode("utf-16-be")]
    for phase in range(3):
        coded = base64.b64encode(bytes(phase) + raw + bytes(3))
        found.append(coded[4 if phase else 0 : 4 * ((phase + len(raw)) // 3)])
    return found


def found_in(home: Path) -> set[tuple[str, str]]:
    """Which canaries stand in which file, its name included."""
    looked_for = {form: canary for canary in (*CANARIES, *PASSWORDS.values())
                  for form in forms(canary)}  # fmt: skip
    found = set()
    for path in home.rglob("*"):
        content = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
        found |= {(path.name, canary) for form, canary in looked_for.items() if form in content}
    return found


async def plant(pc: OnePc, folder: Path) -> None:
    lee = pc.actors["lee"]
    (family, given, phone, street, insurance, number, note, amended, title, small, large, reason,
     comment, override, allergy, draft, file, imported) = CANARIES  # fmt: skip
    patient = (
        await pc.clinic.patients.register(
            lee,
            Demographics(
                family, given, "1980-05-01", phone=phone, address=street, insurance_id=insurance,
                record_number=number, email=f"{phone}@example.org",
            ),
        )
    ).id  # fmt: skip
    chart = await pc.clinic.charts.open(lee, patient)
    entry = await pc.clinic.charts.add_note(chart, title, note * 20)
    await pc.clinic.charts.amend_note(chart, entry.source.record, amended * 20, amended)
    await pc.clinic.charts.add_allergy(chart, allergy)
    for name, size in ((small, 1000), (large, 1 << 20)):
        path = folder / f"{file}-{size}.txt"
        path.write_text(name * (size // len(name)))
        await pc.clinic.charts.add_document(chart, name, path)
    start = datetime(2027, 3, 1, 10, tzinfo=UTC)
    booking = Booking(lee.id, patient, start, timedelta(minutes=15), reason, comment)
    await pc.clinic.appointments.book(lee, booking)
    await pc.clinic.appointments.book(lee, replace(booking, override_reason=override))
    await pc.clinic.drafts.save(lee, f"{draft} of {patient}", draft * 10)
    bundle = folder / f"{imported}.json"
    bundle.write_text(
        '{"resourceType":"Bundle","type":"collection","entry":[{"resource":'
        f'{{"resourceType":"Patient","id":"{imported}","name":[{{"family":"{imported}"}}]}}}}]}}'
    )
    report = await pc.clinic.imports.run(lee, [bundle], lambda _: None, lambda: False)
    assert report.taken == 1
    await pc.clinic.patients.search(lee, family)


def test_the_canaries_would_be_found(tmp_path):
    for name, form in enumerate(forms("CanaryXyZq7")):
        assert len(form) > 8
        (tmp_path / str(name)).write_bytes(form)
    for phase in range(3):
        text = base64.b64encode(b"z" * phase + b"before" * 3 + CANARIES[0].encode() + b"after")
        (tmp_path / "f").write_bytes(text)
        assert found_in(tmp_path) == {("f", CANARIES[0])}


def test_no_canary_stands_in_a_file_while_the_clinic_is_open_nor_after_it_is_closed(
    homes, tmp_path
):
    home = homes.staffed()

    async def work() -> None:
        async with opened(home, "lee", "rae") as pc:
            await plant(pc, tmp_path)
            assert found_in(home) == set()
            matches = (await pc.clinic.patients.search(pc.actors["lee"], CANARIES[0])).matches
            assert len(matches) == 1

    asyncio.run(work())
    assert found_in(home) == set()


CHILD = """
import asyncio, os, sys
from pathlib import Path
from tests.node.test_node_canary import plant
from tests.support.one_pc import opened

async def main():
    async with opened(Path(sys.argv[1]), "lee") as pc:
        await plant(pc, Path(sys.argv[2]))
        os.kill(os.getpid(), 9)

asyncio.run(main())
"""


def test_no_canary_stands_in_a_file_after_a_kill(homes, tmp_path):
    home = homes.staffed()
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(home), str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert (home / "ledger.db-wal").exists()
    assert found_in(home) == set()
    assert not any(canary in child.stdout + child.stderr for canary in CANARIES)


@pytest.mark.parametrize("name", ["lee", "rae"])
def test_drafts_survive_a_restart_and_only_their_writer_reads_them(homes, name):
    home = homes.staffed()
    other = {"lee": "rae", "rae": "lee"}[name]

    async def work() -> None:
        async with opened(home, name) as pc:
            await pc.clinic.drafts.save(pc.actors[name], "note", "half a sent")
            await pc.clinic.drafts.save(pc.actors[name], "note", "half a sentence")
        async with opened(home, name, other) as pc:
            kept = await pc.clinic.drafts.load(pc.actors[name], "note")
            assert kept is not None
            assert kept.text == "half a sentence"
            assert await pc.clinic.drafts.load(pc.actors[other], "note") is None
            (row,) = await pc.on_disk(lambda c: list(c.execute(select(DRAFTS))))
            with pytest.raises(OpenFailedError):
                open_blob(_key(pc.session(other)), row.sealed, _LABEL, row.name)
            assert open_blob(_key(pc.session(name)), row.sealed, _LABEL, row.name)
            await pc.clinic.drafts.discard(pc.actors[name], "note")
            assert await pc.clinic.drafts.load(pc.actors[name], "note") is None

    asyncio.run(work())
