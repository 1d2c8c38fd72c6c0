"""What every test shares: Qt without a screen, and clinics to copy."""

import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

PATIENCE_MS = 60_000

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# a busy machine is no fault of the code
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture(scope="session")
def homes(tmp_path_factory):
    """Clinics on one PC, made once; passwords are slow on purpose."""
    from tests.support.one_pc import Homes

    return Homes(tmp_path_factory.mktemp("homes"))


@pytest.fixture
def qtbot(qtbot):
    """The hand before the screen, more patient than by itself: a busy machine is slow, not wrong."""
    for wait in ("waitUntil", "waitSignal", "waitActive", "waitExposed"):
        setattr(qtbot, wait, partial(getattr(qtbot, wait), timeout=PATIENCE_MS))
    return qtbot


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, where mounting one is allowed."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
