"""This workstation's own votes above the final head, each with what it rests on."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ehr_desktop.node.ledger.vote import Certificate, SignedVote
from ehr_desktop.node.store.many import write_many
from ehr_desktop.node.store.tables import VOTES

StoredVote = tuple[SignedVote, bytes, Certificate | None]
"""A vote, the bytes of the block a notar vote is for (or none), what a final vote rests on."""

_ADD = upsert(VOTES).on_conflict_do_nothing()
_FORGET = delete(VOTES).where(
    or_(
        VOTES.c.epoch < bindparam("at_epoch"),
        (VOTES.c.epoch == bindparam("at_epoch")) & (VOTES.c.slot <= bindparam("at_slot")),
    )
)
_COUNT = select(func.count()).select_from(VOTES)


def add(connection: Connection, votes: Sequence[StoredVote]) -> None:
    """Keep votes before they are sent; the first for a place stays."""
    write_many(
        connection,
        _ADD,
        [
            {
                "epoch": signed.vote.epoch,
                "slot": signed.vote.slot,
                "kind": str(signed.vote.kind),
                "vote": signed.encode(),
                "block": block,
                "certificate": certificate.encode() if certificate else b"",
            }
            for signed, block, certificate in votes
        ],
    )


def of_epoch(connection: Connection, epoch: int) -> list[StoredVote]:
    """Give the votes of an epoch in the order they were cast."""
    rows = connection.exec_driver_sql(
        "SELECT vote, block, certificate FROM votes WHERE epoch = ? ORDER BY rowid", (epoch,)
    )
    return [
        (
            SignedVote.decode(vote),
            block,
            Certificate.decode(certificate) if certificate else None,
        )
        for vote, block, certificate in rows
    ]


def forget(connection: Connection, epoch: int, slot: int) -> None:
    """Delete the votes of earlier epochs, and of this one up to `slot`: a block there is final."""
    connection.execute(_FORGET, {"at_epoch": epoch, "at_slot": slot})


def count(connection: Connection) -> int:
    """Count the votes that are kept."""
    return int(connection.execute(_COUNT).scalar_one())
