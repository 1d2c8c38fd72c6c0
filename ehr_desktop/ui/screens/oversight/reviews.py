"""Emergency access that somebody other than who used it looks at."""

from datetime import datetime, tzinfo
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import EmergencyReview, Finding
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.models.consent_words import (
    CATEGORY_NAMES,
    finding_words,
    overdue_words,
    reason_words,
)
from ehr_desktop.ui.screens.oversight.names import named
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.key_values import KeyValueList
from ehr_desktop.ui.widgets.labels import Body, ElidedLabel, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.pill import Pill
from ehr_desktop.ui.widgets.text_area import TextArea

OWN: Final = "This was you: somebody else reviews it."
NO_WORDS: Final = "Say in a few words how you came to this."


class ReviewCard(Card):
    """`reviewed` carries the claim, the `Finding` and the words."""

    reviewed = Signal(str, object, str)

    def __init__(
        self,
        review: EmergencyReview,
        zone: tzinfo,
        now: datetime,
        *,
        own: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", parent)
        self.review = review
        who = ElidedLabel(
            f"{review.name}: {named(review.patient_name, '', review.patient)}",
            self,
            font=Heading().font(),
        )
        if review.finding is None and review.due < now:
            state = Pill(overdue_words(review.due, now), Tone.DANGER, self)
        elif review.finding is None:
            state = Pill(overdue_words(review.due, now), Tone.WARNING, self)
        else:
            state = Pill(*finding_words(review.finding), self)
        head = row(who, state, spacing=Space.ONE)
        head.setStretch(0, 1)
        facts = KeyValueList(
            (
                ("When", shown_moment(review.when, zone)),
                ("Reason", reason_words(review.reason)),
                ("In words", _words(review)),
                ("Opened", CATEGORY_NAMES[Category.EMERGENCY]),
                ("Review by", shown_moment(review.due, zone)),
            ),
            self,
        )
        self.add(head, facts)
        self.words = TextArea(rows=2, placeholder="What you looked at, whom you asked")
        self._field = Field("Your finding in words", self.words, self)
        self.justified = secondary_button("Justified", icon_name="check")
        self.questioned = secondary_button("Questioned", icon_name="flag")
        self.justified.clicked.connect(self._justify)
        self.questioned.clicked.connect(self._question)
        asks = review.finding is None and not own
        for piece in (self._field, self.justified, self.questioned):
            piece.setVisible(asks)
        if own and review.finding is None:
            self.add(Body(OWN, self, level=Level.MUTED))
        elif review.finding is None:
            ways = row(self.justified, self.questioned, SPRING, spacing=Space.ONE)
            self.add(column(self._field, ways, spacing=Space.TWO))
        elif review.reviewer:
            self.add(Body(f"Reviewed by {review.reviewer}.", self, level=Level.MUTED))

    @property
    def error(self) -> str:
        """What is missing."""
        return self._field.error

    def _justify(self) -> None:
        self._say(Finding.JUSTIFIED)

    def _question(self) -> None:
        self._say(Finding.QUESTIONED)

    def _say(self, finding: Finding) -> None:
        words = self.words.toPlainText().strip()
        self._field.set_error("" if words else NO_WORDS)
        if words:
            self.reviewed.emit(self.review.claim, finding, words)
        else:
            self.words.setFocus()


def _words(review: EmergencyReview) -> str:
    if review.words == reason_words(review.reason):
        return "Nothing more was written"
    return review.words or "Your keys do not open this"
