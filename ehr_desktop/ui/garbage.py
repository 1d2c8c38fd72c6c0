"""Cyclic garbage is collected on the UI thread only.

Python collects on whichever thread happens to allocate. A closed window is usually part of a
cycle; found by the node's thread, its widgets would be destroyed there, and Qt crashes.
"""

import gc
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer

LOOK_MS: Final = 200
_NAME: Final = "garbage"


class Garbage(QObject):
    """Takes collecting over from Python for the rest of the process. Create it on the UI thread.

    Python's own thresholds decide what is due; they are looked at every `LOOK_MS`.
    """

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self.setObjectName(_NAME)
        gc.disable()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.collect_what_is_due)
        self._timer.start()

    def collect_what_is_due(self) -> int | None:
        """Collect the oldest generation that is due and give its number, or None."""
        counts, limits = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > limits[generation] > 0:
                gc.collect(generation)
                return generation
        return None


def collect_on_the_ui_thread(application: QCoreApplication) -> None:
    """See `Garbage`; doing it twice changes nothing."""
    if application.findChild(Garbage, _NAME) is None:
        Garbage(application)
