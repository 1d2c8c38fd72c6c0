"""Keys at rest: the workstation's own, boxes for teams and people, and the patients' vault keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ehr_desktop.node.store.many import write_many
from ehr_desktop.node.store.tables import DRAFTS, KEY_BOXES, SECRETS, TRANSACTIONS, VAULT_KEYS


@dataclass(frozen=True, slots=True)
class KeyBox:
    """A key sealed for one recipient. For a patient's category key `subject` is the patient,
    `purpose` the category, `epoch` its epoch and `recipient` a team's name; for a team's key
    `subject` is empty, `purpose` the team, `epoch` its generation and `recipient` a person.
    `generation` is that of the key it was sealed to, `transaction` the one that brought it; empty
    where several name it.
    """

    hash: bytes
    subject: bytes
    purpose: str
    epoch: int
    recipient: bytes
    generation: int
    box: bytes
    transaction: bytes = b""


_ADD_BOXES = upsert(KEY_BOXES).on_conflict_do_nothing()
_SHARE_BOX = (
    update(KEY_BOXES)
    .where(KEY_BOXES.c.hash == bindparam("named"), KEY_BOXES.c.transaction != bindparam("by"))
    .values(transaction=bindparam("of_all"))
)
_ADD_VAULT_KEY = upsert(VAULT_KEYS).on_conflict_do_nothing()
_VAULT_KEYS_OF = select(VAULT_KEYS.c.key).where(VAULT_KEYS.c.patient == bindparam("wanted"))
_VAULT_NAMED = select(VAULT_KEYS.c.patient, VAULT_KEYS.c.key).where(
    VAULT_KEYS.c.commitment == bindparam("wanted")
)
_BOX_NAMED = select(KEY_BOXES).where(KEY_BOXES.c.hash == bindparam("wanted"))
_BOXES = (
    select(KEY_BOXES)
    .where(
        KEY_BOXES.c.subject == bindparam("about"),
        KEY_BOXES.c.purpose == bindparam("what"),
        KEY_BOXES.c.recipient == bindparam("whom"),
    )
    .order_by(KEY_BOXES.c.epoch.desc(), KEY_BOXES.c.generation.desc())
)


def put_secret(connection: Connection, name: str, value: bytes) -> None:
    """Store a secret, over an older one of that name."""
    row = {"name": name, "value": value}
    statement = upsert(SECRETS).values(row)
    connection.execute(statement.on_conflict_do_update(["name"], set_={"value": value}))


def secret(connection: Connection, name: str) -> bytes | None:
    """Give a secret by name."""
    found: bytes | None = connection.execute(
        select(SECRETS.c.value).where(SECRETS.c.name == name)
    ).scalar()
    return found


def add_boxes(connection: Connection, boxes: Sequence[KeyBox]) -> None:
    """Store boxes; one that is here already stays as it is."""
    rows = [{name: getattr(box, name) for name in KeyBox.__slots__} for box in boxes]
    write_many(connection, _ADD_BOXES, rows)


def share_boxes(connection: Connection, named: Sequence[tuple[bytes, bytes]]) -> None:
    """Note which transactions name which boxes, as box and transaction: what several name is no
    longer taken back with one of them.
    """
    rows = [{"named": box, "by": transaction, "of_all": b""} for box, transaction in named]
    write_many(connection, _SHARE_BOX, rows)


def boxes_for(connection: Connection, purpose: str, recipient: bytes) -> list[KeyBox]:
    """Give the boxes with a team's key for one person, newest generation first."""
    return _boxes(connection, b"", purpose, recipient)


def links_to(connection: Connection, team: str, generation: int) -> list[KeyBox]:
    """Give the boxes with earlier generations of a team's key that are sealed to a later one."""
    boxes = _boxes(connection, b"", team, team.encode())
    return [box for box in boxes if box.generation == generation]


def category_boxes(
    connection: Connection, patient: bytes, category: str, team: str
) -> list[KeyBox]:
    """Give the boxes with one category's keys of a patient for a team, newest epoch first."""
    return _boxes(connection, patient, category, team.encode())


def boxes_of(
    connection: Connection, patient: bytes, purpose: str, recipient: bytes
) -> list[KeyBox]:
    """Give a patient's boxes for one purpose and recipient: a reader or a workstation, by id."""
    return _boxes(connection, patient, purpose, recipient)


def epochs_of(connection: Connection, patient: bytes, category: str) -> list[int]:
    """Give the epochs of a category whose keys are sealed for anybody here, lowest first."""
    chosen = (
        select(KEY_BOXES.c.epoch)
        .where(KEY_BOXES.c.subject == patient, KEY_BOXES.c.purpose == category)
        .distinct()
        .order_by(KEY_BOXES.c.epoch)
    )
    return list(connection.execute(chosen).scalars())


def boxes_to_team(connection: Connection, team: str, generation: int) -> list[KeyBox]:
    """Give every category key sealed to one generation of a team's key."""
    return boxes_to(connection, team.encode(), generation)


def boxes_to(connection: Connection, recipient: bytes, generation: int) -> list[KeyBox]:
    """Give every box sealed to one generation of a recipient's key."""
    chosen = select(KEY_BOXES).where(
        KEY_BOXES.c.recipient == recipient, KEY_BOXES.c.generation == generation
    )
    return [KeyBox(*row) for row in connection.execute(chosen)]


def remove_boxes(connection: Connection, transaction: bytes) -> None:
    """Delete the boxes that one transaction alone brought, whatever others it names."""
    connection.execute(delete(KEY_BOXES).where(KEY_BOXES.c.transaction == transaction))


def remove_team_boxes_for(connection: Connection, person: bytes) -> None:
    """Delete the boxes with teams' keys for somebody."""
    connection.execute(
        delete(KEY_BOXES).where(KEY_BOXES.c.subject == b"", KEY_BOXES.c.recipient == person)
    )


def remove_older_boxes(connection: Connection, team: str, generation: int) -> None:
    """Delete every box with or to a generation of a team's key before `generation`."""
    connection.execute(
        delete(KEY_BOXES).where(
            or_(
                and_(
                    KEY_BOXES.c.subject == b"",
                    KEY_BOXES.c.purpose == team,
                    KEY_BOXES.c.epoch < generation,
                ),
                and_(KEY_BOXES.c.recipient == team.encode(), KEY_BOXES.c.generation < generation),
            )
        )
    )


def remove_boxes_for(connection: Connection, recipient: bytes, *, before: int) -> None:
    """Delete the boxes for somebody whose key was replaced at a place in the ledger. What comes
    later, or waits, was sealed to the new key.
    """
    later = select(TRANSACTIONS.c.id).where(
        or_(TRANSACTIONS.c.position.is_(None), TRANSACTIONS.c.position > before)
    )
    connection.execute(
        delete(KEY_BOXES).where(
            KEY_BOXES.c.recipient == recipient, KEY_BOXES.c.transaction.not_in(later)
        )
    )


def put_vault_key(connection: Connection, patient: bytes, key: bytes, commitment: bytes) -> None:
    """Store a patient's vault key under what the ledger says of it."""
    row = {"patient": patient, "key": key, "commitment": commitment}
    write_many(connection, _ADD_VAULT_KEY, [row])


def vault_named(connection: Connection, commitment: bytes) -> tuple[bytes, bytes] | None:
    """Give the patient and the vault key of a commitment."""
    row = connection.execute(_VAULT_NAMED, {"wanted": commitment}).first()
    return None if row is None else (row[0], row[1])


def box_named(connection: Connection, name: bytes) -> KeyBox | None:
    """Give one box by its hash."""
    row = connection.execute(_BOX_NAMED, {"wanted": name}).first()
    return None if row is None else KeyBox(*row)


def vault_keys(connection: Connection) -> list[tuple[bytes, bytes]]:
    """Give every vault key that is kept here, each after its patient; for a full check."""
    rows = connection.execute(select(VAULT_KEYS.c.patient, VAULT_KEYS.c.key))
    return [(row.patient, row.key) for row in rows]


def vault_keys_of(connection: Connection, patient: bytes) -> list[bytes]:
    """Give every key that a registration of this patient brought, whether or not it counts; none
    once it was destroyed.
    """
    return list(connection.execute(_VAULT_KEYS_OF, {"wanted": patient}).scalars())


def put_draft(
    connection: Connection,
    person: bytes,
    name: bytes,
    sealed: bytes,
    saved_ms: int,
    patient: bytes = b"",
) -> None:
    """Keep a sealed draft, over the older one of that name. It goes with its `patient`'s record."""
    row = {
        "person": person, "name": name, "sealed": sealed, "saved_ms": saved_ms, "patient": patient,
    }  # fmt: skip
    statement = upsert(DRAFTS).values(row)
    connection.execute(
        statement.on_conflict_do_update(
            ["person", "name"], set_={"sealed": sealed, "saved_ms": saved_ms, "patient": patient}
        )
    )


def draft(connection: Connection, person: bytes, name: bytes) -> tuple[bytes, int] | None:
    """Give a sealed draft and when it was saved."""
    row = connection.execute(
        select(DRAFTS.c.sealed, DRAFTS.c.saved_ms).where(
            DRAFTS.c.person == person, DRAFTS.c.name == name
        )
    ).first()
    return None if row is None else (row[0], row[1])


def remove_draft(connection: Connection, person: bytes, name: bytes) -> None:
    """Delete a draft."""
    connection.execute(delete(DRAFTS).where(DRAFTS.c.person == person, DRAFTS.c.name == name))


def _boxes(connection: Connection, subject: bytes, purpose: str, recipient: bytes) -> list[KeyBox]:
    wanted = {"about": subject, "what": purpose, "whom": recipient}
    return [KeyBox(*row) for row in connection.execute(_BOXES, wanted)]
