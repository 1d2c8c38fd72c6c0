"""The block being agreed: who proposed it, who voted, and how much is still needed."""

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.network import Ballot, ConsensusStatus
from ehr_desktop.ui.models.consensus_words import block_saying, confirmed_words, needed_words
from ehr_desktop.ui.screens.consensus.quorum_bar import QuorumBar
from ehr_desktop.ui.screens.consensus.voter_rows import VoterRows
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.labels import Body, Caption, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, column, row

_CONFIRMING = (Ballot.CONFIRMED, Ballot.FINAL)


class AgreementCard(Card):
    """What is going on now, with everybody's vote by name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.title = Heading("", self)
        self.text = Body("", self, level=Level.MUTED)
        self.confirmed = Heading("", self)
        self.bar = QuorumBar(self)
        self.voters = VoterRows(self)
        self.place = Caption("", self)
        self.add(
            row(
                column(self.title, self.text, spacing=Space.HALF),
                SPRING,
                self.confirmed,
                spacing=Space.TWO,
            ),
            self.bar,
            self.voters,
            self.place,
        )

    def show_status(self, status: ConsensusStatus) -> None:
        """Show how far the agreement is."""
        title, text = block_saying(status)
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.confirmed.setText(confirmed_words(status))
        voting = [voter for voter in status.voters if voter.weight]
        first = sorted(voting, key=lambda voter: voter.ballot not in _CONFIRMING)
        confirmed = status.confirmed
        weights = tuple(voter.weight for voter in first)
        self.bar.show_votes(weights, confirmed, status.quorum, needed_words(status))
        self.voters.show_voters(status)
        self.place.setText(f"Slot {status.slot:,}, epoch {status.epoch:,}")
