import os
from pathlib import Path

import pytest

from ehr_desktop.interchange.fhir.validate import Validator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def validator():
    return Validator.load(ROOT / "resources" / "fhir_r4" / "table.json.gz")


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real data, which is not part of the project."""
    folder = Path(os.environ.get("EHR_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set EHR_SHARED_DATA)")
    return folder
