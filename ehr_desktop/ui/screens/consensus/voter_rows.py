"""Who votes, by name, and how each vote stands."""

from PySide6.QtWidgets import QGridLayout, QWidget

from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.network import ConsensusStatus, Voter
from ehr_desktop.ui.models.consensus_words import ballot_words, even
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Caption, ElidedLabel, Label, Level
from ehr_desktop.ui.widgets.layouts import row


class VoterRows(QWidget):
    """Validators in two columns. Lines stay while the same validators are told of; only what
    they say changes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.FOUR)
        self._grid.setVerticalSpacing(Space.ONE)
        self._grid.setColumnStretch(0, 1)
        self.lines: dict[DeviceId, VoterLine] = {}

    def show_voters(self, status: ConsensusStatus) -> None:
        """Show how the votes stand."""
        devices = [voter.device for voter in status.voters]
        if list(self.lines) != devices:
            self._lay_out(devices)
        for voter in status.voters:
            self.lines[voter.device].show_voter(voter, status)

    def _lay_out(self, devices: list[DeviceId]) -> None:
        for line in self.lines.values():
            self._grid.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = {device: VoterLine(self) for device in devices}
        self._grid.setColumnStretch(1, int(len(devices) > 1))
        for order, line in enumerate(self.lines.values()):
            self._grid.addWidget(line, order // 2, order % 2)


class VoterLine(QWidget):
    """A validator's name, and its vote as an icon and words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = IconLabel("circle", self)
        self.name = ElidedLabel("", self)
        self.weight = Caption("", self)
        self.weight.setWordWrap(False)
        self.ballot = Label("", self, level=Level.MUTED)
        line = row(self._icon, self.name, self.weight, self.ballot, spacing=Space.ONE_AND_HALF)
        line.setStretch(1, 1)
        self.setLayout(line)

    def show_voter(self, voter: Voter, status: ConsensusStatus) -> None:
        """Show how this vote stands."""
        words, icon_name, tone = ballot_words(voter, status)
        self._icon.set_icon(icon_name, tone)
        self.name.setText(voter.name)
        votes = f"{voter.weight:,} vote{'' if voter.weight == 1 else 's'}"
        self.weight.setText("" if even(status) else votes)
        self.ballot.setText(words)
        self.ballot.set_tone(tone)
        self.setAccessibleName(f"{voter.name}: {words}")
