"""A new workstation finds the door by multicast, on a real network, and joins through it."""

import pytest

from tests.support.lan import CALM_S, Lan, NoNamespacesError
from tests.support.one_pc import PASSWORDS


@pytest.fixture
def lan():
    lan = Lan(2)
    try:
        lan.__enter__()
    except NoNamespacesError as error:
        pytest.skip(f"no network namespaces here: {error}")
    yield lan
    lan.__exit__(None, None, None)


def test_a_new_workstation_finds_the_door_joins_and_fetches_the_records(lan, homes, tmp_path):
    inside = lan.start(1, "lan_pairing.py", "inside", homes.founded(), PASSWORDS["admin"])
    new = lan.start(2, "lan_pairing.py", "new", tmp_path / "new", "Room 2")
    assert inside.wait_for(CALM_S, event="open")["addresses"] == [lan.host_address(1)]
    assert new.wait_for(CALM_S, event="found")["addresses"] == [lan.host_address(1)]
    there = inside.wait_for(CALM_S, event="asked", name="Room 2")["digits"]
    assert new.wait_for(CALM_S, event="digits")["digits"] == there
    inside.tell(agreed=True)
    new.tell(agreed=True)
    assert new.wait_for(CALM_S, event="joined")["certain"] is True
    inside.wait_for(CALM_S, event="ended", name="Room 2", failure="")
    assert new.wait_for(CALM_S, event="fetched")["people"] == 1
    new.tell(end=True)
    inside.tell(end=True)
