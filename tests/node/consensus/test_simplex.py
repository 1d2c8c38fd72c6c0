"""The core, one event at a time, with real keys and real certificates."""

from dataclasses import dataclass, field

import pytest

from ehr_desktop.node.consensus.effects import (
    Broadcast,
    CancelTimer,
    CatchUp,
    CheckCandidate,
    Distrust,
    Evidence,
    Finalize,
    ForgottenVote,
    Propose,
    Send,
    ServeBlock,
    SetTimer,
    StoreVote,
)
from ehr_desktop.node.consensus.events import (
    BlockBuilt,
    CandidateChecked,
    HeadAdvanced,
    MessageReceived,
    PeerConnected,
    Timer,
    TimerFired,
    TransactionsPending,
    VoteStored,
)
from ehr_desktop.node.consensus.messages import (
    BlockReply,
    BlockRequest,
    Candidate,
    Epoch,
    Head,
    Proposal,
    Standing,
)
from ehr_desktop.node.consensus.proposers import Authority, Work
from ehr_desktop.node.consensus.simplex import Simplex
from ehr_desktop.node.consensus.timing import Timing
from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet
from ehr_desktop.node.ledger.vote import (
    NO_BLOCK,
    Certificate,
    SignedVote,
    Vote,
    VoteKind,
    certificate_holds,
    sign_vote,
    vote_holds,
)

NETWORK = sha256(b"a network")
BASE = sha256(b"genesis")
NOTAR, SKIP, FINAL = VoteKind.NOTAR, VoteKind.SKIP, VoteKind.FINAL


class LedgerVerifier:
    def holds(self, signed, validators):
        return vote_holds(signed, validators)


class LedgerSigner:
    def __init__(self, key):
        self.key = key

    def sign(self, vote):
        return sign_vote(vote, self.key)


class PlainReader:
    def read(self, content):
        try:
            epoch, slot, parent, proposer, transactions = decode(content)
        except CodecError:
            return None
        return Candidate(epoch, slot, parent, sha256(content), proposer, not transactions, content)


READER = PlainReader()


@dataclass
class Clinic:
    """Validators in leader order, and one core among them."""

    size: int
    proposers: object = field(default_factory=Authority)

    def __post_init__(self):
        keys = [SigningKey(sha256(b"%d" % number)) for number in range(self.size)]
        self.keys = sorted(keys, key=lambda key: device_id_of(key.public))
        self.devices = [device_id_of(key.public) for key in self.keys]
        self.set = ValidatorSet.of(
            Validator(device, key.public, 1)
            for device, key in zip(self.devices, self.keys, strict=True)
        )
        self.epoch = Epoch(0, self.set, BASE)

    def core(self, number, epoch=None):
        return Simplex(
            network=NETWORK,
            me=self.devices[number],
            signer=LedgerSigner(self.keys[number]),
            verifier=LedgerVerifier(),
            reader=READER,
            proposers=self.proposers,
            timing=Timing(),
            epoch=epoch or self.epoch,
        )

    def block(self, slot, parent=BASE, proposer=None, transactions=(1,), epoch=0):
        by = self.devices[slot % self.size if proposer is None else proposer]
        return READER.read(encode((epoch, slot, parent, by, transactions)))

    def vote(self, number, kind, slot, block=NO_BLOCK, epoch=0):
        return sign_vote(Vote(NETWORK, epoch, kind, slot, block), self.keys[number])

    def certificate(self, kind, slot, block=NO_BLOCK, signers=(0, 1, 2), epoch=0):
        votes = [self.vote(number, kind, slot, block, epoch) for number in signers]
        return Certificate.of(votes[0].vote, {v.validator: v.signature for v in votes})

    def proposal(self, candidate):
        number = self.devices.index(candidate.proposer)
        vote = self.vote(number, NOTAR, candidate.slot, candidate.block, candidate.epoch)
        return Proposal(vote, candidate.content)

    def told(self, core, number, message):
        return core.handle(MessageReceived(self.devices[number], message))


def of(kind, effects):
    return [effect for effect in effects if isinstance(effect, kind)]


def stored(core, effects):
    """Confirm every vote the effects ask to store, and give what comes of it."""
    return [
        e for entry in of(StoreVote, effects) for e in core.handle(VoteStored(entry.signed.vote))
    ]


def accept(clinic, core, candidate):
    """Let a core receive a block and find it valid; give what it wants to vote."""
    clinic.told(core, clinic.devices.index(candidate.proposer), clinic.proposal(candidate))
    return core.handle(CandidateChecked(candidate.block, True))


# --- alone ---------------------------------------------------------------------------------


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


# --- voting --------------------------------------------------------------------------------


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


# --- what must not be believed -------------------------------------------------------------


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


# --- proposing and waiting -----------------------------------------------------------------


def test_only_the_leader_is_asked_for_a_block():
    clinic = Clinic(4)

    asked = [of(Propose, clinic.core(n).handle(TransactionsPending(1))) for n in range(4)]

    assert asked == [[Propose(0, 0, BASE, empty=False)], [], [], []]


def test_an_own_block_travels_with_the_vote_for_it():
    clinic = Clinic(4)
    core, block = clinic.core(0), clinic.block(0)
    core.handle(TransactionsPending(1))
    wanted = core.handle(BlockBuilt(0, BASE, block.content))

    assert Broadcast(clinic.proposal(block)) in stored(core, wanted)


def test_no_empty_block_is_made_while_the_parents_final_votes_may_be_on_their_way():
    clinic = Clinic(4)
    core, block = clinic.core(1), clinic.block(0)
    stored(core, accept(clinic, core, block))
    effects = clinic.told(core, 2, clinic.certificate(NOTAR, 0, block.block, (0, 2, 3)))
    assert of(Propose, effects) == []
    assert any(effect.timer is Timer.EMPTY for effect in of(SetTimer, effects))

    assert of(Propose, core.handle(TimerFired(Timer.EMPTY))) == [
        Propose(0, 1, block.block, empty=True)
    ]


def test_patience_grows_with_every_slot_that_did_not_become_final_up_to_the_cap():
    clinic = Clinic(4)
    core = clinic.core(1)
    waits = [of(SetTimer, core.handle(TransactionsPending(1)))]
    waits += [
        of(SetTimer, clinic.told(core, 3, clinic.certificate(SKIP, slot, signers=(0, 2, 3))))
        for slot in range(30)
    ]

    delays = [t.delay_ms for timers in waits for t in timers if t.timer is Timer.SKIP]
    assert delays[:4] == [300, 360, 432, 518]
    assert max(delays) == 5_000


def test_a_leader_nobody_hears_of_is_not_waited_for_after_eight_slots():
    clinic = Clinic(4)
    core = clinic.core(0)
    core.handle(TransactionsPending(1))
    delays = {}
    for slot in range(12):
        for effect in clinic.told(core, 1, clinic.certificate(SKIP, slot, signers=(0, 1, 2))):
            if isinstance(effect, SetTimer) and effect.timer is Timer.SKIP:
                delays[slot + 1] = effect.delay_ms

    assert delays[7] > 0
    assert delays[11] == 0


def test_at_a_standstill_everything_known_is_told_again():
    clinic = Clinic(4)
    core, block = clinic.core(1), clinic.block(0)
    stored(core, accept(clinic, core, block))
    certificate = clinic.certificate(NOTAR, 0, block.block, (0, 2, 3))
    stored(core, clinic.told(core, 2, certificate))

    told = [effect.message for effect in of(Broadcast, core.handle(TimerFired(Timer.STANDSTILL)))]

    assert told[0] == Standing(0, -1, 1)
    assert told[1].vote == certificate.vote
    assert told[2:] == [
        clinic.vote(1, NOTAR, 0, block.block),
        clinic.vote(1, FINAL, 0, block.block),
    ]


# --- catching up ---------------------------------------------------------------------------


def test_a_block_a_quorum_vouches_for_is_asked_for_and_taken():
    clinic = Clinic(4)
    core, block = clinic.core(1), clinic.block(0)
    [request] = of(Send, clinic.told(core, 0, clinic.certificate(FINAL, 0, block.block, (0, 2, 3))))
    assert request.message == BlockRequest(block.block)
    assert request.peer in {clinic.devices[number] for number in (0, 2, 3)}

    assert of(CheckCandidate, clinic.told(core, 0, BlockReply(block.content)))
    assert of(Finalize, core.handle(CandidateChecked(block.block, True)))[0].chain == (block,)


def test_a_block_nobody_asked_for_is_not_kept():
    clinic = Clinic(4)

    assert clinic.told(clinic.core(1), 0, BlockReply(clinic.block(0).content)) == []


def test_a_block_is_served_from_memory_or_by_the_store():
    clinic = Clinic(4)
    core, block = clinic.core(1), clinic.block(0)
    accept(clinic, core, block)

    asked = clinic.told(core, 2, BlockRequest(block.block))
    assert asked == [Send(clinic.devices[2], BlockReply(block.content))]
    assert clinic.told(core, 2, BlockRequest(BASE)) == [ServeBlock(clinic.devices[2], BASE)]


def test_far_behind_the_node_is_told_to_catch_up_and_goes_on_from_there():
    clinic = Clinic(4)
    core, block = clinic.core(1), clinic.block(100)
    certificate = clinic.certificate(FINAL, 100, block.block, (0, 2, 3))

    assert len(of(CatchUp, clinic.told(core, 0, certificate))) == 1
    core.handle(HeadAdvanced(Head(100, block.block), certificate))

    assert core.agreement().slot == 101
    assert core.agreement().head == Head(100, block.block)


def test_whoever_is_behind_gets_the_certificates_it_lacks():
    clinic = Clinic(4)
    core, block = clinic.core(1), clinic.block(0)
    accept(clinic, core, block)
    certificate = clinic.certificate(FINAL, 0, block.block, (0, 2, 3))
    clinic.told(core, 0, certificate)

    assert Send(clinic.devices[3], certificate) in clinic.told(core, 3, Standing(0, -1, 0))
    assert clinic.told(core, 3, Standing(0, 0, 1)) == []


def test_when_a_link_comes_up_the_peer_hears_where_this_workstation_stands():
    clinic = Clinic(4)

    effects = clinic.core(1).handle(PeerConnected(clinic.devices[2]))

    assert effects == [Send(clinic.devices[2], Standing(0, -1, 0))]


# --- epochs --------------------------------------------------------------------------------


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
