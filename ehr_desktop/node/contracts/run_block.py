"""Runs the transactions of one block, and commits the state to what became of them."""

from collections.abc import Sequence
from typing import Final

from ehr_desktop.node.contracts.epochs import count_work, open_next_epoch
from ehr_desktop.node.contracts.execute import Verdict, execute
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import KINDS
from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.codec import encode
from ehr_desktop.node.ledger.transaction import Transaction

_ABOUT_DEVICES: Final = frozenset(kind for kind in KINDS if kind.startswith("device."))
"""What may change who votes; most blocks hold nothing of it."""


def outcomes_digest(verdicts: Sequence[Verdict]) -> bytes:
    """Give what the state says of a block's outcomes, so that no node can tell them otherwise."""
    return digest(
        "ehr/outcomes/v1",
        encode([[v.rule, [[name, fact] for name, fact in v.details]] for v in verdicts]),
    )


def run_block(batch: Sequence[Transaction], chain_state: State, header: Header) -> list[Verdict]:
    """Run a block's transactions in order, write what became of them into the state, and settle
    who decides on the next block.
    """
    verdicts = [execute(transaction, chain_state, header.height) for transaction in batch]
    chain_state.put("outcomes", header.height, value=outcomes_digest(verdicts))
    if any(
        v.accepted and t.payload.kind in _ABOUT_DEVICES
        for t, v in zip(batch, verdicts, strict=True)
    ):
        open_next_epoch(chain_state)
    count_work(chain_state, header)
    return verdicts
