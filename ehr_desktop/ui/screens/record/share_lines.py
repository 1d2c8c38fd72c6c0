"""Who may see what of a record, one line each, with *Hand on* where the patient allows that."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from ehr_desktop.domain.consent import GrantState, Share
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Actor
from ehr_desktop.ui.models.consent_words import (
    POLICY_DECIDES,
    ending_words,
    grant_words,
    grantee_words,
    listed,
    purpose_words,
    until_words,
)
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Caption, ElidedLabel, Level
from ehr_desktop.ui.widgets.layouts import column, fill, row
from ehr_desktop.ui.widgets.pill import Pill

_BY_POLICY: Final = (
    "The care team sees everything medical, the front desk names, contacts, appointments and "
    "bills. Nobody has to be asked; every reading is written down."
)
_BY_NOBODY: Final = "The patient shares nothing medical with anybody at the moment."


class ShareCard(Card):
    """`hand_on_wanted` carries the `Share` to hand on."""

    hand_on_wanted = Signal(object)

    def __init__(self, actor: Actor, zone: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__("Who may see what", parent, margin=Space.TWO)
        self._grantees, self._zone = {actor.id, *TEAMS_OF_ROLE[actor.role]}, zone
        self._lines: list[QWidget] = []
        self._shown: tuple[tuple[Share, ...], bool] | None = None
        self._rows = column(spacing=Space.TWO)
        self._nothing = Body("", self, level=Level.MUTED)
        self.add(self._rows, self._nothing)

    def show_shares(self, shares: Sequence[Share], *, is_policy: bool) -> None:
        """Show what is shared; with `is_policy` the clinic decides and nobody was asked."""
        wanted = tuple(shares), is_policy
        if wanted == self._shown:
            # lines made anew would be gone for a moment, each time anything happens
            return
        self._shown = wanted
        for old in self._lines:
            self._rows.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._lines = [self._line(share) for share in shares]
        fill(self._rows, *self._lines)
        self._nothing.setText(f"{POLICY_DECIDES}. {_BY_POLICY}" if is_policy else _BY_NOBODY)
        active = any(share.state is GrantState.ACTIVE for share in shares)
        self._nothing.setVisible(is_policy or not active)

    def _line(self, share: Share) -> QWidget:
        line = QFrame(self)
        name = ElidedLabel(grantee_words(share), line, font=ui_font(weight=ui_font().Weight.Medium))
        parts = [listed(share.categories), purpose_words(share.purpose)]
        parts.append(until_words(share.until, self._zone))
        if share.reshare and share.state is GrantState.ACTIVE:
            parts.append("may be handed on")
        if share.handed_on_by:
            parts.append(f"handed on by {share.handed_on_by}")
        if share.ending is not None:
            parts.append(ending_words(share.ending))
        words, tone = grant_words(share.state)
        icon = "users" if share.grantee_kind == "team" else "user"
        pieces: list[QWidget] = [IconLabel(icon, line), Pill(words, tone, line)]
        texts = column(name, Caption(" · ".join(parts), line), spacing=0)
        whole = row(pieces[0], texts, pieces[1], spacing=Space.ONE_AND_HALF)
        mine = share.grantee in self._grantees and share.state is GrantState.ACTIVE
        if share.reshare and mine:
            button = secondary_button("Hand on…")
            button.setAccessibleName(f"Hand on to a colleague: {listed(share.categories)}")
            button.clicked.connect(lambda: self.hand_on_wanted.emit(share))
            whole.addWidget(button)
        whole.setStretch(1, 1)
        line.setLayout(whole)
        return line
