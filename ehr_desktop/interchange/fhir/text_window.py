"""A window on a long text: what is read is dropped, so memory does not grow with the file."""

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from ehr_desktop.domain.errors import BadFileError

Progress = Callable[[int], None]
"""Takes the bytes of the file read so far, as they lie on the disk (compressed or not)."""

CHUNK = 1024 * 1024
_UTF_16_OR_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_GZIP = b"\x1f\x8b"


class TextWindow:
    """UTF-8 text from a seekable stream, gzipped or plain (told by its first bytes).

    `text[at:]` is what has been read from the file and not been used. Bytes that are no UTF-8
    come out as lone surrogates (PEP 383), so `bytes_of` gives back exactly what stood there.
    """

    def __init__(self, stream: BinaryIO, progress: Progress) -> None:
        self.text = ""
        self.at = 0
        self._file = stream
        self._progress = progress
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._dropped = 0
        start = stream.read(4)
        stream.seek(-len(start), 1)
        self._read = stream.read
        if start.startswith(_GZIP):
            # read1 gives what there is before it complains about a break
            self._read = gzip.GzipFile(fileobj=stream, mode="rb").read1
        self._broken = ""
        if start.startswith(_UTF_16_OR_32):
            raise BadFileError("not-utf-8", 0)
        self.read_more(CHUNK)
        if self.text.startswith("\ufeff"):
            self.at = 1

    @property
    def pending(self) -> int:
        """Characters read and not used."""
        return len(self.text) - self.at

    def read_more(self, most: int) -> bool:
        """Drop what was used and read up to `most` bytes more.

        Indexes into `text` change: what stood at `at` stands at 0. At the end of the file
        nothing changes, and the answer is False.

        Raises: BadFileError `truncated` or `bad-gzip`.
        """
        if self._broken:
            raise BadFileError(self._broken, self.position(len(self.text)))
        chunk = b"".join(self._chunks(most))
        self._progress(self._file.tell())
        more = self._decoder.decode(chunk, final=not chunk)
        if not more:
            return bool(chunk)
        self._dropped += len(self._encoded(self.text[: self.at]))
        self.text, self.at = self.text[self.at :] + more, 0
        return True

    def _chunks(self, most: int) -> Iterator[bytes]:
        """Give up to `most` bytes; a break in the file is kept for the next time."""
        try:
            while most > 0:
                chunk = self._read(most)
                if not chunk:
                    return
                most -= len(chunk)
                yield chunk
        except EOFError:
            self._broken = "truncated"
        except (gzip.BadGzipFile, zlib.error):
            self._broken = "bad-gzip"

    def position(self, index: int) -> int:
        """Give the byte offset of `text[index]` in the file (unpacked, where it is gzipped)."""
        return self._dropped + len(self._encoded(self.text[:index]))

    def bytes_of(self, start: int, end: int) -> bytes:
        """Give the bytes that `text[start:end]` was read from."""
        return self._encoded(self.text[start:end])

    @staticmethod
    def _encoded(text: str) -> bytes:
        return text.encode("utf-8", "surrogateescape")
