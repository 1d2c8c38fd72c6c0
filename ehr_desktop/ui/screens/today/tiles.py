"""The day in four numbers."""

from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.models.day_queue import LONG_WAIT_MINUTES, DayCounts
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Caption, Heading, Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, column, row


class Tile(Card):
    """A number, what it counts, and a remark."""

    def __init__(
        self, words: str, icon_name: str, tone: Tone, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent, margin=Space.TWO)
        self._words = words
        self._number = Heading("", self, size=TypeSize.DISPLAY)
        self._remark = Caption("", self)
        head = row(
            Label(words, self, level=Level.MUTED),
            SPRING,
            IconLabel(icon_name, self, tone=tone),
        )
        self.add(column(head, self._number, self._remark, spacing=Space.HALF))

    def show_count(self, count: int, remark: str, tone: Tone = Tone.NEUTRAL) -> None:
        """Show a number; the tone colours the remark."""
        self._number.setText(str(count))
        self._remark.setText(remark)
        self._remark.set_tone(tone)
        self.setAccessibleName(f"{self._words}: {count}. {remark}")


class Tiles(QWidget):
    """Waiting, in a room, still to come, done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.waiting = Tile("Waiting", "user-check", Tone.WARNING, self)
        self.in_room = Tile("In room", "door-open", Tone.ACCENT, self)
        self.to_come = Tile("Still to come", "calendar-check", Tone.NOTE, self)
        self.done = Tile("Done", "circle-check", Tone.SUCCESS, self)
        tiles = (self.waiting, self.in_room, self.to_come, self.done)
        line = row(*tiles, spacing=Space.TWO)
        for number in range(len(tiles)):
            line.setStretch(number, 1)
        self.setLayout(line)

    def show_counts(self, counts: DayCounts, next_time: str) -> None:
        """Show how the day stands; `next_time` is when the next one is due."""
        long = counts.longest >= LONG_WAIT_MINUTES
        waits = f"Longest {counts.longest} min" if counts.waiting else "Nobody waits"
        self.waiting.show_count(counts.waiting, waits, Tone.WARNING if long else Tone.NEUTRAL)
        self.in_room.show_count(counts.in_room, "Being seen" if counts.in_room else "Rooms free")
        coming = f"Next at {next_time}" if next_time else "Nobody any more today"
        self.to_come.show_count(counts.to_come, coming)
        everybody = counts.waiting + counts.in_room + counts.to_come + counts.done
        self.done.show_count(counts.done, f"Of {everybody} today")
