"""A short secret made long by several workstations, none of which learns it: a threshold OPRF.

2HashDH: whoever asks hashes the input to a point of Ed25519's prime-order group and blinds it; each
workstation multiplies it by its share of a key (`sharing.split`); enough answers together are the
point multiplied by the key, which is unblinded and hashed with the input. Without enough of them
nobody can try an input, be it as short as a PIN.

Source: Jarecki, Kiayias, Krawczyk and Xu, TOPPSS, ACNS 2017; RFC 9497 for the terms.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import reduce
from typing import Final

from nacl import bindings
from nacl.exceptions import RuntimeError as LibsodiumError

from ehr_desktop.node.crypto.errors import UnusableKeyError, UnusableSharesError
from ehr_desktop.node.crypto.hashes import digest, frame
from ehr_desktop.node.crypto.sharing import choices, is_scalar, random_scalar, weights
from ehr_desktop.node.crypto.sign import is_usable_public_key as is_point

POINT_SIZE: Final = 32
_POINT_LABEL: Final = "ehr/oprf-point/v1"
_OUTPUT_LABEL: Final = "ehr/oprf-output/v1"

Answer = tuple[int, bytes]
"""The place of the share a workstation used, and the point it gave."""


def blind(text: bytes) -> tuple[bytes, bytes]:
    """Give the blinded point to ask with, which says nothing of `text`, and the blinding to keep;
    32 bytes each.
    """
    blinding = random_scalar()
    return _multiply(blinding, _point_of(text)), blinding


def evaluate(share: bytes, blinded: bytes) -> bytes:
    """Answer with one's share of the key: a point of 32 bytes.

    Raises:
        UnusableKeyError: `blinded` is no point of the prime-order group, or `share` no scalar.
    """
    if not is_scalar(share):
        raise UnusableKeyError("not a share of a key")
    if not is_point(blinded):
        raise UnusableKeyError("not a point of the group")
    return _multiply(share, blinded)


def finish(text: bytes, blinding: bytes, answers: Sequence[Answer], threshold: int) -> bytes:
    """Give the 32 bytes that `text` makes under the key; a wrong answer among them gives others.

    Raises:
        UnusableSharesError: they are fewer than `threshold`, two have the same place, or one is no
            point of the group.
    """
    if not all(is_point(point) for _place, point in answers):
        raise UnusableSharesError
    factors = weights([place for place, _point in answers], threshold)
    try:
        parts = (
            _multiply(factor, point)
            for factor, (_place, point) in zip(factors, answers, strict=True)
        )
        together = reduce(bindings.crypto_core_ed25519_add, parts)
        unblinded = _multiply(bindings.crypto_core_ed25519_scalar_invert(blinding), together)
    except LibsodiumError as error:
        raise UnusableSharesError from error
    return digest(_OUTPUT_LABEL, text, unblinded)


def outputs(
    text: bytes, blinding: bytes, answers: Sequence[Answer], threshold: int
) -> Iterator[bytes]:
    """Give what `finish` makes of each choice of answers, for the caller to try: as long as enough
    of those who answered tell the truth, one of the outputs is the right one.

    Raises:
        UnusableSharesError: no choice of answers gives anything.
    """
    usable = [answer for answer in answers if is_point(answer[1])]
    gave = False
    for chosen in choices(usable, threshold):
        with suppress(UnusableSharesError):
            output = finish(text, blinding, chosen, threshold)
            gave = True
            yield output
    if not gave:
        raise UnusableSharesError


def _point_of(text: bytes) -> bytes:
    """Hash to the group: two maps added, so that every point is as likely as another."""
    wide = hashlib.sha512(frame(_POINT_LABEL, text)).digest()
    halves = wide[:POINT_SIZE], wide[POINT_SIZE:]
    return bindings.crypto_core_ed25519_add(*map(bindings.crypto_core_ed25519_from_uniform, halves))


def _multiply(scalar: bytes, point: bytes) -> bytes:
    return bindings.crypto_scalarmult_ed25519_noclamp(scalar, point)
