"""The block this workstation mines now, if any, and how fast."""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass

from ehr_desktop.node.proposals import Mining


@dataclass(frozen=True, slots=True)
class Progress:
    """How far mining has come: nonces tried, the newest of them, and seconds."""

    mining: Mining
    nonce: int
    tries: int
    seconds: float
    running: bool

    @property
    def rate(self) -> float:
        """Tries a second."""
        return self.tries / self.seconds if self.seconds else 0.0


class Miner:
    """At most one block at a time. On the node's loop.

    `found` gets what was mined with its nonce, `moved` is called when there is news to show.
    """

    def __init__(self, found: Callable[[Mining, int], None], moved: Callable[[], None]) -> None:
        self._found = found
        self._moved = moved
        self._task: asyncio.Task[None] | None = None
        self.progress: Progress | None = None

    def mine(self, mining: Mining | None) -> None:
        """Mine this from now on instead of what was mined; None to rest."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if mining is not None:
            self._task = asyncio.get_running_loop().create_task(self._run(mining))
        elif self.progress is not None:
            self._show(self.progress.mining, self.progress.nonce, self.progress, running=False)

    async def close(self) -> None:
        """End the process, if there is one."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, mining: Mining) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ehr_desktop.node.miner",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin is not None, "a pipe was asked for"
        assert process.stdout is not None, "a pipe was asked for"
        try:
            order = f"{mining.header.encode().hex()} {mining.target:x}\n"
            process.stdin.write(order.encode())
            async for line in process.stdout:
                word, nonce, tries, seconds = line.split()
                self.progress = Progress(
                    mining, int(nonce), int(tries), float(seconds), word == b"rate"
                )
                self._moved()
                if word == b"found":
                    self._found(mining, int(nonce))
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _show(self, mining: Mining, nonce: int, last: Progress, *, running: bool) -> None:
        self.progress = Progress(mining, nonce, last.tries, last.seconds, running)
        self._moved()
