"""The chart's page on access: who decides, who may see what on whose word, and who looked."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from ehr_desktop.domain.consent import Basis, CardStatus, Look, Share
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_pages import Column, PagedTable
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.models.consent_words import (
    basis_words,
    decides,
    finding_words,
    listed,
    manner_words,
    purpose_words,
    reason_words,
)
from ehr_desktop.ui.screens.cards.confirming import UnconfirmedNotes
from ehr_desktop.ui.screens.patients.fitting import fit_columns
from ehr_desktop.ui.screens.record.hand_on_sheet import HandOnSheet
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.share_lines import ShareCard
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.labels import Caption, Heading
from ehr_desktop.ui.widgets.layouts import boxed, column
from ehr_desktop.ui.widgets.table import Table

_LOOKS_HEIGHT_PX: Final = 340
_TONES: Final = {
    Basis.POLICY: Tone.NEUTRAL,
    Basis.PATIENT: Tone.SUCCESS,
    Basis.RULE: Tone.NOTE,
    Basis.EMERGENCY: Tone.DANGER,
}


@dataclass(frozen=True, slots=True)
class Access:
    """All that the page shows."""

    card: CardStatus
    shares: tuple[Share, ...]
    looks: tuple[Look, ...]


class AccessPage(QScrollArea):
    """Asked for anew each time it is gone to, and when something changes."""

    def __init__(self, opened: OpenedChart, host: QWidget) -> None:
        super().__init__(host)
        self._on = opened
        self.decides = Callout(Tone.NEUTRAL, "", parent=self)
        self.decides.hide()
        self.unconfirmed = UnconfirmedNotes(opened.context, self)
        self.unconfirmed.confirming.told.connect(self._confirmed)
        self.shares = ShareCard(opened.context.actor, opened.zone, self)
        self.shares.hand_on_wanted.connect(self.hand_on)
        self.looks = PagedTable[Look](self._columns())
        self.table = Table("Who looked at this record", self)
        self.table.setModel(self.looks)
        fit_columns(self.table, 156, 144, 0, 140, 208)
        self.table.set_empty_state(EmptyState("eye-off", "Nobody has looked yet"))
        self.table.setMinimumHeight(_LOOKS_HEIGHT_PX)
        self._remark = Caption(
            "Every opening is written to the ledger before anything is shown. The patient sees "
            "the same list.",
            self,
        )
        looked = Card("Who looked", self, margin=Space.TWO)
        looked.add(self.table, self._remark)
        told = (self.decides, self.unconfirmed, self.shares, looked)
        body = column(Heading("Access", self), *told, spacing=Space.TWO)
        body.setContentsMargins(Space.THREE, Space.ONE, Space.THREE, Space.THREE)
        inner = boxed(body)
        inner.setProperty("look", "scrolled")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)

    def refresh(self) -> None:
        """Ask anew."""
        self._on.call(self, self._ask(), done=self._show, failed=self._failed)

    def hand_on(self, share: Share) -> None:
        """Ask to whom."""
        sheet = HandOnSheet(self._on, self.window(), share)
        sheet.handed_on.connect(self._handed_on)
        sheet.closed.connect(sheet.deleteLater)
        sheet.open_over()

    async def _ask(self) -> Access:
        """Ask on the node."""
        context, patient = self._on.context, self._on.patient.id
        return Access(
            card=await context.clinic.cards.status(context.actor, patient),
            shares=await context.clinic.sharing.shares(context.actor, patient),
            looks=await context.clinic.sharing.looks(context.actor, patient),
        )

    def _show(self, access: Access) -> None:
        title, text = decides(access.card, self._on.zone)
        self.decides.say(Tone.NEUTRAL, title, text)
        self.decides.show()
        self.unconfirmed.show_waiting(access.card.unconfirmed, self._on.zone)
        self.shares.show_shares(access.shares, is_policy=access.card.is_policy)
        self.looks.show(access.looks, len(access.looks))

    def _confirmed(self, words: str) -> None:
        self._on.context.notify(words)
        self.refresh()

    def _handed_on(self, share: Share) -> None:
        self._on.context.notify(f"Handed on to {share.name}")
        self.refresh()

    def _failed(self, error: BaseException) -> None:
        self.decides.say(Tone.DANGER, "This cannot be shown now", explain(error))
        self.decides.show()

    def _columns(self) -> tuple[Column[Look], ...]:
        zone = self._on.zone
        return (
            Column("When", lambda look: shown_moment(look.when, zone)),
            Column("Who", _who, strong=True),
            Column("What", _what, muted=True),
            Column("Why", _why, muted=True),
            Column("On whose word", _basis, tone=lambda look: _TONES[look.basis]),
        )


def _who(look: Look) -> str:
    return "The patient" if look.own else look.name or "Somebody no longer known here"


def _what(look: Look) -> str:
    """Say what was seen; how, only where it was not simply opened."""
    categories = listed(look.categories)
    if look.manner == "open":
        return categories
    return f"{manner_words(look.manner)}: {categories[:1].lower()}{categories[1:]}"


def _why(look: Look) -> str:
    if look.basis is Basis.EMERGENCY and look.reason:
        return reason_words(look.reason)
    return purpose_words(look.purpose)


def _basis(look: Look) -> str:
    if look.basis is Basis.EMERGENCY and look.finding is not None:
        return f"{basis_words(look.basis)}: {finding_words(look.finding)[0].lower()}"
    return "Own record" if look.own else basis_words(look.basis)
