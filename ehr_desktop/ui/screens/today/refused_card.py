"""What was refused after somebody had gone on with their day, with what can be done instead."""

from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget
from typing_extensions import override

from ehr_desktop.domain.refusals import RefusedWork
from ehr_desktop.domain.schedule import Slot
from ehr_desktop.ui.models.day_words import slot_text
from ehr_desktop.ui.models.refused_words import refused_title, refused_words, when_words
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import Button, icon_button, secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Caption, ElidedLabel
from ehr_desktop.ui.widgets.layouts import SPRING, column, fill, row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip

MOST_LINES = 3
_OFFERED = 2


class RefusedCard(Card):
    """Hidden while there is nothing to tell. `taken` carries a `RefusedWork` and the `Slot` to
    take instead, `day_wanted`, `chart_wanted`, `text_wanted` and `dismissed` a `RefusedWork`.
    """

    taken = Signal(object, object)
    day_wanted = Signal(object)
    chart_wanted = Signal(object)
    text_wanted = Signal(object)
    dismissed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Refused", parent, margin=Space.TWO)
        self._lines: list[QWidget] = []
        self._rows = column(spacing=Space.TWO)
        self._more = Caption("", self)
        self.add(self._rows, self._more)
        self.hide()

    def show_work(self, refused: tuple[RefusedWork, ...], zone: ZoneInfo, today: date) -> None:
        """Show other work."""
        for old in self._lines:
            self._rows.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._lines = [self._line(work, zone, today) for work in refused[:MOST_LINES]]
        fill(self._rows, *self._lines)
        more = len(refused) - len(self._lines)
        self._more.setText(f"{more} more")
        self._more.setVisible(more > 0)
        self.setVisible(bool(refused))

    def _line(self, work: RefusedWork, zone: ZoneInfo, today: date) -> QWidget:
        line = _Line(self)
        title, words = refused_title(work), refused_words(work)
        name = ElidedLabel(title, line, font=ui_font(weight=ui_font().Weight.Medium))
        why = Caption(words, line)
        mark = IconLabel("circle-alert", line, tone=Tone.DANGER)
        head = row(mark, name, *self._ways_on(work), spacing=Space.ONE)
        head.setStretch(1, 1)
        whole = column(head, why, spacing=6)
        offers = [self._offer(work, slot, zone, today) for slot in _alternatives(work)]
        if work.kept is None:
            dismiss = icon_button("x", f"Dismiss: {title}, {words}")
            dismiss.clicked.connect(lambda: self.dismissed.emit(work))
            head.addWidget(dismiss)
        else:
            offers = [self._read(work, title)]
        if offers:
            whole.addLayout(row(*offers, SPRING, spacing=Space.ONE))
        line.setLayout(whole)
        return line

    def _read(self, work: RefusedWork, title: str) -> Button:
        button = secondary_button("Read it…")
        button.setAccessibleName(f"Read what you wrote: {title}")
        button.clicked.connect(lambda: self.text_wanted.emit(work))
        return button

    def _offer(self, work: RefusedWork, slot: Slot, zone: ZoneInfo, today: date) -> Button:
        words = slot_text(slot, zone, today)
        name = f"Take {words} instead: {refused_title(work)}"
        button = Button(words, self)
        button.setAccessibleName(name)
        set_plain_tooltip(button, name)
        button.clicked.connect(lambda: self.taken.emit(work, slot))
        return button

    def _ways_on(self, work: RefusedWork) -> list[Button]:
        """Give the button that leads to where it happened, if there is such a place."""
        if work.booking is not None:
            button = icon_button("calendar-days", f"Open the day: {when_words(work.booking)}")
            button.clicked.connect(lambda: self.day_wanted.emit(work))
            return [button]
        if work.patient is not None:
            button = icon_button("file-text", f"Open {refused_title(work)}")
            button.clicked.connect(lambda: self.chart_wanted.emit(work))
            return [button]
        return []


class _Line(QFrame):
    """As high as its words need at its width."""

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(self.heightForWidth(self.width()))


def _alternatives(work: RefusedWork) -> tuple[Slot, ...]:
    if work.booking is None or work.patient is None:
        return ()
    return work.booking.alternatives[:_OFFERED]
