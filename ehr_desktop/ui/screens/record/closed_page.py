"""A record that is closed to a clinician: whose it is, what is closed, and the ways on."""

from datetime import datetime, tzinfo
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.consent import AccessRequest, Erasure, RequestState
from ehr_desktop.ui.models.consent_words import asked_words, decides, listed, locked_words
from ehr_desktop.ui.screens.record.banner import PatientBanner
from ehr_desktop.ui.screens.record.opening import Opening
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import Button, ghost_button, primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.scrolling import Scrolling

WAITING: Final = "Waiting for the patient: they can answer at the kiosk"
ALLOWED: Final = "The patient has allowed it"
REFUSED: Final = "The patient has refused"
KEYS_COME: Final = "It is open to you, and the keys are on their way to this workstation"
_WIDTH_PX: Final = 600


class ClosedPage(QWidget):
    """`ask_wanted`, `open_wanted`, `withdraw_wanted`, `emergency_wanted` and `details_wanted` say
    what was pressed.
    """

    ask_wanted = Signal()
    open_wanted = Signal()
    withdraw_wanted = Signal()
    emergency_wanted = Signal()
    details_wanted = Signal()

    def __init__(self, opening: Opening, now: datetime, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = now.tzinfo or datetime.now().astimezone().tzinfo
        self.banner = PatientBanner(self)
        self.banner.show_closed(opening.patient, now.date())
        self.state = Callout(Tone.NOTE, "", parent=self)
        self.state.hide()
        self.ask = primary_button("Ask the patient", icon_name="message-square")
        self.open = primary_button("Open chart", icon_name="lock-open")
        self.withdraw = secondary_button("Ask no longer")
        self.emergency = secondary_button("Emergency access", icon_name="zap")
        self.details = ghost_button("Show registration", icon_name="id-card")
        self.ask.clicked.connect(self.ask_wanted)
        self.open.clicked.connect(self.open_wanted)
        self.withdraw.clicked.connect(self.withdraw_wanted)
        self.emergency.clicked.connect(self.emergency_wanted)
        self.details.clicked.connect(self.details_wanted)
        self._build(opening)
        self.show_request(opening.request)
        if opening.erasure is not None and self._zone is not None:
            self._lock(opening.erasure, self._zone)
        elif opening.waits_for_keys:
            self._stand(Tone.NOTE, KEYS_COME, "It opens as soon as they are here.", self.open)

    def show_request(self, request: AccessRequest | None) -> None:
        """Show how far asking has come."""
        state = request.state if request is not None else None
        words = asked_words(request, self._zone) if request is not None and self._zone else ""
        if state is RequestState.OPEN:
            self._stand(Tone.NOTE, WAITING, words, self.withdraw)
        elif state is RequestState.GRANTED:
            self._stand(Tone.SUCCESS, ALLOWED, words, self.open)
        elif state is RequestState.REFUSED:
            self._stand(Tone.WARNING, REFUSED, "You may ask again, best in person.", self.ask)
        else:
            self._stand(None, "", "", self.ask)

    def answered(self, *, granted: bool) -> None:
        """Say what the patient answered; the way in takes the focus."""
        if granted:
            self._stand(Tone.SUCCESS, ALLOWED, "", self.open)
            self.open.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._stand(Tone.WARNING, REFUSED, "You may ask again, best in person.", self.ask)

    def _lock(self, erasure: Erasure, zone: tzinfo) -> None:
        """Say that nobody reads it any more; there is no way in."""
        self.state.say(Tone.DANGER, *locked_words(erasure, zone))
        self.state.show()
        for piece in (self.ask, self.open, self.withdraw, self.emergency, self._told, self._list):
            piece.hide()

    def _stand(self, tone: Tone | None, title: str, text: str, way: Button) -> None:
        self.state.setVisible(tone is not None)
        if tone is not None:
            self.state.say(tone, title, text)
        for button in (self.ask, self.open, self.withdraw):
            button.setVisible(button is way)

    def _build(self, opening: Opening) -> None:
        locked = opening.erasure is not None
        title = Heading("This record is closed" + ("" if locked else " to you"), self)
        title.setWordWrap(True)
        who, _ = decides(opening.card, self._zone) if self._zone else ("", "")
        self._list = Body(f"{listed(opening.closed)}.", self)
        self._told = Body(f"{who}. Not open to you:", self, level=Level.MUTED)
        ways = (self.ask, self.open, self.withdraw, self.emergency, self.details)
        actions = row(*ways, SPRING, spacing=Space.ONE)
        words = column(
            IconLabel("lock", self, size_px=32),
            title,
            self._told,
            self._list,
            self.state,
            actions,
            spacing=Space.TWO,
        )
        middle = boxed(words, self)
        middle.setFixedWidth(_WIDTH_PX)
        inner = boxed(column(SPRING, row(SPRING, middle, SPRING), SPRING, margin=Space.THREE), self)
        page = column(self.banner, Scrolling(inner, self), spacing=0)
        page.setStretch(1, 1)
        self.setLayout(page)
