"""The answer of a check in words."""

from ehr_desktop.domain.ledger import CheckReport
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.screens.integrity.report_text import duration
from ehr_desktop.ui.theme.tokens import Tone

_BEFORE = (
    "The check reads everything this workstation keeps and believes none of it. "
    "You can go on working meanwhile, and stop it at any time."
)
_NAMED = (
    "named below with what to do. Save the report and tell whoever runs the clinic before "
    "anything is repaired."
)
_STOPPED = "Nothing wrong was found up to there; the rest was not looked at."
_SOUND = "Nothing is missing, nothing was changed, nothing was added."


def answer(report: CheckReport | None, around: Surroundings) -> tuple[Tone, str, str, str]:
    """Give tone, icon, title and sentence for a report, or for none yet."""
    if report is None:
        return Tone.NEUTRAL, "shield", "Not checked in full yet", _BEFORE
    when = f"Checked {around.moment(report.started)} in {duration(report.seconds)}."
    if faults := len(report.faults):
        title = f"{faults:,} fault{'' if faults == 1 else 's'} found"
        named = "It is" if faults == 1 else "Each is"
        return Tone.DANGER, "shield-alert", title, f"{when} {named} {_NAMED}"
    if not report.complete:
        return Tone.WARNING, "shield", "Stopped before the end", f"{when} {_STOPPED}"
    return Tone.SUCCESS, "shield-check", "Everything is as it was signed", f"{when} {_SOUND}"
