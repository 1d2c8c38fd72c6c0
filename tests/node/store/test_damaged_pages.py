"""What reading every page of a database finds."""

import os

from ehr_desktop.node.store.engine import open_database

PAGE = 4096
KEY = bytes(range(32))
TABLE = "CREATE TABLE IF NOT EXISTS entry (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID"


def add_rows(path, count):
    database = open_database(path, KEY)
    try:
        with database.writing() as connection:
            connection.exec_driver_sql(TABLE)
            for _ in range(count):
                connection.exec_driver_sql(
                    "INSERT INTO entry VALUES (?, ?)", (os.urandom(32), os.urandom(32))
                )
    finally:
        database.close()


def damage(path):
    database = open_database(path, KEY)
    try:
        return database.damaged_pages()
    finally:
        database.close()


def test_an_old_leaf_put_back_after_it_was_split_is_found(tmp_path):
    """Every row is still there, some twice, and each page is one that was written once."""
    path = tmp_path / "ledger.db"
    add_rows(path, 400)
    old = new = path.read_bytes()
    while len(new) == len(old):
        old = new
        add_rows(path, 1)
        new = path.read_bytes()
    assert damage(path) == ()
    changed = [
        page
        for page in range(1, len(old) // PAGE)
        if old[page * PAGE : (page + 1) * PAGE] != new[page * PAGE : (page + 1) * PAGE]
    ]
    assert changed
    for page in changed:
        span = slice(page * PAGE, (page + 1) * PAGE)
        path.write_bytes(new[: span.start] + old[span] + new[span.stop :])
        assert damage(path), page
