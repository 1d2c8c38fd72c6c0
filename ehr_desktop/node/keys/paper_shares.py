"""Shares of the clinic's recovery key as words on paper, which can be typed back.

A share is 25 words of the pass-phrase list: its place, which clinic's key it is of, its scalar and
a check over the three. The check finds slips that the words themselves do not show.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from ehr_desktop.config import word_list
from ehr_desktop.domain.errors import SharesWrongError
from ehr_desktop.node.crypto.errors import UnusableSharesError
from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.crypto.sharing import SCALAR_SIZE, Share, choices, combine, is_scalar, split
from ehr_desktop.node.keys.custody import custody_keys

SHARE_WORDS: Final = 25
_KEY_NAME_SIZE: Final = 4
_CHECK_SIZE: Final = 3
_SIZE: Final = 1 + _KEY_NAME_SIZE + SCALAR_SIZE + _CHECK_SIZE
_MOST_READINGS: Final = 1000


def paper_shares(seed: bytes, threshold: int, count: int, network: bytes) -> tuple[str, ...]:
    """Share out a recovery seed to `count` papers, any `threshold` of which give it back: for each,
    from the first place on, its 25 words with blanks between.

    Raises:
        UnusableKeyError: the seed is none of `custody.new_recovery_seed`.
        UnusableSharesError: not 1 <= threshold <= count <= 255.
    """
    name = _key_name(network, custody_keys(seed).signing.public)
    return tuple(_written(share, name) for share in split(seed, threshold, count))


def read_shares(texts: Sequence[str], threshold: int, network: bytes, signing_key: bytes) -> bytes:
    """Give the recovery seed from shares as they were typed: in small or capital letters, numbered
    or not, whatever stands between the words, and with single slips of the finger.

    `signing_key` is the public half of the recovery key, as the ledger has it.

    Raises:
        SharesWrongError: `unreadable`: one is no share, or has a slip that cannot be told; `few`:
            they are fewer than `threshold` different ones; `other-key`: one is of another clinic
            or of an earlier key.
    """
    shares: list[Share] = []
    for text in texts:
        share, name = read_share(text)
        if name != _key_name(network, signing_key):
            raise SharesWrongError("other-key")
        shares.append(share)
    different = list(dict.fromkeys(shares))
    if len({place for place, _scalar in different}) < threshold:
        raise SharesWrongError("few")
    for chosen in choices(different, threshold):
        try:
            seed = combine(chosen, threshold)
        except UnusableSharesError:
            continue
        if custody_keys(seed).signing.public == signing_key:
            return seed
    raise SharesWrongError("other-key")


def read_share(text: str) -> tuple[Share, bytes]:
    """Read one share, and which key it is of (4 bytes).

    Raises:
        SharesWrongError: `unreadable`.
    """
    typed = re.findall(r"[a-z]+", text.lower())
    if len(typed) != SHARE_WORDS:
        raise SharesWrongError("unreadable")
    for words in _readings(typed):
        found = _from_words(words)
        if found is not None:
            return found
    raise SharesWrongError("unreadable")


def _readings(typed: list[str]) -> Iterator[tuple[str, ...]]:
    """Give the words that may have been meant; a word of the list is taken as it is."""
    meant = [[word] if word in _places() else _alike(word) for word in typed]
    return itertools.islice(itertools.product(*meant), _MOST_READINGS)


def _alike(word: str) -> list[str]:
    """Give the words of the list that are one slip away."""
    near = extract(word, _words(), scorer=OSA.distance, score_cutoff=1, limit=None)
    return [found for found, _distance, _at in near]


def _written(share: Share, key_name: bytes) -> str:
    place, scalar = share
    content = bytes([place]) + key_name + scalar
    number = int.from_bytes(content + _check(content), "big")
    words: list[str] = []
    for _ in range(SHARE_WORDS):
        number, at = divmod(number, len(_words()))
        words.append(_words()[at])
    return " ".join(reversed(words))


def _from_words(words: Sequence[str]) -> tuple[Share, bytes] | None:
    number = 0
    for word in words:
        number = number * len(_words()) + _places()[word]
    if number.bit_length() > 8 * _SIZE:
        return None
    whole = number.to_bytes(_SIZE, "big")
    content, check = whole[:-_CHECK_SIZE], whole[-_CHECK_SIZE:]
    scalar = content[-SCALAR_SIZE:]
    if check != _check(content) or not content[0] or not is_scalar(scalar):
        return None
    return (content[0], scalar), content[1:-SCALAR_SIZE]


def _check(content: bytes) -> bytes:
    return digest("ehr/paper-share/v1", content)[:_CHECK_SIZE]


def _key_name(network: bytes, signing_key: bytes) -> bytes:
    return digest("ehr/paper-key/v1", network, signing_key)[:_KEY_NAME_SIZE]


@cache
def _words() -> tuple[str, ...]:
    """Give the words that are written in one way only: without a hyphen."""
    return tuple(word for word in word_list("passphrase-words") if word.isalpha())


@cache
def _places() -> dict[str, int]:
    return {word: at for at, word in enumerate(_words())}
