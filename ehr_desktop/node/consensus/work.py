"""Mining: looking for the nonce that shows work for a header."""

import hashlib
from dataclasses import dataclass

from ehr_desktop.node.ledger.work import NONCE_SIZE


@dataclass(frozen=True, slots=True)
class Mined:
    """One slice of mining: how many nonces were tried, and the one that holds, if any."""

    tries: int
    nonce: int | None


def mine(header: bytes, target: int, nonce_start: int, tries: int) -> Mined:
    """Try `tries` nonces from `nonce_start` on and stop at the first that holds.

    A worker calls it slice by slice, so that it can be stopped and can tell its rate. Nonces
    wrap at 2**64.
    """
    start = hashlib.sha256(header)
    bound = target.to_bytes(32)
    for tried in range(tries):
        nonce = (nonce_start + tried) % (1 << (8 * NONCE_SIZE))
        attempt = start.copy()
        attempt.update(nonce.to_bytes(NONCE_SIZE))
        if attempt.digest() < bound:
            return Mined(tried + 1, nonce)
    return Mined(tries, None)


def difficulty(target: int) -> float:
    """Give how many tries a block takes on average."""
    return (1 << 256) / target
