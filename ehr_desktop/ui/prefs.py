"""What this workstation remembers about its windows. Nothing in here is about a person."""

from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QByteArray, QSettings

Choice = TypeVar("Choice", bound=StrEnum)
DEFAULT_LOCK_MINUTES = 5
MOST_LOCK_MINUTES = 60


class Prefs:
    """Settings in one file of the data directory. A damaged value counts as not set."""

    def __init__(self, file: Path) -> None:
        self._settings = QSettings(str(file), QSettings.Format.IniFormat)

    def geometry(self, window: str) -> QByteArray:
        """Give what `saveGeometry` of a window gave, or nothing."""
        stored = self._settings.value(f"window/{window}")
        return stored if isinstance(stored, QByteArray) else QByteArray()

    def set_geometry(self, window: str, geometry: QByteArray) -> None:
        """Remember where a window stands. `window` names its kind, never a patient."""
        self._settings.setValue(f"window/{window}", geometry)

    def text(self, name: str, default: str = "") -> str:
        """Give a remembered word."""
        stored = self._settings.value(name, default)
        return stored if isinstance(stored, str) else default

    def set_text(self, name: str, value: str) -> None:
        """Remember a word."""
        self._settings.setValue(name, value)

    def choice(self, name: str, default: Choice) -> Choice:
        """Give a remembered member of the enum `default` belongs to."""
        stored = self.text(name, default.value)
        kind = type(default)
        return kind(stored) if stored in {member.value for member in kind} else default

    @property
    def lock_minutes(self) -> int:
        """Minutes without a key or a click until the windows lock, 1 to 60."""
        stored = self.text("lock/minutes")
        minutes = int(stored) if stored.isascii() and stored.isdigit() else DEFAULT_LOCK_MINUTES
        return min(max(minutes, 1), MOST_LOCK_MINUTES)

    def set_lock_minutes(self, minutes: int) -> None:
        """Remember after how many minutes the windows lock."""
        self.set_text("lock/minutes", str(minutes))

    def save(self) -> None:
        """Write everything to disk now."""
        self._settings.sync()
