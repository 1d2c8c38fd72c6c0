"""What the vote is called."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ehr_desktop.domain.ids import BlockId, DeviceId
from ehr_desktop.domain.network import (
    Accusation,
    Ballot,
    ConsensusStatus,
    FinalPoint,
    ProposerMode,
    Voter,
)
from ehr_desktop.node.consensus.proposers import WORK_SENTENCE as NODES_SENTENCE
from ehr_desktop.ui.models.consensus_words import (
    MODES,
    NONE_YET,
    WORK_SENTENCE,
    accusation_words,
    ballot_words,
    block_saying,
    confirmed_words,
    final_ms_words,
    halted_saying,
    mining_rows,
    needed_words,
    pace_words,
    tolerance_words,
)
from tests.support.memory_network import mining, whichever

NOON = datetime(2026, 8, 14, 12, tzinfo=UTC)
BLOCK = BlockId("ab" * 32)


def consensus(weights=(1, 1, 1, 1), **changed):
    """A vote among as many as there are weights, with nothing to vote on."""
    total = sum(weights)
    faulty = (total - 1) // 3
    quorum = (total + faulty) // 2 + 1
    heaviest = sorted(weights, reverse=True)
    made = ConsensusStatus(
        mode=ProposerMode.AUTHORITY,
        epoch=2,
        slot=900,
        height=812,
        block=BlockId(""),
        proposer="",
        voters=tuple(
            Voter(DeviceId(f"{n:032x}"), f"Room {n}", weight, Ballot.NONE)
            for n, weight in enumerate(weights)
        ),
        quorum=quorum,
        total=total,
        confirmed=0,
        may_be_off=whichever(heaviest, total - quorum),
        may_lie=whichever(heaviest, faulty),
        finals=(),
        pending=0,
    )
    return replace(made, **changed)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "This workstation decides alone."),
        (2, "Both workstations are needed"),
        (3, "Of 3 workstations, any 1 may be off. One that lies is detected and stopped, "),
        (4, "Of 4 workstations, any 1 may be off or any 1 may lie, and nothing changes"),
        (7, "Of 7 workstations, any 2 may be off or any 2 may lie, and nothing changes"),
    ],
)
def test_how_many_may_be_off_or_lie_is_a_sentence(count, said):
    assert tolerance_words(consensus((1,) * count)).startswith(said)


def test_with_three_a_lie_is_detected_and_not_prevented():
    assert "its lie is not prevented: that takes four" in tolerance_words(consensus((1, 1, 1)))
    assert "not prevented" not in tolerance_words(consensus((1, 1, 1, 1)))


def test_uneven_votes_are_spoken_of_as_votes():
    status = consensus((40, 1, 1, 30))
    assert "none may be off without things having to wait" in tolerance_words(status)
    assert "that takes four with equal votes" in tolerance_words(status)
    milder = tolerance_words(consensus((3, 2, 2, 2, 2)))
    assert milder.startswith("Of 5 workstations, any 1 may be off or any 1 may lie")
    assert needed_words(status) == "48 votes needed"
    agreeing = replace(status, block=BLOCK, confirmed=41)
    assert confirmed_words(agreeing) == "41 of 72 votes confirmed"


def test_confirmations_are_counted_by_workstation():
    status = consensus(block=BLOCK, confirmed=3, proposer="Room 2")
    assert confirmed_words(status) == "3 of 4 confirmed"
    assert needed_words(status) == "3 needed"
    assert block_saying(status) == ("Block 813 is being agreed", "Proposed by Room 2.")
    assert confirmed_words(consensus()) == ""


def test_what_is_going_on_is_said_also_when_nothing_is():
    assert block_saying(consensus())[0] == "Everything signed is final"
    assert block_saying(consensus(height=0))[0] == "Nothing has been signed yet"
    assert block_saying(consensus(pending=1))[0] == "1 transaction waits for the next block"
    assert block_saying(consensus(pending=3))[0] == "3 transactions wait for the next block"
    assert block_saying(consensus(mining=mining()))[0] == "Block 813 is being mined"


def test_a_vote_is_told_in_words():
    status = consensus(block=BLOCK)
    voter = status.voters[0]
    said = [ballot_words(replace(voter, ballot=ballot), status)[0] for ballot in Ballot]
    assert said == [
        "no vote yet", "confirmed it", "votes to skip this turn", "signed it as final",
    ]  # fmt: skip
    assert ballot_words(replace(voter, leads=True), status)[0] == "proposes"
    leads = replace(voter, leads=True, ballot=Ballot.CONFIRMED)
    assert ballot_words(leads, status)[0] == "proposed and confirmed it"
    assert ballot_words(voter, consensus())[0] == "no block to vote on"


def test_the_screen_says_of_work_what_the_node_says():
    assert MODES[ProposerMode.WORK][1] == WORK_SENTENCE == NODES_SENTENCE
    assert set(MODES) == set(ProposerMode)


@pytest.mark.parametrize("code", ["follows", "away", "forgotten", "stopped"])
def test_every_reason_for_no_vote_has_its_own_sentence(code):
    saying = halted_saying(consensus(halted=code))
    assert saying is not None
    assert saying.text != code
    assert len(saying.text) > 60


def test_a_reason_nobody_knows_is_shown_as_it_is():
    assert halted_saying(consensus()) is None
    assert halted_saying(consensus(halted="odd")).text == "odd"


def test_evidence_says_who_did_what_and_where_the_proof_is():
    lie = Accusation(DeviceId("a" * 32), "Room 2", 1198, "two-blocks", 1203)
    assert accusation_words(lie) == (
        "Room 2 voted for two different blocks in slot 1,198; the proof is in block 1,203."
    )
    pending = replace(lie, what="what-is-this", height=None)
    assert accusation_words(pending) == (
        "Room 2 signed two statements that cannot both be honest in slot 1,198; "
        "the proof is on its way to the ledger."
    )


def test_times_to_final_read_well():
    said = [final_ms_words(ms) for ms in (0.4, 5.2, 999, 1500, 59_000, 90_000, 30_000_000)]
    assert said == ["under 1 ms", "5 ms", "999 ms", "1.5 s", "59.0 s", "2 min", "8 h"]


def test_the_pace_is_the_last_block_and_the_median():
    points = tuple(
        FinalPoint(n, NOON + timedelta(minutes=n), ms, 1, "Room 1")
        for n, ms in enumerate((4.0, 900.0, 12.0))
    )
    assert pace_words(points) == ("12 ms", "12 ms")
    assert pace_words(()) == (NONE_YET, NONE_YET)


def test_mining_is_told_in_numbers():
    rows = dict(mining_rows(mining()))
    assert rows["Nonce"] == "8,214,567"
    assert rows["Hash rate"] == "412,350 a second"
    assert rows["Difficulty"] == "1,048,576 tries a block, 20 leading zero bits"
    assert rows["At this rate"] == "a block every 2.5 s, alone"
    assert rows["New target in"] == "7 blocks"
    assert dict(mining_rows(mining(running=False)))["At this rate"] == ""
    idle = dict(mining_rows(mining(running=False, header="", nonce=0, tries=0, rate=0.0)))
    assert {idle[name] for name in ("Header", "Nonce", "Tries", "Hash rate")} == {""}
    assert idle["Difficulty"]
    assert dict(mining_rows(mining(retarget_in=1)))["New target in"] == "1 block"
