"""Making the block with which the custodians begin again, on the one workstation there is."""

from ehr_desktop.node.contracts.custody_statements import RestartClinic
from ehr_desktop.node.contracts.restart import restarted_by
from ehr_desktop.node.contracts.statements import NOBODY
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.block import MAX_BLOCK, Block, Header
from ehr_desktop.node.ledger.finality import Finality
from ehr_desktop.node.ledger.merkle import leaf_hash
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.ledger.vote import Certificate, Vote, VoteKind, sign_vote
from ehr_desktop.node.pipeline.pipeline import Pipeline
from ehr_desktop.node.pipeline.proposals import without_gaps
from ehr_desktop.node.pipeline.unsigned import Unsigned

_MOST_WITH_IT = 900


class RestartRefusedError(Exception):
    """The block breaks a rule: the custodians' key is not the ledger's, say."""


def restart_clinic(
    pipeline: Pipeline, device_key: SigningKey, box_key: bytes, name: str, custodians: SigningKey
) -> None:
    """Begin again on this workstation: afterwards it alone decides, and no other is one of the
    clinic's. What was signed and had no place yet gets one before, as far as a block holds.

    Raises:
        RestartRefusedError: the ledger does not allow it; nothing was stored.
    """
    statement = RestartClinic(pipeline.device, device_key.public, box_key, name)
    with pipeline.turn():
        waiting = list(pipeline.pool)
        signed = pipeline.store([Unsigned(statement, NOBODY, custodians)])
        block = _block(pipeline, statement, _before(pipeline, waiting), signed[0])
        branch = pipeline.chain.extend(pipeline.connection, block, pipeline.pool.by_wire)
        if branch is None or not branch.verdicts[-1].accepted:
            raise RestartRefusedError
        pipeline.store_final(block, Finality((), _certificate(block, device_key)))
        pipeline.follow_the_head()


def _before(pipeline: Pipeline, waiting: list[Transaction]) -> list[Transaction]:
    """Give what waited and has room in the same block; who is in is left as it was."""
    value = pipeline.chain.reader(pipeline.connection)
    chosen: list[Transaction] = []
    size = 0
    for transaction in without_gaps(waiting, value):
        size += len(transaction.wire)
        if len(chosen) == _MOST_WITH_IT or size > MAX_BLOCK // 2:
            break
        if transaction.payload.kind.startswith(("device.", "custody.")):
            break
        chosen.append(transaction)
    return chosen


def _block(
    pipeline: Pipeline, statement: RestartClinic, before: list[Transaction], last: Transaction
) -> Block:
    head, frontier = pipeline.chain.head, pipeline.chain.frontier.copy()
    assert head is not None, "a backup holds a ledger"
    wires = tuple(t.wire for t in (*before, last))
    for wire in wires:
        frontier.append(leaf_hash(wire))
    return Block(
        Header(
            network=pipeline.network,
            height=head.height + 1,
            slot=0,
            epoch=head.epoch + 1,
            parent=head.id,
            tree_size=frontier.size,
            merkle_root=frontier.root(),
            transactions=len(wires),
            state_root=pipeline.chain.state_root,
            validators=restarted_by(statement).hash,
            time_ms=max(pipeline.clock(), head.time_ms),
            proposer=pipeline.device,
        ),
        wires,
    )


def _certificate(block: Block, key: SigningKey) -> Certificate:
    header = block.header
    vote = Vote(header.network, header.epoch, VoteKind.FINAL, header.slot, header.id)
    signed = sign_vote(vote, key)
    return Certificate.of(vote, {header.proposer: signed.signature})
