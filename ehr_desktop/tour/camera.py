"""Pictures of a window in several looks."""

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from ehr_desktop.desktop import Desktop
from ehr_desktop.tour.few_colours import few_colours
from ehr_desktop.tour.hand import Hand, LostError
from ehr_desktop.ui.shell.appearance import Appearance, wear

BOTH: Final = (Appearance.LIGHT, Appearance.DARK)


class Camera:
    """Takes one picture in each look, into a folder for each."""

    def __init__(self, desktop: Desktop, hand: Hand, folder: Path) -> None:
        self._parts = desktop.parts
        self._hand = hand
        self._folder = folder
        self.pictures: list[Path] = []

    def take(self, name: str, window: QWidget, looks: tuple[Appearance, ...] = BOTH) -> None:
        """Take `window` in all of `looks`."""
        for look in looks:
            wear(self._parts.theme, self._parts.prefs, look)
            self._hand.rest(300)
            path = self._folder / look.value / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            if not few_colours(window.grab().toImage()).save(str(path), quality=0):
                raise LostError(f"the picture {path} could not be written")
            self.pictures.append(path)
        wear(self._parts.theme, self._parts.prefs, BOTH[0])
