"""Numbers that count rounds, and yet differ on two sides of a split network."""

from typing import Final

ROUND_BITS: Final = 20
"""The low bits of an epoch's number, or a generation's, are drawn at random, so two sides of a
split network draw different ones; the rest counts rounds.
"""


def round_of(number: int) -> int:
    """Give which round an epoch of a category's keys belongs to, from 1, or a generation of a
    team's key: those before the first renewal are of round 0.
    """
    return number >> ROUND_BITS
