"""Who is asked for a block, and how long the others wait for it."""

from ehr_desktop.node.consensus.effects import Broadcast, Propose, SetTimer
from ehr_desktop.node.consensus.events import BlockBuilt, Timer, TimerFired, TransactionsPending
from ehr_desktop.node.consensus.messages import Standing
from tests.support.consensus_clinic import BASE, FINAL, NOTAR, SKIP, Clinic, accept, of, stored


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
