"""Choosing words and laying out notes and letters."""

from collections.abc import Iterable, Sequence
from datetime import date
from random import Random
from typing import Protocol

Parts = tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]]
"""What was told, found, concluded and planned; one line each entry."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Facts(Protocol):
    """What phrases may cite."""

    def __getitem__(self, name: str, /) -> str:
        """Give the words for a fact.

        Raises:
            KeyError: it is not known.
        """
        ...


def say(random: Random, phrases: Sequence[str], facts: Facts) -> str:
    """Give one of the phrases whose facts are all known, filled in; empty if there is none."""
    for phrase in random.sample(phrases, len(phrases)):
        try:
            return phrase.format_map(facts)
        except KeyError:
            continue
    return ""


def spoken_date(day: date) -> str:
    """Give a date such as 14-Aug-1980."""
    return f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}"


def note(headings: Sequence[str], parts: Parts, signed: str, *, numbered: bool) -> str:
    """Lay out a note: one heading per part, its lines below it, then who signed."""
    blocks = []
    for heading, lines in zip(headings, parts, strict=True):
        told = [line for line in lines if line]
        if numbered and len(told) > 1:
            told = [f"{count}. {line}" for count, line in enumerate(told, 1)]
        if told:
            blocks.append("\n".join([heading, *told]))
    return "\n\n".join([*blocks, signed]) + "\n"


def letter(department: str, written: date, about: str, to: str, body: Iterable[str]) -> str:
    """Lay out a letter from another department."""
    return (
        "\n\n".join(
            [
                f"{department}\n{spoken_date(written)}",
                f"Re: {about}",
                f"Dear {to},",
                *body,
                f"Yours sincerely,\n{department}",
            ]
        )
        + "\n"
    )
