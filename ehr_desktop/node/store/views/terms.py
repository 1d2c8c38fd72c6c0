"""What a search text asks for. Nothing in it is syntax to the database."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from ehr_desktop.node.store.views.dates import birth_dates
from ehr_desktop.node.store.views.folding import NAME_CHARS, compact, digits, fold, storable, words
from ehr_desktop.node.store.views.tables import WHOLE_NAMES, NameKind

MOST_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class Terms:
    """A search text, read.

    `words` are the words of a name in any order, those of `lettered` hold no digit. `kinds` says
    where the first word may stand (`Smi, Jo` names the family, `, Jo` the given name). `dates` are
    birth dates or their beginnings; when `dated`, the text holds a date for certain. `handle` is
    an identifier without its punctuation, `digits` its digits, `whole` the same made of the whole
    text, `email` the start of an address.
    """

    words: tuple[str, ...] = ()
    lettered: tuple[str, ...] = ()
    kinds: tuple[NameKind, ...] = WHOLE_NAMES
    dates: tuple[str, ...] = ()
    dated: bool = False
    handle: str = ""
    whole: str = ""
    digits: str = ""
    email: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether nothing is asked for."""
        return not (self.words or self.dates)


def read_terms(text: str) -> Terms:
    """Read a search text as far as `NAME_CHARS` characters and `MOST_WORDS` words."""
    plain = _plain_digits(storable(text[:NAME_CHARS])).lower()
    born = birth_dates(plain)
    # a phone number may look like a date with something behind it
    dated = born.certain and not any(char.isdecimal() for char in born.rest)
    rest = born.rest if dated else plain
    pieces = rest.split()
    numbered = [piece for piece in pieces if any(char.isdecimal() for char in piece)]
    without = [piece for piece in born.rest.split() if piece not in numbered]
    # signs alone are a name only where there is nothing else to look for
    all_words = _unique(fold(rest).split() if born.dates else words(rest))
    return Terms(
        words=all_words,
        lettered=_unique(fold(" ".join(without)).split()),
        kinds=_kinds(rest, all_words),
        dates=born.dates,
        dated=dated,
        handle=compact("".join(numbered)),
        whole=compact(rest),
        digits=digits("".join(numbered)),
        email=next((piece for piece in pieces if "@" in piece.strip("@")), ""),
    )


def _kinds(rest: str, all_words: tuple[str, ...]) -> tuple[NameKind, ...]:
    before, comma, _after = rest.partition(",")
    # what stands before the comma may be no word at all: then the first word is not of it
    if comma and all_words and bool(before.strip()) == bool(fold(before).split()):
        return (NameKind.FAMILY,) if before.strip() else (NameKind.GIVEN,)
    if len(all_words) == 1 and 2 <= len(all_words[0]) <= 4:
        return tuple(NameKind)
    return WHOLE_NAMES


def _unique(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def _plain_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
