"""Whatever is changed in the ledger, the full check names the transaction, block or state."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, select, update

from ehr_desktop.domain.ledger import FaultKind
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.codec import decode, encode
from ehr_desktop.node.store.tables import (
    BLOCKS,
    STATE_ENTRIES,
    STATE_NODES,
    TRANSACTIONS,
    TREE_NODES,
)
from tests.support.closed_clinic import flip, height_of, kinds, transaction


@pytest.mark.parametrize(
    ("name", "changes", "kind"),
    [
        ("refused", {"rule": "", "details": b""}, FaultKind.OUTCOME),
        ("refused", {"rule": "role"}, FaultKind.OUTCOME),
        ("amendment", {"rule": "role"}, FaultKind.OUTCOME),
        ("amendment", {"details": encode([["a", "b"]])}, FaultKind.OUTCOME),
        ("amendment", {"time_ms": 1}, FaultKind.SIGNATURE),
        ("amendment", {"kind": "access.read"}, FaultKind.SIGNATURE),
        ("amendment", {"person": b"x" * 16}, FaultKind.SIGNATURE),
        ("amendment", {"subject": b"x" * 16}, FaultKind.SIGNATURE),
        ("amendment", {"sequence": 100_000}, FaultKind.SIGNATURE),
    ],
)
def test_what_stands_beside_a_transaction_is_held_against_what_was_signed(
    clinic, name, changes, kind
):
    clinic.change(update(TRANSACTIONS).where(transaction(clinic, name)).values(changes))
    assert (kind, f"transaction {clinic.facts[name]}") in clinic.faults(None)


def test_a_reading_cannot_be_moved_out_of_a_patients_log(clinic):
    chosen = select(TRANSACTIONS.c.id).where(TRANSACTIONS.c.kind == "access.read")
    (read, *_) = clinic.rows(chosen)
    clinic.change(
        update(TRANSACTIONS).where(TRANSACTIONS.c.id == read.id).values(subject=b"y" * 16)
    )
    assert (FaultKind.SIGNATURE, f"transaction {read.id.hex()}") in clinic.faults(None)


@pytest.mark.parametrize("place", [30, -1, -70])
def test_a_changed_transaction_is_named_with_its_block(clinic, place):
    height = height_of(clinic, "amendment")
    ((wire,),) = clinic.rows(select(TRANSACTIONS.c.wire).where(transaction(clinic, "amendment")))
    clinic.change(
        update(TRANSACTIONS).where(transaction(clinic, "amendment")).values(wire=flip(wire, place))
    )
    found = clinic.faults(None)
    assert (FaultKind.ROOT, f"block {height}") in found
    assert any(where == f"transaction {clinic.facts['amendment']}" for _, where in found)


def test_a_deleted_transaction_names_its_block(clinic):
    height = height_of(clinic, "amendment")
    clinic.change(delete(TRANSACTIONS).where(transaction(clinic, "amendment")))
    assert (FaultKind.ROOT, f"block {height}") in clinic.faults(None)


@pytest.mark.parametrize("field", ["time_ms", "state_root", "proposer", "merkle_root", "parent"])
def test_a_changed_header_names_its_block(clinic, field):
    height = height_of(clinic, "amendment")
    ((encoded,),) = clinic.rows(select(BLOCKS.c.header).where(BLOCKS.c.height == height))
    header = Header.decode(encoded)
    value = getattr(header, field)
    changed = replace(header, **{field: value + 1 if type(value) is int else flip(value)})
    clinic.change(
        update(BLOCKS)
        .where(BLOCKS.c.height == height)
        .values(header=changed.encode(), id=changed.id)
    )
    found = clinic.faults(None)
    assert (FaultKind.CERTIFICATE, f"block {height}") in found


@pytest.mark.parametrize("column", ["header", "certificate", "id"])
def test_a_garbled_block_is_named(clinic, column):
    height = height_of(clinic, "amendment")
    ((value,),) = clinic.rows(select(BLOCKS.c[column]).where(BLOCKS.c.height == height))
    clinic.change(update(BLOCKS).where(BLOCKS.c.height == height).values({column: flip(value, 0)}))
    assert (FaultKind.LINK, f"block {height}") in clinic.faults(None)


def test_a_signature_exchanged_in_a_certificate_names_its_block(clinic):
    height = height_of(clinic, "amendment")
    ((value,),) = clinic.rows(select(BLOCKS.c.certificate).where(BLOCKS.c.height == height))
    ((other,),) = clinic.rows(select(BLOCKS.c.certificate).where(BLOCKS.c.height == height - 1))
    for certificate in (flip(value), other):
        clinic.change(
            update(BLOCKS).where(BLOCKS.c.height == height).values(certificate=certificate)
        )
        assert (FaultKind.CERTIFICATE, f"block {height}") in clinic.faults(None)


@pytest.mark.parametrize("which", ["middle", "newest", "genesis"])
def test_a_deleted_block_is_named(clinic, which):
    newest = clinic.rows(select(BLOCKS.c.height).order_by(BLOCKS.c.height.desc()))[0][0]
    height = {"middle": height_of(clinic, "amendment"), "newest": newest, "genesis": 0}[which]
    clinic.change(delete(BLOCKS).where(BLOCKS.c.height == height))
    assert (FaultKind.LINK, f"block {height}") in clinic.faults(None)


def test_a_changed_or_deleted_value_of_the_state_is_found(clinic):
    rows = clinic.rows(select(STATE_ENTRIES).order_by(STATE_ENTRIES.c.key_hash))
    one_of_each = {decode(row.key)[0]: row for row in rows}
    assert {"member", "team", "epoch"} <= one_of_each.keys()
    for row in one_of_each.values():
        here = (STATE_ENTRIES.c.bucket == row.bucket) & (STATE_ENTRIES.c.key_hash == row.key_hash)
        clinic.change(update(STATE_ENTRIES).where(here).values(value=encode([1])))
        assert FaultKind.STATE in kinds(clinic.faults(None))
        clinic.change(delete(STATE_ENTRIES).where(here))
        assert FaultKind.STATE in kinds(clinic.faults(None))
        clinic.change(insert(STATE_ENTRIES).values(**row._mapping))
    assert clinic.faults(None) == set()


@pytest.mark.parametrize("table", [STATE_NODES, TREE_NODES])
def test_a_changed_node_of_a_tree_is_found_at_every_level(clinic, table):
    rows = clinic.rows(select(table).order_by(table.c.level, table.c.place))
    of_level = {row.level: row for row in rows}
    # of the state's tree only the lowest level is stored
    for row in [of_level[level] for level in (0, 3) if level in of_level]:
        here = (table.c.level == row.level) & (table.c.place == row.place)
        clinic.change(update(table).where(here).values(hash=flip(row.hash)))
        assert kinds(clinic.faults(None)) <= {FaultKind.STATE, FaultKind.ROOT}
        assert clinic.faults(None)
        clinic.change(update(table).where(here).values(hash=row.hash))
    assert clinic.faults(None) == set()
