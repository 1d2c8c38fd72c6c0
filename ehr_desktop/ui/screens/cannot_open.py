"""When the clinic on this computer cannot be opened: why, and what to do about it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain import errors
from ehr_desktop.explain import explain
from ehr_desktop.ui.shell.gate import BrandMark, Gate
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Caption, Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, column, row

_SIZE: Final = (820, 620)
_TITLE: Final = "The clinic cannot be opened"
_ADVICE: Final[Mapping[type[BaseException], str]] = {
    errors.HomeInUseError: "Nothing is wrong with the records. Go to the window that is open, or "
    "close it and try again.",
    errors.HomeTooNewError: "Nothing is wrong with the records, and nothing was changed. Install "
    "the newest version of the program, then open the clinic again.",
    errors.HomeDamagedError: "Delete nothing: what is still there may be needed. Copy the folder "
    "below to another disk, then let an administrator restore the last backup.",
    errors.DiskFullError: "Nothing is lost. Free some space on the disk, then try again.",
    PermissionError: "Ask whoever looks after this computer to let your account read and write "
    "the folder below, then try again.",
}
_OTHERWISE: Final = "Try again. If this comes back, tell whoever looks after this computer."


class CannotOpenWindow(Gate):
    """Shown in place of the main window. `wants_again` tells, once it is closed, whether the
    person asked for another try.
    """

    def __init__(self, error: BaseException, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wants_again = False
        self.setWindowTitle(_TITLE)
        self.resize(*_SIZE)
        title = ui_font(TypeSize.TITLE, QFont.Weight.DemiBold)
        mark = IconLabel("circle-alert", self)
        mark.set_icon("circle-alert", Tone.WARNING)
        self.sentence = Body(explain(error), self, strong=True)
        self.advice = Body(_advice(error), self, level=Level.MUTED)
        self.again = primary_button("Try again", icon_name="refresh-cw")
        self.leave = secondary_button("Close")
        self.again.clicked.connect(self._try_again)
        self.leave.clicked.connect(self.close)
        heading = column(
            BrandMark(self), Label(_TITLE, self, font=title, wrap=True), spacing=Space.TWO
        )
        said = row(column(mark, SPRING), self.sentence, spacing=Space.ONE)
        said.setStretch(1, 1)
        self.body.addLayout(heading)
        self.body.addLayout(said)
        self.body.addWidget(self.advice)
        self.body.addSpacing(Space.ONE)
        self.body.addLayout(row(SPRING, self.leave, self.again, spacing=Space.ONE))
        where = Caption(f"The clinic's folder: {home}", self)
        where.setAccessibleName("The clinic's folder")
        self.below.addWidget(where)

    def begin(self) -> None:
        """Put the focus on what helps most; call after the window is shown."""
        self.again.setFocus()

    def _try_again(self) -> None:
        self.wants_again = True
        self.close()


def _advice(error: BaseException) -> str:
    known = (advice for kind, advice in _ADVICE.items() if isinstance(error, kind))
    return next(known, _OTHERWISE)
