"""What every test shares: Qt without a screen, and clinics to copy."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def homes(tmp_path_factory):
    """Clinics on one PC, made once; passwords are slow on purpose."""
    from tests.support.one_pc import Homes

    return Homes(tmp_path_factory.mktemp("homes"))
