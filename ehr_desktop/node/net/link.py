"""One authenticated connection to one other workstation."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Final

from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.bucket import TokenBucket
from ehr_desktop.node.net.errors import Ending, LinkEndedError, WireError
from ehr_desktop.node.net.limits import Limits
from ehr_desktop.node.net.messages import Bye, Farewell, Hello, Message, Ping, Pong
from ehr_desktop.node.net.outbox import Outbox
from ehr_desktop.node.net.wire import LENGTH_SIZE, body_size, decode_body

_PIECE: Final = 64 * 1024
_ENDINGS: Final = {Farewell.DUPLICATE: Ending.DUPLICATE, Farewell.REMOVED: Ending.NOT_ON_ROSTER}


class Link:
    """Sends and receives messages; `async for` gives them until the link ends, for any reason.

    `key` is the peer's public key (32 bytes), `hello` the first thing it said, `address` what was
    dialled or whence it dialled; `dialled` tells whether this end did. `rtt_ms` is None until the
    first answer. Sending never waits: a peer that does not keep up loses its link. Only the writer
    task waits for the socket, so two busy peers cannot wait for each other. One event loop owns a
    link, and one task at a time reads it.
    """

    hello: Hello

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        key: bytes,
        address: Address,
        dialled: bool,
        limits: Limits,
    ) -> None:
        self.key = key
        self.address = address
        self.dialled = dialled
        self.rtt_ms: float | None = None
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        self._frames = TokenBucket(limits.frames_per_s, limits.frames_burst, now)
        self._bytes = TokenBucket(limits.bytes_per_s, limits.bytes_burst, now)
        self._inbox: deque[Message] = deque()
        self._outbox = Outbox()
        self._room = asyncio.Event()
        self._room.set()
        self._listening = False
        self._heard = now
        self._pinged = (0, now)
        self._ending: asyncio.Future[Ending] = self._loop.create_future()
        self._tasks = [
            self._loop.create_task(self._write(), name="link writer"),
            self._loop.create_task(self._beat(), name="link heartbeat"),
        ]
        self._parting: asyncio.Task[None] | None = None
        # cancelling a wait for the transport would spoil it for everybody, so one task waits
        self._gone = self._loop.create_task(self._wait_gone(), name="link socket")

    @property
    def ending(self) -> Ending | None:
        """Why the link ended; None while it lives."""
        return self._ending.result() if self._ending.done() else None

    @property
    def quiet_s(self) -> float:
        """Seconds the peer has been silent while this end listened."""
        return self._loop.time() - self._heard if self._listening else 0.0

    def on_ended(self, call: Callable[[], object]) -> None:
        """Call `call` once the link has ended, on the loop."""
        self._ending.add_done_callback(lambda _: call())

    def send(self, message: Message) -> None:
        """Queue a message; the link ends as slow if too much is queued. No effect once it ended.

        Raises:
            WireError: the message does not fit a frame.
        """
        if self._ending.done():
            return
        self._outbox.put(message)
        if self._outbox.size > self._limits.send_room:
            self._room.clear()
        if self._outbox.size > self._limits.send_queue:
            self.abort(Ending.SLOW)

    async def room(self) -> None:
        """Wait until little is queued: for whoever streams, never for whoever reads.

        Raises:
            LinkEndedError: the link ended.
        """
        await self._room.wait()
        if self._ending.done():
            raise LinkEndedError(self._ending.result())

    async def receive(self) -> Message:
        """Give the next message that is not a heartbeat.

        Raises:
            LinkEndedError: the link ended.
        """
        async for message in self:
            return message
        raise LinkEndedError(self._ending.result())

    def __aiter__(self) -> "Link":
        return self

    async def __anext__(self) -> Message:
        try:
            while not self._ending.done():
                while self._inbox:
                    message = self._inbox.popleft()
                    if self._is_for_others(message):
                        return message
                self._inbox.extend(await self._read_frame())
        except (OSError, EOFError):
            self.abort(Ending.LOST)
        except WireError as error:
            self.end(error.ending, Farewell.GARBAGE)
        raise StopAsyncIteration

    def end(self, ending: Ending, farewell: Farewell) -> None:
        """End the link politely: what is queued and a `Bye` still go out if that takes no time."""
        if self._ending.done():
            return
        self._outbox.put(Bye(farewell))
        self._finish(ending)
        self._parting = self._loop.create_task(self._part(), name="link goodbye")
        self._tasks.append(self._parting)

    def abort(self, ending: Ending) -> None:
        """End the link at once."""
        if not self._ending.done():
            self._finish(ending)
        self._writer.transport.abort()

    async def close(self) -> None:
        """Abort the link if it lives, and wait until its tasks and its socket are gone."""
        self.abort(Ending.CLOSED_HERE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, self._gone, return_exceptions=True)

    async def wait_parted(self) -> None:
        """Wait until the goodbye that `end` began has gone out."""
        if self._parting is not None:
            await asyncio.wait((self._parting,))

    def _finish(self, ending: Ending) -> None:
        self._ending.set_result(ending)
        self._room.set()

    async def _part(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.goodbye_s):
                await self._outbox.empty()
        # whoever hears it closes the link: closed here first, what they are just sending would
        # reset the connection, and the goodbye with it
        await asyncio.wait((self._gone,), timeout=self._limits.goodbye_s)
        self._writer.close()
        await asyncio.wait((self._gone,), timeout=self._limits.goodbye_s)
        self._writer.transport.abort()

    async def _wait_gone(self) -> None:
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _read_frame(self) -> tuple[Message, ...]:
        self._listening, self._heard = True, self._loop.time()
        try:
            size = body_size(await self._reader.readexactly(LENGTH_SIZE))
            body = await self._read_body(size)
        finally:
            self._listening = False
        now = self._loop.time()
        await asyncio.sleep(max(self._frames.take(1, now), self._bytes.take(size, now)))
        return decode_body(body)

    async def _read_body(self, size: int) -> bytes:
        """Read piece by piece: a claimed length takes no memory, and a slow frame is a sign of
        life.
        """
        body = bytearray()
        while len(body) < size:
            piece = await self._reader.read(min(size - len(body), _PIECE))
            if not piece:
                raise EOFError
            self._heard = self._loop.time()
            body += piece
        return bytes(body)

    def _is_for_others(self, message: Message) -> bool:
        if isinstance(message, Ping):
            self.send(Pong(message.number))
        elif isinstance(message, Pong):
            self._on_pong(message.number)
        elif isinstance(message, Bye):
            self.abort(_ENDINGS.get(message.reason, Ending.BYE))
        else:
            return not self._ending.done()
        return False

    def _on_pong(self, number: int) -> None:
        asked, at = self._pinged
        if number == asked:
            self.rtt_ms = (self._loop.time() - at) * 1000

    async def _beat(self) -> None:
        while not self._ending.done():
            if self.quiet_s > self._limits.dead_s:
                self.abort(Ending.SILENT)
                return
            # an answer to any but the newest question says nothing about the way now
            self._pinged = (self._pinged[0] + 1, self._loop.time())
            self.send(Ping(self._pinged[0]))
            await asyncio.sleep(self._limits.heartbeat_s)

    async def _write(self) -> None:
        try:
            while True:
                frame = await self._outbox.take()
                self._writer.write(frame)
                await self._writer.drain()
                if self._outbox.size <= self._limits.send_room:
                    self._room.set()
        except OSError:
            self.abort(Ending.LOST)
