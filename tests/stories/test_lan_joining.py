"""A second workstation joins over the LAN: found by itself, or by a typed address."""

import pytest

from tests.support.clinic_lan import ClinicLan
from tests.support.lan import NoNamespacesError


@pytest.fixture
def two(homes, tmp_path):
    """A clinic on one workstation, with another PC beside it that has never been used."""
    homes.staffed().rename(tmp_path / "room-1")
    try:
        with ClinicLan(tmp_path, 2) as clinic:
            clinic.room(1).starts("admin", "rae", "lee")
            yield clinic
    except NoNamespacesError as error:
        pytest.skip(f"no network namespaces here: {error}")


def test_a_workstation_finds_the_door_joins_and_shows_the_records(two):
    patient = two.room(1).registers("Before")
    note = two.room(1).asks("write_note", patient=patient, text="before it joined")
    two.pair(2)
    two.is_whole()
    two.agrees()
    second = two.room(2)
    for person in ("rae", "lee"):
        second.asks("sign_in", name=person)
    second.sees(lambda status: status["missing"] == 0, "network")
    second.sees(lambda known: known == {"Before": patient}, "patients")
    assert second.asks("read_record", patient=patient, record=note)
    assert second.asks("network")["total"] == 2
    after = second.registers("After")
    two.room(1).knows(after)


def test_where_multicast_is_blocked_a_typed_address_joins_and_links(two):
    two.lan.block_multicast(1, 2)
    two.pair(2, address=two.lan.host_address(1))
    two.is_whole()
    two.agrees()
    second = two.room(2)
    assert second.shuts_down() == 0
    two.room(1).is_linked_to()
    second.starts("rae")
    two.is_whole()

    def rungs():
        found = [room.asks("network")["others"].values() for room in two.rooms]
        return {one["rung"] for others in found for one in others}

    assert rungs() <= {"remembered", "incoming"}
    # for a moment each may hold the link the other one dialled
    two.eventually(lambda: "remembered" in rungs())


def test_the_screen_says_that_a_typed_address_found_the_other(two):
    two.pair(2, address=two.lan.host_address(1))
    two.is_whole()
    first, second = two.rooms
    assert second.shuts_down() == 0
    assert first.shuts_down() == 0
    two.lan.block_multicast(1, 2)
    # both got other addresses over night, so what they remember leads nowhere
    two.lan.readdress(1, "10.77.0.101")
    two.lan.readdress(2, "10.77.0.102")
    first.starts("admin")
    second.starts("rae")
    second.asks("dial", address="10.77.0.101")
    two.is_whole()
    assert second.asks("network")["others"]["PC 1"]["rung"] == "typed"
