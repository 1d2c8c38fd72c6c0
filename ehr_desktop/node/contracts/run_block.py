"""Runs the transactions of one block, and commits the state to what became of them."""

from collections.abc import Sequence
from typing import Final

from ehr_desktop.node.contracts.custody_statements import RestartClinic
from ehr_desktop.node.contracts.epochs import count_work, open_next_epoch, put_validators
from ehr_desktop.node.contracts.execute import Verdict, execute
from ehr_desktop.node.contracts.restart import restarted_by
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import KINDS, read_statement
from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.codec import encode
from ehr_desktop.node.ledger.transaction import Transaction

_ABOUT_DEVICES: Final = frozenset(
    kind for kind in KINDS if kind.startswith("device.") or kind == RestartClinic.KIND
)
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
    verdicts = [
        execute(transaction, chain_state, header.height, header.time_ms) for transaction in batch
    ]
    chain_state.put("outcomes", header.height, value=outcomes_digest(verdicts))
    accepted = [t for t, v in zip(batch, verdicts, strict=True) if v.accepted]
    if not _begins_again(accepted, chain_state, header) and any(
        t.payload.kind in _ABOUT_DEVICES for t in accepted
    ):
        open_next_epoch(chain_state)
    count_work(chain_state, header)
    return verdicts


def _begins_again(accepted: Sequence[Transaction], chain_state: State, header: Header) -> bool:
    """Write who decides from a block on that the custodians decided; tell whether it is one."""
    last = accepted[-1].payload if accepted else None
    if last is None or last.kind != RestartClinic.KIND:
        return False
    statement = read_statement(last.kind, tuple(last.body))
    assert isinstance(statement, RestartClinic), "it was accepted as one"
    validators = restarted_by(statement)
    if header.validators != validators.hash:
        return False
    put_validators(chain_state, header.epoch, validators)
    return True
