"""What waits to be sent over one link, in two lanes: what decides and what is merely large."""

import asyncio
from collections import deque
from typing import Final

from ehr_desktop.node.net.limits import MAX_BATCH
from ehr_desktop.node.net.messages import Blocks, ContainerChunk, Message
from ehr_desktop.node.net.wire import encode_message, frame

_SMALL: Final = 4096
_SHARED: Final = 8192
"""Small messages share a frame up to so many bytes, which no 2,048 fields fit into."""
_LARGE_KINDS: Final = (Blocks, ContainerChunk)


class Outbox:
    """Two queues of encoded messages; votes never wait behind chunks. `size` is in bytes."""

    def __init__(self) -> None:
        self._urgent: deque[bytes] = deque()
        self._large: deque[bytes] = deque()
        self._filled = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self.size = 0

    def put(self, message: Message) -> None:
        """Queue a message.

        Raises:
            WireError: it does not fit a frame.
        """
        encoded = encode_message(message)
        lane = self._large if isinstance(message, _LARGE_KINDS) else self._urgent
        lane.append(encoded)
        self.size += len(encoded)
        self._filled.set()
        self._drained.clear()

    async def take(self) -> bytes:
        """Give the next frame, as soon as there is one; small messages share it."""
        while not (self._urgent or self._large):
            self._filled.clear()
            self._drained.set()
            await self._filled.wait()
        lane = self._urgent or self._large
        batch = [lane.popleft()]
        size = len(batch[0])
        while (
            len(batch) < MAX_BATCH
            and lane
            and len(lane[0]) <= _SMALL
            and size + len(lane[0]) <= _SHARED
        ):
            batch.append(lane.popleft())
            size += len(batch[-1])
        self.size -= size
        return frame(batch)

    async def empty(self) -> None:
        """Wait until everything was taken and the taker came back for more."""
        await self._drained.wait()
