"""A language of the kiosk: its sentences, its dates, the way it runs and its keys."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any, Final

from ehr_desktop.config import KIOSK_LANGUAGES
from ehr_desktop.ui.kiosk.plurals import plural_form
from ehr_desktop.ui.theme.resources import resource_path

CODES: Final = KIOSK_LANGUAGES
"""The languages, in the order they are offered."""
RIGHT_TO_LEFT_MARK: Final = "\u200f"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
Text = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Language:
    """`date_form` and `month_form` put a date together; the `first` of a month may be written in a
    way of its own. `keyboard` holds pages of rows of keys. Digits are Western in every language,
    as they are on cards, keypads and medicine boxes.
    """

    code: str
    name: str
    right_to_left: bool
    font: str
    months: tuple[str, ...]
    date_form: str
    month_form: str
    first: str
    list_mark: str
    keyboard: tuple[tuple[tuple[str, ...], ...], ...]
    texts: Mapping[str, Text]

    def say(self, key: str, **values: str | int) -> str:
        """Give a sentence; its form follows the value `count`, where it has forms.

        In a language that runs from right to left every value is isolated, so that a foreign name
        or a date cannot turn the words around it (Unicode Standard Annex 9).
        """
        text = self.texts[key]
        if not isinstance(text, str):
            text = text[plural_form(self.code, int(values["count"]))]
        if not self.right_to_left:
            return text.format(**values)
        return RIGHT_TO_LEFT_MARK + text.format(
            **{name: self.isolated(str(value)) for name, value in values.items()}
        )

    def isolated(self, text: str) -> str:
        """Give what comes from elsewhere (a name, a line of a record) so that it keeps its own
        direction: without that, `500 mg daily` would be shown as `mg daily 500`.
        """
        return f"{_ISOLATE}{text}{_END_ISOLATE}" if self.right_to_left and text else text

    def says(self, key: str) -> bool:
        """Tell whether there is a sentence under `key`."""
        return key in self.texts

    def listed(self, words: Iterable[str]) -> str:
        """Give `words` one after the other, each in its own direction."""
        lead = RIGHT_TO_LEFT_MARK if self.right_to_left else ""
        return lead + self.list_mark.join(self.isolated(word) for word in words)

    def day(self, day: date) -> str:
        """Write a day with the month as a word."""
        number = self.first if day.day == 1 else str(day.day)
        return self.date_form.format(day=number, month=self.months[day.month - 1], year=day.year)

    def month_of(self, day: date) -> str:
        """Write a month with its year."""
        return self.month_form.format(month=self.months[day.month - 1], year=day.year)

    def moment(self, when: datetime, zone: tzinfo) -> str:
        """Write an aware time in the clinic's `zone`."""
        local = when.astimezone(zone)
        return f"{self.day(local.date())}{self.list_mark}{local:%H:%M}"


@lru_cache
def language(code: str) -> Language:
    """Give a language that comes with the program.

    Raises:
        FileNotFoundError: there is none of this code.
    """
    read: dict[str, Any] = json.loads(resource_path("kiosk", f"{code}.json").read_text("utf-8"))
    return Language(
        code=code,
        name=read["name"],
        right_to_left=read["direction"] == "rtl",
        font=read["font"],
        months=tuple(read["months"]),
        date_form=read["date"],
        month_form=read["month"],
        first=read.get("first", "1"),
        list_mark=read["list"],
        keyboard=tuple(
            tuple(tuple(row.split(" ") if " " in row else row) for row in page)
            for page in read["keyboard"]
        ),
        texts=read["texts"],
    )


def languages() -> tuple[Language, ...]:
    """Give all languages in the order they are offered."""
    return tuple(language(code) for code in CODES)
