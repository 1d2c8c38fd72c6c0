"""Confirming a card or a guardian that somebody else has made, or turning it away, and what stands
there meanwhile.
"""

from collections.abc import Coroutine
from datetime import tzinfo
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.consent import CardStatus, UnconfirmedCard
from ehr_desktop.domain.people import Action, Actor, may
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.confirm_words import (
    confirm_words,
    confirmed_words,
    not_this_one,
    reject_words,
    rejected_words,
    waiting_words,
)
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import Button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.layouts import column, fill
from ehr_desktop.ui.widgets.sheet import Confirmation


def may_confirm(actor: Actor, waiting: UnconfirmedCard) -> bool:
    """Tell whether somebody may vouch for what another has made."""
    return may(actor.role, Action.READ_CLINICAL) and actor.id != waiting.made_by


def may_reject(actor: Actor, waiting: UnconfirmedCard) -> bool:
    """Tell whether somebody may turn away what waits."""
    return may(actor.role, Action.READ_CLINICAL) or actor.id == waiting.made_by


def counts_at_once(actor: Actor, status: CardStatus | None) -> bool:
    """Tell whether a card that somebody makes, or a guardian they name, counts without another."""
    return may(actor.role, Action.READ_CLINICAL) and status is not None and status.is_policy


class Confirming(QObject):
    """Asks before it confirms or turns away, over the window of `host`. `told` carries what became
    of it.
    """

    told = Signal(str)

    def __init__(self, context: ScreenContext, host: QWidget) -> None:
        super().__init__(host)
        self._context = context
        self._host = host
        self._waiting: tuple[UnconfirmedCard, tzinfo] | None = None
        self.sheet: Confirmation | None = None

    def ask(self, waiting: UnconfirmedCard, zone: tzinfo) -> None:
        """Ask whether the right person is there."""
        self._waiting = waiting, zone
        title, text = confirm_words(waiting, zone)
        sheet = Confirmation(
            self._host.window(), title, text, "Confirm", denial=not_this_one(waiting)
        )
        sheet.confirmed.connect(self._confirm)
        sheet.denied.connect(self._ask_to_reject)
        self._open(sheet)

    def ask_to_reject(self, waiting: UnconfirmedCard, zone: tzinfo) -> None:
        """Ask once whether it is to be turned away."""
        self._waiting = waiting, zone
        self._ask_to_reject()

    def _ask_to_reject(self) -> None:
        title, text = reject_words(*self._asked())
        sheet = Confirmation(self._host.window(), title, text, "Turn away", dangerous=True)
        sheet.confirmed.connect(self._reject)
        self._open(sheet)

    def _open(self, sheet: Confirmation) -> None:
        sheet.closed.connect(sheet.deleteLater)
        self.sheet = sheet
        sheet.open_over()

    def _confirm(self) -> None:
        waiting, _zone = self._asked()
        cards = self._context.clinic.cards
        self._do(cards.confirm(self._context.actor, waiting), confirmed_words(waiting))

    def _reject(self) -> None:
        waiting, _zone = self._asked()
        cards = self._context.clinic.cards
        self._do(cards.reject(self._context.actor, waiting), rejected_words(waiting))

    def _do(self, work: Coroutine[Any, Any, CardStatus], words: str) -> None:
        self._context.bridge.call(
            self._host,
            work,
            done=lambda _: self.told.emit(words),
            failed=lambda error: self.told.emit(explain(error)),
        )

    def _asked(self) -> tuple[UnconfirmedCard, tzinfo]:
        assert self._waiting is not None, "it was asked about one"
        return self._waiting


class UnconfirmedNotes(QWidget):
    """Says of each card and guardian of one patient that it waits; clinicians can confirm it or
    turn it away, and who has made it can do the latter.
    """

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._shown: tuple[UnconfirmedCard, ...] = ()
        self.confirming = Confirming(context, self)
        self.buttons: list[Button] = []
        self._body = column(spacing=Space.ONE)
        self.setLayout(self._body)
        self.hide()

    def show_waiting(self, waiting: tuple[UnconfirmedCard, ...], zone: tzinfo) -> None:
        """Show what waits; nothing for none."""
        if waiting != self._shown:
            self._shown = waiting
            while (item := self._body.takeAt(0)) is not None:
                if (old := item.widget()) is not None:
                    old.hide()
                    old.deleteLater()
            self.buttons = []
            fill(self._body, *(self._note(one, zone) for one in waiting))
        self.setVisible(bool(waiting))

    def _note(self, one: UnconfirmedCard, zone: tzinfo) -> QWidget:
        title, text = waiting_words(one, zone)
        actor = self._context.actor
        if may_confirm(actor, one):
            button, ask = secondary_button("Confirm…"), self.confirming.ask
        elif may_reject(actor, one):
            button, ask = secondary_button("Turn away…"), self.confirming.ask_to_reject
        else:
            return Callout(Tone.WARNING, title, text, parent=self)
        button.setAccessibleName(f"{button.text().rstrip('…')}: {title}")
        button.clicked.connect(lambda: ask(one, zone))
        self.buttons.append(button)
        return Callout(Tone.WARNING, title, text, button, parent=self)
