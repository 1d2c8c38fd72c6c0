"""What the screen that restores a clinic needs from outside."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ehr_desktop.domain.backups import BackupFile, Restored


class Restore(Protocol):
    """Makes the clinic's home and opens it."""

    def __call__(
        self,
        backup: Path,
        vault: Path,
        shares: Sequence[str],
        workstation_name: str,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> Coroutine[Any, Any, Restored]:
        """Restore; both callbacks are called on a worker thread."""
        ...


@dataclass(frozen=True, slots=True)
class RestoringWork:
    """Coroutines for the node's loop: `look` tells what a backup says of itself, `restore` ends
    when people can sign in.
    """

    look: Callable[[Path], Coroutine[Any, Any, BackupFile]]
    restore: Restore
    workstation_name: str
