"""Who may propose blocks, chosen once when a clinic is founded."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.ui.models.consensus_words import WORK_SENTENCE
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import ghost_button
from ehr_desktop.ui.widgets.labels import Caption
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row

_MARK_PX: Final = 28
_WAYS: Final[Mapping[ProposerMode, tuple[str, str]]] = {
    ProposerMode.AUTHORITY: (
        "Workstations take turns (recommended)",
        "Quick, and nothing is spent on it. Right for nearly every clinic.",
    ),
    ProposerMode.STAKE: (
        "By votes",
        "Administrators give workstations more or fewer votes; lots are drawn by them.",
    ),
    ProposerMode.WORK: ("By work (mining)", WORK_SENTENCE),
}


class ProposerChoice(QWidget):
    """The recommended way; the others come up when they are asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ways = {mode: QRadioButton(words, self) for mode, (words, _) in _WAYS.items()}
        self._group = QButtonGroup(self)
        for way in self.ways.values():
            self._group.addButton(way)
        lines = {mode: self._line(mode) for mode in _WAYS}
        self.ways[ProposerMode.AUTHORITY].setChecked(True)
        self.other_ways = ghost_button("Other ways", icon_name="chevron-down")
        self._others = boxed(
            column(lines[ProposerMode.STAKE], lines[ProposerMode.WORK], spacing=Space.ONE_AND_HALF),
            self,
        )
        self._others.hide()
        self.other_ways.clicked.connect(self._show_others)
        self.setLayout(
            column(
                lines[ProposerMode.AUTHORITY],
                row(self.other_ways, SPRING),
                self._others,
                spacing=Space.ONE,
            )
        )

    @property
    def mode(self) -> ProposerMode:
        """The way that is chosen."""
        return next(mode for mode, way in self.ways.items() if way.isChecked())

    def _show_others(self) -> None:
        self._others.show()
        self.ways[ProposerMode.STAKE].setFocus()
        self.other_ways.hide()

    def _line(self, mode: ProposerMode) -> QWidget:
        said = Caption(_WAYS[mode][1], self)
        self.ways[mode].setAccessibleDescription(said.text())
        below = row(said, spacing=0)
        below.setContentsMargins(_MARK_PX, 0, 0, 0)
        return boxed(column(self.ways[mode], below, spacing=2), self)
