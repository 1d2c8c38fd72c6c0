"""Clinics of several workstations, paired once and copied for each file of stories."""

import pytest

from tests.support.clinic_lan import ClinicLan, copied
from tests.support.lan import NoNamespacesError

ROOMS = 4


@pytest.fixture(scope="session")
def paired(tmp_path_factory, homes):
    """Four homes of one clinic, closed: paired over a real LAN through doors that were found."""
    folder = tmp_path_factory.mktemp("paired")
    homes.staffed().rename(folder / "room-1")
    try:
        with ClinicLan(folder, ROOMS) as clinic:
            clinic.room(1).starts("admin")
            for number in range(2, ROOMS + 1):
                clinic.pair(number)
            clinic.is_whole()
            clinic.agrees()
            for room in clinic.rooms:
                room.sees(lambda status: status["missing"] == 0, "network")
            for room in clinic.rooms:
                assert room.shuts_down() == 0
    except NoNamespacesError as error:
        pytest.skip(f"no network namespaces here: {error}")
    return folder


@pytest.fixture(scope="module")
def four(paired, tmp_path_factory):
    """A clinic of four workstations that run, all linked, with Dr Lee and the desk signed in."""
    folder = copied(paired, tmp_path_factory.mktemp("four"), ROOMS)
    with ClinicLan(folder, ROOMS) as clinic:
        clinic.start_all("admin", "rae", "lee")
        yield clinic


@pytest.fixture
def whole(four):
    """The clinic of four, whole again after the story however that went."""
    yield four
    four.lan.heal()
