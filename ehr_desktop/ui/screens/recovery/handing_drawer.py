"""Having the custodians hand a team's key on, when no colleague is left who could."""

from collections.abc import Coroutine, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import Custody
from ehr_desktop.domain.people import Staff, Team
from ehr_desktop.ui.screens.recovery.shares_drawer import SharesDrawer
from ehr_desktop.ui.screens.recovery.words import TEAM_NAMES
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.widgets.labels import Body, Level

_REMARK = (
    "A colleague of the team who signs in hands its key on by itself. Only if nobody is left who "
    "could, take the custodians' papers. The ledger says that it was done this way."
)


class HandingDrawer(SharesDrawer):
    """For one team and all of its members who wait."""

    failed_title = "The key was not handed on."

    def __init__(
        self,
        context: ScreenContext,
        custody: Custody,
        team: Team,
        waiting: tuple[Staff, ...],
        host: QWidget,
    ) -> None:
        title = f"Hand the key of the {TEAM_NAMES[team]} on"
        super().__init__(context, custody, host, title=title, button="Hand it on", back="Cancel")
        self._team = team
        names = ", ".join(person.display_name for person in waiting)
        self.explain_with(
            Body(f"Waiting for it: {names}", self, strong=True),
            Body(_REMARK, self, level=Level.MUTED),
        )

    @override
    def work(self, shares: Sequence[str]) -> Coroutine[Any, Any, None]:
        return self.context.clinic.recovery.hand_on(self.context.actor, self._team, shares)

    @override
    def succeeded(self, result: None) -> None:
        self.context.notify(f"The key of the {TEAM_NAMES[self._team]} is handed on.")
        self.leave()
