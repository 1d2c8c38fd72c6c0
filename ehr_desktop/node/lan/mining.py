"""The block this workstation mines now, if any, and how fast."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from ehr_desktop.node.pipeline.proposals import Mining

_GOODBYE_S: Final = 2.0


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
    """At most one block at a time, in a process that is started when it is first needed. On the
    node's loop.

    `found` gets what was mined with its nonce, `moved` is called when there is news to show.
    """

    def __init__(self, found: Callable[[Mining, int], None], moved: Callable[[], None]) -> None:
        self._found = found
        self._moved = moved
        self._number = 0
        self._mining: Mining | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self.progress: Progress | None = None

    def mine(self, mining: Mining | None) -> None:
        """Mine this from now on instead of what was mined; None to rest."""
        self._number += 1
        self._mining = mining
        if mining is None:
            if self.progress is not None:
                self.progress = replace(self.progress, running=False)
                self._moved()
            self._order("rest\n")
        elif self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        else:
            self._order(self._line())

    async def close(self) -> None:
        """End the process, if there is one."""
        if self._task is None:
            return
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        done, _ = await asyncio.wait((self._task,), timeout=_GOODBYE_S)
        if not done:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _line(self) -> str:
        mining = self._mining
        if mining is None:
            return "rest\n"
        return f"{self._number} {mining.header.encode().hex()} {mining.target:x}\n"

    def _order(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(line.encode())

    async def _run(self) -> None:
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ehr_desktop.node.lan.miner",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None, "a pipe was asked for"
        self._order(self._line())
        try:
            async for line in process.stdout:
                self._hear(line.decode())
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            self._process = None

    def _hear(self, line: str) -> None:
        word, number, nonce, tries, seconds = line.split()
        mining = self._mining
        if mining is None or int(number) != self._number:
            return
        self.progress = Progress(mining, int(nonce), int(tries), float(seconds), word == "rate")
        self._moved()
        if word == "found":
            self._found(mining, int(nonce))
