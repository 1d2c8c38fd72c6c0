"""What a clinic with one workstation is told about a second."""

from typing import Final

from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.widgets.card import Card, Rule
from ehr_desktop.ui.widgets.labels import Body, Caption
from ehr_desktop.ui.widgets.layouts import Piece
from ehr_desktop.ui.widgets.point import Point

_GAINS: Final = (
    (
        "copy",
        "A second copy of everything",
        "Each workstation keeps all records. If this computer is lost, nothing else is.",
    ),
    (
        "refresh-cw",
        "The same day book at every desk",
        "What one desk books, the others show within a second. No time is given away twice.",
    ),
    (
        "shield-check",
        "A witness",
        "Workstations check each other. Nobody can rewrite one copy without the others noticing.",
    ),
)
_ADVICE: Final = (
    "With two workstations both must be on for anything to become final; with three, any one may "
    "be off; with four, one may even lie. No server is needed, and no internet."
)
_NEXT_STEP: Final = (
    "Next: press Add a workstation here, and choose Join a clinic on the new computer. It takes "
    "two minutes."
)


class Alone(Card):
    """Three gains, how many workstations are a good number, and the next step."""

    def __init__(self, *, may_add: bool, parent: QWidget | None = None) -> None:
        super().__init__("What a second workstation gives", parent)
        pieces: list[Piece] = [Point(*gain, self) for gain in _GAINS]
        self.add(*pieces, Rule(self), Caption(_ADVICE, self))
        step = _NEXT_STEP if may_add else "An administrator adds workstations on this screen."
        self.add(Body(step, self))
