"""Transactions on disk: pending ones in order of arrival, final ones in ledger order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from ehr_desktop.node.store.many import write_many
from ehr_desktop.node.store.tables import AWAITED
from ehr_desktop.node.store.tables import TRANSACTIONS as T


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """One row: the wire bytes, and where it stands. `position` and `height` are None while it
    is pending; `rule` says what refused it, `details` are canonical bytes.
    """

    id: bytes
    kind: str
    device: bytes
    person: bytes
    subject: bytes
    sequence: int
    time_ms: int
    wire: bytes
    height: int | None
    position: int | None
    rule: str
    details: bytes


_COLUMNS = (
    T.c.id, T.c.kind, T.c.device, T.c.person, T.c.subject, T.c.sequence, T.c.time_ms,
    T.c.wire, T.c.height, T.c.position, T.c.rule, T.c.details,
)  # fmt: skip

# built once: building a statement costs more than running it
_ALL = select(*_COLUMNS)
_PENDING = _ALL.where(T.c.position.is_(None)).order_by(T.c.number).limit(bindparam("most"))
_BY_ID = _ALL.where(T.c.id == bindparam("wanted"))
_IN_BLOCK = _ALL.where(T.c.height == bindparam("wanted")).order_by(T.c.position)
_FINAL_FROM = (
    _ALL.where(T.c.position >= bindparam("start")).order_by(T.c.position).limit(bindparam("most"))
)
_ADD = insert(T)
_MAKE_FINAL = (
    update(T)
    .where(T.c.id == bindparam("id_"))
    .values(
        height=bindparam("height"),
        position=bindparam("position"),
        rule=bindparam("rule"),
        details=bindparam("details"),
    )
)
_REPLACE_WIRE = update(T).where(T.c.id == bindparam("id_")).values(wire=bindparam("signed"))

# a literal: the index holds the refused ones, and only a literal tells that it can be used
_NO_RULE: ColumnElement[str] = literal_column("''")
# a literal: `write_many` binds what the rows name and nothing else
_NOBODY: ColumnElement[bytes] = literal_column("x''")
_COMPLETE_SUBJECT = (
    update(T)
    .where(T.c.id == bindparam("id_"), T.c.subject == _NOBODY)
    .values(subject=bindparam("of"))
)


def add_pending(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store signed transactions: id, device, sequence, kind, person, subject, time_ms, wire."""
    write_many(connection, _ADD, [{**row, "rule": "", "details": b""} for row in rows])


def make_final(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Give transactions their place: rows of id_, height, position, rule and details."""
    write_many(connection, _MAKE_FINAL, rows)


def remove_pending(connection: Connection, names: Sequence[bytes]) -> None:
    """Delete pending transactions that can never be placed, and await nothing for them."""
    for name in names:
        connection.execute(delete(T).where(T.c.id == name, T.c.position.is_(None)))
        connection.execute(delete(AWAITED).where(AWAITED.c.transaction == name))


def replace_wires(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Give stored transactions the signatures they became final with: rows of id_ and signed."""
    write_many(connection, _REPLACE_WIRE, rows)


def pending(connection: Connection, limit: int) -> list[StoredTransaction]:
    """Give pending transactions in order of arrival."""
    return _rows(connection, _PENDING, {"most": limit})


def by_id(connection: Connection, transaction: bytes) -> StoredTransaction | None:
    """Give one transaction."""
    found = _rows(connection, _BY_ID, {"wanted": transaction})
    return found[0] if found else None


def final_from(connection: Connection, position: int, limit: int) -> list[StoredTransaction]:
    """Give final transactions in ledger order, from `position` on."""
    return _rows(connection, _FINAL_FROM, {"start": position, "most": limit})


def in_block(connection: Connection, height: int) -> list[StoredTransaction]:
    """Give the transactions of one block in their order."""
    return _rows(connection, _IN_BLOCK, {"wanted": height})


def heights_from(connection: Connection, height: int) -> list[int]:
    """Give the heights from `height` on under which there are transactions, lowest first."""
    chosen = select(T.c.height).where(T.c.height >= height).distinct().order_by(T.c.height)
    return list(connection.execute(chosen).scalars())


def newest(
    connection: Connection,
    *,
    limit: int,
    before: int | None = None,
    height: int | None = None,
    refused_only: bool = False,
) -> list[StoredTransaction]:
    """Give transactions newest first: the pending ones on top of the first page."""
    chosen = select(*_COLUMNS).order_by(T.c.position.desc().nulls_first(), T.c.number.desc())
    if height is not None:
        chosen = chosen.where(T.c.height == height)
    if refused_only:
        chosen = chosen.where(T.c.rule != _NO_RULE)
    if before is not None:
        chosen = chosen.where(T.c.position < before)
    return _rows(connection, chosen.limit(limit))


def about(
    connection: Connection, subject: bytes, kinds: Iterable[str], limit: int
) -> list[StoredTransaction]:
    """Give what was signed about a patient, of some kinds, newest first."""
    chosen = (
        select(*_COLUMNS)
        .where(T.c.subject == subject, T.c.kind.in_(list(kinds)))
        .order_by(T.c.position.desc().nulls_first(), T.c.number.desc())
        .limit(limit)
    )
    return _rows(connection, chosen)


def subjects(connection: Connection, kinds: Iterable[str]) -> list[bytes]:
    """Give whom accepted statements of some kinds are about, each once, in order of arrival."""
    chosen = (
        select(T.c.subject)
        .where(T.c.kind.in_(list(kinds)), T.c.rule == "", T.c.subject != _NOBODY)
        .group_by(T.c.subject)
        .order_by(func.min(T.c.number))
    )
    return list(connection.execute(chosen).scalars())


def of_kind(connection: Connection, kind: str, limit: int) -> list[StoredTransaction]:
    """Give the newest transactions of a kind, pending ones first."""
    chosen = (
        select(*_COLUMNS)
        .where(T.c.kind == kind)
        .order_by(T.c.position.desc().nulls_first(), T.c.number.desc())
        .limit(limit)
    )
    return _rows(connection, chosen)


def feed_head(connection: Connection, device: bytes) -> tuple[int, bytes] | None:
    """Give sequence and id of a device's last transaction, pending ones included."""
    row = connection.execute(
        select(T.c.sequence, T.c.id)
        .where(T.c.device == device)
        .order_by(T.c.sequence.desc())
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


def of_feed(connection: Connection, device: bytes, first: int, last: int) -> Iterator[bytes]:
    """Give a device's transactions from sequence `first` to `last` in order, as they were signed;
    where it signed two for one place, the final one.
    """
    chosen = (
        select(T.c.sequence, T.c.wire)
        .where(T.c.device == device, T.c.sequence.between(first, last))
        .order_by(T.c.sequence, T.c.position.is_(None), T.c.rule != "", T.c.number)
    )
    given = 0
    for sequence, wire in connection.execute(chosen):
        if sequence != given:
            given = sequence
            yield wire


def is_stored(connection: Connection, transaction: bytes) -> bool:
    """Tell whether a transaction is here, pending or final."""
    return connection.execute(select(T.c.number).where(T.c.id == transaction)).first() is not None


def is_final(connection: Connection, transaction: bytes) -> bool:
    """Tell whether a transaction has its place in the ledger."""
    chosen = select(T.c.number).where(T.c.id == transaction, T.c.position.is_not(None))
    return connection.execute(chosen).first() is not None


def feed_heads(connection: Connection) -> dict[bytes, tuple[int, bytes]]:
    """Give sequence and id of every device's last transaction, pending ones included."""
    newest = (
        select(T.c.device, func.max(T.c.sequence).label("sequence")).group_by(T.c.device).subquery()
    )
    rows = connection.execute(
        select(T.c.device, T.c.sequence, T.c.id)
        .join(newest, (T.c.device == newest.c.device) & (T.c.sequence == newest.c.sequence))
        .order_by(T.c.position.desc().nulls_first())
    )
    # where a device signed two for one place, the final one is its feed
    return {device: (sequence, name) for device, sequence, name in rows}


def complete_subjects(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Say whom transactions are about where that was not known before: rows of id_ and of."""
    write_many(connection, _COMPLETE_SUBJECT, rows)


def refused_in(connection: Connection, height: int) -> int:
    """Count the refused transactions of a block."""
    return int(
        connection.execute(
            select(func.count()).where(T.c.height == height, T.c.rule != "")
        ).scalar_one()
    )


def persons(connection: Connection) -> list[bytes]:
    """Give everyone who was ever enrolled, in order."""
    chosen = (
        select(T.c.kind, T.c.person, T.c.subject)
        .where(
            T.c.kind.in_(["clinic.found", "member.enrol"]),
            T.c.rule == "",
            T.c.position.is_not(None),
        )
        .order_by(T.c.number)
    )
    return [
        founder if kind == "clinic.found" else enrolled
        for kind, founder, enrolled in connection.execute(chosen)
    ]


def registered(connection: Connection) -> set[bytes]:
    """Give the pseudonyms of all patients whose registration was accepted."""
    chosen = select(T.c.subject).where(
        T.c.kind == "patient.register", T.c.position.is_not(None), T.c.rule == ""
    )
    return set(connection.execute(chosen).scalars())


def named_patients(connection: Connection) -> set[bytes]:
    """Give the pseudonyms of all that anything here registers, the directory's among them, whatever
    became of it.
    """
    chosen = select(T.c.subject).where(T.c.kind.in_(("patient.register", "clinic.found")))
    return set(connection.execute(chosen).scalars())


def counts(connection: Connection) -> tuple[int, int, int]:
    """Count final, pending and refused transactions."""
    counted = select(func.count()).select_from(T)
    final, pending, refused = (
        int(connection.execute(counted.where(condition)).scalar_one())
        for condition in (T.c.position.is_not(None), T.c.position.is_(None), T.c.rule != _NO_RULE)
    )
    return final, pending, refused


def _rows(
    connection: Connection, chosen: Select[Any], values: dict[str, Any] | None = None
) -> list[StoredTransaction]:
    return [StoredTransaction(*row) for row in connection.execute(chosen, values)]
