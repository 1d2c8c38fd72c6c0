"""How often Python looks for cyclic garbage in a process without windows.

Storing transactions makes many objects and hardly a cycle, and by default every 700 new ones are
looked through. With windows, `ui.garbage` collects by itself, beside the node's work.
"""

import gc
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 20)


def collect_rarely() -> None:
    """Look seldom from now on, for the rest of the process, and never at what is loaded so far."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
