"""How much work the next block has to show, as the blocks before it say."""

import pytest

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.node.contracts import roster
from ehr_desktop.node.contracts.epochs import proof_holds
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.work import (
    BLOCK_MS,
    EASIEST_TARGET,
    FIRST_TARGET,
    RETARGET_BLOCKS,
)
from tests.support.paper_ledger import header
from tests.support.paper_network import PaperNetwork

BEGUN_MS = 1_800_000_000_000


def worked(network: PaperNetwork, blocks: int, pace_ms: int) -> list[int]:
    """The target after each of so many empty blocks."""
    targets = []
    for _ in range(blocks):
        network.run_as_block([], time_ms=BEGUN_MS + network.height * pace_ms)
        targets.append(roster.work_target(network.get))
    return targets


def test_the_first_block_sets_the_first_target_and_begins_the_count():
    network = PaperNetwork(ProposerMode.WORK)
    assert network.get("work") == (FIRST_TARGET.to_bytes(32), 0, BEGUN_MS)
    assert roster.work_target(network.get) == FIRST_TARGET


def test_the_target_changes_after_sixteen_blocks_and_again_after_sixteen_more():
    targets = worked(PaperNetwork(ProposerMode.WORK), 2 * RETARGET_BLOCKS, BLOCK_MS // 2)
    half = FIRST_TARGET // 2
    assert targets == [FIRST_TARGET] * 15 + [half] * 16 + [half // 2]


def test_slow_blocks_make_it_easier_within_bounds():
    targets = worked(PaperNetwork(ProposerMode.WORK), 4 * RETARGET_BLOCKS, 100 * BLOCK_MS)
    assert targets[RETARGET_BLOCKS - 1] == 4 * FIRST_TARGET
    assert targets[-1] == EASIEST_TARGET


@pytest.mark.parametrize("mode", [ProposerMode.AUTHORITY, ProposerMode.STAKE])
def test_where_no_work_is_asked_for_there_is_no_target_and_no_proof(mode):
    network = PaperNetwork(mode)
    network.run_as_block([])
    assert network.get("work") is None
    with pytest.raises(CodecError):
        roster.work_target(network.get)
    assert proof_holds(network.get, header(2))
    assert not proof_holds(network.get, header(2, proof=bytes(8)))


def test_a_header_shows_the_work_that_the_state_before_it_asks_for():
    network = PaperNetwork(ProposerMode.WORK)
    network.values = {}
    assert proof_holds(network.get, header(0))
    network = PaperNetwork(ProposerMode.WORK)
    assert not proof_holds(network.get, header(1))
    network.values = {k: v for k, v in network.values.items() if b"dwork" not in k}
    assert proof_holds(network.get, header(1))
