"""The answer of a check, in one calm panel."""

from PySide6.QtWidgets import QFrame, QWidget

from ehr_desktop.domain.ledger import CheckReport
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.screens.integrity.report_text import duration
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Heading
from ehr_desktop.ui.widgets.layouts import column, row
from ehr_desktop.ui.widgets.looks import set_look

_ICON_PX = 40
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


class Verdict(QFrame):
    """A large icon, a title and a sentence on the ground of a tone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "callout")
        self._icon = IconLabel("shield", self, size_px=_ICON_PX)
        self.title = Heading("", self)
        self.title.setWordWrap(True)
        self.text = Body("", self)
        words = column(self.title, self.text, spacing=Space.HALF)
        line = row(self._icon, words, spacing=Space.THREE, margin=Space.THREE)
        line.setStretch(1, 1)
        self.setLayout(line)

    def say(self, tone: Tone, icon_name: str, title: str, text: str) -> None:
        """Show another answer."""
        set_look(self, "tone", tone.value)
        self._icon.set_icon(icon_name, tone)
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(f"{title}. {text}")


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
