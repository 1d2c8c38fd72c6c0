"""Texts reduced to what people compare them by: case, accents and punctuation do not count.

The same reduction is applied to what is stored and to what is typed, so both meet, whatever the
script. Whoever changes a rule here raises `tables.SCHEMA`.
"""

import unicodedata
from typing import Final

from ehr_desktop.node.store.views.tables import NameKind

NAME_CHARS: Final = 600
"""How much of a name is indexed, and how much of a search text is read."""

WORDS: Final = 24
"""How many words of a name a search may begin with."""

_SILENT: Final = dict.fromkeys(map(ord, "'`\u2019\u2018\u02bc\u02bb\u05f3\u00b4"))
_UNDECOMPOSED: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
_ASCII: Final = {
    code: " " for code in range(128) if not chr(code).isalnum() and code not in _SILENT
} | _SILENT
_IDEOGRAPHS: Final = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0x20000, 0x3FFFF))
_SOUNDS: Final = (
    ("sch", "s"), ("tsch", "s"), ("sh", "s"), ("ch", "s"), ("cz", "s"), ("tz", "s"), ("ts", "s"),
    ("ph", "f"), ("th", "t"), ("gh", "g"), ("ck", "k"), ("qu", "k"), ("dt", "t"),
)  # fmt: skip
_LETTER_SOUNDS: Final = str.maketrans(
    {"c": "k", "q": "k", "g": "k", "z": "s", "x": "s", "d": "t", "b": "p", "v": "f", "w": "f"}
    | {"j": "i", "y": "i"}
)
_VOWELS: Final = str.maketrans("", "", "aeiouhy")


def fold(text: str) -> str:
    """Give `text` in lower case without accents, its words parted by single blanks."""
    if text.isascii():
        return " ".join(text.lower().translate(_ASCII).split())
    lower = unicodedata.normalize("NFKD", text.translate(_SILENT)).casefold()
    plain = unicodedata.normalize("NFKD", lower)
    return " ".join("".join(map(_folded, plain.translate(_UNDECOMPOSED))).split())


def storable(text: str) -> str:
    """Give `text` without lone surrogates, which JSON can carry and the store cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def words(text: str) -> list[str]:
    """Give the words of a name. A name of signs only keeps them, so that it can be found."""
    text = text[:NAME_CHARS]
    return fold(text).split() or storable(text).casefold().split()


def compact(text: str) -> str:
    """Give only the letters and digits of an identifier, folded: `P-000123` is `p000123`."""
    return fold(text[:NAME_CHARS]).replace(" ", "")


def digits(text: str) -> str:
    """Give only the decimal digits of `text`, of any script, as ASCII."""
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def name_parts(family: str, given: str, others: tuple[str, ...] = ()) -> set[tuple[NameKind, str]]:
    """Give the rows a name is found by: once from each word on, the other words behind it."""
    last, first = words(family), words(given)
    parts = {(NameKind.FAMILY, text) for text in _turns(last, first)}
    parts |= {(NameKind.GIVEN, text) for text in _turns(first, last)}
    if len(last) > 1:
        parts.add((NameKind.FAMILY, " ".join(["".join(last), *first])))
    for other in others[:WORDS]:
        parts |= {(NameKind.OTHER, text) for text in _turns(words(other), [])}
    if last and first:
        whole = " ".join(last + first)
        heads = "".join(word[0] for word in first)
        for initials in {heads + last[0][0], first[0][0] + last[0][0], last[0][0] + heads}:
            parts.add((NameKind.INITIALS, f"{initials} {whole}"))
    return parts


def sound(word: str) -> str:
    """Give what a folded Latin word roughly sounds like (Meier, Mayr), or an empty text."""
    if not word.isascii() or not word.isalpha():
        return ""
    for written, spoken in _SOUNDS:
        word = word.replace(written, spoken)
    spoken = word.translate(_LETTER_SOUNDS)
    kept = spoken[0] + spoken[1:].translate(_VOWELS)
    return "".join(char for char, before in zip(kept, " " + kept, strict=False) if char != before)


def _turns(these: list[str], then: list[str]) -> list[str]:
    """Each turn of `these` that begins with another of its words, followed by `then`."""
    return [
        " ".join([*these[start:], *then, *these[:start]])[:NAME_CHARS]
        for start in range(min(len(these), WORDS))
    ]


def _folded(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Mn":
        return ""
    if category[0] not in "LNM":
        return " "
    if category == "Nd":
        # as whoever looks for it may type it on another keyboard
        return str(unicodedata.decimal(char))
    code = ord(char)
    if code >= 0x3040 and any(low <= code <= high for low, high in _IDEOGRAPHS):
        return f" {char} "
    return char
