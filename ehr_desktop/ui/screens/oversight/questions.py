"""What patients ask about readings of their records, and what the clinic answers."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.consent import Look
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.models.consent_words import basis_words, listed, manner_words
from ehr_desktop.ui.screens.oversight.names import named
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body, Caption, ElidedLabel, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, row
from ehr_desktop.ui.widgets.pill import Pill
from ehr_desktop.ui.widgets.text_area import TextArea

NO_WORDS: Final = "Write the answer first."


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the name of who asks; `answer` is empty until there is one."""

    id: str
    patient: PatientId
    name: str
    number: str
    look: Look
    text: str
    answer: str


class QuestionCard(Card):
    """`answered` carries the question's id and the answer."""

    answered = Signal(str, str)

    def __init__(self, question: Question, zone: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.question = question
        look = question.look
        who = ElidedLabel(
            named(question.name, question.number, question.patient), self, font=Heading().font()
        )
        done = bool(question.answer)
        state = Pill("Answered" if done else "Open", Tone.SUCCESS if done else Tone.WARNING, self)
        head = row(who, state, spacing=Space.ONE)
        head.setStretch(0, 1)
        about = Caption(
            f"About: {look.name}, {shown_moment(look.when, zone)}. {manner_words(look.manner)}: "
            f"{listed(look.categories).lower()}. {basis_words(look.basis)}.",
            self,
        )
        self.add(head, Body(question.text, self), about)
        self.text = TextArea(rows=3, placeholder="The patient reads this at the kiosk")
        self._field = Field("Answer", self.text, self)
        self.send = secondary_button("Answer", icon_name="message-square")
        self.send.clicked.connect(self._send)
        self._field.setVisible(not done)
        if done:
            self.add(Caption("The clinic's answer:", self), Body(question.answer, self))
        else:
            self.add(self._field, row(self.send, SPRING))

    @property
    def error(self) -> str:
        """What is missing."""
        return self._field.error

    def _send(self) -> None:
        words = self.text.toPlainText().strip()
        self._field.set_error("" if words else NO_WORDS)
        if words:
            self.answered.emit(self.question.id, words)
        else:
            self.text.setFocus()
