"""All that is known about one workstation."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.network import LinkState, NetworkStatus, WorkstationStatus
from ehr_desktop.ui.models.network_words import (
    clock_words,
    ledger_words,
    round_trip_words,
    rung_words,
    state_words,
    trouble_words,
    votes_words,
)
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.labels import Body, ElidedLabel, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.live_facts import LiveFacts
from ehr_desktop.ui.widgets.looks import set_plain_tooltip
from ehr_desktop.ui.widgets.pill import Pill

_FACTS: Final = ("Ledger", "Address", "Found", "Listens at", "Round trip", "Votes")


class WorkstationCard(Card):
    """`remove_wanted` is emitted when an administrator wants it off the roster."""

    remove_wanted = Signal()

    def __init__(self, *, may_remove: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._may_remove = may_remove
        self.name = ElidedLabel("", self, font=Heading().font())
        self.state = Pill("", parent=self)
        self.trouble = Body("", self)
        self.clock = Body("", self)
        self.clock.set_tone(Tone.WARNING)
        self.facts = LiveFacts(_FACTS, self, mono=("Address",), name_width_px=88)
        self.remove_button = secondary_button("Remove", icon_name="unplug")
        self.remove_button.clicked.connect(self.remove_wanted)
        self.add(
            column(self.name, row(self.state, SPRING), spacing=Space.ONE),
            self.trouble,
            self.clock,
            self.facts,
            row(self.remove_button, SPRING),
        )

    def show_workstation(self, each: WorkstationStatus, status: NetworkStatus) -> None:
        """Show another workstation, or what has changed about this one."""
        is_here = each.state is LinkState.HERE
        words, tone = state_words(each)
        self.name.setText(each.name)
        self.state.set_state(words, tone)
        for label, text in ((self.trouble, trouble_words(each)), (self.clock, clock_words(each))):
            label.setText(text)
            label.setVisible(bool(text))
        self.trouble.set_tone(Tone.DANGER if each.stopped else Tone.NEUTRAL)
        facts = self.facts
        facts.set_value("Ledger", ledger_words(each, status.height))
        facts.set_value("Address", "" if is_here else each.address)
        facts.set_value("Found", "" if is_here else rung_words(each))
        facts.set_value("Listens at", status.listening if is_here else "")
        facts.set_value("Round trip", round_trip_words(each))
        facts.set_value("Votes", votes_words(each, status.total))
        self.remove_button.setVisible(self._may_remove)
        self.remove_button.setEnabled(not is_here)
        tip = "A workstation is removed from another one" if is_here else ""
        set_plain_tooltip(self.remove_button, tip)
        self.setAccessibleName(f"{each.name}: {words}")
