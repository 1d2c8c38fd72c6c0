"""Trying whether the papers give the custodians' key back."""

from collections.abc import Coroutine, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import Custody
from ehr_desktop.ui.screens.recovery.shares_drawer import SharesDrawer
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.labels import Body, Level

_REMARK = (
    "Once a year, let the custodians type their words in here. Nothing is opened, nothing is "
    "written down, and the words are forgotten at once. You learn whether the papers are there and "
    "can be read."
)


class RehearsalDrawer(SharesDrawer):
    """Stays open and says what came of it."""

    failed_title = "These shares do not give the key back."

    def __init__(self, context: ScreenContext, custody: Custody, host: QWidget) -> None:
        super().__init__(
            context,
            custody,
            host,
            title="Rehearse a recovery",
            button="Try these shares",
            back="Close",
        )
        self.explain_with(Body(_REMARK, self, level=Level.MUTED))

    @override
    def work(self, shares: Sequence[str]) -> Coroutine[Any, Any, Custody]:
        return self.context.clinic.recovery.rehearse(self.context.actor, shares)

    @override
    def succeeded(self, result: Custody) -> None:
        self.entry.clear()
        self.say(
            Tone.SUCCESS,
            "These papers give the key back",
            f"Any {result.threshold} of {result.count} do. Put them back where they were.",
        )
