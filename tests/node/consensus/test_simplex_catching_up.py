"""How a workstation that lacks blocks or certificates gets them."""

from ehr_desktop.node.consensus.effects import CatchUp, CheckCandidate, Finalize, Send, ServeBlock
from ehr_desktop.node.consensus.events import CandidateChecked, HeadAdvanced, PeerConnected
from ehr_desktop.node.consensus.messages import BlockReply, BlockRequest, Head, Standing
from tests.support.consensus_clinic import BASE, FINAL, Clinic, accept, of


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
