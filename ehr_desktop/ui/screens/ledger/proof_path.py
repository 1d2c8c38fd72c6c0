"""Walks an inclusion proof from the leaf to the root, hash by hash.

This does not take the node's word: every hash on the way is computed here.
"""

from dataclasses import dataclass
from hashlib import sha256

from ehr_desktop.domain.ledger import InclusionProof


@dataclass(frozen=True, slots=True)
class ProofStep:
    """One join of two neighbours: the one that was given, its side, and what the two give."""

    neighbour: str
    neighbour_is_left: bool
    result: str


@dataclass(frozen=True, slots=True)
class ProofPath:
    """The joins, lowest first, and whether they end at the root the proof names."""

    steps: tuple[ProofStep, ...]
    reached: str
    reaches_root: bool


def walk(proof: InclusionProof) -> ProofPath:
    """Compute every hash on the path.

    Source: RFC 9162, 2.1.3.2.
    """
    position, last, hashed = proof.index, proof.tree_size - 1, proof.leaf
    steps: list[ProofStep] = []
    fits = 0 <= position <= last
    for neighbour in proof.path:
        fits = fits and last > 0
        on_left = bool(position & 1) or position == last
        hashed = _joined(neighbour, hashed) if on_left else _joined(hashed, neighbour)
        steps.append(ProofStep(neighbour, on_left, hashed))
        while on_left and not position & 1 and position:
            position >>= 1
            last >>= 1
        position >>= 1
        last >>= 1
    return ProofPath(tuple(steps), hashed, fits and last == 0 and hashed == proof.root)


def _joined(left: str, right: str) -> str:
    return sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()
