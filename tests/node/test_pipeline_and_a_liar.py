"""One workstation of four that lies: whatever it signs and tells, the others go on."""

import os

import pytest

from ehr_desktop.node.consensus.events import MessageReceived
from ehr_desktop.node.consensus.simplex import FAR_VOTES
from ehr_desktop.node.contracts.statements import NOBODY, LeaveDevice
from ehr_desktop.node.ledger.transaction import Payload, sign
from ehr_desktop.node.ledger.vote import Vote, VoteKind, sign_vote
from ehr_desktop.node.net.messages import Transactions
from tests.support.several_pipelines import SeveralPipelines
from tests.support.unsigned_device import said_by


@pytest.fixture
def clinic(tmp_path):
    made = SeveralPipelines(tmp_path, 4)
    yield made
    made.close_all()


def told(liar, clinic, sequence, previous, *, kind="device.leave", body=(), time_ms=1):
    """A transaction of the liar's device, of any sort."""
    payload = Payload(
        network=liar.pipeline.network, kind=kind, device=liar.id, person=NOBODY,
        sequence=sequence, previous=previous, valid_until=0, time_ms=time_ms, body=body,
        containers=(),
    )  # fmt: skip
    return sign(payload, [liar.pipeline._key])


def hears(clinic, workstation, liar, *transactions):
    """The liar pushes transactions to one workstation."""
    wires = tuple(transaction.wire for transaction in transactions)
    clinic.run(
        workstation,
        lambda p: p.tell_sync(lambda sync: sync.received(liar.id, Transactions(wires))),
    )


def test_a_device_that_tells_two_stories_makes_nobodys_blocks_worthless(clinic):
    liar, victim = clinic[4], clinic[2]
    sequence, previous = liar.pipeline.pool.feed(liar.id)
    common = told(liar, clinic, sequence + 1, previous, time_ms=1)
    first = told(liar, clinic, sequence + 1, previous, time_ms=2)
    second = told(liar, clinic, sequence + 2, first.id, time_ms=3)
    third = told(liar, clinic, sequence + 3, second.id, time_ms=4)
    hears(clinic, victim, liar, first, second, third)
    for other in (clinic[1], clinic[3]):
        hears(clinic, other, liar, common)
    clinic.settle(rounds=20)
    for number in (1, 2, 3, 2):
        clinic.registers(clinic[number])
        clinic.settle(rounds=20)
    honest = [clinic[number] for number in (1, 2, 3)]
    assert len({w.pipeline.chain.head_id for w in honest}) == 1
    assert [w.pipeline.pending_count for w in honest] == [0, 0, 0]


def test_a_refused_statement_nobody_could_read_is_stored_like_any_other(clinic):
    liar = clinic[4]
    sequence, previous = liar.pipeline.pool.feed(liar.id)
    broken = told(liar, clinic, sequence + 1, previous, kind="team.box", body=(1,))
    fork = told(liar, clinic, sequence + 1, previous, kind="team.box", body=(2,))
    for number in (1, 2):
        hears(clinic, clinic[number], liar, broken)
    hears(clinic, clinic[3], liar, fork)
    clinic.settle(rounds=20)
    clinic.registers(clinic[1])
    clinic.settle(rounds=20)
    assert clinic[1].pipeline.pending_count == 0
    assert len({clinic[n].pipeline.chain.head_id for n in (1, 2, 3)}) == 1


def test_few_votes_of_one_for_slots_far_away_are_kept(clinic):
    liar, victim = clinic[4], clinic[1]
    epoch = victim.pipeline.chain.epoch

    def flood(pipeline):
        for slot in range(2000, 2500):
            vote = Vote(pipeline.network, epoch, VoteKind.FINAL, slot, os.urandom(32))
            pipeline.tell(MessageReceived(liar.id, sign_vote(vote, liar.pipeline._key)))

    clinic.run(victim, flood)
    ballots = victim.pipeline._part._ordering._engine._term.ballots
    assert sum(bool(ballots.at(slot)) for slot in range(2000, 2500)) <= FAR_VOTES


def test_whoever_catches_up_into_another_epoch_takes_part_at_once(clinic):
    clinic.close(clinic[4])
    clinic.write(clinic[3], said_by(LeaveDevice()))
    clinic.settle(rounds=20)
    for _ in range(3):
        clinic.registers(clinic[1])
        clinic.settle(rounds=20)
    late = clinic.open("Room 4")
    clinic.catch_up(late)
    assert late.pipeline.standing.agreement.head.block == late.pipeline.chain.head_id
    clinic.registers(clinic[1])
    clinic.deliver()
    assert late.pipeline.chain.head_id == clinic[1].pipeline.chain.head_id


def test_a_device_may_not_fill_the_others_disks_with_what_waits(clinic, monkeypatch):
    from ehr_desktop.node.pipeline import pool

    monkeypatch.setattr(pool, "MOST_WAITING", 5)
    liar, victim = clinic[4], clinic[1]
    clinic.cut({"PC 1", "Room 4"}, {"Room 2", "Room 3"})
    sequence, previous = liar.pipeline.pool.feed(liar.id)
    feed = []
    for number in range(1, 11):
        feed.append(told(liar, clinic, sequence + number, previous))
        previous = feed[-1].id
    for transaction in feed:
        hears(clinic, victim, liar, transaction)
    assert victim.pipeline.pending_count == 6
