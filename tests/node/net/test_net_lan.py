"""Workstations as processes in network namespaces, found by real multicast."""

import re

import pytest

from tests.support.lan import CALM_S, Lan, NoNamespacesError

PORT = 7801
QUICK_S = 1.5
USUAL_S = 6
TRIES = 3


@pytest.fixture
def lan_of():
    opened = []

    def build(hosts, **options):
        lan = Lan(hosts, **options)
        try:
            lan.__enter__()
        except NoNamespacesError as error:
            pytest.skip(f"no network namespaces here: {error}")
        opened.append(lan)
        return lan

    yield build
    for lan in opened:
        lan.__exit__(None, None, None)


def start(lan, *names, dead_s=QUICK_S):
    """One node a host, in order, each with the others on its roster."""
    nodes = []
    for host, name in enumerate(names, 1):
        others = ",".join(other for other in names if other != name)
        nodes.append(lan.start(host, "lan_node.py", name, others, PORT, dead_s))
    return nodes


def test_two_workstations_find_each_other_and_one_that_ends_says_goodbye(lan_of):
    a, b = start(lan_of(2), "a", "b")
    for node in (a, b):
        node.wait_for(CALM_S, event="listening")
    a.wait_for(CALM_S, event="linked", peer="b")
    b.wait_for(CALM_S, event="linked", peer="a")
    a.tell(broadcast=True)
    b.wait_for(CALM_S, event="received", peer="a", kind="GetBlocks")
    assert a.terminate() == 0
    b.wait_for(CALM_S, event="unlinked", peer="a", why="bye")
    assert b.terminate() == 0


def test_at_best_they_find_each_other_within_five_seconds_of_their_start(lan_of):
    """A busy machine may be slow once; a program that is too slow always is."""
    for _ in range(TRIES):
        lan = lan_of(2)
        nodes = start(lan, "a", "b")
        at = [node.wait_for(CALM_S, event="linked")["at"] for node in nodes]
        if max(at) < 5:
            return
    raise AssertionError(f"the last time it took {max(at):.1f} s")


def test_three_pcs_of_one_host_name_are_told_apart(lan_of):
    """All namespaces have the machine's host name, as cloned PCs do."""
    nodes = start(lan_of(3), "a", "b", "c")
    hosts = {"a": "10.77.0.1", "b": "10.77.0.2", "c": "10.77.0.3"}
    for name, node in zip("abc", nodes, strict=True):
        missing = hosts.keys() - {name}
        while missing:
            found = node.wait_for(CALM_S, event="linked")
            assert found["address"].startswith(hosts[found["peer"]] + ":")
            missing -= {found["peer"]}


def test_a_workstation_that_is_killed_is_missed_and_found_again_when_it_comes_back(lan_of):
    lan = lan_of(2)
    a, b = start(lan, "a", "b")
    a.wait_for(CALM_S, event="linked", peer="b")
    b.kill()
    a.wait_for(CALM_S, event="unlinked", peer="b")
    again = lan.start(2, "lan_node.py", "b", "a", PORT, QUICK_S)
    a.wait_for(CALM_S, event="linked", peer="b")
    again.wait_for(CALM_S, event="linked", peer="a")


def test_a_workstation_whose_cable_is_pulled_is_missed_and_found_again(lan_of):
    lan = lan_of(2)
    a, b = start(lan, "a", "b", dead_s=USUAL_S)
    a.wait_for(CALM_S, event="linked", peer="b")
    lan.unplug(2)
    a.wait_for(CALM_S, event="unlinked", peer="b", why="silent")
    b.wait_for(CALM_S, event="unlinked", peer="a", why="silent")
    lan.plug(2)
    a.wait_for(CALM_S, event="linked", peer="b")


def test_a_workstation_that_gets_another_address_is_found_there(lan_of):
    lan = lan_of(2)
    a, b = start(lan, "a", "b")
    a.wait_for(CALM_S, event="linked", peer="b")
    b.wait_for(CALM_S, event="linked", peer="a")
    lan.readdress(2, "10.77.0.99")
    assert "10.77.0.99" in a.wait_for(CALM_S, event="linked", peer="b")["address"]


def test_a_workstation_that_started_before_it_had_an_address_is_found(lan_of):
    lan = lan_of(2, addressed=False)
    lan.readdress(1, lan.host_address(1))
    a, b = start(lan, "a", "b")
    b.wait_for(CALM_S, event="listening")
    a.wait_for(CALM_S, event="listening")
    lan.readdress(2, lan.host_address(2))
    a.wait_for(CALM_S, event="linked", peer="b")


def test_a_typed_address_links_where_multicast_is_blocked_and_is_remembered(lan_of, tmp_path):
    lan = lan_of(2)
    lan.block_multicast(1, 2)
    a = lan.start(1, "lan_node.py", "a", "b", PORT, QUICK_S, tmp_path)
    b = lan.start(2, "lan_node.py", "b", "a", PORT, QUICK_S)
    b.wait_for(CALM_S, event="listening")
    a.tell(dial="10.77.0.2", port=PORT)
    assert a.wait_for(CALM_S, event="linked", peer="b")["rung"] == "typed"
    assert a.terminate() == 0
    again = lan.start(1, "lan_node.py", "a", "b", PORT, QUICK_S, tmp_path)
    assert again.wait_for(CALM_S, event="linked", peer="b")["rung"] == "remembered"


def test_a_firewall_on_one_workstation_stops_no_link(lan_of):
    lan = lan_of(2)
    lan.block_inbound(2, "tcp", PORT)
    a, b = start(lan, "a", "b")
    b.wait_for(CALM_S, event="linked", peer="a", rung="announced")
    assert a.wait_for(CALM_S, event="linked", peer="b")["rung"] == "incoming"
    a.tell(broadcast=True)
    b.wait_for(CALM_S, event="received", peer="a")


def test_a_workstation_that_hears_no_multicast_is_still_found_by_the_others(lan_of):
    lan = lan_of(2)
    lan.block_multicast(1)
    lan.block_inbound(1, "udp", 5353)
    a, b = start(lan, "a", "b")
    a.wait_for(CALM_S, event="linked", peer="b")
    b.wait_for(CALM_S, event="linked", peer="a", rung="announced")


def test_workstations_tell_each_other_of_a_third(lan_of):
    """Multicast reaches nobody; b is told of c by a."""
    lan = lan_of(3)
    lan.block_multicast(1, 2, 3)
    _, b, c = start(lan, "a", "b", "c")
    for node in (b, c):
        node.wait_for(CALM_S, event="listening")
        node.tell(dial="10.77.0.1", port=PORT)
        node.wait_for(CALM_S, event="linked", peer="a")
    finder, found = (b, "c"), (c, "b")
    finder[0].wait_for(CALM_S, event="linked", peer=finder[1])
    found[0].wait_for(CALM_S, event="linked", peer=found[1])


def test_a_removed_workstation_loses_its_link_for_that_reason_and_gets_none_again(lan_of):
    lan = lan_of(2)
    a, b = start(lan, "a", "b")
    a.wait_for(CALM_S, event="linked", peer="b")
    b.wait_for(CALM_S, event="linked", peer="a")
    a.tell(remove="b")
    b.wait_for(CALM_S, event="unlinked", peer="a", why="not-on-roster")
    a.wait_for(CALM_S, event="unlinked", peer="b", why="not-on-roster")
    a.wait_for(CALM_S, event="refused")
    a.tell(broadcast=True)
    a.wait_for(CALM_S, event="broadcast", to=0)


TAG = "0011223344556677"


def test_only_workstations_of_the_same_network_are_seen_and_a_goodbye_is_heard(lan_of):
    lan = lan_of(3)
    a = lan.start(1, "lan_finder.py", "find", TAG, PORT)
    lan.start(2, "lan_finder.py", "find", "8899aabbccddeeff", PORT)
    c = lan.start(3, "lan_finder.py", "find", TAG, PORT)
    a.wait_for(CALM_S, event="seen", at=[f"10.77.0.3:{PORT}"])
    assert c.terminate() == 0
    a.wait_for(CALM_S, event="gone", at=[f"10.77.0.3:{PORT}"])
    assert not any(f"10.77.0.2:{PORT}" in fact.get("at", ()) for fact in a.said)


def test_a_stranger_who_listens_learns_nothing_of_the_clinic(lan_of):
    lan = lan_of(2)
    lan.start(1, "lan_finder.py", "find", TAG, PORT)
    heard = lan.start(2, "lan_finder.py", "overhear").wait_for(CALM_S, event="overheard")
    assert heard["text"] == {"v": "1", "n": TAG}
    name = heard["name"].removesuffix("._ehr-node._tcp.local.")
    assert re.fullmatch("[0-9a-f]{16}", name)
    assert heard["server"] == f"{name}.local."


def test_a_flood_of_false_names_does_not_hide_who_is_there(lan_of):
    lan = lan_of(3)
    lan.start(3, "lan_finder.py", "lie", 400).wait_for(CALM_S, event="started")
    a = lan.start(1, "lan_finder.py", "find", TAG, PORT)
    a.wait_for(CALM_S, event="started")
    lan.start(2, "lan_finder.py", "find", TAG, PORT)
    a.wait_for(CALM_S, event="seen", at=[f"10.77.0.2:{PORT}"])


def test_the_same_lan_is_made_by_somebody_who_is_not_root(lan_of, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    a, b = start(lan_of(2), "a", "b")
    a.wait_for(CALM_S, event="linked", peer="b")
    b.wait_for(CALM_S, event="linked", peer="a")
