"""The panel beside the list: all there is to know about one transaction or one block."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from ehr_desktop.domain.ledger import BlockSummary, TransactionSummary
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.screens.ledger.block_panel import BlockPanel
from ehr_desktop.ui.screens.ledger.transaction_panel import TransactionPanel
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.widgets.empty_state import EmptyState

INSPECTOR_PX: Final = 408


class Inspector(QScrollArea):
    """Holds one panel at a time. `block_wanted` carries the height of a block to go to,
    `transactions_wanted` that of one whose transactions are to be listed.
    """

    block_wanted = Signal(int)
    transactions_wanted = Signal(int)

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.panel: TransactionPanel | BlockPanel | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(INSPECTOR_PX)
        self.clear()

    @property
    def subject(self) -> TransactionSummary | BlockSummary | None:
        """What is shown."""
        match self.panel:
            case TransactionPanel():
                return self.panel.transaction
            case BlockPanel():
                return self.panel.block
        return None

    def clear(self) -> None:
        """Show that nothing is chosen."""
        self.panel = None
        self._hold(EmptyState("panel-right", "Nothing chosen", "Choose an entry to see all of it."))

    def show_transaction(self, transaction: TransactionSummary, around: Surroundings) -> None:
        """Show a transaction and, once it is there, its block."""
        panel = TransactionPanel(self._context, transaction, around)
        panel.block_wanted.connect(self.block_wanted)
        panel.proof_shown.connect(self._bring_up)
        self.panel = panel
        self._hold(panel)

    def show_block(self, block: BlockSummary, around: Surroundings) -> None:
        """Show a block's header."""
        panel = BlockPanel(self._context, block, around)
        panel.block_wanted.connect(self.block_wanted)
        panel.transactions_wanted.connect(self.transactions_wanted)
        self.panel = panel
        self._hold(panel)

    def _hold(self, panel: QWidget) -> None:
        panel.setProperty("look", "scrolled")
        self.setWidget(panel)

    def _bring_up(self, piece: QWidget) -> None:
        inside = self.widget()
        if inside is not None:
            self.verticalScrollBar().setValue(piece.mapTo(inside, piece.rect().topLeft()).y() - 16)
