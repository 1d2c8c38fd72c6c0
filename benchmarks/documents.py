"""Storing records of several sizes, against encrypting, hashing and flushing the same bytes."""

import os
import time
from pathlib import Path
from statistics import median

from benchmarks.clinics import OpenClinic, open_clinic
from benchmarks.figure import Budget, Figure
from benchmarks.setting import Setting
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.records import ATTACHMENT, NewRecord
from ehr_desktop.node.crypto.body import PIECE_SIZE, BodySealer, new_key
from ehr_desktop.node.crypto.hashes import Hasher

_RATIO = 1.3
_KIB, _MEBI = 1 << 10, 1 << 20


async def measure(setting: Setting) -> list[Figure]:
    """Store 1 KB, 1 MB and 100 MB; both ways in turn, so that both see the same machine."""
    async with open_clinic(setting) as clinic:
        patient = (await clinic.register()).id
        return [
            await _sized(clinic, patient, setting, size, name, setting.pick(*times))
            for name, size, times in (
                ("1 KB", _KIB, (100, 20)),
                ("1 MB", _MEBI, (40, 10)),
                ("100 MB", 100 * _MEBI, (5, 2)),
            )
        ]


async def _sized(
    clinic: OpenClinic, patient: PatientId, setting: Setting, size: int, name: str, times: int
) -> Figure:
    source, target = setting.folder / "source", setting.folder / "target"
    ours, raw = [], []
    for _ in range(times):
        content = os.urandom(size)
        source.write_bytes(content)
        begun = time.perf_counter()
        _raw(source, target)
        raw.append(time.perf_counter() - begun)
        small = size == _KIB
        record = NewRecord(
            Category.DOCUMENTS,
            ATTACHMENT,
            content if small else b"",
            attachment=None if small else source,
        )
        begun = time.perf_counter()
        await clinic.node.charts.write(clinic.doctor, patient, [record])
        ours.append(time.perf_counter() - begun)
        target.unlink()
    return Figure(
        f"store-{name.replace(' ', '')}",
        f"A record of {name} stored",
        median(ours) * 1000,
        "ms p50",
        baseline=median(raw) * 1000,
        against="encrypt + hash + fsync of the same bytes",
        budget=None if size == _KIB else Budget(_RATIO, of_ratio=True),
        note="" if size == _KIB else f"{size / _MEBI / median(ours):.0f} MB/s",
    )


def _raw(source: Path, target: Path) -> None:
    hasher = Hasher("benchmark", size=source.stat().st_size)
    sealer = BodySealer(new_key(), b"benchmark")
    with source.open("rb") as reading, target.open("wb") as writing:
        while piece := reading.read(PIECE_SIZE):
            hasher.update(piece)
            writing.write(sealer.update(piece))
        writing.write(sealer.finalize())
        hasher.finalize()
        writing.flush()
        os.fsync(writing.fileno())
