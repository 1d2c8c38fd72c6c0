"""Bad files: what is good in them is taken, what is not is refused in words, nothing breaks."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ehr_desktop.domain.errors import RefusedError
from tests.support.one_pc import OnePc, story

PATIENT = '{"resourceType":"Patient","id":"p1","name":[{"family":"Smith"}]}'
GOOD = (
    '{"resourceType":"Basic","id":"b%d","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}'
)


def bundle(*resources: str) -> bytes:
    entries = ",".join(f'{{"resource":{resource}}}' for resource in resources)
    return f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}'.encode()


async def take_in(pc: OnePc, tmp_path: Path, content: bytes, name: str = "file.json"):
    path = tmp_path / name
    path.write_bytes(content)
    return await pc.clinic.imports.run(pc.actors["lee"], [path], lambda _: None, lambda: False)


WHOLE = bundle(PATIENT, GOOD % 1, GOOD % 2)
DEEP = "[" * 100_000 + "]" * 100_000

FILES = (
    ("truncated", WHOLE[:-60], 2, 0, "truncated"),
    ("truncated gzip", gzip.compress(WHOLE)[:-12], None, None, "truncated"),
    ("no JSON", b"MZ\x90\x00 is no JSON", 0, 0, "not-json"),
    ("empty", b"", 0, 0, "empty"),
    ("a list", b"[1,2,3]", 0, 0, "wrong-type"),
    ("entry is no array", b'{"resourceType":"Bundle","entry":7}', 0, 0, "wrong-type"),
    ("deep", bundle(PATIENT, f'{{"resourceType":"Basic","x":{DEEP}}}', GOOD % 1), 2, 1, ""),
    ("duplicate keys", bundle(PATIENT, '{"resourceType":"Basic","id":"a","id":"b"}'), 1, 1, ""),
    ("wrong types", bundle(PATIENT, '{"resourceType":"Basic","id":7}', "[]", "7"), 1, 3, ""),
    ("no such resource", bundle(PATIENT, '{"resourceType":"Spaceship","id":"x"}'), 1, 1, ""),
    ("no such element", bundle(PATIENT, '{"resourceType":"Basic","engine":1}'), 1, 1, ""),
    ("not a number", bundle(PATIENT, '{"resourceType":"Basic","x":NaN}'), 1, 1, ""),
    ("half a character", bundle(PATIENT, '{"resourceType":"Basic","id":"\\ud800"}'), 1, 1, ""),
    (
        "of somebody unknown",
        bundle(PATIENT, GOOD.replace("Patient/p1", "Patient/p9") % 1),
        1, 1, "",
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "taken", "refused", "error"), [row[1:] for row in FILES], ids=[r[0] for r in FILES]
)
def test_a_bad_file_never_stops_the_rest_and_what_is_refused_is_said_in_a_sentence(
    homes, tmp_path, content, taken, refused, error
):
    @story(homes.staffed(), "lee")
    async def _(pc):
        report = await take_in(pc, tmp_path, content)
        (file,) = report.files
        assert file.error == error
        if taken is not None:
            assert (report.taken, len(report.refused)) == (taken, refused)
        for entry in report.refused:
            assert entry.file == "file.json"
            assert re.search(r"[a-z]{3,}.*\.( \(and \d+ more\))?$", entry.reason)
        status = await pc.clinic.session.status()
        again = await take_in(pc, tmp_path, WHOLE)
        assert again.refused == ()
        assert again.taken + again.unchanged == 3
        assert (await pc.clinic.session.status()).containers == status.containers + again.taken
        assert (await pc.check("lee")).faults == ()


def test_a_missing_file_is_told_and_the_next_one_is_taken(homes, tmp_path):
    @story(homes.staffed(), "lee")
    async def _(pc):
        good = tmp_path / "good.json"
        good.write_bytes(WHOLE)
        report = await pc.clinic.imports.run(
            pc.actors["lee"], [tmp_path / "gone.json", tmp_path, good], lambda _: None,
            lambda: False,
        )  # fmt: skip
        assert [(f.taken, f.error) for f in report.files] == [
            (0, "unreadable"), (0, "unreadable"), (3, ""),
        ]  # fmt: skip


def test_who_may_not_import_takes_nothing_in(homes, tmp_path):
    @story(homes.staffed(), "rae")
    async def _(pc):
        path = tmp_path / "file.json"
        path.write_bytes(WHOLE)
        with pytest.raises(RefusedError) as refused:
            await pc.clinic.imports.run(pc.actors["rae"], [path], lambda _: None, lambda: False)
        assert refused.value.outcome.rule == "role"
        assert (await pc.clinic.patients.search(pc.actors["rae"], "")).total == 0


CHILD = """
import asyncio, gzip, resource, sys
from pathlib import Path
from tests.support.one_pc import opened


def write(path, how_many):
    with gzip.open(path, "wb", compresslevel=1) as out:
        out.write(b'{"resourceType":"Bundle","type":"collection","entry":[')
        out.write(b'{"resource":{"resourceType":"Patient","id":"p1","name":[{"family":"Smith"}]}}')
        # entries nobody can take: the bytes must pass without being kept
        filler = b',{"resource":{"resourceType":"Basic","id":7,"x":"' + b"a" * (1 << 20) + b'"}}'
        for number in range(how_many):
            out.write(filler)
        out.write(b"]}")

async def main(home, folder):
    async with opened(home, "lee") as pc:
        async def take(name, how_many):
            write(folder / name, how_many)
            return await pc.clinic.imports.run(
                pc.actors["lee"], [folder / name], lambda _: None, lambda: False)
        await take("small.json.gz", 40)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        report = await take("bomb.json.gz", 1024)
        print("grew", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        print("refused", len(report.refused), "unchanged", report.unchanged)

asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def test_a_gigabyte_in_a_small_gzip_passes_through_little_memory(homes, tmp_path):
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(homes.staffed()), str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert child.returncode == 0, child.stderr
    assert "refused 1024 unchanged 1" in child.stdout
    assert (tmp_path / "bomb.json.gz").stat().st_size < 20_000_000
    assert int(re.findall(r"grew (\d+)", child.stdout)[0]) < 120 * 1024
