"""One fault: what is wrong, where exactly, what it means, what to do."""

import re
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Fault
from ehr_desktop.sentences import FAULTS
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.screens.ledger.hash_row import HashRow
from ehr_desktop.ui.screens.ledger.wishes import ShowBlock, ShowTransaction
from ehr_desktop.ui.shell.context import Wish
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.key_values import KeyValueList
from ehr_desktop.ui.widgets.labels import Body, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, column, row

_BLOCK: Final = re.compile(r"blocks? (\d{1,12})\b")
_TRANSACTION: Final = re.compile(r"transaction ([0-9a-f]{64})")


class FaultCard(Card):
    """`ledger_wanted` carries the wish that shows the place in the ledger; `copied` the name of
    what was copied.
    """

    ledger_wanted = Signal(object)
    copied = Signal(str)

    def __init__(self, fault: Fault, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.fault = fault
        self._place = place_in_ledger(fault.where)
        words = FAULTS[fault.what]
        heading = Heading(words.title, self)
        heading.setFont(Body(strong=True).font())
        self.where = HashRow("Where", fault.where, self._copied, self)
        self.show_button = secondary_button("Show in the ledger", icon_name="blocks")
        self.show_button.clicked.connect(self._show)
        self.show_button.setVisible(self._place is not None)
        icon = IconLabel("circle-alert", self, tone=Tone.DANGER)
        rows = [("Found", fault.meaning), ("Meaning", words.means), ("What to do", words.advice)]
        if since := around.iso_moment(fault.since):
            rows.insert(0, ("Since", since))
        self.facts = KeyValueList(rows, self)
        self.setAccessibleName(f"{words.title}: {fault.where}")
        self.add(
            row(icon, heading, SPRING, self.show_button, spacing=Space.ONE_AND_HALF),
            column(self.where, self.facts, spacing=Space.ONE_AND_HALF),
        )

    def _copied(self, _name: str) -> None:
        self.copied.emit(self.fault.where)

    def _show(self) -> None:
        self.ledger_wanted.emit(self._place)


def place_in_ledger(where: str) -> Wish | None:
    """Give the wish that shows a fault's place in the ledger, or None if it is not in there."""
    if found := _BLOCK.match(where):
        return ShowBlock(int(found[1]))
    if found := _TRANSACTION.fullmatch(where):
        return ShowTransaction(TransactionId(found[1]))
    return None
