"""What a workstation votes for, alone and among four, and what its votes make final."""

from ehr_desktop.node.consensus.effects import (
    Broadcast,
    CancelTimer,
    CheckCandidate,
    Finalize,
    Propose,
    SetTimer,
    StoreVote,
)
from ehr_desktop.node.consensus.events import (
    BlockBuilt,
    CandidateChecked,
    Timer,
    TimerFired,
    TransactionsPending,
    VoteStored,
)
from ehr_desktop.node.consensus.messages import Epoch, Head
from ehr_desktop.node.consensus.proposers import Work
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import Vote, certificate_holds
from tests.support.consensus_clinic import (
    BASE,
    FINAL,
    NETWORK,
    NOTAR,
    SKIP,
    Clinic,
    accept,
    of,
    stored,
)


def test_one_workstation_alone_makes_a_block_final_at_once_and_leaves_no_timer_running():
    clinic = Clinic(1)
    core = clinic.core(0)
    running = set()

    effects = core.handle(TransactionsPending(1))
    block = clinic.block(0)
    everything = list(effects)
    assert of(Propose, effects) == [Propose(0, 0, BASE, empty=False)]
    effects = core.handle(BlockBuilt(0, BASE, block.content))
    while effects:
        everything += effects
        effects = stored(core, effects)
    everything += core.handle(TransactionsPending(0))

    [final] = of(Finalize, everything)
    assert final.chain == (block,)
    assert certificate_holds(final.certificate, clinic.set)
    for effect in everything:
        if isinstance(effect, SetTimer):
            running.add(effect.timer)
        elif isinstance(effect, CancelTimer):
            running.discard(effect.timer)
    assert running == set()


def test_with_nothing_to_order_nothing_happens_at_all():
    assert Clinic(4).core(0).handle(TransactionsPending(0)) == []


def test_a_workstation_alone_goes_on_after_a_crash_between_two_votes():
    clinic = Clinic(1)
    block = clinic.block(0)
    entry = StoreVote(clinic.vote(0, NOTAR, 0, block.block), block)
    core = clinic.core(0)

    effects = core.restore(clinic.epoch, Head(-1, BASE), None, [entry])
    effects += core.handle(CandidateChecked(block.block, True))
    effects += stored(core, effects)

    assert of(Finalize, effects)[0].chain == (block,)


def test_a_vote_is_stored_before_anybody_hears_of_it():
    clinic = Clinic(4)
    core = clinic.core(1)

    wanted = accept(clinic, core, clinic.block(0))
    [entry] = of(StoreVote, wanted)
    assert not any(entry.signed == effect.message for effect in of(Broadcast, wanted))
    assert entry.candidate == clinic.block(0)

    assert Broadcast(entry.signed) in core.handle(VoteStored(entry.signed.vote))


def test_a_final_vote_follows_the_certificate_and_is_stored_with_it():
    clinic = Clinic(4)
    core, block = clinic.core(1), clinic.block(0)
    stored(core, accept(clinic, core, block))
    certificate = clinic.certificate(NOTAR, 0, block.block, (0, 2, 3))

    [entry] = of(StoreVote, clinic.told(core, 2, certificate))

    assert entry.signed.vote.kind is FINAL
    assert entry.certificate.vote == certificate.vote
    assert certificate_holds(entry.certificate, clinic.set)


def test_three_final_votes_of_four_make_a_block_final():
    clinic = Clinic(4)
    core, block = clinic.core(1), clinic.block(0)
    stored(core, accept(clinic, core, block))

    assert not of(Finalize, clinic.told(core, 2, clinic.vote(2, FINAL, 0, block.block)))
    assert not of(Finalize, clinic.told(core, 3, clinic.vote(3, FINAL, 0, block.block)))
    [final] = of(Finalize, clinic.told(core, 0, clinic.vote(0, FINAL, 0, block.block)))

    assert certificate_holds(final.certificate, clinic.set)
    assert final.certificate.vote == Vote(NETWORK, 0, FINAL, 0, block.block)


def test_after_skipping_a_slot_no_final_vote_is_cast_for_it():
    clinic = Clinic(4)
    core, block = clinic.core(1), clinic.block(0)
    stored(core, accept(clinic, core, block))
    [skip] = of(StoreVote, core.handle(TimerFired(Timer.SKIP)))
    assert skip.signed.vote.kind is SKIP

    effects = clinic.told(core, 2, clinic.certificate(NOTAR, 0, block.block, (0, 2, 3)))

    assert of(StoreVote, effects) == []


def test_a_block_on_an_older_parent_waits_for_the_skips_between():
    clinic = Clinic(4)
    core, block = clinic.core(0), clinic.block(1)

    assert of(StoreVote, accept(clinic, core, block)) == []
    effects = clinic.told(core, 3, clinic.certificate(SKIP, 0, signers=(1, 2, 3)))

    assert [entry.signed.vote.block for entry in of(StoreVote, effects)] == [block.block]


def test_an_invalid_block_gets_no_vote():
    clinic = Clinic(4)
    core, block = clinic.core(1), clinic.block(0)
    clinic.told(core, 0, clinic.proposal(block))

    assert of(StoreVote, core.handle(CandidateChecked(block.block, False))) == []


def test_a_block_by_somebody_whose_turn_it_is_not_is_not_even_checked():
    clinic = Clinic(4)

    effects = clinic.told(clinic.core(1), 2, clinic.proposal(clinic.block(0, proposer=2)))

    assert of(CheckCandidate, effects) == []


def test_where_work_decides_anybody_may_propose():
    clinic = Clinic(4, Work())

    effects = clinic.told(clinic.core(1), 2, clinic.proposal(clinic.block(0, proposer=2)))

    assert of(CheckCandidate, effects) == [CheckCandidate(clinic.block(0, proposer=2))]


def test_a_workstation_that_is_no_validator_follows_and_casts_no_vote():
    clinic = Clinic(4)
    rest = Epoch(0, ValidatorSet(clinic.set.members[:3]), BASE)
    core, block = clinic.core(3, rest), clinic.block(0)
    effects = accept(clinic, core, block)
    effects += clinic.told(core, 0, clinic.certificate(FINAL, 0, block.block))

    assert of(StoreVote, effects) == []
    assert of(Finalize, effects)[0].chain == (block,)
