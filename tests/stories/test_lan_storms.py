"""What a clinic lives through: power cuts for all, bad cables, mining, large documents."""

import asyncio
import os

import pytest

from ehr_desktop.domain.network import ProposerMode
from tests.support.clinic_lan import ClinicLan, copied
from tests.support.lan import NoNamespacesError
from tests.support.one_pc import make_clinic

DAY = "2027-03-01"


@pytest.fixture
def four_stormy(paired, tmp_path):
    copied(paired, tmp_path, 4)
    with ClinicLan(tmp_path, 4) as clinic:
        clinic.start_all("rae", "lee")
        yield clinic


def test_after_a_power_cut_for_all_nothing_is_lost_and_work_goes_on(four_stormy):
    clinic = four_stormy
    known = clinic.room(1).registers("Before the cut")
    clinic.room(2).knows(known)
    clinic.room(3).is_killed()
    clinic.room(4).is_killed()
    clinic.room(1).is_linked_to(2)
    waiting = clinic.room(2).books(known, f"{DAY}T09:00+00:00")
    assert waiting["pending"] is True
    clinic.room(1).is_killed()
    clinic.room(2).is_killed()
    clinic.start_all("rae", "lee")
    clinic.agrees()
    for room in clinic.rooms:
        room.has_booked(waiting["id"], DAY)
        room.is_in_order("lee")


@pytest.mark.nightly
def test_with_cables_that_come_loose_again_and_again_everything_becomes_final(four_stormy):
    clinic = four_stormy
    for time, number in enumerate((1, 2, 3, 4, 1, 2)):
        clinic.lan.unplug(number)
        clinic.room(number).registers(f"Cut off {time}")
        clinic.room(number % 4 + 1).registers(f"Beside {time}")
        clinic.lan.plug(number)
    clinic.is_whole()
    clinic.agrees()
    for room in clinic.rooms:
        room.sees(lambda known: len(known) == 12, "patients")
    everybody = [room.asks("patients") for room in clinic.rooms]
    assert all(patients == everybody[0] for patients in everybody)


def test_a_large_document_is_readable_where_it_was_not_written(four_stormy, tmp_path):
    clinic = four_stormy
    content = os.urandom(3_000_000)
    scan = tmp_path / "scan.bin"
    scan.write_bytes(content)
    patient = clinic.room(1).registers("Scanned")
    record = clinic.room(1).asks("add_document", patient=patient, path=str(scan))
    clinic.agrees()
    for number in (2, 3, 4):
        target = tmp_path / f"saved-{number}"
        reading = clinic.room(number)
        reading.sees(lambda known: record in known, "documents", patient=patient)
        reading.asks("save_document", patient=patient, record=record, path=str(target))
        assert target.read_bytes() == content


@pytest.mark.nightly
@pytest.mark.parametrize("mode", [ProposerMode.STAKE, ProposerMode.WORK])
def test_workstations_agree_whoever_may_propose(tmp_path, mode):
    asyncio.run(make_clinic(tmp_path / "room-1", proposers=mode))
    try:
        with ClinicLan(tmp_path, 3) as clinic:
            clinic.room(1).starts("admin", "rae", "lee")
            clinic.pair(2)
            clinic.pair(3)
            clinic.is_whole()
            clinic.agrees()
            patient = clinic.room(1).registers(f"By {mode}")
            clinic.room(2).asks("sign_in", name="rae")
            clinic.room(2).knows(patient)
            made = clinic.room(2).books(patient, f"{DAY}T09:00+00:00")
            clinic.agrees()
            clinic.room(1).has_booked(made["id"], DAY)
            clinic.room(3).is_in_order(None)
    except NoNamespacesError as error:
        pytest.skip(f"no network namespaces here: {error}")
