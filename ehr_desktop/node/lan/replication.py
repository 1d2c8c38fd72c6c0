"""Large containers on their way between workstations: fetched from one after the other, served
in pieces.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection

from ehr_desktop.domain.errors import DiskFullError
from ehr_desktop.node.core import Core
from ehr_desktop.node.lan.arriving import Arriving
from ehr_desktop.node.net.containers import Source, serve
from ehr_desktop.node.net.errors import DownloadError, LinkEndedError
from ehr_desktop.node.net.hub import Hub
from ehr_desktop.node.net.link import Link
from ehr_desktop.node.net.messages import (
    ContainerChunk,
    ContainerGet,
    ContainerMissing,
    ContainerStart,
    Message,
)
from ehr_desktop.node.pipeline.parcels import keep_large, preamble
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.store import containers
from ehr_desktop.node.store.containers import StoredContainer
from ehr_desktop.node.store.part import require_room
from ehr_desktop.node.sync.effects import Fetch

DOWNLOADS: Final = 2
SERVED: Final = 4
"""So many containers are fetched, and served, at a time."""
MOST_REQUESTS: Final = 64
PATIENCE_S: Final = 15.0
"""A peer that sends nothing for so long is given up."""


@dataclass(slots=True)
class _Fetching:
    peer: bytes
    arriving: Arriving
    done: asyncio.Future[bool]
    limit: asyncio.Timeout
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def end(self, *, complete: bool) -> None:
        if not self.done.done():
            self.done.set_result(complete)


class Replication:
    """Carries out what the sync protocol decides on large containers. On the node's loop.

    Peers are device ids; `key_of` gives their keys. `ended` is told of each download whether it
    is stored now.
    """

    def __init__(
        self,
        core: Core,
        hub: Hub,
        key_of: Callable[[bytes], bytes | None],
        ended: Callable[[bytes, bool], None],
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._core = core
        self._hub = hub
        self._key_of = key_of
        self._ended = ended
        self._patience_s = patience_s
        self._downloads = asyncio.Semaphore(DOWNLOADS)
        self._room_to_serve = asyncio.Semaphore(SERVED)
        self._wanted: set[bytes] = set()
        self._fetching: dict[bytes, _Fetching] = {}
        self._serving: dict[tuple[bytes, bytes], asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def fetch(self, effect: Fetch) -> None:
        """Begin a download, unless it runs already; `ended` is called when it is over."""
        if effect.name not in self._wanted:
            self._wanted.add(effect.name)
            self._start(self._fetch(effect))

    async def received(self, peer: bytes, message: Message) -> None:
        """Take what a peer sends or asks for; the next message waits until it is dealt with."""
        if isinstance(message, ContainerGet):
            self._asked(peer, message)
        elif isinstance(message, ContainerStart | ContainerChunk | ContainerMissing):
            fetching = self._fetching.get(message.container)
            if fetching is not None and fetching.peer == peer:
                await self._take(fetching, message)

    async def close(self) -> None:
        """Break everything off; what has come of a container stays for the next time."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- fetching ------------------------------------------------------------------------------

    async def _fetch(self, effect: Fetch) -> None:
        stored = False
        async with self._downloads:
            with suppress(DiskFullError):
                stored = await self._from_anyone(effect)
        self._wanted.discard(effect.name)
        self._ended(effect.name, stored)

    async def _from_anyone(self, effect: Fetch) -> bool:
        path = self._core.files.part(effect.name)
        arriving = Arriving(effect.name, effect.size, path)
        try:
            require_room(path.parent, arriving.missing)
            for peer in effect.peers:
                link = self._link(peer)
                if link is not None and await self._from(peer, link, effect.name, arriving):
                    await asyncio.to_thread(arriving.sync)
                    arriving.close()
                    return await self._store(effect.name, arriving)
            return False
        finally:
            arriving.close()

    async def _from(self, peer: bytes, link: Link, name: bytes, arriving: Arriving) -> bool:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        fetching = None
        try:
            async with asyncio.timeout(self._patience_s) as limit:
                fetching = self._fetching[name] = _Fetching(peer, arriving, done, limit)
                link.on_ended(lambda: fetching.end(complete=False))
                link.send(arriving.request)
                return await done
        except TimeoutError:
            return False
        finally:
            self._fetching.pop(name, None)
            if fetching is not None:
                async with fetching.reading:
                    arriving.stop()

    async def _take(
        self, fetching: _Fetching, message: ContainerStart | ContainerChunk | ContainerMissing
    ) -> None:
        now = asyncio.get_running_loop().time
        try:
            match message:
                case ContainerStart():
                    fetching.limit.reschedule(None)
                    async with fetching.reading:
                        await asyncio.to_thread(fetching.arriving.begin, message)
                case ContainerChunk():
                    if fetching.arriving.add(message):
                        fetching.end(complete=True)
                case ContainerMissing():
                    fetching.end(complete=False)
        except (DownloadError, DiskFullError):
            fetching.end(complete=False)
        if not fetching.done.done():
            fetching.limit.reschedule(now() + self._patience_s)

    async def _store(self, name: bytes, arriving: Arriving) -> bool:
        """Give the file its final name and store its row; tell whether it was still awaited."""
        kept: list[bool] = []
        files, pipeline = self._core.files, self._core.pipeline

        def work() -> Turn:
            files.keep(files.part(name), name)
            turn = pipeline.run(
                [lambda p: kept.append(keep_large(p.connection, name, arriving.preamble,
                                                  arriving.size, arriving.sealed_hash))]
            )  # fmt: skip
            if kept[0]:
                turn.arrived.append(name)
            return turn

        try:
            await self._core.turn(work)
        finally:
            if kept != [True]:
                files.path(name).unlink(missing_ok=True)
        return kept[0]

    # --- serving -------------------------------------------------------------------------------

    def _asked(self, peer: bytes, asked: ContainerGet) -> None:
        """Serve in a task of its own; who asks again has given up on the last answer."""
        place = peer, asked.container
        if place in self._serving:
            self._serving[place].cancel()
        elif len(self._serving) >= MOST_REQUESTS:
            return
        task = self._serving[place] = self._start(self._serve(peer, asked))
        task.add_done_callback(lambda done: self._served(place, done))

    def _served(self, place: tuple[bytes, bytes], task: asyncio.Task[None]) -> None:
        if self._serving.get(place) is task:
            del self._serving[place]

    async def _serve(self, peer: bytes, asked: ContainerGet) -> None:
        async with self._room_to_serve:
            container = await self._core.read(_finding(asked.container))
            link = self._link(peer)
            if link is None:
                return
            file = self._open(container)
            try:
                await serve(link, asked, _source(container, file))
            except LinkEndedError:
                pass
            except EOFError:
                link.send(ContainerMissing(asked.container))
            finally:
                if file is not None:
                    file.close()

    def _open(self, container: StoredContainer | None) -> BinaryIO | None:
        if container is None or container.sealed is not None:
            return None
        try:
            return self._core.files.path(container.commitment).open("rb")
        except OSError:
            return None

    def _link(self, peer: bytes) -> Link | None:
        key = self._key_of(peer)
        return None if key is None else self._hub.link(key)


def _finding(name: bytes) -> Callable[[Connection], StoredContainer | None]:
    return lambda connection: containers.container(connection, name)


def _source(container: StoredContainer | None, file: BinaryIO | None) -> Source | None:
    """Give what to serve; None if it is not here."""
    if container is None:
        return None
    sealed = container.sealed
    if sealed is not None:
        return Source(container.size, preamble(container), lambda at, size: sealed[at : at + size])
    return None if file is None else Source(container.size, preamble(container), _reader(file))


def _reader(file: BinaryIO) -> Callable[[int, int], bytes]:
    def read(offset: int, size: int) -> bytes:
        file.seek(offset)
        piece = file.read(size)
        if len(piece) < size:
            raise EOFError
        return piece

    return read
