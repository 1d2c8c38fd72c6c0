"""What does not bring a clinic down: a workstation that lies, one that was removed, a cloned disk."""

import itertools
import shutil

import pytest

from tests.support.clinic_lan import ClinicLan, RefusedOrder, copied, linked
from tests.support.lan import CALM_S

DAY = "2027-03-01"


@pytest.fixture
def clinic_of(paired, tmp_path):
    """Start a clinic of the four paired homes on so many hosts."""
    opened = []

    def build(hosts=4):
        copied(paired, tmp_path, 4)
        clinic = ClinicLan(tmp_path, hosts)
        clinic.__enter__()
        opened.append(clinic)
        return clinic

    yield build
    for clinic in opened:
        clinic.__exit__(None, None, None)


def accused(status):
    """Holds once Room 4 has lost its vote for good."""
    liar = status["others"]["Room 4"]
    return liar["stopped"] and liar["weight"] == 0


def find_the_liar_out(clinic, honest):
    """Work on three workstations until all of them know that Room 4 lies."""
    numbers = itertools.count()

    def is_found_out():
        number = next(numbers)
        room = honest[number % 3]
        room.registers(f"Told {number}")
        return accused(room.asks("network"))

    clinic.eventually(is_found_out, within=3 * CALM_S)
    for room in honest:
        room.sees(accused, "network")


def test_a_workstation_that_lies_is_found_out_and_the_others_go_on(clinic_of):
    clinic = clinic_of()
    clinic.start_all("rae", lies={4})
    honest = [clinic.room(number) for number in (1, 2, 3)]
    find_the_liar_out(clinic, honest)
    for room in honest:
        room.sees(lambda names: names == ["Room 4"], "accusations")
    patient = clinic.room(1).registers("After")
    clinic.room(2).knows(patient)
    clinic.room(2).books_for_certain(patient, f"{DAY}T09:00+00:00", DAY)
    clinic.agrees(honest)
    for room in honest:
        room.is_in_order("rae")
        assert room.asks("network")["total"] == 3


def test_blocks_nobody_agreed_on_are_not_believed(clinic_of):
    """Whoever was away reaches the liar alone at first, which says that it is far ahead."""
    clinic = clinic_of()
    clinic.start_all("rae", lies={4})
    first, second, third, liar = (clinic.room(number) for number in (1, 2, 3, 4))
    # without its vote two of the others are a quorum, whether it is linked or not
    find_the_liar_out(clinic, [first, second, third])
    third.is_killed()
    first.sees(lambda status: "Room 3" not in linked(status), "network")
    patient = first.registers("Meanwhile")
    clinic.agrees([first, second])
    clinic.cut({3, 4})
    third.starts("rae")
    lied_to = {"event": "lied", "about": "blocks"}
    liar.program.wait_for(CALM_S, **lied_to)
    # it asks once more only after it has judged what it was told
    liar.program.wait_for(CALM_S, **lied_to)
    told, agreed = third.asks("chain")["blocks"], first.asks("chain")["blocks"]
    assert told == agreed[: len(told)]
    clinic.lan.heal()
    clinic.agrees([first, second, third])
    third.knows(patient)
    third.is_in_order("rae")


def test_a_removed_workstation_loses_its_links_at_once_and_gets_none_again(clinic_of):
    clinic = clinic_of()
    clinic.start_all("admin", "rae")
    third = clinic.room(3)
    clinic.room(1).asks("remove", name="Room 3")
    third.is_linked_to(within=5)
    for number in (1, 2, 4):
        clinic.room(number).sees(lambda s: "Room 3" not in linked(s), "network", within=5)
    third.shuts_down()
    third.starts("rae")
    third.asks("dial", address=clinic.lan.host_address(1))
    patient = clinic.room(1).registers("After")
    clinic.agrees([clinic.room(number) for number in (1, 2, 4)])
    assert linked(third.asks("network")) == set()
    assert patient not in third.asks("patients").values()


def test_a_cloned_disk_signs_nothing_any_more(clinic_of):
    clinic = clinic_of(hosts=5)
    first, original, clone = clinic.room(1), clinic.room(4), clinic.room(5)
    for number in (1, 2, 3, 4):
        clinic.room(number).starts("rae")
    clinic.is_whole()
    clinic.agrees()
    assert original.shuts_down() == 0
    shutil.copytree(original.home, clone.home)
    original.starts("rae")
    clinic.is_whole()
    patient = original.registers("Only the original knows")
    clinic.agrees()
    assert original.shuts_down() == 0
    clone.starts("rae")
    clone.sees(lambda status: status["halted"] == "forgotten", "network")
    with pytest.raises(RefusedOrder) as refused:
        clone.registers("Signed by a clone")
    assert refused.value.error == "WorkstationHaltedError"
    first.knows(patient)
    assert first.registers("Life goes on")
    clinic.agrees([clinic.room(number) for number in (1, 2, 3)])
