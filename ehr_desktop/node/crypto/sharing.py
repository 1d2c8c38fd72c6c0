"""A secret shared out so that any few of its shares give it back, and fewer say nothing of it.

Shamir's sharing over the scalars of Ed25519's prime-order group: integers below its order L as 32
bytes, least significant first. Arithmetic with secrets is libsodium's, which takes the same time
whatever they are; the places of shares are public.

Source: A. Shamir, How to share a secret, CACM 22 (1979).
"""

import itertools
import os
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Final, TypeVar

from nacl import bindings

from ehr_desktop.node.crypto.errors import UnusableKeyError, UnusableSharesError

SCALAR_SIZE: Final = 32
MOST_SHARES: Final = 255
MOST_CHOICES: Final = 1000
_WIDE_SIZE: Final = 64
_ONE: Final = (1).to_bytes(SCALAR_SIZE, "little")

Share = tuple[int, bytes]
"""A share's place, from 1 on, and its scalar."""

T = TypeVar("T")


def random_scalar() -> bytes:
    """Give a secret that can be shared out: 32 bytes, as hard to guess as 252 bits.

    It is no key by itself: a symmetric key is derived from it with `kdf.derive_key`.
    """
    return bindings.crypto_core_ed25519_scalar_reduce(os.urandom(_WIDE_SIZE))


def is_scalar(scalar: bytes) -> bool:
    """Tell whether these are the 32 bytes of an integer from 1 to L - 1."""
    if len(scalar) != SCALAR_SIZE or not any(scalar):
        return False
    return bindings.crypto_core_ed25519_scalar_reduce(scalar + bytes(SCALAR_SIZE)) == scalar


def split(secret: bytes, threshold: int, count: int) -> tuple[Share, ...]:
    """Share out `secret`, a scalar, to the places 1 to `count`: any `threshold` give it back.

    Raises:
        UnusableKeyError: the secret is no scalar.
        UnusableSharesError: not 1 <= threshold <= count <= 255.
    """
    if not is_scalar(secret):
        raise UnusableKeyError("only a scalar can be shared out")
    if not 1 <= threshold <= count <= MOST_SHARES:
        raise UnusableSharesError
    coefficients = [secret, *(random_scalar() for _ in range(threshold - 1))]
    return tuple((place, _value_at(coefficients, place)) for place in range(1, count + 1))


def combine(shares: Sequence[Share], threshold: int) -> bytes:
    """Give the secret of at least `threshold` shares; a wrong one among them gives another secret.

    Raises:
        UnusableSharesError: they are too few, two have the same place, or one is no share.
    """
    if not all(is_scalar(scalar) for _place, scalar in shares):
        raise UnusableSharesError
    factors = weights([place for place, _scalar in shares], threshold)
    parts = (
        bindings.crypto_core_ed25519_scalar_mul(factor, scalar)
        for factor, (_place, scalar) in zip(factors, shares, strict=True)
    )
    return reduce(bindings.crypto_core_ed25519_scalar_add, parts)


def weights(places: Sequence[int], threshold: int) -> list[bytes]:
    """Give the scalars by which the shares at `places` count, added up, for the secret.

    Raises:
        UnusableSharesError: there are fewer than `threshold`, one is outside 1 to 255, or twice.
    """
    if len(places) < max(threshold, 1) or len(set(places)) != len(places):
        raise UnusableSharesError
    if not all(1 <= place <= MOST_SHARES for place in places):
        raise UnusableSharesError
    return [_weight(place, places) for place in places]


def choices(
    parts: Sequence[T], threshold: int, most: int = MOST_CHOICES
) -> Iterator[tuple[T, ...]]:
    """Give every choice of `threshold` of `parts`, but `most` at the most, for trying which are
    free of liars.

    Neighbours come first, going round: any one liar is left out by one of the first few.
    """
    size = len(parts)
    if not 1 <= threshold <= size:
        return
    rounds = (
        tuple(sorted((start + step) % size for step in range(threshold))) for start in range(size)
    )
    every = itertools.combinations(range(size), threshold)
    seen: set[tuple[int, ...]] = set()
    for picked in itertools.chain(rounds, every):
        if len(seen) == most:
            return
        if picked not in seen:
            seen.add(picked)
            yield tuple(parts[at] for at in picked)


def _value_at(coefficients: list[bytes], place: int) -> bytes:
    """Evaluate the polynomial, lowest coefficient first, at a place."""
    at, value = _scalar(place), bytes(SCALAR_SIZE)
    for coefficient in reversed(coefficients):
        value = bindings.crypto_core_ed25519_scalar_mul(value, at)
        value = bindings.crypto_core_ed25519_scalar_add(value, coefficient)
    return value


def _weight(place: int, places: Sequence[int]) -> bytes:
    """Give Lagrange's coefficient of a place, for the value at 0."""
    above, below = _ONE, _ONE
    for other in places:
        if other != place:
            above = bindings.crypto_core_ed25519_scalar_mul(above, _scalar(other))
            apart = bindings.crypto_core_ed25519_scalar_sub(_scalar(other), _scalar(place))
            below = bindings.crypto_core_ed25519_scalar_mul(below, apart)
    inverse = bindings.crypto_core_ed25519_scalar_invert(below)
    return bindings.crypto_core_ed25519_scalar_mul(above, inverse)


def _scalar(small: int) -> bytes:
    return small.to_bytes(SCALAR_SIZE, "little")
