"""One large container while it comes from other workstations, checked as it comes."""

import hashlib
from pathlib import Path

from ehr_desktop.node.keys.records import commitment_of
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.net.containers import Download
from ehr_desktop.node.net.errors import DownloadError
from ehr_desktop.node.net.messages import ContainerChunk, ContainerGet, ContainerStart
from ehr_desktop.node.pipeline.parcels import Lead, read_preamble
from ehr_desktop.node.store.part import FilePart


class _Check:
    """What the commitment comes to, from the sealed bytes in order."""

    def __init__(self, lead: Lead) -> None:
        self._lead = lead
        self._hash = hashlib.sha256()

    def update(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._hash.update(piece)

    def finalize(self) -> bytes:
        """Give the commitment."""
        header, salt, wrapped_key, fingerprint = self._lead
        return commitment_of(salt, header, self.sealed_hash, wrapped_key, fingerprint)

    @property
    def sealed_hash(self) -> bytes:
        """The hash of the sealed bytes taken so far."""
        return self._hash.digest()


class Arriving:
    """A container of up to `size` sealed bytes, named by its commitment, that gathers in the file
    `path`. What a peer gave counts for the next one too; if the whole turns out wrong, all of it
    is thrown away.
    """

    def __init__(self, name: bytes, size: int, path: Path) -> None:
        self._name = name
        self._most = self.size = size
        self._part = FilePart(path)
        if self._part.size > size:
            self._part.discard()
        self._download: Download | None = None
        self._check: _Check | None = None
        self.preamble = b""

    @property
    def request(self) -> ContainerGet:
        """What to ask a peer for now."""
        return ContainerGet(self._name, self._part.size)

    @property
    def missing(self) -> int:
        """How many bytes are still to come."""
        return self._most - self._part.size

    @property
    def sealed_hash(self) -> bytes:
        """The hash of the sealed bytes, once all of them are here."""
        assert self._check is not None, "only when the container is complete"
        return self._check.sealed_hash

    def begin(self, start: ContainerStart) -> None:
        """Get ready for chunks: reads again what is there, so not on an event loop.

        Raises:
            DownloadError: the peer has something else.
        """
        try:
            lead = read_preamble(start.preamble)
        except CodecError:
            raise DownloadError("a preamble that cannot be read") from None
        # somebody may have promised it larger than it is
        if start.container != self._name or not self._part.size <= start.size <= self._most:
            raise DownloadError("another container")
        self.size = start.size
        self.preamble = start.preamble
        self._check = _Check(lead)
        self._download = Download(self._name, self.size, self._check, self._part)

    def add(self, chunk: ContainerChunk) -> bool:
        """Take the next chunk and tell whether the container is complete and right.

        Raises:
            DownloadError: the chunk is out of place, or the whole is not what its name says.
            DiskFullError: there is no room for it.
        """
        if self._download is None:
            raise DownloadError("a chunk before its start")
        return self._download.add(chunk)

    def stop(self) -> None:
        """Take nothing more from this peer."""
        self._download = None

    def sync(self) -> None:
        """Wait until all of it is on the disk.

        Raises:
            DiskFullError: there is no room for it.
        """
        self._part.sync()

    def close(self) -> None:
        """Close the file; what has come stays for the next time."""
        self._part.close()
