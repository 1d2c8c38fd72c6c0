"""What other screens may ask of the ledger screen."""

from dataclasses import dataclass

from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.ui.shell.context import Wish


@dataclass(frozen=True, slots=True)
class ShowBlock(Wish):
    """Show one block and its transactions."""

    height: int


@dataclass(frozen=True, slots=True)
class ShowTransaction(Wish):
    """Show one transaction in its block."""

    transaction: TransactionId
