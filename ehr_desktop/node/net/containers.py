"""Containers on their way: sent in chunks, checked while they arrive, taken up where they broke."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ehr_desktop.node.net.errors import DownloadError
from ehr_desktop.node.net.link import Link
from ehr_desktop.node.net.messages import (
    ContainerChunk,
    ContainerGet,
    ContainerMissing,
    ContainerStart,
)
from ehr_desktop.node.net.wire import MAX_CHUNK


class Check(Protocol):
    """Computes what the container's name must be, from its bytes in order."""

    def update(self, piece: bytes, /) -> None:
        """Take the next bytes."""

    def finalize(self) -> bytes:
        """Give the 32 bytes that name what was taken."""


class Part(Protocol):
    """The part of a container that has arrived, kept across restarts."""

    def pieces(self) -> Iterator[bytes]:
        """Give what is there, in order."""

    def append(self, piece: bytes) -> None:
        """Keep the next bytes."""

    def discard(self) -> None:
        """Throw away all of it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A stored container: its size in bytes, its preamble, and `read(offset, size)`."""

    size: int
    preamble: bytes
    read: Callable[[int, int], bytes]


class Download:
    """One container that is being fetched, from one peer or from several in turn.

    `check` starts empty and must come to `container` (32 bytes) after exactly `size` bytes. What
    `part` holds from before counts, after it was checked again.
    """

    def __init__(self, container: bytes, size: int, check: Check, part: Part) -> None:
        self.container = container
        self.size = size
        self._check = check
        self._part = part
        self.position = 0
        for piece in part.pieces():
            self._check.update(piece)
            self.position += len(piece)

    @property
    def request(self) -> ContainerGet:
        """What to ask a peer for now."""
        return ContainerGet(self.container, self.position)

    def add(self, chunk: ContainerChunk) -> bool:
        """Take the next chunk and tell whether the container is complete and right.

        Raises:
            DownloadError: the chunk is out of place, or the whole is not what its name says;
                then everything that arrived is gone, because nobody can tell which part lied.
        """
        end = chunk.offset + len(chunk.octets)
        if chunk.container != self.container or chunk.offset != self.position or end > self.size:
            raise DownloadError("a chunk out of place")
        if not chunk.octets and end < self.size:
            raise DownloadError("an empty chunk")
        self._check.update(chunk.octets)
        self._part.append(chunk.octets)
        self.position = end
        if end < self.size:
            return False
        if self._check.finalize() != self.container:
            self._part.discard()
            raise DownloadError("not the container that was asked for")
        return True


async def serve(link: Link, asked: ContainerGet, source: Source | None) -> None:
    """Send what was asked for, chunk by chunk, as fast as the link takes it.

    Runs in a task of its own: whoever reads a link must not wait for room in it.

    Raises:
        LinkEndedError: the link ended.
    """
    if source is None or asked.offset > source.size:
        link.send(ContainerMissing(asked.container))
        return
    link.send(ContainerStart(asked.container, source.size, source.preamble))
    offset = asked.offset
    while True:
        await link.room()
        octets = source.read(offset, min(MAX_CHUNK, source.size - offset))
        link.send(ContainerChunk(asked.container, offset, octets))
        offset += len(octets)
        if offset >= source.size:
            return
