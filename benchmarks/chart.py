"""How long a chart takes to open: the receipt is final, then the summary is read."""

import json

from benchmarks.bundles import heavy_bundle, ordinary_bundles
from benchmarks.clinics import OpenClinic, open_clinic
from benchmarks.figure import Figure, latency
from benchmarks.measure import latencies, plain_latencies
from benchmarks.setting import Setting
from ehr_desktop.domain.ids import PatientId

_BUDGET_MS = 200
_HEAVY_BUDGET_MS = 300
_VISITS = 700


async def measure(setting: Setting) -> list[Figure]:
    """Open an ordinary chart and that of a patient with many visits, again and again."""
    ordinary, heavy = ordinary_bundles(setting, 5), heavy_bundle(setting, _VISITS)
    times = range(setting.pick(100, 30))
    async with open_clinic(setting) as clinic:
        await clinic.import_files([heavy])
        (big,) = await _everybody(clinic)
        await clinic.import_files(ordinary)
        (small, *_) = [one for one in await _everybody(clinic) if one != big]

        async def opening(patient: PatientId) -> list[float]:
            return await latencies(times, lambda _: clinic.use.charts.open(clinic.doctor, patient))

        light, full = await opening(small), await opening(big)
    whole = plain_latencies(times[:10], lambda _: json.loads(heavy.read_bytes()))
    against = "parsing the record as one JSON file"
    return [
        latency("chart", "Chart opens, ordinary patient", light, _BUDGET_MS),
        latency(
            "chart-heavy",
            f"Chart opens, {_VISITS} visits",
            full,
            _HEAVY_BUDGET_MS,
            baseline=whole,
            against=against,
        ),
    ]


async def _everybody(clinic: OpenClinic) -> list[PatientId]:
    page = await clinic.use.patients.search(clinic.doctor, "")
    return [match.patient.id for match in page.matches]
