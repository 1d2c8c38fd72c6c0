"""Says what was done, and for whom it waits where it is not certain yet."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from ehr_desktop.domain.network import NetworkStatus
from ehr_desktop.ui.models.pending_words import told
from ehr_desktop.ui.shell.context import ScreenContext


def notify_outcome(
    owner: QObject,
    context: ScreenContext,
    sentence: str,
    *,
    pending: bool,
    action: str = "",
    on_action: Callable[[], None] | None = None,
) -> None:
    """Say `sentence` with its action; what is pending with how many workstations are missing,
    unless `owner` is gone by the time that is known.
    """

    def say(missing: int) -> None:
        words = told(sentence, pending=pending, missing=missing)
        context.notify(words, action=action, on_action=on_action)

    if not pending:
        say(0)
        return
    context.bridge.call(
        owner,
        context.clinic.network.status(context.actor),
        done=lambda status: say(missing_workstations(status)),
        failed=lambda _: say(0),
    )


def missing_workstations(status: NetworkStatus) -> int:
    """Give how many more workstations must be linked before anything becomes final.

    0 if enough are, or where some count for more than others and nobody can tell.
    """
    if any(workstation.weight > 1 for workstation in status.workstations):
        return 0
    return max(status.quorum - status.present, 0)
