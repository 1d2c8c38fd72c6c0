"""Deletion that destroys.

What is deleted here is zeroed in its pages (`secure_delete`). Whoever calls destroys the files that
are named and empties the log, once all of it has committed.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, and_, delete, or_, select

from ehr_desktop.node.store.tables import AUTHORS_COPIES, DRAFTS, VAULT_KEYS
from ehr_desktop.node.store.tables import AWAITED as A
from ehr_desktop.node.store.tables import CONTAINERS as C
from ehr_desktop.node.store.tables import KEY_BOXES as B
from ehr_desktop.node.store.tables import TRANSACTIONS as T

_BOX: Final = "box"
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class BoxAddress:
    """A box of a patient's, here or still awaited: for which recipient it is, without what is in
    it.
    """

    name: bytes
    purpose: str
    epoch: int
    recipient: bytes


def boxes_about(connection: Connection, patient: bytes) -> list[BoxAddress]:
    """Give every box of a patient's that is here or awaited."""
    here = select(B.c.hash, B.c.purpose, B.c.epoch, B.c.recipient).where(B.c.subject == patient)
    coming = select(A.c.name, A.c.purpose, A.c.epoch, A.c.recipient).where(
        A.c.subject == patient, A.c.kind == _BOX
    )
    return [BoxAddress(*row) for chosen in (here, coming) for row in connection.execute(chosen)]


def boxed_for(connection: Connection, recipient: bytes) -> list[bytes]:
    """Give the patients of whom a box for a recipient is here or awaited."""
    here = select(B.c.subject).where(B.c.recipient == recipient)
    coming = select(A.c.subject).where(A.c.recipient == recipient, A.c.kind == _BOX)
    found = connection.execute(here.union(coming)).scalars()
    return [subject for subject in found if subject]


def remove_boxes(connection: Connection, names: Iterable[bytes]) -> None:
    """Delete boxes by their hashes, and await them no longer."""
    for some in _chunks(names):
        connection.execute(delete(B).where(B.c.hash.in_(some)))
        connection.execute(delete(A).where(A.c.name.in_(some), A.c.kind == _BOX))


def remove_containers(connection: Connection, names: Iterable[bytes]) -> list[bytes]:
    """Delete containers by their commitments, and await them no longer; give those that may have a
    file.
    """
    files: list[bytes] = []
    for some in _chunks(names):
        files += connection.execute(
            select(C.c.commitment).where(C.c.commitment.in_(some), C.c.sealed.is_(None))
        ).scalars()
        files += connection.execute(
            select(A.c.name).where(A.c.name.in_(some), A.c.large == 1)
        ).scalars()
        connection.execute(delete(C).where(C.c.commitment.in_(some)))
        connection.execute(delete(A).where(A.c.name.in_(some), A.c.kind != _BOX))
    return list(dict.fromkeys(files))


def remove_keys(connection: Connection, patient: bytes) -> None:
    """Delete a patient's vault keys, all boxes of the patient's keys and those sealed for the
    patient, the drafts about the patient and the authors' copies of what waits, and await nothing
    of it any more.
    """
    connection.execute(delete(VAULT_KEYS).where(VAULT_KEYS.c.patient == patient))
    connection.execute(delete(B).where(or_(B.c.subject == patient, B.c.recipient == patient)))
    connection.execute(delete(DRAFTS).where(DRAFTS.c.patient == patient))
    connection.execute(delete(AUTHORS_COPIES).where(AUTHORS_COPIES.c.patient == patient))
    about = select(T.c.id).where(T.c.subject == patient)
    connection.execute(
        delete(A).where(
            or_(
                A.c.subject == patient,
                A.c.transaction.in_(about),
                and_(A.c.kind == _BOX, A.c.recipient == patient),
            )
        )
    )


def holds_anything(connection: Connection, patient: bytes, containers: Collection[bytes]) -> bool:
    """Tell whether a vault key, a box or one of `containers` of a patient is still here."""
    vault = select(VAULT_KEYS.c.commitment).where(VAULT_KEYS.c.patient == patient).limit(1)
    boxes = select(B.c.hash).where(or_(B.c.subject == patient, B.c.recipient == patient)).limit(1)
    if connection.execute(vault).first() or connection.execute(boxes).first():
        return True
    return any(
        connection.execute(select(C.c.commitment).where(C.c.commitment.in_(some)).limit(1)).first()
        for some in _chunks(containers)
    )


def _chunks(names: Iterable[bytes]) -> Iterable[Sequence[bytes]]:
    wanted = list(names)
    return (wanted[start : start + _CHUNK] for start in range(0, len(wanted), _CHUNK))
