"""Where a patient can save to: drives that can be taken along, and a folder that staff chose."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStorageInfo

_MOUNTS: Final = ("/media/", "/run/media/", "/Volumes/")


@dataclass(frozen=True, slots=True)
class SavePlace:
    """A folder to save to; `name` is empty for the clinic's own."""

    name: str
    folder: Path


def save_places(folder: Path | None) -> tuple[SavePlace, ...]:
    """Give the drives that are plugged in and can be written to, then the clinic's `folder`."""
    drives = tuple(
        SavePlace(drive.displayName(), Path(drive.rootPath()))
        for drive in QStorageInfo.mountedVolumes()
        if drive.isValid()
        and drive.isReady()
        and not drive.isReadOnly()
        and _can_be_taken_along(drive.rootPath())
    )
    return drives if folder is None else (*drives, SavePlace("", folder))


def _can_be_taken_along(root: str) -> bool:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - has `windll` only there

        removable = 2
        return bool(ctypes.windll.kernel32.GetDriveTypeW(root) == removable)
    return root.startswith(_MOUNTS)
