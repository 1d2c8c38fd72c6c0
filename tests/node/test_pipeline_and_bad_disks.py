"""Several pipelines whose disks fail, are restored or are made to lie."""

import shutil
from dataclasses import replace

import pytest

from ehr_desktop.domain.errors import DiskFullError, WorkstationHaltedError
from ehr_desktop.node.consensus.effects import Propose
from ehr_desktop.node.contracts.roster import validator_set
from ehr_desktop.node.contracts.statements import (
    NOBODY,
    LeaveDevice,
)
from ehr_desktop.node.crypto.box import generate_box_seed
from ehr_desktop.node.crypto.sign import generate_seed
from ehr_desktop.node.ledger.transaction import Payload, Transaction, sign
from ehr_desktop.node.net import messages as net
from ehr_desktop.node.pipeline import proposals as proposals_module
from ehr_desktop.node.store import blocks, transactions, votes
from tests.support.several_pipelines import START_MS, assert_one_ledger, order_of


def test_a_restored_disk_that_forgot_its_votes_signs_nothing_any_more(clinic_of):
    clinic = clinic_of(4)
    old = clinic.folder / "old"
    clinic.close(clinic[3])
    shutil.copytree(clinic.folder / "Room 3", old)
    clinic.catch_up(clinic.open("Room 3"))
    clinic.registers(clinic[3])
    clinic.settle()
    clinic.close(clinic[3])
    shutil.rmtree(clinic.folder / "Room 3")
    shutil.copytree(old, clinic.folder / "Room 3")
    restored = clinic.open("Room 3")
    clinic.settle(rounds=20)
    assert restored.pipeline.halted == "forgotten"
    with pytest.raises(WorkstationHaltedError):
        clinic.registers(restored)
    before = len(restored.told)
    clinic.registers(clinic[1])
    clinic.settle(rounds=20)
    cast = [m for m in restored.told[before:] if isinstance(m, net.Vote | net.Candidate)]
    assert not [m for m in cast if getattr(m, "signed", None) and m.signed.validator == restored.id]
    # it still follows, and stays halted over a restart
    assert clinic.is_level
    clinic.close(restored)
    assert clinic.open("Room 3").pipeline.halted == "forgotten"


def test_a_full_disk_in_the_middle_of_a_turn_takes_back_all_of_it(clinic_of, monkeypatch):
    clinic = clinic_of(3)
    told = len(clinic[2].told)

    def no_room(*_):
        raise DiskFullError("ledger.db")

    monkeypatch.setattr(votes, "add", no_room)
    with pytest.raises(DiskFullError):
        clinic.registers(clinic[2])
    monkeypatch.undo()
    assert clinic[2].pipeline.pending_count == 0
    assert len(clinic[2].told) == told
    clinic.registers(clinic[2])
    clinic.settle()
    assert_one_ledger(clinic)
    assert len(order_of(clinic[2])) == 3 + 1


def test_a_block_that_leaves_out_what_an_author_signed_before_is_not_voted_for(
    clinic_of, monkeypatch
):
    clinic = clinic_of(4)
    clinic.cut({"PC 1"}, {"Room 2", "Room 3", "Room 4"})
    clinic.registers(clinic[1])
    later = clinic.registers(clinic[1])
    pool = clinic[1].pipeline.pool
    first, second = list(pool)
    with clinic[2].pipeline.turn():
        pipeline = clinic[2].pipeline
        for transaction in (first, second):
            pipeline.pool.add(transaction)
        asked = Propose(pipeline.chain.epoch, 99, pipeline.chain.head_id, empty=False)
        proposals = pipeline._part._proposals
        whole = proposals.propose(pipeline.connection, asked)
        pipeline.pool._waiting.pop(first.wire)
        # an honest workstation does not make such a block
        assert proposals.propose(pipeline.connection, asked) is None
        monkeypatch.setattr(proposals_module, "without_gaps", lambda waiting, _value: waiting)
        gap = proposals.propose(pipeline.connection, asked)
        assert pipeline.chain.extend(pipeline.connection, whole, {}) is not None
        assert pipeline.chain.extend(pipeline.connection, gap, {}) is None
        pipeline.pool._waiting.clear()
    assert validator_set(clinic[2].pipeline.value)[0] == 3
    assert later


def test_what_a_proposed_block_brought_first_is_taken_from_its_author_later(clinic_of):
    clinic = clinic_of(3)
    leader = clinic[1].pipeline.standing.agreement.leader
    late, author = (w for w in clinic.by_id.values() if w.id != leader)
    on_its_way = []
    clinic.registers(author)
    (signed,) = author.pipeline.pool
    while not late.pipeline.chain.verified():
        told = clinic.queue.popleft()
        if told[1] == late.id and isinstance(told[2], net.Transactions):
            on_its_way.append(told)
        else:
            clinic.queue.appendleft(told)
            clinic.deliver(1)
    assert late.pipeline.chain.verified() == {signed.wire: signed}
    assert late.pipeline.pending_count == 0

    clinic.queue.extendleft(on_its_way)
    clinic.deliver(len(on_its_way))

    assert list(late.pipeline.pool) == [signed]
    clinic.settle()
    assert_one_ledger(clinic)


def said_by(workstation, statement, **changes):
    """Sign something as a workstation that does not keep to the program."""
    pipeline = workstation.pipeline
    last, previous = pipeline.pool.feed(workstation.id)
    payload = Payload(
        pipeline.network, statement.KIND, workstation.id, NOBODY, last + 1, previous, 0,
        START_MS, statement.body(), (),
    )  # fmt: skip
    return sign(replace(payload, **changes), [pipeline._key])


def tell(clinic, author, listeners, *transactions):
    """Put transactions on the wires."""
    for listener in listeners:
        message = net.Transactions(tuple(t.wire for t in transactions))
        clinic.queue.append((author.id, listener.id, message))


def test_what_came_too_late_is_refused_in_the_ledger_and_stops_nobody(clinic_of):
    clinic = clinic_of(4)
    late = said_by(clinic[4], LeaveDevice(), valid_until=1)
    tell(clinic, clinic[4], [clinic[1], clinic[2], clinic[3]], late)
    clinic.settle(rounds=20)
    with clinic[1].database.reading() as connection:
        assert transactions.by_id(connection, late.id).rule == "expired"
    clinic.registers(clinic[1])
    clinic.settle()
    assert_one_ledger(clinic)


def test_one_clock_that_runs_far_ahead_does_not_take_the_ledger_along(clinic_of):
    clinic = clinic_of(4)
    start = clinic.now = clinic[1].pipeline.head.time_ms
    ahead = clinic[4].pipeline._part
    ahead._proposals = replace(ahead._proposals, clock=lambda: start + 3_600_000)
    for number in (1, 2, 3, 1, 2, 3):
        clinic.registers(clinic[number])
        clinic.settle(rounds=20)
    assert_one_ledger(clinic)
    assert clinic[1].pipeline.head.time_ms <= clinic.now


def test_one_clock_that_stands_still_holds_nobody_up_and_its_workstation_follows(clinic_of):
    clinic = clinic_of(4)
    start = clinic[1].pipeline.head.time_ms
    clinic.now = start + 3_600_000
    clinic[4].pipeline.clock = lambda: start
    for number in (1, 2, 3, 4, 1, 2, 3, 4):
        clinic.registers(clinic[number])
        clinic.settle(rounds=20)
    assert_one_ledger(clinic)
    assert len(order_of(clinic[4])) == 4 + 8
    assert clinic[4].pipeline.head.time_ms >= start + 3_600_000


def signed_twice(clinic, author):
    """One statement with two sets of signatures: one name, two transactions."""
    once = said_by(author, LeaveDevice())
    again = sign(once.payload, [author.pipeline._key, clinic.keys.signing])
    assert once.id == again.id
    assert once.wire != again.wire
    return once, again


def test_one_statement_with_two_sets_of_signatures_has_one_place_and_stops_nobody(clinic_of):
    clinic = clinic_of(4)
    once, again = signed_twice(clinic, clinic[4])
    clinic.cut({"PC 1", "Room 3", "Room 4"}, {"Room 2"})
    clinic.run(clinic[4], lambda p: p.admit(again), lambda p: p.store_admitted())
    tell(clinic, clinic[4], [clinic[1], clinic[3]], again)
    clinic.run(clinic[2], lambda p: p._receiving.admit([once.wire]))
    for _ in range(20):
        clinic.pass_time()
    with clinic[1].database.reading() as connection:
        assert transactions.is_final(connection, again.id)
    assert list(clinic[2].pipeline.pool) == [once]
    clinic.heal()
    clinic.settle(rounds=20)
    for workstation in (clinic[1], clinic[2], clinic[3]):
        with workstation.database.reading() as connection:
            assert transactions.by_id(connection, once.id).wire == again.wire
        assert workstation.pipeline.pending_count == 0
        assert not workstation.pipeline.halted
    clinic.registers(clinic[2])
    clinic.settle(rounds=20)
    assert_one_ledger(clinic)


def test_a_block_that_has_a_final_transaction_again_is_not_voted_for(clinic_of):
    clinic = clinic_of(2)
    clinic.registers(clinic[1])
    clinic.settle()
    pipeline = clinic[2].pipeline
    with clinic[1].database.reading() as connection:
        (newest,) = transactions.newest(connection, limit=1)
    again = Transaction.decode(newest.wire)
    with pipeline.turn():
        asked = Propose(pipeline.chain.epoch, 99, pipeline.chain.head_id, empty=False)
        pipeline.pool._waiting[again.wire] = again
        repeated = pipeline._part._proposals.propose(pipeline.connection, asked)
        pipeline.pool._waiting.clear()
        assert repeated.transactions == (again.wire,)
        assert pipeline.chain.extend(pipeline.connection, repeated, {}) is None


def first_block(workstation):
    """The block a clinic begins with, and what proves it."""
    with workstation.database.reading() as connection:
        _, _, header, proof = blocks.rising(connection, 0, 1)[0]
        return net.CertifiedBlock(blocks.content_at(connection, 0, header), proof)


def test_whoever_joins_takes_no_other_first_block_whatever_was_tried_before(clinic_of):
    clinic, foreign = clinic_of(1), clinic_of(1)
    genuine, other = first_block(clinic[1]), first_block(foreign[1])
    seeds = generate_seed(), generate_box_seed()
    clinic.make_home("Room 2", seeds, clinic[1])
    newcomer = clinic.open("Room 2").pipeline
    unproven = replace(genuine, certificate=other.certificate)
    with newcomer.turn():
        for wrong in (other, unproven, other):
            assert newcomer._receiving.accept_blocks(0, [wrong]) == 0
            assert newcomer.chain.validators is None
        assert newcomer._receiving.accept_blocks(0, [genuine]) == 1
    assert newcomer.head.height == 0
