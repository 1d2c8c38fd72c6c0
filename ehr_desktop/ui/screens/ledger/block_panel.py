"""All there is to know about one block."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ledger import BlockSummary, TransactionState
from ehr_desktop.ui.models.ledger_entries import STATES
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.screens.ledger.block_facts import BlockFacts
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.labels import Heading
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.pill import Pill


class BlockPanel(QWidget):
    """A header's fields, and the way to its transactions and to its parent."""

    block_wanted = Signal(int)
    transactions_wanted = Signal(int)

    def __init__(self, context: ScreenContext, block: BlockSummary, around: Surroundings) -> None:
        super().__init__()
        self._context = context
        self.block = block
        word, _, tone = STATES[TransactionState.FINAL]
        self.transactions_button = secondary_button("Show its transactions", icon_name="list")
        self.transactions_button.clicked.connect(self._ask_for_transactions)
        self.facts = BlockFacts(block, around, self._copied, self)
        self.facts.parent_wanted.connect(self.block_wanted)
        head = row(Heading(f"Block {block.height:,}", self), SPRING, Pill(word, tone, self))
        self.setLayout(
            column(
                head,
                row(self.transactions_button, SPRING),
                self.facts,
                SPRING,
                spacing=Space.TWO,
                margin=Space.THREE,
            )
        )

    def _ask_for_transactions(self) -> None:
        self.transactions_wanted.emit(self.block.height)

    def _copied(self, name: str) -> None:
        self._context.notify(f"{name} copied.")
