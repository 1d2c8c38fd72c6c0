"""Six digits that two people compare on two screens, and the two answers."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.labels import Body, Label
from ehr_desktop.ui.widgets.layouts import column, row

QUESTION: Final = "Compare with the other screen. Are they the same?"
_HALF: Final = 3
_ANSWER_HEIGHT_PX: Final = 44


class DigitsQuestion(QWidget):
    """Emits `answered` with whether they are the same. Neither answer is the easier one to press:
    they are equally large, look alike, and neither has the focus.
    """

    answered = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        figures = ui_font(TypeSize.FIGURES, QFont.Weight.DemiBold, tabular=True)
        self.digits = Label("", self, font=figures)
        self.digits.setAlignment(Qt.AlignmentFlag.AlignCenter)
        plate = QFrame(self)
        plate.setProperty("look", "well")
        plate.setLayout(column(self.digits, margin=Space.TWO))
        self.question = Body(QUESTION, self, strong=True)
        self.question.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.no = secondary_button("No, they differ", icon_name="x")
        self.yes = secondary_button("Yes, the same", icon_name="check")
        answers = row(self.no, self.yes, spacing=Space.TWO)
        for number, button in enumerate((self.no, self.yes)):
            button.setMinimumHeight(_ANSWER_HEIGHT_PX)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            answers.setStretch(number, 1)
        self.no.clicked.connect(self._differ)
        self.yes.clicked.connect(self._agree)
        self.setLayout(column(plate, self.question, answers, spacing=Space.TWO))

    def ask(self, digits: str) -> None:
        """Show `digits` and take an answer."""
        self.digits.setText(f"{digits[:_HALF]} {digits[_HALF:]}")
        # read out one by one, not as a number
        self.digits.setAccessibleName(" ".join(digits))
        self.question.setText(QUESTION)
        self._take_answers(taken=True)

    def wait_for_the_other(self, words: str) -> None:
        """Go on showing the digits, with `words` in place of the question."""
        self.question.setText(words)
        self._take_answers(taken=False)

    def _take_answers(self, *, taken: bool) -> None:
        self.no.setEnabled(taken)
        self.yes.setEnabled(taken)

    def _agree(self) -> None:
        self.answered.emit(True)

    def _differ(self) -> None:
        self.answered.emit(False)
