"""A chart: written in, amended with the original kept, and files of any size."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import AllergyStatement
from ehr_desktop.domain.errors import InvalidInputError, NotFoundError
from ehr_desktop.domain.ids import RecordId
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.store.views.views import discard
from ehr_desktop.services.values import VitalEntry
from tests.support.one_pc import ANNA, OnePc, story

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


async def chart_of(pc: OnePc, name: str = "lee"):
    found = (await pc.clinic.patients.search(pc.actors[name], "")).matches
    patient = found[0].patient if found else await pc.clinic.patients.register(
        pc.actors[name], ANNA)  # fmt: skip
    return await pc.clinic.charts.open(pc.actors[name], patient.id)


def test_an_entry_carries_the_time_of_the_workstations_own_clock(homes):
    noon_ms = int(NOON.timestamp() * 1000)

    @story(homes.staffed(), "lee", clock=lambda: noon_ms)
    async def _(pc):
        chart = await chart_of(pc)
        note = await pc.clinic.charts.add_note(chart, "Visit", "Cough for three days")
        body = (await pc.clinic.charts.record(chart, note.source.record)).body
        assert b'"date":"2027-03-01T12:00:00' in body.replace(b": ", b":")


def test_every_kind_of_entry_stands_in_its_section_with_who_wrote_it(homes):
    home = homes.staffed()

    @story(home, "lee")
    async def _(pc):
        charts, chart = pc.clinic.charts, await chart_of(pc)
        assert chart.summary.allergy_statement is AllergyStatement.NOT_RECORDED
        added = {
            SectionKind.NOTES: await charts.add_note(chart, "Visit", "Cough for three days"),
            SectionKind.VITALS: await charts.add_vital(
                chart, VitalEntry("blood-pressure", ("120", "80"), NOON)
            ),
            SectionKind.ALLERGIES: await charts.add_allergy(chart, "Penicillin", "high"),
            SectionKind.PROBLEMS: await charts.add_problem(chart, "Asthma", "2001-04"),
            SectionKind.MEDICATIONS: await charts.add_medication(chart, "Salbutamol", "1-1-1"),
        }
        for kind, entry in added.items():
            section = await charts.section(chart, kind)
            assert [e.source.record for e in section.entries] == [entry.source.record]
            assert entry.source.author_name == "Dr Lee"
            assert await charts.card(chart, entry.source.record)
        summary = (await chart_of(pc)).summary
        assert summary.allergy_statement is AllergyStatement.KNOWN
        assert [e.title for e in summary.allergies] == ["Penicillin"]

    @story(home, "nia")
    async def _(pc):
        summary = (await chart_of(pc, "nia")).summary
        assert summary.problems.total == summary.medications.total == summary.notes.total == 1


def test_an_amended_note_keeps_its_original_one_click_away(homes):
    @story(homes.staffed(), "lee", "nia")
    async def _(pc):
        charts, chart = pc.clinic.charts, await chart_of(pc)
        note = await charts.add_note(chart, "Visit", "left ear")
        record = note.source.record
        nias = await chart_of(pc, "nia")
        amended = await charts.amend_note(nias, record, "right ear", "wrong side")
        assert amended.source.amended
        assert [(v.version, v.author_name) for v in await charts.versions(chart, record)] == [
            (2, "Nia Nurse"),
            (1, "Dr Lee"),
        ]
        bodies = [(await charts.record(chart, record, v)).body for v in (1, 2, None)]
        assert bodies[1] == bodies[2] != bodies[0]
        for wrong in (0, 3, -1):
            with pytest.raises(NotFoundError):
                await charts.record(chart, record, wrong)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda charts, chart: charts.add_note(chart, "Note", "   "),
        lambda charts, chart: charts.add_vital(chart, VitalEntry("body-weight", ("x",), NOON)),
        lambda charts, chart: charts.add_vital(chart, VitalEntry("no-such", ("1",), NOON)),
        lambda charts, chart: charts.add_allergy(chart, ""),
        lambda charts, chart: charts.add_problem(chart, "", ""),
        lambda charts, chart: charts.add_problem(chart, "Asthma", "last year"),
        lambda charts, chart: charts.add_medication(chart, "", ""),
        lambda charts, chart: charts.add_document(chart, "Scan", Path("/no/such/file")),
    ],
)
def test_an_entry_that_says_nothing_is_not_written(homes, attempt):
    @story(homes.staffed(), "lee")
    async def _(pc):
        chart = await chart_of(pc)
        before = (await pc.clinic.session.status()).final
        with pytest.raises(InvalidInputError):
            await attempt(pc.clinic.charts, chart)
        assert (await pc.clinic.session.status()).final == before


def test_a_record_larger_than_a_row_opens_shows_and_survives_a_new_view(homes):
    home = homes.staffed()
    text = "long " * 100_000
    body = (
        '{"resourceType":"Condition","subject":{"reference":"Patient/x"},'
        f'"code":{{"text":"Asthma"}},"note":[{{"text":"{text}"}}]}}'
    ).encode()

    @story(home, "lee")
    async def record(pc):
        chart = await chart_of(pc)
        new = NewRecord(Category.GENERAL, "Condition", body)
        _, report = await pc.node.charts.write(pc.actors["lee"], chart.receipt.patient, [new])
        opened = await pc.clinic.charts.record(chart, report.written[0].record)
        assert opened.body == body
        return report.written[0].record

    discard(home / "views-clinical.db")

    @story(home, "lee")
    async def _(pc):
        summary = (await chart_of(pc)).summary
        assert [e.source.record for e in summary.problems.entries] == [record]
        assert (await pc.check("lee")).faults == ()


def test_a_document_that_is_none_is_not_saved_and_nothing_is_left_where_it_cannot_be(
    homes, tmp_path
):
    @story(homes.staffed(), "lee")
    async def _(pc):
        chart = await chart_of(pc)
        note = await pc.clinic.charts.add_note(chart, "Note", "text")
        with pytest.raises(NotFoundError):
            await pc.clinic.charts.save_document(chart, note.source.record, tmp_path / "x")
        with pytest.raises(NotFoundError):
            await pc.clinic.charts.save_document(chart, RecordId("ab" * 16), tmp_path / "x")
        scan = tmp_path / "scan.png"
        scan.write_bytes(os.urandom(1000))
        entry = await pc.clinic.charts.add_document(chart, "", scan)
        assert entry.title == "scan.png"
        for place in (tmp_path / "no" / "folder", tmp_path):
            with pytest.raises(InvalidInputError):
                await pc.clinic.charts.save_document(chart, entry.source.record, place)
        await pc.clinic.charts.save_document(chart, entry.source.record, tmp_path / "saved")
        assert (tmp_path / "saved").read_bytes() == scan.read_bytes()
        assert {p.name for p in tmp_path.iterdir()} == {"scan.png", "saved"}


CHILD = """
import asyncio, resource, sys
from pathlib import Path
from tests.services.test_service_charts import chart_of
from tests.support.one_pc import opened

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

async def main(home, folder):
    async with opened(home, "lee") as pc:
        chart = await chart_of(pc)
        (folder / "small").write_bytes(b"x" * 3_000_000)
        entry = await pc.clinic.charts.add_document(chart, "Small", folder / "small")
        await pc.clinic.charts.save_document(chart, entry.source.record, folder / "out")
        before = peak()
        done = []
        entry = await pc.clinic.charts.add_document(
            chart, "Film", folder / "film.mp4", lambda at, total: done.append((at, total)))
        await pc.clinic.charts.save_document(chart, entry.source.record, folder / "out")
        assert done[-1] == (200_000_000, 200_000_000), done[-1]
        report = await pc.check("lee")
        assert report.faults == ()
        print("grew", peak() - before)

asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def test_a_file_of_200_mb_goes_in_and_out_in_bounded_memory(homes, tmp_path):
    home, film = homes.staffed(), tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.truncate(200_000_000)
        file.seek(100_000_000)
        file.write(b"in the middle")
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(home), str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert child.returncode == 0, child.stderr
    grown = int(re.findall(r"grew (\d+)", child.stdout)[0])
    assert grown < 80 * 1024
    with film.open("rb") as one, (tmp_path / "out").open("rb") as other:
        while piece := one.read(1 << 22):
            assert other.read(1 << 22) == piece
        assert other.read() == b""
