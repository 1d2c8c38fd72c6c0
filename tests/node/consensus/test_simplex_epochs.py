"""How one epoch ends and the next begins."""

from ehr_desktop.node.consensus.effects import Finalize, StoreVote
from ehr_desktop.node.consensus.events import CandidateChecked, TransactionsPending
from ehr_desktop.node.consensus.messages import Epoch, Head
from tests.support.consensus_clinic import BASE, FINAL, NOTAR, SKIP, Clinic, accept, of, stored


def closing(clinic, core):
    """Let a core accept a block that ends the epoch."""
    block = clinic.block(0)
    clinic.told(core, 0, clinic.proposal(block))
    stored(core, core.handle(CandidateChecked(block.block, True, closes_epoch=True)))
    return block


def test_after_the_end_of_an_epoch_only_empty_blocks_get_votes():
    clinic = Clinic(4)
    core = clinic.core(2)
    block = closing(clinic, core)
    clinic.told(core, 0, clinic.certificate(NOTAR, 0, block.block, (0, 1, 3)))

    full = accept(clinic, core, clinic.block(1, block.block))
    assert [e for e in of(StoreVote, full) if e.signed.vote.slot == 1] == []

    other = Clinic(4).core(2)
    block = closing(clinic, other)
    clinic.told(other, 0, clinic.certificate(NOTAR, 0, block.block, (0, 1, 3)))
    empty = accept(clinic, other, clinic.block(1, block.block, transactions=()))
    assert [e.signed.vote.slot for e in of(StoreVote, empty)] == [1]


def test_the_next_epoch_starts_on_the_block_that_ended_the_last_one():
    clinic = Clinic(4)
    core = clinic.core(2)
    block = closing(clinic, core)
    clinic.told(core, 0, clinic.certificate(NOTAR, 0, block.block, (0, 1, 3)))
    empty = clinic.block(1, block.block, transactions=())
    accept(clinic, core, empty)
    proof = clinic.certificate(FINAL, 1, empty.block, (0, 1, 3))

    [final] = of(Finalize, clinic.told(core, 0, proof))
    assert (final.chain, final.tail, final.closes_epoch) == ((block,), (empty,), True)
    assert core.handle(TransactionsPending(3)) == []

    core.start_epoch(Epoch(1, clinic.set, block.block), proof)
    assert core.agreement().head == Head(-1, block.block)
    assert core.agreement().epoch == 1


def test_what_arrives_early_for_the_next_epoch_counts_once_it_starts():
    clinic = Clinic(4)
    core = clinic.core(2)
    clinic.told(core, 1, clinic.vote(1, SKIP, 0, epoch=1))
    assert core.agreement().skip == ()

    core.start_epoch(Epoch(1, clinic.set, BASE), None)

    assert core.agreement().skip == (clinic.devices[1],)
