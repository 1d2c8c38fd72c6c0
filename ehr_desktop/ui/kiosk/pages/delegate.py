"""Letting somebody speak for the patient: the other card, then the last day."""

from datetime import date
from functools import partial

from typing_extensions import override

from ehr_desktop.domain.consent import Delegation
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.pages.type_code import TypeCodePage
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.layouts import SPRING, row

_MONTHS_AHEAD = (1, 3, 6, 12)


class DelegateCardPage(Page):
    """Asks for the other person's card."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, visit.dress.language.say("delegate.card"), back=_delegates)
        self.type_code = button(
            self, self.say("card.type"), self._type, icon_name="pencil", centred=True
        )
        picture = IconLabel(
            "id-card", tone=Tone.ACCENT, size_px=self.dress.px(80 if self.dress.compact else 140)
        )
        self.add(
            Words(self.say("card.text"), self.dress, size=Size.LEAD), row(SPRING, picture, SPRING)
        )
        self.offer(self.type_code, most=1)

    @override
    def scanned(self, code: str) -> bool:
        self.go(partial(DelegateUntilPage, code=code))
        return True

    def _type(self) -> None:
        self.go(partial(TypeCodePage, back=DelegateCardPage, then=_until))


class DelegateUntilPage(Page):
    """Asks for the last day; there is always one."""

    def __init__(self, visit: Visit, code: str) -> None:
        title = visit.dress.language.say("delegate.how-long")
        super().__init__(visit, title, back=DelegateCardPage)
        self._code = code
        today = visit.parts.now().astimezone(visit.facts.zone).date()
        self._days = [_months_later(today, months) for months in _MONTHS_AHEAD]
        self.choices: list[TouchButton] = []
        for at, day in enumerate(self._days):
            words = self.say("delegates.until", date=self.dress.language.day(day))
            choice = button(self, words, self._choose, icon_name="calendar")
            choice.setProperty("at", at)
            self.choices.append(choice)
            self.add(choice)

    def _choose(self) -> None:
        until = self._days[int(self.sender().property("at"))]
        self.call(self.visit.kiosk.delegate(self.visit.patient, self._code, until), self._done)

    def _done(self, delegation: Delegation) -> None:
        day = self.dress.language.day(delegation.until.astimezone(self.visit.facts.zone).date())
        who = delegation.name or self.say("delegates.unnamed")
        sentences = [self.say("delegate.done", who=who, date=day)]
        title = self.say("delegate.done-title")
        self.go(partial(OutcomePage, title=title, sentences=sentences, receipt=delegation.id))


def _months_later(day: date, months: int) -> date:
    """Give the same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _until(visit: Visit, code: str) -> Page:
    return DelegateUntilPage(visit, code)


def _delegates(visit: Visit) -> Page:
    from ehr_desktop.ui.kiosk.pages.delegates import DelegatesPage  # noqa: PLC0415

    return DelegatesPage(visit)
