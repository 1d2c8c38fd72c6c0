"""What a block's header says, and the way to the block before it."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ledger import BlockSummary
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.screens.ledger.hash_row import HashRow
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import ghost_button
from ehr_desktop.ui.widgets.key_values import KeyValueList
from ehr_desktop.ui.widgets.layouts import SPRING, column, row


class BlockFacts(QWidget):
    """The fields of one header. `parent_wanted` carries the parent's height."""

    parent_wanted = Signal(int)

    def __init__(
        self,
        block: BlockSummary,
        around: Surroundings,
        copied: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._block = block
        self.fields = KeyValueList(
            (
                ("Height", f"{block.height:,}"),
                ("Time", around.moment(block.time)),
                ("Slot", f"{block.slot:,}"),
                ("Transactions", f"{block.transactions:,}, {block.refused:,} refused"),
                ("Ledger size", f"{block.tree_size:,} transactions after this block"),
                ("Proposed by", around.workstation(block.proposer)),
                ("Certificate", _signatures(block.signatures)),
            ),
            self,
        )
        self.parent_button = ghost_button("", icon_name="arrow-left")
        if block.height:
            self.parent_button.setText(f"Go to block {block.height - 1:,}, its parent")
        else:
            self.parent_button.setText("The first block has no parent")
        self.parent_button.setEnabled(block.height > 0)
        self.parent_button.clicked.connect(self._go_to_parent)
        self.setLayout(
            column(
                self.fields,
                HashRow("Block id", block.id, copied, self),
                HashRow("Parent block id", block.parent, copied, self),
                row(self.parent_button, SPRING),
                HashRow("Merkle root", block.merkle_root, copied, self),
                HashRow("State root", block.state_root, copied, self),
                spacing=Space.ONE_AND_HALF,
            )
        )

    def _go_to_parent(self) -> None:
        self.parent_wanted.emit(self._block.height - 1)


def _signatures(count: int) -> str:
    return f"{count:,} workstation{' has' if count == 1 else 's have'} signed"
