"""Deletion that destroys: rows, files, and the log behind them."""

import os

import pytest

from ehr_desktop.node.store import authors_copies, awaited, containers, destroying, secrets
from ehr_desktop.node.store.awaited import BOX, CONTAINER, Awaited
from ehr_desktop.node.store.containers import ContainerFiles, StoredContainer
from ehr_desktop.node.store.engine import migrate, open_database
from ehr_desktop.node.store.secrets import KeyBox
from ehr_desktop.node.store.tables import STEPS
from tests.support.pages import opened_pages

KEY = bytes(range(32))
ANNA, BERT = b"a" * 16, b"b" * 16
CANARY = b"CANARY-sealed-bytes"


@pytest.fixture
def database(tmp_path):
    opened = open_database(tmp_path / "ledger.db", KEY)
    migrate(opened, STEPS)
    yield opened
    opened.close()


def container(name, sealed=CANARY):
    return StoredContainer(
        name, b"t" * 32, b"r" * 16, 1, b"header", b"salt", b"wrapped", b"print", 19, sealed
    )


def box(name, subject=ANNA, purpose="notes", epoch=1, recipient=b"clinical"):
    return KeyBox(name, subject, purpose, epoch, recipient, 1, CANARY)


def holds(tmp_path):
    return CANARY in opened_pages(tmp_path / "ledger.db", KEY)


def test_what_was_deleted_stands_in_no_page_and_not_in_the_log(database, tmp_path):
    with database.writing() as connection:
        containers.add_containers(connection, [container(bytes([n]) * 32) for n in range(50)])
    assert holds(tmp_path)
    with database.writing() as connection:
        destroying.remove_containers(connection, [bytes([n]) * 32 for n in range(50)])
    assert database.empty_log()
    assert not holds(tmp_path)
    assert (tmp_path / "ledger.db-wal").stat().st_size == 0


def test_the_log_is_not_emptied_under_a_reader_and_nobody_waits_for_it(database, tmp_path):
    with database.writing() as connection:
        containers.add_containers(connection, [container(b"1" * 32)])
    with database.reading() as reader:
        assert containers.is_here(reader, b"1" * 32)
        with database.writing() as connection:
            destroying.remove_containers(connection, [b"1" * 32])
        assert not database.empty_log()
        assert containers.is_here(reader, b"1" * 32), "a reader sees one state"
    assert database.empty_log()
    assert not holds(tmp_path)


def test_a_file_is_overwritten_and_gone_and_others_stay(database, tmp_path):
    files = ContainerFiles(tmp_path / "containers")
    kept, gone = b"k" * 32, b"g" * 32
    for name in (kept, gone):
        files.path(name).write_bytes(CANARY * 100_000)
    files.part(gone).write_bytes(CANARY)
    still_open = os.open(files.path(gone), os.O_RDONLY)
    with database.writing() as connection:
        containers.add_containers(connection, [container(kept, None), container(gone, None)])
        assert destroying.remove_containers(connection, [gone, b"u" * 32]) == [gone]
    files.destroy([gone, b"u" * 32])
    assert os.read(still_open, 1 << 21).strip(b"\0") == b"", "zeros, for whoever has it open"
    os.close(still_open)
    assert [path.name for path in files.names()] == [kept.hex()]


def test_boxes_go_by_name_here_and_awaited_and_only_those_of_the_patient_are_given(database):
    coming = Awaited(
        b"3" * 32, BOX, b"t" * 32, b"d" * 16, 1, subject=ANNA, purpose="notes", epoch=2,
        recipient=b"clinical", generation=1,
    )  # fmt: skip
    with database.writing() as connection:
        secrets.add_boxes(connection, [box(b"1" * 32), box(b"2" * 32, subject=BERT)])
        awaited.add(connection, [coming])
        found = destroying.boxes_about(connection, ANNA)
        assert {(one.name, one.epoch) for one in found} == {(b"1" * 32, 1), (b"3" * 32, 2)}
        destroying.remove_boxes(connection, [b"1" * 32, b"3" * 32])
        assert destroying.boxes_about(connection, ANNA) == []
        assert awaited.find(connection, BOX, b"3" * 32) == []
        assert len(destroying.boxes_about(connection, BERT)) == 1


def test_all_keys_of_a_patient_go_and_nobody_elses(database):
    with database.writing() as connection:
        for patient in (ANNA, BERT):
            secrets.put_vault_key(connection, patient, bytes(32), patient * 2)
            secrets.put_draft(connection, b"l" * 16, patient * 2, CANARY, 1, patient)
            copy = [(patient * 2, CANARY)]
            authors_copies.keep(connection, patient * 2, b"l" * 16, patient, copy)
        secrets.add_boxes(
            connection,
            [
                box(b"1" * 32),
                box(b"2" * 32, subject=BERT, recipient=ANNA),
                box(b"3" * 32, subject=BERT),
            ],
        )
        awaited.add(
            connection, [Awaited(b"4" * 32, CONTAINER, b"t" * 32, b"d" * 16, 1, subject=ANNA)]
        )
        containers.add_containers(connection, [container(b"5" * 32)])
        assert destroying.holds_anything(connection, ANNA, [b"5" * 32])
        destroying.remove_keys(connection, ANNA)
        assert destroying.holds_anything(connection, ANNA, [b"5" * 32]), "the container is there"
        destroying.remove_containers(connection, [b"5" * 32])
        assert not destroying.holds_anything(connection, ANNA, [b"5" * 32])
        assert secrets.vault_keys_of(connection, BERT) == [bytes(32)]
        assert [one.name for one in destroying.boxes_about(connection, BERT)] == [b"3" * 32]
        assert secrets.draft(connection, b"l" * 16, ANNA * 2) is None
        assert secrets.draft(connection, b"l" * 16, BERT * 2) is not None
        assert authors_copies.copies(connection, ANNA * 2) == {}
        assert authors_copies.copies(connection, BERT * 2) == {BERT * 2: CANARY}
        assert awaited.find(connection, CONTAINER, b"4" * 32) == []
