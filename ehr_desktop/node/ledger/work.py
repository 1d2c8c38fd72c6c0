"""Proof of work: SHA-256 of a header and a nonce below a target that follows the clinic's pace."""

import hashlib
from dataclasses import replace
from typing import Final

from ehr_desktop.node.ledger.block import Header

NONCE_SIZE: Final = 8
RETARGET_BLOCKS: Final = 16
BLOCK_MS: Final = 5_000
"""The pace the target is set for, per block."""

EASIEST_TARGET: Final = (1 << 240) - 1
"""16 leading zero bits: some 30 ms on one core."""

FIRST_TARGET: Final = (1 << 236) - 1
"""20 leading zero bits: half a second on one core."""

_LARGEST_STEP: Final = 4


def work_holds(header: Header, target: int) -> bool:
    """Tell whether the header's proof is a nonce that shows work for the header without it."""
    return proves_work(replace(header, proof=b"").encode(), header.proof, target)


def proves_work(header: bytes, proof: bytes, target: int) -> bool:
    """Tell whether `proof` (a nonce of 8 bytes) shows work for a header without its proof."""
    return len(proof) == NONCE_SIZE and work_hash(header, int.from_bytes(proof)) < target


def work_hash(header: bytes, nonce: int) -> int:
    """Give the number that must be below the target, for a header without its proof."""
    return int.from_bytes(hashlib.sha256(header + nonce.to_bytes(NONCE_SIZE)).digest())


def retarget(target: int, span_ms: int) -> int:
    """Give the target for the next 16 blocks after the last 16 took `span_ms`.

    It changes fourfold at most, and never becomes easier than `EASIEST_TARGET`.
    """
    wanted = RETARGET_BLOCKS * BLOCK_MS
    span = min(max(span_ms, wanted // _LARGEST_STEP), wanted * _LARGEST_STEP)
    return max(1, min(EASIEST_TARGET, target * span // wanted))
