"""A day in a clinic of four workstations: work travels, a PC dies, the network splits and heals."""

import json
import subprocess
import sys
from base64 import b64encode
from contextlib import suppress

from tests.support.clinic_lan import RefusedOrder
from tests.support.lan import CALM_S, ROOT

DAY = "2027-03-01"


def at(minute, hour=9):
    return f"{DAY}T{hour:02}:{minute:02}+00:00"


def status(room):
    done = subprocess.run(
        [sys.executable, "-m", "ehr_desktop", "status", "--home", str(room.home), "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_workstations_that_were_paired_once_find_each_other_and_agree(four):
    found = {one["rung"] for room in four.rooms for one in room.asks("network")["others"].values()}
    assert found <= {"announced", "remembered", "told", "incoming"}
    assert len(four.agrees()) > 1
    assert all(room.asks("network")["total"] >= 3 for room in four.rooms)


def test_a_booking_appears_on_another_workstation_at_once(four):
    patient = four.room(1).registers("Booked")
    four.room(3).knows(patient)
    made = four.room(1).books(patient, at(0))
    four.room(3).has_booked(made["id"], DAY)


def test_a_record_is_readable_on_another_workstation_by_who_may_read_it(four):
    patient = four.room(1).registers("Noted")
    note = four.room(1).asks("write_note", patient=patient, text="plum in the left ear")
    four.agrees()
    four.room(4).knows(patient)
    four.room(4).sees(lambda status: status["missing"] == 0, "network")
    body = four.room(4).asks("read_record", patient=patient, record=note)
    assert b64encode(b"plum in the left ear").decode() in body


def test_status_beside_a_running_node_names_who_is_linked(four):
    def names_all():
        # the node tells once a second
        told = status(four.room(2))
        is_whole = told["running"] and told["present"] == told["total"]
        return is_whole and set(told["peers"]) == {"PC 1", "Room 3", "Room 4"}

    four.eventually(names_all)


def test_a_workstation_that_is_killed_comes_back_and_nothing_is_lost(four):
    first, third = four.room(1), four.room(3)
    kept = third.registers("Kept")
    third.is_killed()
    first.is_linked_to(2, 4)
    missed = first.registers("Missed")
    first.books_for_certain(missed, at(15), DAY)
    third.starts("admin", "rae", "lee")
    four.is_whole()
    four.agrees()
    third.knows(kept, missed)
    first.knows(kept)
    third.is_in_order("lee")


def test_a_workstation_that_is_shut_down_signs_off_and_is_not_missed(four):
    fourth = four.room(4)
    before = four.room(1).asks("network")["total"]
    assert fourth.shuts_down() == 0
    four.room(1).sees(lambda status: status["others"]["Room 4"]["away"], "network")
    assert four.room(1).asks("network")["total"] == before - 1
    patient = four.room(1).registers("While away")
    fourth.starts("admin", "rae", "lee")
    four.is_whole()
    four.room(1).sees(lambda status: not status["others"]["Room 4"]["away"], "network")
    four.agrees()
    fourth.knows(patient)


def test_a_node_in_a_cupboard_takes_part_and_signs_off_when_it_is_stopped(four):
    second, fourth = four.room(2), four.room(4)
    assert fourth.shuts_down() == 0
    fourth.starts_in_a_cupboard()
    second.is_linked_to(1, 3, 4)
    second.sees(lambda status: not status["others"]["Room 4"]["away"], "network")
    patient = second.registers("Seen by the cupboard")
    second.books_for_certain(patient, at(45, 14), DAY)
    height = second.asks("network")["height"]

    def takes_part():
        told = status(fourth)
        has_all = told["running"] and told["height"] >= height and told["pending"] == 0
        return has_all and set(told["peers"]) == {"PC 1", "Room 2", "Room 3"}

    four.eventually(takes_part)
    program = fourth.program
    assert fourth.shuts_down() == 0
    assert program.wait_for(CALM_S, stopped=True)["home"] == str(fourth.home)
    second.sees(lambda status: status["others"]["Room 4"]["away"], "network")
    assert status(fourth)["running"] is False
    fourth.starts("admin", "rae", "lee")
    four.is_whole()


def test_in_a_split_of_three_and_one_the_three_go_on_and_the_one_follows_later(whole):
    patient = whole.room(1).registers("Three")
    whole.agrees()
    whole.room(2).knows(patient)
    whole.room(4).knows(patient)
    whole.cut({4})
    alone = whole.room(4).books(patient, at(30))
    assert alone["pending"] is True
    together = whole.room(2).books_for_certain(patient, at(45), DAY)
    assert together["id"] not in whole.room(4).asks("day", day=DAY)
    whole.heal()
    whole.agrees()
    for room in whole.rooms:
        room.has_booked(alone["id"], DAY)
        room.has_booked(together["id"], DAY)


def test_a_slot_booked_on_both_sides_of_a_split_is_decided_the_same_way_everywhere(whole):
    anna, boris = whole.room(1).registers("Left"), whole.room(1).registers("Right")
    whole.agrees()
    for room in whole.rooms:
        room.knows(anna, boris)
    whole.cut({3, 4})
    left = whole.room(1).books(anna, at(0, 11))
    right = whole.room(3).books(boris, at(0, 11))
    also_left = whole.room(2).books(anna, at(30, 11))
    assert left["pending"]
    assert right["pending"]
    assert also_left["pending"]
    whole.room(2).sees(lambda day: left["id"] in day, "day", day=DAY)
    assert right["id"] not in whole.room(1).asks("day", day=DAY)
    whole.heal()
    whole.agrees()
    refused = [room.asks("refused") for room in whole.rooms]
    assert all(one == refused[0] for one in refused)
    assert [rule for _, rule in refused[0]] == ["slot-taken"]
    for room in whole.rooms:
        room.has_booked(also_left["id"], DAY)
        room.sees(lambda day: len({left["id"], right["id"]} & day.keys()) == 1, "day", day=DAY)
    days = [room.asks("day", day=DAY) for room in whole.rooms]
    assert all(day == days[0] for day in days)
    # whoever tries once more is told at once, or once the others have decided
    with suppress(RefusedOrder):
        whole.room(4).books(boris, at(0, 11))
    whole.room(4).sees(lambda told: [rule for _, rule in told] == ["slot-taken"] * 2, "refused")


def test_after_all_that_every_workstation_finds_its_ledger_in_order(four):
    four.agrees()
    for room in four.rooms:
        room.is_in_order("lee")
