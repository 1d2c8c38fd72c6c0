"""How much a check has looked at, in large figures, and what a check cannot tell."""

from typing import Final

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ledger import CheckReport
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.labels import Body, Caption, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, column, row

_LIMITS: Final = (
    "The check finds what was changed after it was signed. It cannot tell whether what somebody "
    "signed was true, nor notice what was never written down. Whoever controls this whole "
    "computer could also replace this program: keep the report, and check on another "
    "workstation or against a backup as well."
)


class Tallies(QWidget):
    """Five figures side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures: dict[str, Heading] = {}
        tiles = [
            self._tile(name)
            for name in ("Blocks", "Transactions", "Signatures", "Containers", "Records")
        ]
        self.setLayout(row(*tiles, spacing=Space.TWO))

    def show_report(self, report: CheckReport) -> None:
        """Show the figures of a report."""
        for name, count in (
            ("Blocks", report.blocks),
            ("Transactions", report.transactions),
            ("Signatures", report.signatures),
            ("Containers", report.containers),
            ("Records", report.records),
        ):
            self.figures[name].setText(f"{count:,}")

    def _tile(self, name: str) -> Card:
        card = Card(parent=self, margin=Space.TWO)
        self.figures[name] = Heading("", card, size=TypeSize.DISPLAY)
        card.add(column(Caption(name, card), self.figures[name], spacing=Space.HALF))
        return card


class Limits(Card):
    """What no check can promise."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What a check cannot tell", parent)
        self.add(Body(_LIMITS, self, level=Level.MUTED), SPRING)
