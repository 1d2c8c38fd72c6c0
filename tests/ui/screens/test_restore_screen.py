"""Restore a clinic, at the very first start."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from ehr_desktop.domain.backups import BackupFile, Restored
from ehr_desktop.domain.errors import BadFileError, EhrError, SharesWrongError
from ehr_desktop.ui.screens.first_start import FirstStart
from ehr_desktop.ui.screens.join.work import JoiningWork
from ehr_desktop.ui.screens.restore.work import RestoringWork
from ehr_desktop.ui.screens.set_up import FoundingWork

WHEN = datetime(2026, 8, 14, 9, 40, tzinfo=UTC)


@dataclass
class Outside:
    """What the node would do: `error` fails the next restore, `shares` open the backup."""

    shares: int = 3
    error: EhrError | None = None
    asked: list = field(default_factory=list)

    async def look(self, path: Path) -> BackupFile:
        if path.suffix != ".ehrbackup":
            raise BadFileError("no-backup")
        return BackupFile(path, WHEN, 1204, self.shares)

    async def restore(self, backup, vault, shares, name, progress, cancelled) -> Restored:
        self.asked.append((backup, vault, list(shares), name))
        progress(1, 2)
        if self.error is not None:
            raise self.error
        return Restored("Harbour Street Practice", WHEN, 1204, 200, 1)


async def _never(*_):
    raise AssertionError("not asked for here")


@pytest.fixture
def outside():
    return Outside()


@pytest.fixture
def start(qtbot, bridge, password_rules, outside):
    start = FirstStart(
        bridge,
        FoundingWork(_never, password_rules, "PC"),
        JoiningWork(_never, _never, _never, _never, "PC"),
        RestoringWork(outside.look, outside.restore, "Room 1"),
    )
    qtbot.addWidget(start)
    start.resize(1366, 768)
    start.show()
    start.begin()
    qtbot.mouseClick(start.choice.restore, Qt.MouseButton.LeftButton)
    return start


@pytest.fixture
def backup(tmp_path):
    (tmp_path / "vault-keys.ehrvault").write_bytes(b"keys")
    path = tmp_path / "clinic.ehrbackup"
    path.write_bytes(b"backup")
    return path


def chosen(qtbot, screen, backup):
    screen.choose(str(backup))
    qtbot.waitUntil(lambda: len(screen.shares.fields) == 3)
    for number, entry in enumerate(screen.shares.fields):
        entry.input.setPlainText(f"share {number}")


def test_a_clinic_is_restored_and_it_is_said_what_came_back(qtbot, start, outside, backup):
    screen = start.restore
    assert not screen.button.isEnabled()
    chosen(qtbot, screen, backup)
    assert "Block" not in screen.sources.said.accessibleName()
    assert "3 of the custodians' papers" in screen.sources.said.accessibleName()
    qtbot.mouseClick(screen.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(screen.done.isVisible)
    assert outside.asked == [
        (backup, backup.parent / "vault-keys.ehrvault", ["share 0", "share 1", "share 2"], "Room 1")
    ]
    assert "200 patients" in screen.done.accessibleName()
    assert "1 patient was erased" in screen.done.accessibleName()
    assert screen.shares.texts == ["", "", ""]
    with qtbot.waitSignal(start.ready):
        qtbot.mouseClick(screen.enter, Qt.MouseButton.LeftButton)


def test_wrong_shares_are_said_and_what_was_typed_stays(qtbot, start, outside, backup):
    screen = start.restore
    chosen(qtbot, screen, backup)
    outside.error = SharesWrongError("few")
    qtbot.mouseClick(screen.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(screen.problem.isVisible)
    assert "too few" in screen.problem.accessibleName()
    assert screen.shares.texts == ["share 0", "share 1", "share 2"]


def test_a_file_that_is_no_backup_and_one_nobody_opens_are_said(
    qtbot, start, outside, backup, tmp_path
):
    screen = start.restore
    screen.choose(str(tmp_path / "picture.png"))
    qtbot.waitUntil(screen.problem.isVisible)
    assert "no backup" in screen.problem.accessibleName()
    outside.shares = 0
    screen.choose(str(backup))
    qtbot.waitUntil(screen.sources.said.isVisible)
    assert "before the clinic had custodians" in screen.sources.said.accessibleName()
    assert not screen.button.isEnabled()


def test_without_the_vault_keys_beside_it_they_are_asked_for(qtbot, start, backup):
    screen = start.restore
    keys = backup.parent / "vault-keys.ehrvault"
    elsewhere = keys.rename(backup.parent / "elsewhere.ehrvault")
    chosen(qtbot, screen, backup)
    assert not screen.button.isEnabled()
    screen.sources.take_vault(str(elsewhere))
    assert screen.button.isEnabled()


def test_there_is_a_way_back(qtbot, start):
    qtbot.mouseClick(start.restore.back, Qt.MouseButton.LeftButton)
    assert start.choice.isVisible()
