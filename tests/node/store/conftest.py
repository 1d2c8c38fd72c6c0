"""A new view of the clinical team."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ehr_desktop.domain.people import Team
from ehr_desktop.node.store.views.views import Views
from tests.support.view_changes import KEY


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Views]:
    opened = Views.open(tmp_path / "views.db", KEY, Team.CLINICAL)
    yield opened
    opened.close()
