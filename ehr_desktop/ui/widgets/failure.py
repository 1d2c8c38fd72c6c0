"""What went wrong with something a person wanted, beside where they wanted it."""

from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.callout import Callout


class Failure(Callout):
    """Hidden until there is something to tell; `hide` takes it back before the next try."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Tone.DANGER, "", parent=parent)
        self.hide()

    def tell(self, title: str, text: str = "") -> None:
        """Say what did not happen, and why."""
        self.say(Tone.DANGER, title, text)
        self.show()
