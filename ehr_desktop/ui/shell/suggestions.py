"""What the omnibox offers for what was typed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from ehr_desktop.dates import shown_date, typed_date
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.ui.shell.days import read_day, weekday_text

MOST_COMMANDS: Final = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the list; `run` does it."""

    icon_name: str
    title: str
    detail: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Command:
    """Something the program can do, with the keys for it, if there are any."""

    title: str
    icon_name: str
    keywords: str
    keys: str
    run: Callable[[], None]


def matching_commands(commands: Iterable[Command], text: str) -> tuple[Suggestion, ...]:
    """Give the commands all of whose typed words begin a word of theirs; title matches first."""
    wanted = text.casefold().split()
    found = [
        (
            not _begins(command.title, wanted),
            Suggestion(command.icon_name, command.title, command.keys, command.run),
        )
        for command in commands
        if _begins(f"{command.title} {command.keywords}", wanted)
    ]
    found.sort(key=lambda ranked: ranked[0])
    return tuple(suggestion for _, suggestion in found[:MOST_COMMANDS])


def day_suggestion(text: str, today: date, show: Callable[[date], None]) -> tuple[Suggestion, ...]:
    """Offer the day `text` names, if it names one."""
    day = read_day(text, today)
    if day is None:
        return ()
    detail = "Appointments"
    return (Suggestion("calendar-days", weekday_text(day), detail, lambda: show(day)),)


def patient_suggestion(patient: PatientSummary, run: Callable[[], None]) -> Suggestion:
    """Offer one patient."""
    demographics = patient.demographics
    born = typed_date(demographics.birth_date)
    birth = shown_date(born) if born is not None else demographics.birth_date
    detail = "  ·  ".join(part for part in (birth, demographics.record_number) if part)
    return Suggestion("user", patient.name, detail, run)


def _begins(text: str, wanted: list[str]) -> bool:
    words = text.casefold().replace("-", " ").split()
    return all(any(word.startswith(part) for word in words) for part in wanted)
