"""What the network's state is called."""

from dataclasses import replace

import pytest

from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.network import LinkState, NetworkStatus, WorkstationStatus
from ehr_desktop.ui.models.network_words import (
    behind_words,
    clock_words,
    joined,
    ledger_words,
    network_saying,
    removal_text,
    round_trip_words,
    rung_words,
    state_words,
    trouble_words,
    votes_words,
)
from ehr_desktop.ui.theme.tokens import Tone

QUORUM = {1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 7: 5}


def others(count, linked):
    return tuple(
        WorkstationStatus(
            DeviceId(f"{n:032x}"),
            f"Room {n}",
            LinkState.LINKED if n <= linked else LinkState.ABSENT,
            10,
            weight=1,
        )
        for n in range(1, count)
    )


def network(count, linked):
    """`count` workstations, this one and `linked` others connected."""
    here = WorkstationStatus(DeviceId("f" * 32), "Front desk", LinkState.HERE, 10, weight=1)
    return NetworkStatus((here, *others(count, linked)), 10, 0, QUORUM[count], linked + 1, count)


ROOM = others(2, 1)[0]


def test_all_connected_is_said_calmly():
    saying = network_saying(network(4, 3))
    assert saying.title == "4 of 4 workstations connected"
    assert saying.text == "What is signed becomes final."
    assert saying.tone is Tone.SUCCESS


def ahead(status, *clocks_ms):
    rooms = [
        replace(w, clock_ahead_ms=ms)
        for w, ms in zip(status.workstations[1:], clocks_ms, strict=True)
    ]
    return replace(status, workstations=(status.workstations[0], *rooms))


def test_a_clock_far_behind_most_others_is_told_with_what_it_means():
    saying = network_saying(ahead(network(4, 3), 700_000, 720_000, 0))
    assert saying.tone is Tone.WARNING
    assert saying.title == "This workstation's clock is 12 min behind the others"
    assert saying.text.startswith("It votes for nothing until its clock is set.")


def test_one_other_clock_that_is_off_says_nothing_of_this_one():
    for clocks_ms in ((700_000, 0, 0), (600_000, 600_000, 600_000), (-900_000, -900_000, -900_000)):
        assert network_saying(ahead(network(4, 3), *clocks_ms)).tone is Tone.SUCCESS


def test_below_the_quorum_it_says_how_many_are_needed_and_that_work_goes_on():
    saying = network_saying(replace(network(4, 1), pending=3))
    assert saying.title == "2 of 4 connected: 3 are needed"
    assert saying.text == (
        "Work goes on; what is signed waits and is shared with whoever is here. "
        "3 signed here wait now."
    )
    assert saying.tone is Tone.WARNING


def test_votes_of_different_weight_are_counted_as_votes():
    status = network(4, 1)
    uneven = replace(status, quorum=40, present=30, total=60)
    here, *rest = uneven.workstations
    uneven = replace(uneven, workstations=(replace(here, weight=30), *rest))
    assert network_saying(uneven).title == "2 of 4 connected: they hold 30 votes, 40 are needed"


def test_one_that_is_off_is_named_and_the_last_reserve_is_spoken_of():
    text = network_saying(network(4, 2)).text
    assert "Room 3 is not here; the others do not wait." in text
    assert text.endswith("If one more is switched off, what is signed waits.")
    assert "one more" not in network_saying(network(7, 6)).text


def test_one_that_signed_off_is_not_missed():
    status = network(4, 2)
    *rest, last = status.workstations
    away = replace(status, workstations=(*rest, replace(last, away=True, weight=0)))
    assert "not here" not in network_saying(away).text


def test_a_liar_is_named_before_anything_else():
    status = network(4, 3)
    *rest, last = status.workstations
    lied = replace(status, workstations=(*rest, replace(last, stopped=True, weight=0)))
    saying = network_saying(lied)
    assert "Room 3 told two stories and has no vote any more." in saying.text
    assert saying.tone is Tone.WARNING


def test_one_workstation_is_no_trouble():
    assert network_saying(network(1, 0)).title == "This workstation works alone"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"state": LinkState.HERE}, "this workstation"),
        ({"state": LinkState.LINKED}, "connected"),
        ({"state": LinkState.DIALLING}, "looking for it"),
        ({"state": LinkState.ABSENT}, "off"),
        ({"state": LinkState.ABSENT, "away": True}, "signed off until it is back"),
        ({"state": LinkState.DIALLING, "away": True}, "signed off until it is back"),
        ({"state": LinkState.LINKED, "stopped": True}, "stopped: told two stories"),
    ],
)
def test_every_state_has_words(changed, words):
    assert state_words(replace(ROOM, **changed))[0] == words


def test_every_rung_of_the_ladder_has_words():
    said = [
        rung_words(replace(ROOM, rung=rung))
        for rung in ("announced", "remembered", "told", "typed", "incoming")
    ]
    assert said == [
        "found on the network",
        "remembered",
        "told by another workstation",
        "typed by hand",
        "it called us",
    ]


def test_a_ledger_is_compared_with_ours_only_while_connected():
    assert ledger_words(ROOM, 10) == "same as here"
    assert ledger_words(ROOM, 1900) == "1,890 behind"
    assert ledger_words(ROOM, 9) == "1 ahead"
    assert ledger_words(replace(ROOM, state=LinkState.ABSENT), 1900) == "was at 10"
    assert ledger_words(replace(ROOM, height=None), 10) == ""


def test_round_trips_are_those_of_a_live_link():
    assert round_trip_words(replace(ROOM, rtt_ms=0.02)) == "0.1 ms"
    assert round_trip_words(replace(ROOM, rtt_ms=3.14)) == "3.1 ms"
    assert round_trip_words(replace(ROOM, rtt_ms=1234.5)) == "1,234 ms"
    assert round_trip_words(replace(ROOM, rtt_ms=3.0, state=LinkState.ABSENT)) == ""


@pytest.mark.parametrize(
    ("ahead_ms", "words"),
    [
        (None, ""),
        (2_000, ""),
        (-2_000, ""),
        (2_600, "Its clock is 3 s ahead."),
        (-95_000, "Its clock is 95 s behind."),
        (600_000, "Its clock is 10 min ahead."),
        (-86_400_000, "Its clock is 24 h behind."),
    ],
)
def test_a_clock_is_spoken_of_when_it_is_off_by_more_than_two_seconds(ahead_ms, words):
    assert clock_words(replace(ROOM, clock_ahead_ms=ahead_ms)) == words


def test_trouble_is_told_only_where_there_is_no_link():
    off = replace(ROOM, state=LinkState.DIALLING, trouble="unreachable")
    assert trouble_words(off).startswith("Nobody answers there.")
    assert trouble_words(replace(off, state=LinkState.LINKED)) == ""
    assert "another clinic" in trouble_words(replace(off, trouble="other-network"))
    assert trouble_words(replace(off, trouble="bye")) == ""


def test_every_trouble_of_the_network_that_needs_a_word_has_one():
    from ehr_desktop.node.net.errors import Ending

    usual = {Ending.BYE, Ending.DUPLICATE, Ending.CLOSED_HERE}
    off = replace(ROOM, state=LinkState.ABSENT)
    silent = {each for each in Ending if not trouble_words(replace(off, trouble=each.value))}
    assert silent == usual


def test_removing_says_what_the_rest_can_stand():
    three, two = network(3, 2), network(2, 1)
    assert "both are then needed" in removal_text(three, three.workstations[2])
    assert "decides alone" in removal_text(two, two.workstations[1])
    follower = replace(three.workstations[2], weight=0)
    without = replace(three, workstations=(*three.workstations[:2], follower))
    assert "needed" not in removal_text(without, follower)


def test_one_that_signed_off_has_no_vote_until_it_is_back():
    status = network(4, 3)
    away = replace(status.workstations[3], away=True, state=LinkState.ABSENT)
    assert votes_words(away, 3) == "none until it is back"
    without = replace(status, workstations=(*status.workstations[:3], away))
    assert "needed" not in removal_text(without, away)
    assert "both are then needed" in removal_text(without, without.workstations[1])


def test_what_is_on_its_way_is_counted():
    assert behind_words(network(2, 1)) == ""
    one = replace(network(2, 1), missing_containers=1)
    assert behind_words(one) == "1 record the ledger speaks of is still on its way here."
    assert "1,200 records" in behind_words(replace(one, missing_containers=1200))


def test_names_are_joined_as_a_sentence_has_them():
    assert [joined(list("abcdef"[:n])) for n in (1, 2, 3, 4, 6)] == [
        "a",
        "a and b",
        "a, b and c",
        "a, b and 2 more",
        "a, b and 4 more",
    ]
