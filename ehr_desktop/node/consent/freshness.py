"""A workstation that was off lets nobody read before it knows what was decided meanwhile."""

import asyncio
import time
from typing import Final

from ehr_desktop.node.core import Core

ALONE_S: Final = 3.0
"""So long after its start it waits for others to be found: there may be none."""
_BEHIND_S: Final = 60.0
_LOOK_AGAIN_S: Final = 0.02


class Freshness:
    """Tells when this workstation has caught up after its start. On the node's loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._started = time.monotonic()
        self._is_fresh = False

    async def wait(self) -> None:
        """Wait until what the others have made final is final here, too; not for long where nobody
        is found, for a clinic goes on working when its network does not.
        """
        while not self._is_fresh:
            self._is_fresh = self._looks_fresh(time.monotonic() - self._started)
            if not self._is_fresh:
                await asyncio.sleep(_LOOK_AGAIN_S)

    def _looks_fresh(self, since_s: float) -> bool:
        pipeline = self._core.pipeline
        behind = pipeline.sync.is_behind
        if not pipeline.is_shared or behind is False:
            return True
        return since_s > (ALONE_S if behind is None else _BEHIND_S)
