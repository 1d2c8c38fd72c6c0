"""A ledger many workstations have written: who had to agree follows from the ledger itself."""

import pytest

from ehr_desktop.domain.ledger import FaultKind
from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.node.contracts.statements import (
    LeaveDevice,
    RemoveDevice,
    ReturnDevice,
    SetWeights,
)
from tests.support.paper_chain import PaperChain
from tests.support.paper_ledger import ADMIN, Device
from tests.support.paper_network import enrolment, two_stories

TWO, THREE, FOUR = (Device(f"PC {n}") for n in (2, 3, 4))


@pytest.fixture
def chain():
    network = PaperChain(TWO, THREE, FOUR)
    network.join(TWO, THREE, FOUR)
    return network


def test_a_ledger_over_many_epochs_is_sound(chain, tmp_path):
    for statement, author, person in (
        (LeaveDevice(), FOUR, None),
        (ReturnDevice(), FOUR, None),
        (SetWeights(((TWO.id, 5),)), chain.first, ADMIN),
        (two_stories(FOUR), TWO, None),
        (LeaveDevice(), THREE, None),
        (RemoveDevice(chain.first.id), TWO, ADMIN),
    ):
        chain.tell(statement, author, person)
    chain.run_as_block([])
    assert [verdict.rule for b in chain.blocks for verdict in b.verdicts if verdict.rule] == [
        "core-set"
    ]
    assert chain.blocks[-1].header.epoch == chain.epoch == 8
    assert chain.faults(tmp_path) == set()


def test_a_block_is_final_by_the_certificate_of_one_built_on_it(chain, tmp_path):
    last = chain.signed((LeaveDevice(), FOUR, None))
    assert chain.run_as_block(last, descendants=2)[0].accepted
    chain.run_as_block([])
    assert len(chain.blocks[-2].finality.headers) == 2
    assert chain.faults(tmp_path) == set()


def test_those_who_decided_before_decide_no_more(chain, tmp_path):
    chain.tell(RemoveDevice(TWO.id), chain.first, ADMIN)
    chain.tell(RemoveDevice(THREE.id), chain.first, ADMIN)
    chain.run_as_block([], signers=[chain.first, TWO, THREE])
    assert chain.faults(tmp_path) == {(FaultKind.CERTIFICATE, "block 6")}


def test_too_few_of_those_who_decide_are_not_enough(chain, tmp_path):
    chain.run_as_block([], signers=[TWO, THREE])
    chain.run_as_block([], signers=[TWO, THREE, FOUR])
    assert chain.faults(tmp_path) == {(FaultKind.CERTIFICATE, "block 4")}


def test_an_epoch_that_has_ended_does_not_go_on(chain, tmp_path):
    before, epoch = chain.validators, chain.epoch
    chain.tell(LeaveDevice(), FOUR)
    slot = chain.blocks[-1].header.slot + 1
    chain.run_as_block(
        [], epoch=epoch, slot=slot, validators=before.hash, signers=[chain.first, TWO, THREE, FOUR]
    )
    assert (FaultKind.CERTIFICATE, "block 5") in chain.faults(tmp_path)


def test_an_epoch_does_not_begin_by_itself(chain, tmp_path):
    chain.run_as_block([])
    chain.run_as_block([], epoch=chain.epoch + 1)
    assert chain.faults(tmp_path) == {(FaultKind.CERTIFICATE, "block 5")}


def test_a_workstation_without_a_vote_proposes_nothing(chain, tmp_path):
    chain.tell(LeaveDevice(), FOUR)
    chain.run_as_block([], proposer=FOUR.id)
    assert chain.faults(tmp_path) == {(FaultKind.PROPOSER, "block 5")}


def test_a_proof_nobody_asked_for_is_found(chain, tmp_path):
    chain.run_as_block([], proof=bytes(8))
    assert chain.faults(tmp_path) == {(FaultKind.PROPOSER, "block 4")}


def test_a_forged_enrolment_gives_nobody_a_vote(tmp_path):
    chain = PaperChain(TWO, THREE)
    chain.join(TWO)
    chain.tell(enrolment(THREE, chain.first, acceptance=bytes(64)), chain.first, ADMIN)
    assert chain.blocks[-1].verdicts[0].rule == "not-accepted"
    chain.run_as_block([], signers=[TWO, THREE])
    assert chain.faults(tmp_path) == {(FaultKind.CERTIFICATE, "block 3")}


def test_where_work_is_asked_for_every_block_but_the_first_shows_it(tmp_path):
    chain = PaperChain(mode=ProposerMode.WORK)
    chain.run_as_block([], proof=chain.mined())
    assert chain.faults(tmp_path / "worked") == set()
    chain.run_as_block([], proof=bytes(8))
    chain.run_as_block([])
    found = chain.faults(tmp_path / "idle")
    assert found == {(FaultKind.PROPOSER, "block 2"), (FaultKind.PROPOSER, "block 3")}
