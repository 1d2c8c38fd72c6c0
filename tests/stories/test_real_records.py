"""Real records come in whole, are recognised again, and go out to the letter."""

import asyncio
import gzip
import hashlib
import json
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from ehr_desktop.interchange.fhir.bundle import BundleEntry, read_entries
from tests.support.one_pc import OnePc, opened, story

DATA = Path(
    os.environ.get("EHR_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")
)
BUNDLES = sorted((DATA / "synthea_r4").glob("*.json.gz")) if DATA.exists() else []

pytestmark = pytest.mark.skipif(
    not BUNDLES, reason="the real records are not there (set EHR_SHARED_DATA to their folder)"
)


@cache
def bodies_of(path: Path) -> Counter[bytes]:
    """The hashes of a bundle's resources, byte for byte."""
    with path.open("rb") as stream:
        return Counter(
            hashlib.sha256(entry.body).digest()
            for entry in read_entries(stream)
            if isinstance(entry, BundleEntry)
        )


async def take_in(pc: OnePc, *files: Path):
    return await pc.clinic.imports.run(pc.actors["lee"], list(files), lambda _: None, lambda: False)


@pytest.fixture(scope="module")
def imported(homes):
    """A clinic that has taken in every bundle, and the report."""
    home = homes.staffed()

    async def work():
        async with opened(home, "lee") as pc:
            return await take_in(pc, *BUNDLES)

    return home, asyncio.run(work())


def test_every_patient_and_every_resource_is_taken(imported):
    _, report = imported
    assert (report.patients, report.new_patients) == (123, 123)
    assert report.taken == 36_206
    assert report.refused == ()
    assert all(not file.error for file in report.files)


def test_every_body_is_stored_byte_for_byte(imported):
    home, _ = imported
    expected = sum((bodies_of(path) for path in BUNDLES), Counter())

    @story(home, "lee")
    async def _(pc):
        lee = pc.actors["lee"]
        found: Counter[bytes] = Counter()
        page = await pc.clinic.patients.search(lee, "", limit=1000)
        patients = [match.patient.id for match in page.matches]
        assert len(patients) == 123
        for patient in (*patients, pc.node.charts.directory):
            receipt = await pc.node.charts.receive(lee, patient)
            records = [r.record for r in await pc.node.charts.records_of(patient)]
            for _, _, body in await pc.node.charts.bodies(lee, receipt, records):
                found[hashlib.sha256(body).digest()] += 1
        assert found == expected


def test_exports_of_ten_patients_are_equal_to_what_came_in(imported, tmp_path):
    home, _ = imported

    @story(home, "lee")
    async def _(pc):
        page = await pc.clinic.patients.search(pc.actors["lee"], "", limit=1000)
        assert len(page.matches) == 123
        sources = [bodies_of(path) for path in BUNDLES]
        for number, match in enumerate(page.matches[::12][:10]):
            target = tmp_path / f"{number}.json"
            report = await pc.clinic.exports.patient(pc.actors["lee"], match.patient.id, target)
            exported = bodies_of(target)
            assert report.resources == exported.total()
            assert report.left_out == ()
            assert exported in sources
            assert list(tmp_path.glob("*.part")) == []


def test_the_same_files_again_change_nothing_and_a_changed_one_makes_second_versions(
    imported, homes, tmp_path
):
    home = homes.copy(imported[0])
    sample = BUNDLES[3:8]

    @story(home, "lee")
    async def _(pc):
        before = await pc.clinic.session.status()
        again = await take_in(pc, *sample)
        assert again.taken == 0
        assert again.new_patients == 0
        assert again.unchanged == sum(bodies_of(path).total() for path in sample)
        assert (await pc.clinic.session.status()).containers == before.containers

        text = gzip.decompress(sample[0].read_bytes())
        name = parse_family(text)
        changed = tmp_path / sample[0].name.removesuffix(".gz")
        changed.write_bytes(text.replace(b'"prefix"', b'"suffix"', 1))
        report = await take_in(pc, changed)
        assert report.new_patients == 0
        assert report.taken == 1
        (patient,) = {
            m.patient.id
            for m in (await pc.clinic.patients.search(pc.actors["lee"], name)).matches
            if m.patient.demographics.family == name
        }
        versions = Counter(r.version for r in await pc.node.charts.records_of(patient))
        assert versions[2] == 1
        assert max(versions) == 2


def parse_family(text: bytes) -> str:
    bundle = json.loads(text)
    patient = next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Patient"
    )
    return str(patient["name"][0]["family"])


def test_an_import_that_was_stopped_is_completed_by_running_it_again(homes):
    home = homes.staffed()
    sample = BUNDLES[8:12]

    @story(home, "lee")
    async def _(pc):
        seen = []
        first = await pc.clinic.imports.run(
            pc.actors["lee"], sample, seen.append, lambda: len(seen) > 2
        )
        assert first.cancelled
        assert 0 < first.taken < sum(bodies_of(path).total() for path in sample)
        assert first.refused == ()
        second = await take_in(pc, *sample)
        expected = sum((bodies_of(path) for path in sample), Counter())
        assert second.taken + second.unchanged == expected.total()
        assert second.unchanged == first.taken
        found: Counter[bytes] = Counter()
        page = await pc.clinic.patients.search(pc.actors["lee"], "", limit=10)
        for match in page.matches:
            receipt = await pc.node.charts.receive(pc.actors["lee"], match.patient.id)
            records = await pc.node.charts.records_of(match.patient.id)
            bodies = await pc.node.charts.bodies(
                pc.actors["lee"], receipt, [r.record for r in records]
            )
            found.update(hashlib.sha256(body).digest() for _, _, body in bodies)
        assert found == expected


def test_the_whole_import_passes_the_check_of_ledger_and_store(imported):
    @story(imported[0])
    async def _(pc):
        report = await pc.check()
        assert report.faults == ()
        assert report.records == 36_206
