"""What a backup holds, and what whatever goes wrong leaves of the one before."""

import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from ehr_desktop.domain.errors import CancelledError, InvalidInputError
from ehr_desktop.explain import explain
from ehr_desktop.node.node import status_of, system_clock
from ehr_desktop.node.recovery.backup.folder import VAULT_FILE
from ehr_desktop.node.recovery.backups import back_up_beside
from ehr_desktop.node.store import copying
from ehr_desktop.node.store.tables import METADATA
from tests.node.backup.conftest import files_of
from tests.support.one_pc import ledger_of, story


def quietly(_done, _total):
    pass


def write(home, folder):
    return back_up_beside(home, folder, None, system_clock, quietly)


def test_every_table_is_either_copied_or_left_out_on_purpose():
    assert copying.COPIED.keys() | copying.LEFT_OUT == set(METADATA.tables)
    assert not copying.COPIED.keys() & copying.LEFT_OUT


def test_a_backup_holds_the_whole_ledger_and_no_key_that_is_this_workstations_or_a_vaults(
    backed_up,
):
    values = backed_up.backup_values()
    rows = {}
    for kind, *rest in values:
        if kind == "rows":
            rows.setdefault(rest[0], []).extend(rest[1])
    assert rows.keys() == copying.COPIED.keys()
    with ledger_of(backed_up.home) as database, database.reading() as connection:
        assert {name: copying.count(connection, name) for name in rows} == {
            name: len(found) for name, found in rows.items()
        }
    everything = repr(values)
    for name in ("device-signing-seed", "device-box-seed"):
        assert repr(backed_up.secret(name))[2:-1] not in everything
    keys = [key for kind, *key in backed_up.vault_values() if kind == "key"]
    assert bytes.fromhex(backed_up.patient) in {patient for patient, _ in keys}
    for _, key in keys:
        assert repr(key)[2:-1] not in everything
    pieces = [rest[0] for kind, *rest in values if kind == "piece"]
    assert sum(map(len, pieces)) > len(backed_up.scan)


def test_the_status_tells_when_the_last_backup_was(backed_up):
    before = datetime.now(UTC)
    made = write(backed_up.home, backed_up.stick)
    assert status_of(backed_up.home, None, system_clock).last_backup == made.when
    assert made.when >= before.replace(microsecond=0)
    assert not made.for_custodians


def test_a_backup_is_written_while_the_program_runs(backed_up):
    @story(backed_up.home, "lee")
    async def _(pc):
        made = write(backed_up.home, backed_up.stick)
        assert (await pc.node.status()).last_backup == made.when


@pytest.mark.parametrize("reason", ["unwritable", "own-folder", "other-clinic"])
def test_a_folder_that_cannot_be_used_is_told_and_left_as_it_was(
    reason, backed_up, homes, tmp_path
):
    folder = backed_up.stick
    home = backed_up.home
    if reason == "unwritable":
        folder = tmp_path / "not-there"
    elif reason == "own-folder":
        folder = home / "containers"
    else:
        stranger = tmp_path / "stranger"
        make_stranger(stranger, folder)
    before = files_of(folder) if folder.exists() else None
    with pytest.raises(InvalidInputError) as refused:
        write(home, folder)
    assert (refused.value.field, refused.value.reason) == ("folder", reason)
    assert "folder" in explain(refused.value)
    assert before == (files_of(folder) if folder.exists() else None)


def make_stranger(home, stick):
    """Another clinic's vault keys lie in the folder."""
    import asyncio

    from tests.support.one_pc import make_clinic

    asyncio.run(make_clinic(home, staffed=False, name="Other"))
    (stick / VAULT_FILE).unlink()
    write(home, stick)


def test_a_full_disk_keeps_the_backup_of_before(backed_up, small_disk):
    for path in backed_up.stick.iterdir():
        if path.name == VAULT_FILE:
            shutil.copy(path, small_disk)
    before = files_of(small_disk)
    with pytest.raises(InvalidInputError) as refused:
        write(backed_up.home, small_disk)
    assert refused.value.reason == "full"
    assert "not enough room" in explain(refused.value)
    assert files_of(small_disk).keys() == before.keys()
    assert status_of(backed_up.home, None, system_clock).last_backup is not None


def test_a_backup_that_is_stopped_leaves_nothing(backed_up):
    before = files_of(backed_up.stick)

    @story(backed_up.home)
    async def _(pc):
        with pytest.raises(CancelledError):
            await pc.node.backups.back_up(backed_up.stick, quietly, lambda: True)

    assert files_of(backed_up.stick).keys() == before.keys()
    assert backed_up.path.read_bytes() == before[backed_up.path.name]


KILLED = """
import os, signal, sys
from pathlib import Path
from ehr_desktop.node.recovery.backups import back_up_beside
from ehr_desktop.node.node import system_clock
home, stick = map(Path, sys.argv[1:])
def die(done, total):
    if done > total // 2:
        os.kill(os.getpid(), signal.SIGKILL)
back_up_beside(home, stick, None, system_clock, die)
"""


def test_a_backup_that_is_killed_half_way_leaves_the_old_one_and_is_cleared_away_by_the_next(
    backed_up,
):
    before = files_of(backed_up.stick)
    command = [sys.executable, "-c", KILLED, str(backed_up.home), str(backed_up.stick)]
    ended = subprocess.run(command, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    left = files_of(backed_up.stick)
    assert len(left) == len(before) + 1, "the part that was being written"
    assert left[backed_up.path.name] == before[backed_up.path.name]
    assert [kind for kind, *_ in backed_up.vault_values()][-1] == "end"
    made = write(backed_up.home, backed_up.stick)
    assert files_of(backed_up.stick).keys() == {*before.keys(), made.path.name}
