"""Mining on this workstation, watched live."""

from typing import Final

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.network import MiningStatus
from ehr_desktop.ui.models.consensus_words import mining_rows
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.live_facts import LiveFacts
from ehr_desktop.ui.widgets.pill import Pill

_NAMES: Final = (
    "Header",
    "Nonce",
    "Tries",
    "Hash rate",
    "Target",
    "Difficulty",
    "At this rate",
    "New target in",
)


class MiningPanel(Card):
    """Header, nonce, rate and target; the numbers change in place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.state = Pill("waiting")
        super().__init__("Mining here", parent, actions=(self.state,))
        self.facts = LiveFacts(_NAMES, self, mono=("Header", "Target"))
        self.add(self.facts)

    def show_mining(self, mining: MiningStatus) -> None:
        """Show how far it is."""
        tone = Tone.NOTE if mining.running else Tone.NEUTRAL
        self.state.set_state("searching" if mining.running else "waiting", tone)
        for name, value in mining_rows(mining):
            self.facts.set_value(name, value)
