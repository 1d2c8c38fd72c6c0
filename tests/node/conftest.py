"""What tests of several pipelines share."""

import pytest

from ehr_desktop.domain.network import ProposerMode
from tests.support.several_pipelines import SeveralPipelines


@pytest.fixture
def clinic_of(tmp_path):
    """Clinics of several workstations, closed at the end."""
    made: list[SeveralPipelines] = []

    def make(count: int, mode: ProposerMode = ProposerMode.AUTHORITY) -> SeveralPipelines:
        folder = tmp_path / f"clinic-{len(made)}"
        folder.mkdir()
        made.append(SeveralPipelines(folder, count, mode))
        return made[-1]

    yield make
    for clinic in made:
        clinic.close_all()
