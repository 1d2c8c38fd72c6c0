"""Final blocks, what proves them final, and the transaction tree."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select

from ehr_desktop.node.ledger.block import Block, Header
from ehr_desktop.node.store import transactions
from ehr_desktop.node.store.many import write_many
from ehr_desktop.node.store.tables import BLOCKS, TREE_NODES

StoredBlock = tuple[int, bytes, bytes, bytes]
"""Height, id, header bytes and the bytes of its `Finality`, in the column `certificate`."""

_ADD_BLOCK = insert(BLOCKS)
_ADD_NODES = insert(TREE_NODES)


def add_block(connection: Connection, block: StoredBlock) -> None:
    """Store a final block with the proof of its finality."""
    height, name, header, finality = block
    row = {"height": height, "id": name, "header": header, "certificate": finality}
    write_many(connection, _ADD_BLOCK, [row])


def head(connection: Connection) -> StoredBlock | None:
    """Give the newest final block."""
    return _first(connection, select(BLOCKS).order_by(BLOCKS.c.height.desc()).limit(1))


def at(connection: Connection, height: int) -> StoredBlock | None:
    """Give the block at `height`."""
    return _first(connection, select(BLOCKS).where(BLOCKS.c.height == height))


def newest(connection: Connection, before: int | None, limit: int) -> list[StoredBlock]:
    """Give blocks newest first, below `before` if that is given."""
    chosen = select(BLOCKS).order_by(BLOCKS.c.height.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(BLOCKS.c.height < before)
    return [tuple(row) for row in connection.execute(chosen)]


def rising(connection: Connection, start: int, limit: int) -> list[StoredBlock]:
    """Give blocks from height `start` on, oldest first."""
    chosen = select(BLOCKS).where(BLOCKS.c.height >= start).order_by(BLOCKS.c.height).limit(limit)
    return [tuple(row) for row in connection.execute(chosen)]


def add_tree_nodes(connection: Connection, nodes: Iterable[tuple[int, int, bytes]]) -> None:
    """Store complete nodes of the transaction tree: level, place and hash."""
    rows = [{"level": level, "place": place, "hash": value} for level, place, value in nodes]
    write_many(connection, _ADD_NODES, rows)


def tree_node(connection: Connection, level: int, place: int) -> bytes:
    """Give one stored node of the transaction tree.

    Raises:
        KeyError: it is not there.
    """
    value: bytes | None = connection.execute(
        select(TREE_NODES.c.hash).where(TREE_NODES.c.level == level, TREE_NODES.c.place == place)
    ).scalar()
    if value is None:
        raise KeyError((level, place))
    return value


def tree_level(connection: Connection, level: int) -> list[bytes]:
    """Give the hashes of one level of the transaction tree in their order."""
    chosen = select(TREE_NODES.c.hash).where(TREE_NODES.c.level == level)
    return list(connection.execute(chosen.order_by(TREE_NODES.c.place)).scalars())


def content_of(connection: Connection, name: bytes) -> bytes | None:
    """Give the bytes of a final block by its id, as they are sent; None if it is not here."""
    row = connection.execute(
        select(BLOCKS.c.height, BLOCKS.c.header).where(BLOCKS.c.id == name)
    ).first()
    return None if row is None else content_at(connection, row.height, row.header)


def content_at(connection: Connection, height: int, header: bytes) -> bytes:
    """Give the bytes of the final block at `height`, whose header this is."""
    wires = tuple(row.wire for row in transactions.in_block(connection, height))
    return Block(Header.decode(header), wires).encode()


def _first(connection: Connection, chosen: object) -> StoredBlock | None:
    row = connection.execute(chosen).first()  # type: ignore[call-overload]
    return None if row is None else tuple(row)
