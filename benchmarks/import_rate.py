"""How fast FHIR bundles are taken in: read, validated, sealed, signed, final and indexed."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bundles import ordinary_bundles
from benchmarks.clinics import open_clinic
from benchmarks.figure import Budget, Figure
from benchmarks.measure import peak_memory_mb, timed
from benchmarks.setting import Setting

_RATE = 2000
_CPU_MS = 0.45


async def measure(setting: Setting) -> list[Figure]:
    """Import real bundles, or made-up ones where there are none."""
    files, source = _files(setting)
    with timed() as parsing:
        resources = sum(map(_count, files))
    async with open_clinic(setting) as clinic:
        with timed() as taking:
            report = await clinic.import_files(files)
    note = f"{report.taken} resources of {report.patients} patients, {source}"
    rate = report.taken / taking.wall
    figures = [
        Figure(
            "import",
            "Import of FHIR bundles",
            rate,
            "resources/s",
            baseline=resources / parsing.wall,
            against="json.loads alone",
            budget=Budget(_RATE, at_least=True),
            note=note,
        ),
        Figure(
            "import-cpu",
            "Import, CPU time a resource",
            taking.cpu / report.taken * 1000,
            "ms",
            budget=Budget(_CPU_MS),
            note=f"{taking.cpu / taking.wall:.2f} cores busy",
        ),
    ]
    peak = peak_memory_mb()
    if peak is not None:
        figures.append(Figure("import-memory", "Import, peak memory", peak, "MiB"))
    return figures


def _files(setting: Setting) -> tuple[Sequence[Path], str]:
    if setting.bundles:
        return setting.bundles[: setting.pick(len(setting.bundles), 10)], "Synthea"
    return ordinary_bundles(setting, setting.pick(200, 30)), "made up"


def _count(path: Path) -> int:
    content = path.read_bytes()
    read = gzip.decompress(content) if path.suffix == ".gz" else content
    return len(json.loads(read).get("entry", ()))
