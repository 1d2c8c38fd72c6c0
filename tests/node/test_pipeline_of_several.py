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


def assert_sound(clinic) -> None:
    """Every workstation's own full check finds nothing wrong."""
    names = [w.name for w in clinic.by_id.values()]
    clinic.close_all()
    for name in names:

        @story(clinic.folder / name)
        async def _(pc):
            assert (await pc.check()).faults == ()


def booking(provider: bytes, patient: bytes, epoch: int, name: bytes) -> BookAppointment:
    return BookAppointment(
        name, provider, patient, NINE, 30, "2027-01-15T09:00", "Europe/London", "", epoch
    )


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


def test_below_the_quorum_work_goes_on_and_after_the_heal_one_slot_has_one_winner_everywhere(
    clinic_of,
):
    clinic = clinic_of(4)
    provider, _ = clinic.enrols(Role.DOCTOR)
    patient = clinic.registers(clinic[1])
    epoch = 1 << 20
    boxes = tuple((team, 1, os.urandom(32)) for team in ("clinical", "front-desk"))
    clinic.say(
        clinic[1], OpenEpochs(patient, (("appointments", epoch, os.urandom(32), boxes, ()),))
    )
    clinic.settle()
    height = clinic[1].height

    clinic.cut({"PC 1", "Room 2"}, {"Room 3", "Room 4"})
    for number in (1, 3):
        words = os.urandom(32)
        container = StoredContainer(
            words, b"", os.urandom(16), 1, b"h", b"s", b"w", b"f", 6, b"sealed"
        )
        statement = booking(provider, patient, epoch, os.urandom(16))
        clinic.write(
            clinic[number],
            Unsigned(statement, clinic.admin, clinic.keys.signing, patient, (container,)),
        )
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
