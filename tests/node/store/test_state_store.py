"""Contract state on disk: what is removed is gone, with the hashes over it."""

import os
from functools import partial

from ehr_desktop.node.ledger.state import EMPTY, StateTree
from ehr_desktop.node.store import state
from ehr_desktop.node.store.engine import migrate, open_database
from ehr_desktop.node.store.remembered import RememberedState
from ehr_desktop.node.store.tables import STEPS


def test_a_removed_key_takes_its_bucket_along_when_it_was_the_last_one_in_it(tmp_path):
    database = open_database(tmp_path / "ledger.db", os.urandom(32))
    migrate(database, STEPS)
    tree = StateTree()
    for changes in ({b"one": b"1", b"two": b"2"}, {b"one": None}, {b"two": None}):
        with database.writing() as connection:
            delta = tree.update(changes, partial(RememberedState().hashes, connection))
            state.store(connection, changes, delta)
        tree.apply(delta)
        with database.reading() as connection:
            assert state.load_tree(connection).root == tree.root
    with database.reading() as connection:
        assert state.value(connection, b"two") is None
        assert state.everything(connection) == {}
        assert state.load_tree(connection).root == EMPTY
    database.close()
