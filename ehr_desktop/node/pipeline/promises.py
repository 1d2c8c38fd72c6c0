"""What transactions bring, as their statements say it: containers, key boxes and vault keys.

What others' transactions promise is awaited until it is here. Runs on the writer thread.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.statements import (
    EnrolMember,
    FoundClinic,
    OpenEpochs,
    ReplaceAccount,
    ReplaceTeamKey,
    ResealKeys,
    Statement,
    WelcomeMembers,
    read_statement,
    vault_named,
)
from ehr_desktop.node.keys.teams import FOUNDING_GENERATION
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.net.messages import FeedHead
from ehr_desktop.node.store import awaited, secrets
from ehr_desktop.node.store.awaited import BOX, CONTAINER, VAULT, Awaited
from ehr_desktop.node.store.containers import LARGEST_ROW
from ehr_desktop.node.sync.port import LargeContainer


def promise(connection: Connection, transactions: Sequence[Transaction]) -> None:
    """Await what transactions of other workstations bring. Call it as they are stored, whether
    they wait for a place in the ledger or came in a block.
    """
    promised = [one for t in transactions for one in promised_by(t)]
    awaited.add(connection, promised)
    boxes = [(one.name, one.transaction) for one in promised if one.kind == BOX]
    secrets.share_boxes(connection, boxes)


def settle(
    connection: Connection, transaction: bytes, statement: Statement, *, accepted: bool
) -> None:
    """A statement has become final: the keys that only a refused one would have brought are of no
    use, nor are the boxes that a new team key replaces.
    """
    if not accepted:
        awaited.remove_promises(connection, transaction)
    elif isinstance(statement, ReplaceTeamKey):
        awaited.remove_older_boxes(connection, statement.team, statement.generation)


def names_brought(transactions: Sequence[Transaction]) -> list[bytes]:
    """Give the names of all parcels that transactions bring."""
    return [one.name for t in transactions for one in promised_by(t) if not one.large]


def missing(connection: Connection, after: bytes, limit: int) -> list[bytes]:
    """Give names of parcels that are not here, ascending, above `after`."""
    return awaited.names(connection, large=False, after=after, limit=limit)


def missing_large(connection: Connection, after: bytes, limit: int) -> list[LargeContainer]:
    """Give large containers that are not here, ascending by name, above `after`."""
    page = awaited.names(connection, large=True, after=after, limit=limit)
    return [found for name in page if (found := large(connection, name)) is not None]


def large(connection: Connection, name: bytes) -> LargeContainer | None:
    """Give a large container that is not here; where promises differ, at the largest size."""
    promised = awaited.find(connection, CONTAINER, name)
    if not promised or not promised[0].large:
        return None
    return LargeContainer(name, promised[0].size, promised[0].device)


def feed_heads(
    connection: Connection, feeds: Mapping[bytes, tuple[int, bytes]]
) -> dict[bytes, FeedHead]:
    """Give feed heads as they are told to others, from sequence and id by device."""
    incomplete = awaited.first_incomplete(connection, feeds)
    return {
        device: FeedHead(
            device, sequence, name, min(incomplete.get(device, sequence + 1) - 1, sequence)
        )
        for device, (sequence, name) in feeds.items()
    }


def promised_by(transaction: Transaction) -> list[Awaited]:
    """Give everything one transaction brings; nothing if its statement cannot be read."""
    payload = transaction.payload
    try:
        statement = read_statement(payload.kind, tuple(payload.body))
    except MalformedBodyError:
        return []

    def one(name: bytes, kind: str, size: int = 0, **said: bytes | str | int) -> Awaited:
        return Awaited(
            name, kind, transaction.id, payload.device, payload.sequence, size,
            kind == CONTAINER and size > LARGEST_ROW, **said,  # type: ignore[arg-type]
        )  # fmt: skip

    account = _account_of(statement)
    return [
        *(one(c.commitment, CONTAINER, c.size, subject=account) for c in payload.containers),
        *_boxes_of(statement, one),
        *(one(name, VAULT, subject=patient) for patient, name in _vaults_of(statement)),
    ]


def _account_of(statement: Statement) -> bytes:
    """Give the person whose account a statement brings, or nothing."""
    if isinstance(statement, FoundClinic):
        return statement.administrator
    return statement.person if isinstance(statement, EnrolMember | ReplaceAccount) else b""


def _boxes_of(statement: Statement, one: Callable[..., Awaited]) -> Iterable[Awaited]:
    if isinstance(statement, OpenEpochs):
        return [
            one(name, BOX, subject=statement.patient, purpose=category, epoch=epoch,
                recipient=team.encode(), generation=generation)
            for category, epoch, _, teams in statement.epochs
            for team, generation, name in teams
        ]  # fmt: skip
    if isinstance(statement, WelcomeMembers):
        return [
            one(name, BOX, purpose=statement.team, epoch=statement.generation,
                recipient=person, generation=1)
            for person, name in statement.boxes
        ]  # fmt: skip
    if isinstance(statement, FoundClinic):
        said = {"recipient": statement.administrator, "generation": 1}
        return [one(name, BOX, purpose=team, epoch=FOUNDING_GENERATION, **said)
                for team, name in statement.boxes]  # fmt: skip
    if isinstance(statement, ResealKeys):
        # whose keys they are is said by the boxes alone
        said = {"recipient": statement.team.encode(), "generation": statement.generation}
        return [one(name, BOX, **said) for name in statement.boxes]
    if isinstance(statement, ReplaceTeamKey):
        # whom each is for is said by the box alone
        said = {"purpose": statement.team, "epoch": statement.generation}
        return [one(name, BOX, **said) for name in statement.boxes]
    return []


def _vaults_of(statement: Statement) -> list[tuple[bytes, bytes]]:
    vault = vault_named(statement)
    return [vault] if vault else []
