"""Made-up patients written as the bundles another system would send."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.clinics import SEED, TODAY
from benchmarks.setting import Setting
from ehr_desktop.services.demo.clinic import demo_clinic, heavy_patient
from ehr_desktop.services.demo.values import DemoPatient


def ordinary_bundles(setting: Setting, count: int) -> list[Path]:
    """Write the bundles of some ordinary patients."""
    now = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    clinic = demo_clinic(seed=SEED, resources=setting.demo, monday=TODAY, now=now, patients=count)
    return [
        _write(setting.folder / f"patient-{number}.json", patient)
        for number, patient in enumerate(clinic.patients)
    ]


def heavy_bundle(setting: Setting, visits: int) -> Path:
    """Write the bundle of a patient with many visits."""
    patient = heavy_patient(seed=SEED, resources=setting.demo, today=TODAY, visits=visits)
    return _write(setting.folder / "heavy.json", patient)


def _write(path: Path, patient: DemoPatient) -> Path:
    entries = b",".join(_entries(patient.resources))
    path.write_bytes(b'{"resourceType":"Bundle","type":"collection","entry":[' + entries + b"]}")
    return path


def _entries(resources: Iterable[bytes]) -> Iterable[bytes]:
    for resource in resources:
        read = json.loads(resource)
        address = f"https://clinic.example/{read['resourceType']}/{read['id']}"
        yield b'{"fullUrl":"' + address.encode() + b'","resource":' + resource + b"}"
