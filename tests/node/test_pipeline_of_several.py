"""Several pipelines on real databases: one order, whatever happens to wires, power and disks."""

import os

import pytest
from sqlalchemy import select

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.people import Role
from ehr_desktop.node.contracts import epochs
from ehr_desktop.node.contracts.statements import (
    NOBODY,
    BookAppointment,
    LeaveDevice,
    OpenEpochs,
    RemoveDevice,
    ReturnDevice,
)
from ehr_desktop.node.ledger.finality import Finality
from ehr_desktop.node.ledger.work import EASIEST_TARGET
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import blocks
from ehr_desktop.node.store.containers import StoredContainer
from ehr_desktop.node.store.tables import VOTES
from tests.support.one_pc import story
from tests.support.several_pipelines import START_MS, assert_one_ledger, order_of

NINE = START_MS - START_MS % 86_400_000 + 86_400_000 + 9 * 3_600_000

EPOCH = 1 << 20


def assert_sound(clinic) -> None:
    """Every workstation's own full check finds nothing wrong."""
    names = [w.name for w in clinic.by_id.values()]
    clinic.close_all()
    for name in names:

        @story(clinic.folder / name)
        async def _(pc):
            assert (await pc.check()).faults == ()


def booking(provider: bytes, patient: bytes) -> BookAppointment:
    name = os.urandom(16)
    return BookAppointment(
        name, provider, patient, NINE, 30, "2027-01-15T09:00", "Europe/London", "", EPOCH
    )


def opens(clinic, workstation, patient: bytes) -> None:
    """Start a key for a patient's appointments."""
    boxes = tuple((team, 1, os.urandom(32)) for team in ("clinical", "front-desk"))
    clinic.say(
        workstation, OpenEpochs(patient, (("appointments", EPOCH, os.urandom(32), boxes, ()),))
    )


def books(clinic, workstation, statement: BookAppointment) -> None:
    """Book, with words that say nothing here."""
    container = StoredContainer(
        os.urandom(32), b"", os.urandom(16), 1, b"h", b"s", b"w", b"f", 6, b"sealed"
    )
    said = Unsigned(statement, clinic.admin, clinic.keys.signing, statement.patient, (container,))
    clinic.write(workstation, said)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_what_one_workstation_signs_is_final_on_all_in_one_order(clinic_of, count):
    clinic = clinic_of(count)
    for number in range(1, count + 1):
        clinic.registers(clinic[number])
        clinic.registers(clinic[number])
    clinic.settle()
    assert_one_ledger(clinic)
    assert len(order_of(clinic[1])) == 1 + (count - 1) + 2 * count
    assert all(rule == "" for _, rule in order_of(clinic[1]))
    assert_sound(clinic)


@pytest.mark.parametrize("mode", [ProposerMode.STAKE, ProposerMode.WORK])
def test_the_other_ways_to_propose_lead_to_one_ledger_too(clinic_of, mode, monkeypatch):
    # some 30 ms a block instead of half a second, for everybody alike
    monkeypatch.setattr(epochs, "FIRST_TARGET", EASIEST_TARGET)
    clinic = clinic_of(3, mode)
    for number in (1, 2, 3):
        clinic.registers(clinic[number])
    clinic.settle(rounds=40)
    assert_one_ledger(clinic)
    assert clinic[1].pipeline.pending_count == 0
    assert_sound(clinic)


def test_no_vote_is_told_before_it_is_on_the_disk(clinic_of):
    clinic = clinic_of(3)
    for workstation in clinic.by_id.values():
        stored_before: list[bool] = []
        original = clinic.take

        def look(who, turn, stored_before=stored_before, original=original):
            cast = [m for _, m in turn.ballots if hasattr(m, "validator") and m.validator == who.id]
            with who.database.reading() as connection:
                kept = {row.vote for row in connection.execute(select(VOTES.c.vote))}
                head = who.pipeline.chain.head
            for signed in cast:
                is_past = signed.vote.slot <= head.slot and signed.vote.epoch == head.epoch
                stored_before.append(is_past or signed.encode() in kept)
            original(who, turn)

        clinic.take = look
        clinic.registers(workstation)
        clinic.settle()
        clinic.take = original
        assert stored_before
        assert all(stored_before)


def test_a_power_cut_in_the_middle_of_an_agreement_loses_nothing_and_forgets_no_vote(clinic_of):
    clinic = clinic_of(4)
    for most in range(1, 24, 3):
        clinic.registers(clinic[2])
        clinic.deliver(most)
        for number in (3, 2):
            clinic.close(clinic[number])
            with_votes = clinic.open(f"Room {number}")
            assert not with_votes.pipeline.halted
        clinic.settle()
        assert_one_ledger(clinic)
    assert len(order_of(clinic[1])) == 4 + 8
    assert_sound(clinic)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1)])
@pytest.mark.parametrize("mode", ProposerMode)
def test_what_builds_on_a_statement_that_comes_later_is_not_refused_for_it(
    clinic_of, mode, first, second, monkeypatch
):
    monkeypatch.setattr(epochs, "FIRST_TARGET", EASIEST_TARGET)
    clinic = clinic_of(4, mode)
    provider, _ = clinic.enrols(Role.DOCTOR)
    patient = clinic.registers(clinic[1])
    clinic.settle(rounds=40)
    while clinic[3].pipeline.standing.agreement.leader not in (None, clinic[3].id):
        clinic.registers(clinic[1])
        clinic.settle(rounds=40)
    clinic.cut({"PC 1", "Room 2"}, {"Room 3", "Room 4"})
    opens(clinic, clinic[first], patient)
    clinic.deliver()
    books(clinic, clinic[second], booking(provider, patient))
    # and the next one of that workstation, which has to come after it
    clinic.registers(clinic[second])
    clinic.deliver()
    # the one who joined first is asked for both feeds, and tells its own first
    clinic.heal()
    clinic.settle(rounds=40)
    assert_one_ledger(clinic)
    assert [rule for _, rule in order_of(clinic[1]) if rule] == []
    assert clinic[1].pipeline.pending_count == 0


def test_what_is_refused_for_good_is_refused_after_a_while(clinic_of):
    clinic = clinic_of(4)
    provider, _ = clinic.enrols(Role.DOCTOR)
    patient = clinic.registers(clinic[1])
    clinic.settle()
    for number in (1, 2, 3, 4):
        books(clinic, clinic[number], booking(provider, patient))
        clinic.registers(clinic[number])
    clinic.settle()
    assert_one_ledger(clinic)
    assert [rule for _, rule in order_of(clinic[1]) if rule] == ["stale-epoch"] * 4
    assert clinic[1].pipeline.pending_count == 0


def test_what_came_from_elsewhere_is_new_for_a_while_and_not_when_the_clock_is_set_back(clinic_of):
    clinic = clinic_of(4)
    clinic.cut({"PC 1", "Room 2"}, {"Room 3", "Room 4"})
    clinic.registers(clinic[1])
    clinic.registers(clinic[2])
    clinic.deliver()
    own, others = sorted(clinic[1].pipeline.pool, key=lambda t: t.payload.device != clinic[1].id)
    pool, came_ms = clinic[1].pipeline.pool, clinic.now
    spans = [pool.came_within(5_000, came_ms + ms, others) for ms in (-1, 0, 4_999, 5_000)]
    assert spans == [False, True, True, False]
    assert not pool.came_within(5_000, came_ms, own)


def test_below_the_quorum_work_goes_on_and_after_the_heal_one_slot_has_one_winner_everywhere(
    clinic_of,
):
    clinic = clinic_of(4)
    provider, _ = clinic.enrols(Role.DOCTOR)
    patient = clinic.registers(clinic[1])
    opens(clinic, clinic[1], patient)
    clinic.settle()
    height = clinic[1].height

    clinic.cut({"PC 1", "Room 2"}, {"Room 3", "Room 4"})
    for number in (1, 3):
        books(clinic, clinic[number], booking(provider, patient))
        clinic.registers(clinic[number])
    clinic.settle(rounds=6)
    # nobody called anything final, everybody has what its side signed
    assert {w.height for w in clinic.by_id.values()} == {height}
    assert [w.pipeline.pending_count for w in clinic.by_id.values()] == [2, 2, 2, 2]
    expected = [verdict.rule for _, verdict in clinic[2].pipeline.waiting()]
    assert expected == ["", ""]

    clinic.heal()
    clinic.settle(rounds=40)
    assert_one_ledger(clinic)
    rules = [rule for _, rule in order_of(clinic[1])]
    assert [rule for rule in rules if rule] == ["slot-taken"]
    assert len(rules) == 4 + 1 + 1 + 1 + 4


def test_the_side_of_a_split_that_has_a_quorum_goes_on_and_the_other_takes_it_over(clinic_of):
    clinic = clinic_of(4)
    clinic.cut({"PC 1", "Room 2", "Room 3"}, {"Room 4"})
    many = [clinic.registers(clinic[1]) for _ in range(3)]
    alone = clinic.registers(clinic[4])
    clinic.settle(rounds=6)
    assert clinic[1].pipeline.pending_count == 0
    assert clinic[4].pipeline.pending_count == 1
    assert clinic[4].pipeline.value("patient", alone) is not None, "expected, though not final"
    clinic.heal()
    clinic.settle(rounds=40)
    assert_one_ledger(clinic)
    for patient in (*many, alone):
        assert clinic[4].pipeline.value("patient", patient) is not None


def test_an_epoch_ends_with_the_block_that_changes_who_votes_and_its_end_is_proved(clinic_of):
    clinic = clinic_of(4)
    chain = clinic[1].pipeline.chain
    assert (chain.epoch, len(chain.validators.members)) == (3, 4)
    clinic.say(clinic[1], RemoveDevice(clinic[4].id))
    clinic.settle(rounds=40)
    assert clinic[1].pipeline.chain.epoch == 4
    clinic.registers(clinic[2])
    clinic.settle(rounds=20)
    with clinic[1].database.reading() as connection:
        rows = blocks.rising(connection, 0, 100)
        # the block that ended an epoch of several stands under a certificate for an empty
        # block that is no part of the ledger, or under its own
        assert all(Finality.decode(row[3]).certificate for row in rows)
    gone = clinic[4]
    assert gone.pipeline.device not in {
        m.device for m in clinic[1].pipeline.chain.validators.members
    }
    clinic.close(gone)
    assert_one_ledger(clinic)
    assert_sound(clinic)


def test_a_workstation_that_signs_off_is_not_missed_and_comes_back(clinic_of):
    clinic = clinic_of(4)
    clinic.write(clinic[4], Unsigned(LeaveDevice(), NOBODY, None))
    clinic.settle(rounds=20)
    assert len(clinic[1].pipeline.chain.validators.members) == 3
    clinic.close(clinic[4])
    clinic.close(clinic[3])
    clinic.registers(clinic[1])
    clinic.settle(rounds=20)
    # two of three: with all four counted, two would not have been enough
    assert clinic[1].pipeline.pending_count == 0
    for number in (3, 4):
        clinic.catch_up(clinic.open(f"Room {number}"))
    clinic.write(clinic[4], Unsigned(ReturnDevice(), NOBODY, None))
    clinic.settle(rounds=20)
    assert len(clinic[4].pipeline.chain.validators.members) == 4
    assert_one_ledger(clinic)
