"""FHIR bundles to import on the tour: real ones where they are at hand, else made-up ones."""

import json
from pathlib import Path

from ehr_desktop.config import Config
from ehr_desktop.interchange.fhir.export import write_bundle
from ehr_desktop.services.demo_clinic import clinic_now, make_demo

_REAL = 6
_MADE_UP = 8


def some_bundles(config: Config, folder: Path) -> list[Path]:
    """Give a few files of FHIR bundles, writing them to `folder` where there are no real ones."""
    real = sorted(config.real_data.glob("synthea_r4/*.json.gz"))[:_REAL]
    if real:
        return real
    demo = make_demo(config.resources, clinic_now("Europe/London"), _MADE_UP)
    paths = []
    for number, patient in enumerate(demo.patients):
        path = folder / f"patient-{number + 1}.json"
        with path.open("wb") as file:
            write_bundle(file, ((_address(body), body) for body in patient.resources))
        paths.append(path)
    return paths


def _address(body: bytes) -> str:
    resource = json.loads(body)
    return f"https://made-up.example/{resource['resourceType']}/{resource['id']}"
