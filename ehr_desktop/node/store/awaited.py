"""What stored transactions bring and is not here yet: parcels and large containers.

A row goes once what it stands for has arrived, or nobody wants it any more. What a workstation
signs itself is there from the start and never has one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ehr_desktop.node.store.many import write_many
from ehr_desktop.node.store.tables import AWAITED as A
from ehr_desktop.node.store.tables import CONTAINERS, KEY_BOXES, TRANSACTIONS, VAULT_KEYS

CONTAINER = "container"
BOX = "box"
VAULT = "vault"
"""The kinds of what is awaited."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing a transaction brings, by the name the ledger commits to (32 bytes). Several may
    promise the same, and not all of them need to tell the truth of it.

    `device` and `sequence` place the transaction in its feed; `size` is that of a container's
    sealed bytes. `subject` is the patient, or the person of an account; it and the fields of a box
    are empty and 0 where the transaction does not say them.
    """

    name: bytes
    kind: str
    transaction: bytes
    device: bytes
    sequence: int
    size: int = 0
    large: bool = False
    subject: bytes = b""
    purpose: str = ""
    epoch: int = 0
    recipient: bytes = b""
    generation: int = 0


_ADD = upsert(A).on_conflict_do_nothing()
_REMOVE = delete(A).where(A.c.name == bindparam("wanted"))
_FOUND = (
    select(A)
    .where(A.c.name == bindparam("wanted"), A.c.kind == bindparam("of"))
    .order_by(A.c.size.desc(), A.c.transaction)
)
_NAMES = (
    select(A.c.name)
    .where(A.c.large == bindparam("is_large"), A.c.name > bindparam("start"))
    .group_by(A.c.name)
    .order_by(A.c.name)
    .limit(bindparam("most"))
)
_LARGE_ABOUT = (
    select(A.c.name)
    .join(TRANSACTIONS, TRANSACTIONS.c.id == A.c.transaction)
    .where(A.c.large == 1, TRANSACTIONS.c.subject == bindparam("patient"))
    .group_by(A.c.name)
    .order_by(A.c.name)
)
# a subquery, so that the patient's transactions are gone through and not all that is awaited
_ANY_ABOUT = (
    select(TRANSACTIONS.c.id)
    .where(
        TRANSACTIONS.c.subject == bindparam("patient"),
        select(A.c.name)
        .where(
            A.c.large.in_((0, 1)),  # for the index
            A.c.device == TRANSACTIONS.c.device,
            A.c.sequence == TRANSACTIONS.c.sequence,
            A.c.transaction == TRANSACTIONS.c.id,
            A.c.kind == CONTAINER,
        )
        .exists(),
    )
    .limit(1)
)
_ANY = select(A.c.name).limit(1)
_ANY_SMALL = select(A.c.name).where(A.c.large == 0).limit(1)
_FIRST_OF_FEED = (
    select(A.c.sequence)
    .where(A.c.large == 0, A.c.device == bindparam("feed"))
    .order_by(A.c.sequence)
    .limit(1)
)
_STORED = {
    CONTAINER: select(CONTAINERS.c.size).where(CONTAINERS.c.commitment == bindparam("wanted")),
    BOX: select(KEY_BOXES.c.epoch).where(KEY_BOXES.c.hash == bindparam("wanted")),
    VAULT: select(VAULT_KEYS.c.patient).where(VAULT_KEYS.c.commitment == bindparam("wanted")),
}


def add(connection: Connection, promised: Sequence[Awaited]) -> None:
    """Await what is not stored yet."""
    rows = [
        {field: getattr(one, field) for field in Awaited.__slots__}
        for one in promised
        if not is_stored(connection, one.kind, one.name)
    ]
    write_many(connection, _ADD, rows)


def is_stored(connection: Connection, kind: str, name: bytes) -> bool:
    """Tell whether what would be awaited is here."""
    return connection.execute(_STORED[kind], {"wanted": name}).first() is not None


def find(connection: Connection, kind: str, name: bytes) -> list[Awaited]:
    """Give everything of a kind that is promised under a name, the largest first."""
    return [_read(row) for row in connection.execute(_FOUND, {"wanted": name, "of": kind})]


def names(connection: Connection, *, large: bool, after: bytes, limit: int) -> list[bytes]:
    """Give the names of what is awaited, ascending, from above `after` on."""
    wanted = {"is_large": int(large), "start": after, "most": limit}
    return list(connection.execute(_NAMES, wanted).scalars())


def large_about(connection: Connection, patient: bytes) -> list[bytes]:
    """Give the names of the large containers that a patient's records still await."""
    return list(connection.execute(_LARGE_ABOUT, {"patient": patient}).scalars())


def lacks_containers(connection: Connection, patient: bytes) -> bool:
    """Tell whether any container of a patient's is awaited, be it of what was refused. While
    anything is awaited it costs a look-up for each transaction about the patient, however much is
    awaited of others.
    """
    if connection.execute(_ANY).first() is None:
        return False
    return connection.execute(_ANY_ABOUT, {"patient": patient}).first() is not None


def first_incomplete(connection: Connection, devices: Iterable[bytes]) -> dict[bytes, int]:
    """Give the sequence of the first transaction that still awaits something small, for the feeds
    that have one.
    """
    if connection.execute(_ANY_SMALL).first() is None:
        return {}
    found: dict[bytes, int] = {}
    for device in devices:
        sequence = connection.execute(_FIRST_OF_FEED, {"feed": device}).scalar()
        if sequence is not None:
            found[device] = sequence
    return found


def count(connection: Connection) -> int:
    """Count what is awaited."""
    return int(connection.execute(select(func.count(A.c.name.distinct()))).scalar_one())


def any_team_box(connection: Connection) -> bool:
    """Tell whether a box with a team's key is awaited."""
    chosen = select(A.c.name).where(A.c.kind == BOX, A.c.subject == b"", A.c.purpose != "").limit(1)
    return connection.execute(chosen).first() is not None


def remove(connection: Connection, names: Iterable[bytes]) -> None:
    """Await these no longer."""
    write_many(connection, _REMOVE, [{"wanted": name} for name in names])


def remove_promises(connection: Connection, transaction: bytes) -> None:
    """Await nothing any more only because one transaction promised it; its containers stay, for
    what was refused can still be read.
    """
    connection.execute(delete(A).where(A.c.transaction == transaction, A.c.kind != CONTAINER))


def remove_older_boxes(connection: Connection, team: str, generation: int) -> None:
    """Await no box any more with or to a generation of a team's key before `generation`."""
    connection.execute(
        delete(A).where(
            A.c.kind == BOX,
            or_(
                and_(A.c.subject == b"", A.c.purpose == team, A.c.epoch < generation),
                and_(A.c.recipient == team.encode(), A.c.generation < generation),
            ),
        )
    )


def remove_nameless_boxes(connection: Connection, team: str, generation: int) -> None:
    """Await no box any more with a generation of a team's key before `generation` of which nobody
    says whom it is for: of somebody who has left, nobody has it.
    """
    connection.execute(
        delete(A).where(
            A.c.kind == BOX,
            A.c.subject == b"",
            A.c.purpose == team,
            A.c.recipient == b"",
            A.c.epoch < generation,
        )
    )


def remove_boxes_for(connection: Connection, recipient: bytes, *, before: int) -> None:
    """Await no box any more for somebody whose key was replaced at a place in the ledger, nor a
    team's key of which nobody says whom it is for: nobody may have it. What comes later was sealed
    to the new key.
    """
    later = select(TRANSACTIONS.c.id).where(
        or_(TRANSACTIONS.c.position.is_(None), TRANSACTIONS.c.position > before)
    )
    is_nameless = and_(A.c.subject == b"", A.c.purpose != "", A.c.recipient == b"")
    connection.execute(
        delete(A).where(
            A.c.kind == BOX,
            or_(A.c.recipient == recipient, is_nameless),
            A.c.transaction.not_in(later),
        )
    )


def remove_team_boxes_for(connection: Connection, person: bytes) -> None:
    """Await no box with a team's key for somebody any more."""
    connection.execute(
        delete(A).where(
            A.c.kind == BOX, A.c.subject == b"", A.c.purpose != "", A.c.recipient == person
        )
    )


def _read(row: Any) -> Awaited:
    one = Awaited(*row)
    return replace(one, large=bool(one.large))
