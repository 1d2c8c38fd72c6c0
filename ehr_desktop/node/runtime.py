"""The node's own thread, with its own asyncio loop. Knows nothing of Qt."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


class NodeThread:
    """Runs `main(stop)` until `stop` is set. Every method may be called from any thread.

    `stray` gets every exception nobody waits for, on the node's thread.
    """

    def __init__(
        self,
        main: Callable[[asyncio.Event], Awaitable[None]],
        stray: Callable[[BaseException], object],
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._main = main
        self._stray = stray
        self._thread = threading.Thread(target=self._run, name="node")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Start `work` on the node's thread. Never wait for the result on the UI thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self, patience_s: float = 5.0) -> bool:
        """Ask the node to end and tell whether it did within `patience_s` seconds.

        Work still under way is cancelled. Stopping twice is allowed.
        """
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._prepared_loop) as runner:
            runner.run(self._wait_main())

    def _prepared_loop(self) -> asyncio.AbstractEventLoop:
        self._loop.set_exception_handler(self._report)
        return self._loop

    def _report(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self._stray(error if error is not None else RuntimeError(str(context.get("message"))))

    async def _wait_main(self) -> None:
        await self._main(self._stop)
