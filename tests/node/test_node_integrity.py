"""Whatever is changed on the disk, the full check finds it and names what is wrong."""

import asyncio
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update
from sqlcipher3 import dbapi2

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import (
    HomeDamagedError,
    IntegrityError,
    RefusedError,
    SignInRefusedError,
)
from ehr_desktop.domain.ledger import FaultKind
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.codec import encode
from ehr_desktop.node.store.tables import (
    BLOCKS,
    CONTAINERS,
    STATE_ENTRIES,
    STATE_NODES,
    TRANSACTIONS,
    TREE_NODES,
)
from ehr_desktop.services.values import Booking
from tests.support.one_pc import ANNA, ledger_of, opened, story


@dataclass
class Clinic:
    """A closed clinic in which something has happened, and what."""

    home: Path
    facts: dict[str, str] = field(default_factory=dict)

    def change(self, *statements) -> None:
        """Run SQL with the key, as only this workstation could."""
        with ledger_of(self.home) as database, database.writing() as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount != 0

    def rows(self, chosen) -> list:
        """Read with the key."""
        with ledger_of(self.home) as database, database.reading() as connection:
            return list(connection.execute(chosen))

    def faults(self, name: str | None = "lee") -> set[tuple[FaultKind, str]]:
        """What the full check finds."""

        async def work(pc):
            return await pc.check(name)

        report = story(self.home, *((name,) if name else ()))(work)
        assert report.complete
        return {(fault.what, fault.where) for fault in report.faults}


@pytest.fixture(scope="module")
def lived_in(homes):
    home = homes.staffed()
    clinic = Clinic(home)

    @story(home, "lee", "rae")
    async def _(pc):
        lee = pc.actors["lee"]
        patient = (await pc.clinic.patients.register(lee, ANNA)).id
        chart = await pc.clinic.charts.open(lee, patient)
        note = await pc.clinic.charts.add_note(chart, "Note", "first")
        note = await pc.clinic.charts.amend_note(chart, note.source.record, "second", "typo")
        scan = home.parent / "scan.png"
        scan.write_bytes(os.urandom(400_000))
        document = await pc.clinic.charts.add_document(chart, "Scan", scan)
        start = datetime(2027, 3, 1, 10, tzinfo=UTC)
        booking = Booking(lee.id, patient, start, timedelta(minutes=15), reason="Cough")
        booked = await pc.clinic.appointments.book(lee, booking)
        with pytest.raises(RefusedError):
            await pc.clinic.appointments.book(lee, replace(booking, comment="again"))
        later = NewRecord(Category.GENERAL, "Basic", b'{"resourceType":"Basic"}')
        await pc.node.charts.write(lee, patient, [later])
        refused = await pc.clinic.ledger.transactions(lee, refused_only=True)
        clinic.facts = {
            "patient": patient,
            "note": note.source.record,
            "amendment": note.source.transaction,
            "document": document.source.record,
            "booked": booked.id,
            "refused": refused[0].id,
            "lee": lee.id,
        }

    assert clinic.faults() == set()
    return clinic


@pytest.fixture
def clinic(lived_in, homes):
    return Clinic(homes.copy(lived_in.home), lived_in.facts)


def flip(content: bytes, place: int = -1) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)


def of_record(clinic: Clinic, name: str, version: int):
    chosen = select(CONTAINERS).where(
        CONTAINERS.c.record == bytes.fromhex(clinic.facts[name]), CONTAINERS.c.version == version
    )
    return clinic.rows(chosen)[0]


def transaction(clinic: Clinic, name: str):
    return TRANSACTIONS.c.id == bytes.fromhex(clinic.facts[name])


def height_of(clinic: Clinic, name: str) -> int:
    return clinic.rows(select(TRANSACTIONS.c.height).where(transaction(clinic, name)))[0][0]


def kinds(faults) -> set[FaultKind]:
    return {what for what, _ in faults}


def test_a_flipped_byte_of_a_large_container_names_its_record(clinic):
    (file,) = (clinic.home / "containers").iterdir()
    (record,) = clinic.rows(select(CONTAINERS.c.record).where(CONTAINERS.c.sealed.is_(None)))
    for place in (0, 200_000, -1):
        kept = file.read_bytes()
        file.write_bytes(flip(kept, place))
        assert clinic.faults() == {(FaultKind.CONTAINER_CHANGED, f"record {record[0].hex()}")}
        file.write_bytes(kept)


def test_a_large_container_that_is_gone_or_cut_names_its_record(clinic):
    (file,) = (clinic.home / "containers").iterdir()
    (record,) = clinic.rows(select(CONTAINERS.c.record).where(CONTAINERS.c.sealed.is_(None)))
    file.write_bytes(file.read_bytes()[:-1])
    assert clinic.faults() == {(FaultKind.CONTAINER_CHANGED, f"record {record[0].hex()}")}
    file.unlink()
    assert clinic.faults() == {(FaultKind.CONTAINER_CHANGED, f"record {record[0].hex()}")}


@pytest.mark.parametrize("column", ["sealed", "header", "salt"])
def test_a_changed_container_names_its_record_and_does_not_open(clinic, column):
    row = of_record(clinic, "note", 2)
    clinic.change(
        update(CONTAINERS)
        .where(CONTAINERS.c.commitment == row.commitment)
        .values({column: flip(getattr(row, column))})
    )
    where = f"record {clinic.facts['note']}"
    assert (FaultKind.CONTAINER_CHANGED, where) in clinic.faults()

    @story(clinic.home, "lee")
    async def _(pc):
        chart = await pc.clinic.charts.open(pc.actors["lee"], clinic.facts["patient"])
        with pytest.raises(IntegrityError):
            await pc.clinic.charts.record(chart, clinic.facts["note"])
        with pytest.raises(IntegrityError):
            await pc.clinic.exports.patient(
                pc.actors["lee"], clinic.facts["patient"], clinic.home / "out.json"
            )
        assert not (clinic.home / "out.json").exists()


def test_the_old_version_put_in_the_place_of_the_new_one_is_found_and_does_not_open(clinic):
    old, new = of_record(clinic, "note", 1), of_record(clinic, "note", 2)
    kept = ("sealed", "header", "salt", "wrapped_key", "fingerprint", "size")
    clinic.change(
        update(CONTAINERS)
        .where(CONTAINERS.c.commitment == new.commitment)
        .values({name: getattr(old, name) for name in kept})
    )
    assert (FaultKind.CONTAINER_CHANGED, f"record {clinic.facts['note']}") in clinic.faults()

    @story(clinic.home, "lee")
    async def _(pc):
        chart = await pc.clinic.charts.open(pc.actors["lee"], clinic.facts["patient"])
        with pytest.raises(IntegrityError):
            await pc.clinic.charts.record(chart, clinic.facts["note"])


def test_a_container_passed_off_as_another_version_or_record_is_found(clinic):
    row = of_record(clinic, "note", 1)
    where = {(FaultKind.CONTAINER_CHANGED, f"record {clinic.facts['note']}")}
    for change in ({"version": 7}, {"record": bytes(16)}, {"transaction": bytes(32)}):
        back = {name: getattr(row, name) for name in change}
        chosen = update(CONTAINERS).where(CONTAINERS.c.commitment == row.commitment)
        clinic.change(chosen.values(change))
        assert clinic.faults() == where
        clinic.change(chosen.values(back))
    assert clinic.faults() == set()


def test_a_wrapped_key_that_no_longer_opens_shows_in_the_view(clinic):
    row = of_record(clinic, "note", 2)
    clinic.change(
        update(CONTAINERS)
        .where(CONTAINERS.c.commitment == row.commitment)
        .values(wrapped_key=flip(row.wrapped_key))
    )
    assert clinic.faults() == {(FaultKind.VIEW, f"record {clinic.facts['note']}")}


def test_a_deleted_container_names_its_record(clinic):
    row = of_record(clinic, "note", 2)
    clinic.change(delete(CONTAINERS).where(CONTAINERS.c.commitment == row.commitment))
    found = clinic.faults(None)
    assert found == {(FaultKind.CONTAINER_MISSING, f"record {clinic.facts['note']}")}


def test_a_container_nobody_committed_to_is_named(clinic):
    row = of_record(clinic, "note", 2)
    clinic.change(insert(CONTAINERS).values({**row._mapping, "commitment": b"x" * 32}))
    assert clinic.faults() == {(FaultKind.CONTAINER_UNKNOWN, f"container {(b'x' * 32).hex()}")}


def test_a_changed_account_is_named_and_opens_nothing(clinic):
    chosen = select(CONTAINERS).where(
        CONTAINERS.c.record == bytes.fromhex(clinic.facts["lee"]), CONTAINERS.c.version == 0
    )
    (row,) = clinic.rows(chosen)
    clinic.change(
        update(CONTAINERS)
        .where(CONTAINERS.c.commitment == row.commitment)
        .values(sealed=flip(row.sealed))
    )
    found = clinic.faults("nia")
    assert found == {(FaultKind.CONTAINER_CHANGED, f"account {clinic.facts['lee']}")}


def test_an_old_password_put_back_opens_nothing(clinic):
    from tests.support.one_pc import PASSWORDS

    @story(clinic.home, "lee")
    async def _(pc):
        await pc.clinic.people.change_own_password(
            pc.actors["lee"], PASSWORDS["lee"], "new-" + PASSWORDS["lee"]
        )

    chosen = select(CONTAINERS).where(CONTAINERS.c.record == bytes.fromhex(clinic.facts["lee"]))
    old, new = (row for row in clinic.rows(chosen.order_by(CONTAINERS.c.commitment)))
    for here, there in ((old, new), (new, old)):
        twin = Clinic(clinic.home.with_name(clinic.home.name + here.commitment.hex()[:8]))
        shutil.copytree(clinic.home, twin.home)
        twin.change(
            update(CONTAINERS)
            .where(CONTAINERS.c.commitment == here.commitment)
            .values(sealed=there.sealed, size=there.size, salt=there.salt)
        )

        @story(twin.home)
        async def _(pc):
            with pytest.raises(SignInRefusedError):
                await pc.clinic.session.sign_in("lee", PASSWORDS["lee"])


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
    for row in rows[:4]:
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


def test_a_check_that_is_stopped_says_it_is_not_complete(clinic):
    @story(clinic.home, "lee")
    async def _(pc):
        steps = []
        report = await pc.clinic.integrity.check(
            pc.actors["lee"],
            lambda done, total: steps.append((done, total)),
            lambda: len(steps) > 3,
        )
        assert not report.complete
        assert not report.views_checked
        assert await pc.clinic.integrity.last() is not None
        before = await pc.clinic.integrity.last()
        assert before.complete
        assert all(done <= total for done, total in steps)


def test_signing_out_during_a_check_stops_it_and_blames_nobody(clinic):
    async def work():
        async with opened(clinic.home, "lee") as pc:
            lee = pc.actors["lee"]
            loop = asyncio.get_running_loop()
            left = []

            def leave(done: int, _total: int) -> None:
                if done > 3 and not left:
                    left.append(True)
                    asyncio.run_coroutine_threadsafe(pc.clinic.session.sign_out(lee), loop).result()

            report = await pc.clinic.integrity.check(lee, leave, lambda: False)
            assert not report.complete
            assert report.faults == ()

    asyncio.run(work())


def test_a_check_while_writing_goes_on_finds_nothing(clinic):
    @story(clinic.home, "lee")
    async def _(pc):
        lee = pc.actors["lee"]
        done = asyncio.Event()

        async def write() -> int:
            count = 0
            while not done.is_set():
                patient = (
                    await pc.clinic.patients.register(lee, replace(ANNA, given=f"N{count}"))
                ).id
                chart = await pc.clinic.charts.open(lee, patient)
                await pc.clinic.charts.add_note(chart, "Note", "text")
                count += 1
            return count

        writing = asyncio.create_task(write())
        for _ in range(3):
            report = await pc.check("lee")
            assert report.faults == ()
            assert report.views_checked
        done.set()
        assert await writing > 3
        assert (await pc.check("lee")).faults == ()


def test_a_thief_without_the_key_reads_no_page(clinic):
    connection = dbapi2.connect(str(clinic.home / "ledger.db"))
    with pytest.raises(dbapi2.DatabaseError):
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    connection.close()
