"""Which passwords hold: long ones nobody else has, or a generated pass-phrase.

Source: NIST SP 800-63B-4: 15 characters or more, a list of common ones refused, no rules of
composition.
"""

import secrets
import unicodedata
from functools import cache

from ehr_desktop.config import word_list
from ehr_desktop.domain.errors import WeakPasswordError
from ehr_desktop.services.values import Strength

SHORTEST = 15
WORDS = 5
_FEW_CHARACTERS = 5
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)


def check_password(password: str, account_name: str) -> None:
    """Take a password that holds.

    Raises:
        WeakPasswordError: `short`: under 15 characters; `common`: on the list of common ones, a
            repetition or a run along the keyboard; `account-name`: it holds the account's name.
    """
    text = unicodedata.normalize("NFC", password)
    folded = text.casefold()
    if len(text) < SHORTEST:
        raise WeakPasswordError("short")
    name = account_name.strip().casefold()
    if len(name) >= 3 and len(folded.replace(name, "")) < SHORTEST - len(name) + 3:
        raise WeakPasswordError("account-name")
    if _is_common(folded):
        raise WeakPasswordError("common")


def strength(password: str, account_name: str) -> Strength:
    """Give how good a password is: 0 is refused, 1 to 4 say how far it is above the least."""
    try:
        check_password(password, account_name)
    except WeakPasswordError as weak:
        return Strength(0, weak.reason)
    variety = len(set(password))
    return Strength(min(4, 1 + (len(password) >= 20) + (len(password) >= 26) + (variety >= 12)))


def suggest_pass_phrase() -> str:
    """Give five random words of a list of 7,776, joined by hyphens: 64.6 bits."""
    words = word_list("passphrase-words")
    return "-".join(secrets.choice(words) for _ in range(WORDS))


def _is_common(folded: str) -> bool:
    letters = "".join(c for c in folded if c.isalnum())
    if len(set(letters)) < _FEW_CHARACTERS or _is_repetition(letters):
        return True
    if _is_made_of_common(letters.strip("0123456789")) or _is_made_of_common(letters):
        return True
    return any(_along(letters, run) for run in _RUNS)


def _is_made_of_common(letters: str) -> bool:
    """Tell whether a text is one common password, or two in a row."""
    common = _common()
    return letters in common or any(
        letters[:at] in common and letters[at:].strip("0123456789") in common
        for at in range(4, len(letters) - 3)
    )


def _is_repetition(text: str) -> bool:
    """Tell whether a text is one of at most eight characters over and over."""
    return any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)]
        for size in range(1, 9)
        if len(text) >= 2 * size
    )


def _along(text: str, run: str) -> bool:
    """Tell whether nearly all of a text walks along a run, forward or back."""
    steps = {run[i : i + 3] for i in range(len(run) - 2)}
    steps |= {step[::-1] for step in steps}
    hits = sum(text[i : i + 3] in steps for i in range(len(text) - 2))
    return hits >= 0.7 * max(1, len(text) - 2)


@cache
def _common() -> frozenset[str]:
    return frozenset(word_list("common-passwords"))
