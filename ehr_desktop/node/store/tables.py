"""The tables of `ledger.db`, and the numbered steps that lead to them.

All of it is ciphertext, pseudonyms, hashes and times. Times are UTC milliseconds.
"""

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    text,
)

from ehr_desktop.node.store.engine import Step

LEDGER_FILE = "ledger.db"
METADATA = MetaData()

SECRETS = Table(
    "secrets",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Keys of this workstation; the database itself is sealed under the device secret."""

TRANSACTIONS = Table(
    "transactions",
    METADATA,
    Column("number", Integer, primary_key=True),  # order of arrival here
    Column("id", LargeBinary, nullable=False, unique=True),
    Column("device", LargeBinary, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("person", LargeBinary, nullable=False),
    Column("subject", LargeBinary, nullable=False),  # the patient it is about, or empty
    Column("time_ms", Integer, nullable=False),
    Column("wire", LargeBinary, nullable=False),
    Column("height", Integer),  # null while pending
    Column("position", Integer, unique=True),  # place in the whole ledger, null while pending
    Column("rule", String, nullable=False, default=""),  # what refused it, or empty
    Column("details", LargeBinary, nullable=False, default=b""),
)
Index("feed", TRANSACTIONS.c.device, TRANSACTIONS.c.sequence)
"""Not unique: a cloned disk may sign two for one place, and both are kept."""
# the two below hold only what is looked for: every entry of an index costs each transaction
Index(
    "by_height", TRANSACTIONS.c.height, TRANSACTIONS.c.position,
    sqlite_where=TRANSACTIONS.c.height.is_not(None),
)  # fmt: skip
Index(
    "refused", TRANSACTIONS.c.rule, TRANSACTIONS.c.position,
    sqlite_where=TRANSACTIONS.c.rule != "",
)  # fmt: skip
Index("by_subject", TRANSACTIONS.c.subject, TRANSACTIONS.c.position)

BLOCKS = Table(
    "blocks",
    METADATA,
    Column("height", Integer, primary_key=True),
    Column("id", LargeBinary, nullable=False, unique=True),
    Column("header", LargeBinary, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
)

TREE_NODES = Table(
    "tree_nodes",
    METADATA,
    Column("level", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""Complete subtrees of the RFC 9162 tree over all final transactions."""

STATE_ENTRIES = Table(
    "state_entries",
    METADATA,
    Column("bucket", Integer, primary_key=True),
    Column("key_hash", LargeBinary, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

STATE_NODES = Table(
    "state_nodes",
    METADATA,
    Column("level", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

VOTES = Table(
    "votes",
    METADATA,
    Column("epoch", Integer, primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("vote", LargeBinary, nullable=False),
    Column("block", LargeBinary, nullable=False),  # what a notar vote is for, or empty
    Column("certificate", LargeBinary, nullable=False),  # what a final vote rests on, or empty
)
"""This workstation's own votes above the final head, stored before they are sent."""

CONTAINERS = Table(
    "containers",
    METADATA,
    Column("commitment", LargeBinary, primary_key=True),
    Column("transaction", LargeBinary, nullable=False),
    Column("record", LargeBinary, nullable=False),  # or the person of an account
    Column("version", Integer, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),  # keyed hash of the plaintext
    Column("size", Integer, nullable=False),
    Column("sealed", LargeBinary),  # null: a file of its own
)
Index("by_record", CONTAINERS.c.record, CONTAINERS.c.version)

KEY_BOXES = Table(
    "key_boxes",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("subject", LargeBinary, nullable=False),  # the patient, or empty for a team's key
    Column("purpose", String, nullable=False),  # category, or team
    Column("epoch", Integer, nullable=False),  # of the category, or generation of the team
    Column("recipient", LargeBinary, nullable=False),  # team name or person
    Column("generation", Integer, nullable=False),  # of the recipient's key
    Column("box", LargeBinary, nullable=False),
    Column("transaction", LargeBinary, nullable=False),  # that alone brought it, or empty
)
Index("box_of", KEY_BOXES.c.transaction)
Index("box_for", KEY_BOXES.c.subject, KEY_BOXES.c.purpose, KEY_BOXES.c.recipient)
"""Boxes are never on the ledger, only their hashes: deleting one is what revokes."""

VAULT_KEYS = Table(
    "vault_keys",
    METADATA,
    Column("commitment", LargeBinary, primary_key=True),  # what the ledger says of it
    Column("patient", LargeBinary, nullable=False),
    Column("key", LargeBinary, nullable=False),
)
Index("vault_key_of", VAULT_KEYS.c.patient)
"""Every key some registration names; the contract state names the one that counts."""

AWAITED = Table(
    "awaited",
    METADATA,
    Column("name", LargeBinary, primary_key=True),  # what the ledger commits to
    Column("kind", String, primary_key=True),
    Column("transaction", LargeBinary, primary_key=True),  # others may promise it falsely
    Column("device", LargeBinary, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("size", Integer, nullable=False),  # sealed bytes of a container, else 0
    Column("large", Integer, nullable=False),  # 1: streamed into a file of its own
    Column("subject", LargeBinary, nullable=False),  # whose, where the transaction says so
    Column("purpose", String, nullable=False),  # the rest as in KEY_BOXES; empty and 0 if unsaid
    Column("epoch", Integer, nullable=False),
    Column("recipient", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
)
Index("awaited_in_turn", AWAITED.c.large, AWAITED.c.name)
Index("awaited_of_feed", AWAITED.c.large, AWAITED.c.device, AWAITED.c.sequence)
"""What stored transactions bring and is not here yet."""

DRAFTS = Table(
    "drafts",
    METADATA,
    Column("person", LargeBinary, primary_key=True),
    Column("name", LargeBinary, primary_key=True),  # keyed hash: it holds a patient's id
    Column("sealed", LargeBinary, nullable=False),
    Column("saved_ms", Integer, nullable=False),
    Column("patient", LargeBinary, nullable=False, server_default=text("x''")),  # or empty
)

TOLD_PENDING = Table(
    "told_pending",
    METADATA,
    Column("transaction_id", LargeBinary, primary_key=True),
    Column("person", LargeBinary, nullable=False),
)
"""What people were told is pending, until it is accepted or they know that it was refused."""


AUTHORS_COPIES = Table(
    "authors_copies",
    METADATA,
    Column("commitment", LargeBinary, primary_key=True),
    Column("transaction_id", LargeBinary, nullable=False),
    Column("person", LargeBinary, nullable=False),
    Column("patient", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # under a key of the author's alone
)
Index("copies_of", AUTHORS_COPIES.c.transaction_id)
"""What people wrote and were told is pending, until it is accepted or said again."""


def _first(connection: Connection) -> None:
    METADATA.create_all(connection)


def _tell_later(connection: Connection) -> None:
    TOLD_PENDING.create(connection, checkfirst=True)


def _know_whose_a_draft_is(connection: Connection) -> None:
    columns = connection.exec_driver_sql("PRAGMA table_info(drafts)").all()
    if all(column[1] != "patient" for column in columns):
        connection.exec_driver_sql(
            "ALTER TABLE drafts ADD COLUMN patient BLOB NOT NULL DEFAULT x''"
        )


def _keep_copies(connection: Connection) -> None:
    AUTHORS_COPIES.create(connection, checkfirst=True)


STEPS: tuple[Step, ...] = (_first, _tell_later, _know_whose_a_draft_is, _keep_copies)
