"""What proves a workstation false, and what must not be believed."""

import pytest

from ehr_desktop.node.consensus.effects import (
    Broadcast,
    CheckCandidate,
    Distrust,
    Evidence,
    ForgottenVote,
    StoreVote,
)
from ehr_desktop.node.consensus.messages import Epoch
from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.ledger.vote import NO_BLOCK, Certificate, SignedVote, Vote, sign_vote
from tests.support.consensus_clinic import BASE, FINAL, NETWORK, NOTAR, SKIP, Clinic, accept, of


def test_a_second_block_for_a_slot_gets_no_vote_and_is_evidence_against_its_proposer():
    clinic = Clinic(4)
    core = clinic.core(1)
    accept(clinic, core, clinic.block(0))

    other = clinic.block(0, transactions=(2,))
    effects = clinic.told(core, 0, clinic.proposal(other))

    [evidence] = of(Evidence, effects)
    assert evidence.first.validator == evidence.second.validator == clinic.devices[0]
    assert {evidence.first.vote.block, evidence.second.vote.block} == {
        clinic.block(0).block,
        other.block,
    }
    assert of(CheckCandidate, effects) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((NOTAR, b"a"), (NOTAR, b"b")),
        ((FINAL, b"a"), (FINAL, b"b")),
        ((SKIP, None), (FINAL, b"a")),
        ((FINAL, b"a"), (SKIP, None)),
        ((NOTAR, b"a"), (FINAL, b"b")),
    ],
)
def test_two_votes_no_honest_workstation_casts_together_are_evidence(first, second):
    clinic = Clinic(4)
    core = clinic.core(1)
    votes = [
        clinic.vote(2, kind, 0, NO_BLOCK if name is None else sha256(name))
        for kind, name in (first, second)
    ]

    assert of(Evidence, clinic.told(core, 2, votes[0])) == []
    assert of(Evidence, clinic.told(core, 2, votes[1])) == [Evidence(*votes)]
    assert of(Evidence, clinic.told(core, 3, votes[1])) == []


def test_a_notar_vote_and_a_skip_in_one_slot_are_no_evidence():
    clinic = Clinic(4)
    core = clinic.core(1)
    clinic.told(core, 2, clinic.vote(2, NOTAR, 0, sha256(b"a")))

    assert of(Evidence, clinic.told(core, 2, clinic.vote(2, SKIP, 0))) == []


def test_in_a_slot_that_is_given_up_the_proposers_vote_is_shown_to_all_once():
    """Each may have been told another block, so nobody sees two of them by himself."""
    clinic = Clinic(4)
    core = clinic.core(1)
    proposal = clinic.proposal(clinic.block(0))
    clinic.told(core, 0, proposal)

    skips = [clinic.vote(number, SKIP, 0) for number in (2, 3)]
    told = [
        of(Broadcast, clinic.told(core, n, skip)) for n, skip in zip((2, 3), skips, strict=True)
    ]

    assert Broadcast(proposal.vote) in told[0]
    assert Broadcast(proposal.vote) not in told[1]
    assert not {Broadcast(skip) for skip in skips} & {*told[0], *told[1]}


def test_a_forged_vote_is_not_counted_and_its_sender_is_distrusted():
    clinic = Clinic(4)
    core = clinic.core(1)
    vote = clinic.vote(2, SKIP, 0)
    forged = SignedVote(vote.vote, clinic.devices[3], vote.signature)

    assert of(Distrust, clinic.told(core, 2, forged)) == [Distrust(clinic.devices[2])]
    assert core.agreement().skip == ()


@pytest.mark.parametrize("signers", [(2, 3), (2, 2, 2)])
def test_a_certificate_without_a_quorum_is_refused(signers):
    clinic = Clinic(4)
    core = clinic.core(1)
    vote = Vote(NETWORK, 0, SKIP, 0, NO_BLOCK)
    votes = [clinic.vote(number, SKIP, 0) for number in signers]
    false = Certificate(vote, tuple((v.validator, v.signature) for v in votes))

    assert of(Distrust, clinic.told(core, 2, false)) == [Distrust(clinic.devices[2])]
    assert core.agreement().slot == 0


def test_votes_of_another_network_or_an_old_epoch_are_passed_over():
    clinic = Clinic(4)
    core = clinic.core(1, Epoch(1, clinic.set, BASE))
    stranger = sign_vote(Vote(sha256(b"other"), 1, SKIP, 0, NO_BLOCK), clinic.keys[2])

    assert clinic.told(core, 2, stranger) == []
    assert clinic.told(core, 2, clinic.vote(2, SKIP, 0, epoch=0)) == []


def test_a_vote_of_ones_own_that_is_not_remembered_stops_all_voting():
    clinic = Clinic(4)
    core = clinic.core(1)
    mine = clinic.vote(1, NOTAR, 0, sha256(b"before the restore"))

    assert of(ForgottenVote, clinic.told(core, 2, mine)) == [ForgottenVote(mine)]
    assert of(StoreVote, accept(clinic, core, clinic.block(0))) == []
