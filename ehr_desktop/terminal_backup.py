"""Backing up and restoring from a terminal, or from a script every night."""

import asyncio
import getpass
import platform
import sys
from pathlib import Path
from typing import Any

from ehr_desktop.config import Config
from ehr_desktop.domain.backups import Backup
from ehr_desktop.domain.errors import BadFileError
from ehr_desktop.node.node import SecretStore, back_up_beside, system_clock
from ehr_desktop.services.restoring import look_at_backup, restore

NO_CUSTODIANS = (
    "This clinic has no custodians yet. Once all of its workstations are lost, nobody can open "
    "this backup: name custodians on the Recovery screen, then back up again."
)


async def back_up_from_terminal(config: Config, store: SecretStore | None) -> dict[str, Any]:
    """Write a backup, whether or not the program is running."""
    assert config.target is not None, "the parser asks for it"
    folder, bar = config.target, _ProgressLine()
    made: Backup = await asyncio.to_thread(
        back_up_beside, config.home, folder, store, system_clock, bar.show
    )
    bar.end()
    if not made.for_custodians:
        print(NO_CUSTODIANS, file=sys.stderr)
    return {"backup": str(made.path), "height": made.height, "time": made.when.isoformat(),
            "for_custodians": made.for_custodians}  # fmt: skip


async def restore_from_terminal(config: Config, store: SecretStore | None) -> dict[str, Any]:
    """Restore a clinic whose workstations are all lost."""
    backup = config.files[0]
    file = await look_at_backup(backup)
    if not file.shares:
        raise BadFileError("no-custodians")
    bar = _ProgressLine()
    restored = await restore(
        config.home,
        backup,
        config.vault,
        _read_shares(config.shares_file, file.shares),
        config.name or platform.node() or "Workstation 1",
        store=store,
        progress=bar.show,
        cancelled=lambda: False,
    )
    bar.end()
    return {"home": str(config.home), "clinic": restored.clinic, "time": restored.when.isoformat(),
            "height": restored.height, "patients": restored.patients,
            "erased_since": restored.erased}  # fmt: skip


def _read_shares(file: Path | None, wanted: int) -> list[str]:
    """Read one share a line, or ask for as many as are needed."""
    if file is not None:
        return [line for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [getpass.getpass(f"Share {n} of {wanted}: ") for n in range(1, wanted + 1)]


class _ProgressLine:
    """One line on standard error that tells how far it is, where somebody looks."""

    def __init__(self) -> None:
        self._shown = -1

    def show(self, done: int, total: int) -> None:
        """Show a new percentage."""
        percent = 100 * done // max(total, 1)
        if sys.stderr.isatty() and percent != self._shown:
            self._shown = percent
            print(f"\r{percent} %   ", end="", file=sys.stderr)

    def end(self) -> None:
        """Leave the line."""
        if self._shown >= 0:
            print(file=sys.stderr)
