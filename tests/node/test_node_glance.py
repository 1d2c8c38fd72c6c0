"""What can be said about a data directory that another program may hold."""

import json
import os

import pytest

from ehr_desktop.domain.errors import HomeDamagedError, HomeInUseError, HomeMissingError
from ehr_desktop.node.glance import TOLD_FILE, Told, status_of
from ehr_desktop.node.node import system_clock
from ehr_desktop.node.store.engine import reading_beside, schema_version
from ehr_desktop.node.store.lock import is_held
from ehr_desktop.node.store.tables import STEPS
from tests.support.one_pc import ANNA, ledger_of, story

TOLD = Told(1_700_000_000_000, ("ab" * 16,), 3, "10.77.0.1:47411", (4, 9))


def test_a_second_reader_sees_what_the_open_clinic_says_of_itself(homes):
    home = homes.staffed()

    @story(home, "rae")
    async def _(pc):
        await pc.clinic.patients.register(pc.actors["rae"], ANNA)
        own = await pc.node.status()
        beside = await pc.node.off_loop(lambda: status_of(home, None, system_clock))
        # the file is refreshed once a second
        assert (beside.height, beside.final, beside.containers) == (
            own.height, own.final, own.containers,
        )  # fmt: skip
        assert beside.clinic == own.clinic == "Test clinic"
        assert own.running

    closed = status_of(home, None, system_clock)
    assert not closed.running
    assert (closed.present, closed.total, closed.validators, closed.quorum) == (1, 1, 1, 1)


def test_reading_beside_leaves_the_file_as_it_is(homes):
    home = homes.founded()
    with ledger_of(home) as database:
        before = (home / "ledger.db").read_bytes()
        with reading_beside(home / "ledger.db", bytes(database._key)) as connection:
            assert schema_version(connection) == len(STEPS)
            with pytest.raises(Exception, match="readonly"):
                connection.exec_driver_sql("CREATE TABLE harm (x)")
    assert (home / "ledger.db").read_bytes() == before


def test_where_there_is_no_clinic_or_no_ledger_it_says_so(homes, tmp_path):
    with pytest.raises(HomeMissingError):
        status_of(tmp_path, None, system_clock)
    home = homes.founded()
    (home / "ledger.db").unlink()
    with pytest.raises(HomeDamagedError):
        status_of(home, None, system_clock)
    assert not (home / "ledger.db").exists()


def test_what_was_told_counts_only_while_it_is_fresh_and_somebody_holds_the_home(homes):
    home = homes.founded()
    TOLD.write(home)
    assert Told.read(home, TOLD.time_ms) is None

    @story(home)
    async def _(pc):
        assert is_held(home)
        TOLD.write(home)
        assert Told.read(home, TOLD.time_ms + 4_999) == TOLD
        assert Told.read(home, TOLD.time_ms + 5_000) is None

    assert not is_held(home)
    assert not (home / TOLD_FILE).exists()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "3", "{}", json.dumps({"time_ms": "x", "linked": 3}), '{"time_ms": null}'],
)
def test_a_file_of_rubbish_tells_nothing(homes, content):
    home = homes.founded()

    @story(home)
    async def _(pc):
        (home / TOLD_FILE).write_text(content, "utf-8")
        assert Told.read(home, 0) is None


def test_a_home_of_an_older_version_is_not_touched_while_somebody_holds_it(homes):
    home = homes.founded()

    @story(home)
    async def _(pc):
        with pc.node._core.database.writing() as connection:
            connection.exec_driver_sql(f"PRAGMA user_version = {len(STEPS) - 1}")
        with pytest.raises(HomeInUseError):
            await pc.node.off_loop(lambda: status_of(home, None, system_clock))
        with pc.node._core.database.writing() as connection:
            connection.exec_driver_sql(f"PRAGMA user_version = {len(STEPS)}")


def test_what_the_running_program_tells_is_for_its_owner_only(tmp_path):
    before = os.umask(0)
    TOLD.write(tmp_path)
    os.umask(before)
    assert (tmp_path / TOLD_FILE).stat().st_mode & 0o777 == 0o600
