"""What proves work, and how hard it is to be."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.consensus.work import mine
from ehr_desktop.node.ledger.work import (
    BLOCK_MS,
    EASIEST_TARGET,
    RETARGET_BLOCKS,
    proves_work,
    retarget,
    work_hash,
    work_holds,
)
from tests.support.paper_ledger import header

ON_PACE_MS = RETARGET_BLOCKS * BLOCK_MS


def test_work_is_the_hash_of_header_and_nonce():
    expected = hashlib.sha256(b"header" + (5).to_bytes(8)).digest()

    assert work_hash(b"header", 5) == int.from_bytes(expected)


@pytest.mark.parametrize("proof", [b"", bytes(7), bytes(9)])
def test_a_proof_of_the_wrong_length_proves_nothing(proof):
    assert not proves_work(b"header", proof, 1 << 256)


def test_a_proof_for_another_header_proves_nothing():
    nonce = mine(b"header", 1 << 244, 0, 1_000_000).nonce

    assert not proves_work(b"Header", nonce.to_bytes(8), 1 << 244)


@pytest.mark.parametrize(
    ("span", "factor"), [(ON_PACE_MS, 1), (ON_PACE_MS // 2, 0.5), (0, 0.25), (ON_PACE_MS * 3, 3)]
)
def test_the_target_follows_the_pace_of_the_last_blocks_fourfold_at_most(span, factor):
    assert retarget(1 << 230, span) == int((1 << 230) * factor)


@given(st.integers(1, EASIEST_TARGET), st.integers(-(10**12), 10**12))
def test_the_target_never_leaves_its_bounds(target, span):
    assert 1 <= retarget(target, span) <= EASIEST_TARGET


def test_work_is_for_the_header_without_its_proof():
    target = 1 << 248
    bare = header(1)
    nonce = mine(bare.encode(), target, 0, 100_000).nonce
    shown = replace(bare, proof=nonce.to_bytes(8))
    assert work_holds(shown, target)
    assert not work_holds(bare, target)
    assert not work_holds(replace(shown, proof=shown.proof + b"\0"), target)
    others = [replace(shown, time_ms=bare.time_ms + late) for late in range(1, 40)]
    assert not all(work_holds(other, target) for other in others)
