"""Who could open what when everything else is lost."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.consent import Custody
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Staff, Team
from ehr_desktop.ui.screens.recovery.words import CUSTODIANS_REMARK, TEAM_NAMES, custody_said
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.labels import Body, Level


class CustodiansCard(Card):
    """Emits `name_wanted`, `rehearsal_wanted`, and `handing_wanted` with a team's name."""

    name_wanted = Signal()
    rehearsal_wanted = Signal()
    handing_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.rehearse_button = secondary_button("Rehearse", icon_name="badge-check")
        self.name_button = secondary_button("Name custodians", icon_name="users")
        super().__init__("Custodians", parent, actions=(self.rehearse_button, self.name_button))
        self.state = Callout(Tone.NOTE, "", parent=self)
        self.hand_button = secondary_button("Use the papers")
        self.waiting = Callout(Tone.WARNING, "", "", self.hand_button, parent=self)
        self._team = Team.CLINICAL
        self.add(self.state, self.waiting, Body(CUSTODIANS_REMARK, self, level=Level.MUTED))
        self.name_button.clicked.connect(self.name_wanted)
        self.rehearse_button.clicked.connect(self.rehearsal_wanted)
        self.hand_button.clicked.connect(self._hand)
        self.waiting.hide()

    def show_state(self, custody: Custody, waiting: tuple[Staff, ...]) -> None:
        """Say what the custodians could open, and who waits for a team's key."""
        self.state.say(*custody_said(custody))
        self.name_button.setText("Replace custodians" if custody.generation else "Name custodians")
        self.rehearse_button.setVisible(bool(custody.generation))
        self.waiting.setVisible(bool(custody.generation and waiting))
        if waiting:
            self._team = team_waited_for(waiting)
            names = ", ".join(person.display_name for person in waiting)
            self.waiting.say(
                Tone.WARNING,
                f"Waiting for the key of the {TEAM_NAMES[self._team]}: {names}",
                "A colleague of the team who signs in hands it on. Custodians can, too.",
            )

    def _hand(self) -> None:
        self.handing_wanted.emit(self._team.value)


def team_waited_for(waiting: tuple[Staff, ...]) -> Team:
    """Give the team whose key somebody waits for: clinicians wait for the clinical one."""
    clinical = any(Team.CLINICAL in TEAMS_OF_ROLE[person.role] for person in waiting)
    return Team.CLINICAL if clinical else Team.FRONT_DESK
