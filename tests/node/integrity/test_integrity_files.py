"""Whatever is changed in a view or a database's pages, the full check names it."""

from contextlib import suppress
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from ehr_desktop.domain.errors import HomeDamagedError, SignInRefusedError
from ehr_desktop.domain.ledger import FaultKind
from tests.support.closed_clinic import flip
from tests.support.one_pc import story


def change_view(home: Path, team: str, statement: str) -> None:
    async def work(pc):
        def run() -> None:
            index = pc.node._core.indexes[team]
            with index.views._database.writing() as connection:
                assert connection.exec_driver_sql(statement).rowcount

        await pc.node._core.on_writer(run)

    story(home, "lee")(work)


@pytest.mark.parametrize(
    ("team", "statement", "kind", "name"),
    [
        ("clinical", "UPDATE entry SET title='changed' WHERE record='{note}'", "record", "note"),
        ("clinical", "DELETE FROM entry WHERE record='{note}'", "record", "note"),
        ("front-desk", "UPDATE patient SET family='Other'", "patient", "patient"),
        ("front-desk", "UPDATE appointment SET start_ms=start_ms+60000", "appointment", "booked"),
    ],
)
def test_a_view_that_shows_something_else_than_the_record_is_named(
    clinic, team, statement, kind, name
):
    change_view(clinic.home, team, statement.format(**clinic.facts))
    assert clinic.faults() == {(FaultKind.VIEW, f"{kind} {clinic.facts[name]}")}


@pytest.mark.parametrize("file", ["ledger.db", "views-clinical.db"])
def test_a_flipped_byte_in_a_page_of_a_database_names_the_file(clinic, file):
    path = clinic.home / file
    kept = path.read_bytes()
    pages = len(kept) // 4096
    found, refusals = 0, set()
    for page in range(3, pages, max(1, pages // 6)):
        path.write_bytes(flip(kept, page * 4096 + 2000))
        try:
            faults = clinic.faults()
        except HomeDamagedError as error:
            # a page the start itself needs
            refusals.add(error.where)
            continue
        except SignInRefusedError:
            # a page of the account itself; a check needs nobody
            faults = clinic.faults(None)
        if file == "ledger.db":
            assert (FaultKind.STORE, file) in faults
            found += 1
        else:
            # a page that is read at the start has the view built anew
            assert faults in ({(FaultKind.STORE, file)}, set())
            found += bool(faults)
    assert found
    assert refusals <= {file}


def test_an_old_page_put_back_is_found(clinic):
    """SQLCipher takes an older page for its own: every page has its own tag and no version."""
    ledger = clinic.home / "ledger.db"
    old = ledger.read_bytes()

    @story(clinic.home, "lee")
    async def _(pc):
        chart = await pc.clinic.charts.open(pc.actors["lee"], clinic.facts["patient"])
        await pc.clinic.charts.add_note(chart, "Note", "one more")

    new = ledger.read_bytes()
    changed = [
        page
        for page in range(1, len(old) // 4096)
        if old[page * 4096 : (page + 1) * 4096] != new[page * 4096 : (page + 1) * 4096]
    ]
    assert len(changed) > 5
    missed = []
    for page in changed[:: max(1, len(changed) // 12)]:
        span = slice(page * 4096, (page + 1) * 4096)
        ledger.write_bytes(new[: span.start] + old[span] + new[span.stop :])
        # refusing to open is finding it, too
        with suppress(HomeDamagedError):
            if not clinic.faults(None):
                missed.append(page)
    assert missed == []


def test_a_thief_without_the_key_reads_no_page(clinic):
    connection = dbapi2.connect(str(clinic.home / "ledger.db"))
    with pytest.raises(dbapi2.DatabaseError):
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    connection.close()
