"""A sealed file that leaves the workstation: a label anybody can read, then one sealed stream.

The stream holds values one after the other, each behind its length. It is sealed under a key of its
own, which stands in the label twice: for the custodians' key, and for this clinic's workstations.

Source: DESIGN, section 5, Recovery.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from ehr_desktop.domain.errors import BadFileError, SharesWrongError
from ehr_desktop.node.crypto.blob import open_blob, seal_blob
from ehr_desktop.node.crypto.body import PIECE_SIZE, BodyOpener, BodySealer, new_key
from ehr_desktop.node.crypto.box import BoxKey, seal_box
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import HASH_SIZE, digest
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.crypto.sign import PUBLIC_SIZE
from ehr_desktop.node.ledger.codec import MAX_ENCODED, CodecError, Value, decode, encode
from ehr_desktop.node.ledger.fields import Fields

BACKUP: Final = "backup"
VAULT_KEYS: Final = "vault-keys"

_MAGIC: Final = b"ehr-desktop sealed file 1\n"
_VERSION: Final = 1
_MOST_LABEL: Final = 8192
_MOST_SEALED_KEY: Final = 4096
_KEY_LABEL: Final = "ehr/backup-key/v1"


@dataclass(frozen=True, slots=True)
class Label:
    """What a sealed file says of itself: the clinic's network id, when it was written (UTC
    milliseconds), the newest final block in it, and the custodians' key it is sealed to: how many
    shares give it back and its public half for signatures; 0 and empty if there is none.
    """

    kind: str
    network: bytes
    time_ms: int
    height: int
    threshold: int
    custodians: bytes

    def context(self) -> bytes:
        """Give what binds the file's key to this label."""
        return digest(
            _KEY_LABEL, self.kind.encode(), self.network,
            f"{self.time_ms} {self.height} {self.threshold}".encode(), self.custodians,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who opens what is written: this clinic's workstations, and the custodians if there are any,
    with their public key of 1,216 bytes.
    """

    site_secret: bytes
    custodians: bytes = b""


class SealedWriter:
    """Writes a sealed file: its values in order, then `finish`. The caller flushes it to disk.

    `digest` is over all values so far.
    """

    def __init__(self, file: BinaryIO, label: Label, recipients: Recipients) -> None:
        key, context = new_key(), label.context()
        boxed = seal_box(key, recipients.custodians, context) if recipients.custodians else b""
        for_site = seal_blob(_site_key(recipients.site_secret), key, _KEY_LABEL, context)
        lead = encode(
            (_VERSION, label.kind, label.network, label.time_ms, label.height, label.threshold,
             label.custodians, boxed, for_site)
        )  # fmt: skip
        self._file = file
        self._hash = hashlib.sha256()
        self._sealer = BodySealer(key, lead)
        file.write(_MAGIC + len(lead).to_bytes(4, "big") + lead)

    def put(self, value: Value) -> None:
        """Write one value, of 1 MiB at most when encoded."""
        encoded = encode(value)
        framed = len(encoded).to_bytes(4, "big") + encoded
        self._hash.update(framed)
        self._file.write(self._sealer.update(framed))

    @property
    def digest(self) -> bytes:
        """The hash of everything that was put in so far, 32 bytes."""
        return self._hash.digest()

    def finish(self) -> None:
        """Write the end, without which the file does not open."""
        self._file.write(self._sealer.finalize())


class SealedReader:
    """A sealed file, of which only the label was read.

    Raises:
        BadFileError: it is no sealed file (`no-backup`), or of another kind than `kind`.
    """

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._digest = self._hash.digest()
        if file.read(len(_MAGIC)) != _MAGIC:
            raise BadFileError("no-backup")
        size = int.from_bytes(file.read(4), "big")
        if size > _MOST_LABEL:
            raise BadFileError("no-backup")
        self._lead = file.read(size)
        try:
            fields = Fields(decode(self._lead, limit=_MOST_LABEL))
            fields.version(_VERSION)
            self.label = Label(
                kind=fields.text(16),
                network=fields.octets(HASH_SIZE),
                time_ms=fields.integer(),
                height=fields.integer(),
                threshold=fields.integer(),
                custodians=fields.octets(0, PUBLIC_SIZE),
            )
            self._boxed = fields.octets_up_to(_MOST_SEALED_KEY)
            self._for_site = fields.octets_up_to(_MOST_SEALED_KEY)
            fields.end()
        except CodecError as error:
            raise BadFileError("no-backup") from error
        if self.label.kind != kind:
            raise BadFileError("no-backup")

    def key_for_custodians(self, custodians: BoxKey) -> bytes:
        """Open the file's key with the custodians'.

        Raises:
            BadFileError: it was sealed when there were none (`no-custodians`).
            SharesWrongError: it was sealed to another key (`other-key`).
        """
        if not self._boxed:
            raise BadFileError("no-custodians")
        try:
            return custodians.open(self._boxed, self.label.context())
        except OpenFailedError:
            raise SharesWrongError("other-key") from None

    def key_for_site(self, site_secret: bytes) -> bytes:
        """Open the file's key on one of the clinic's own workstations.

        Raises:
            BadFileError: it is another clinic's (`other-clinic`).
        """
        try:
            return open_blob(
                _site_key(site_secret), self._for_site, _KEY_LABEL, self.label.context()
            )
        except OpenFailedError:
            raise BadFileError("other-clinic") from None

    def values(self, key: bytes) -> Iterator[Any]:
        """Give the values in order. Nothing may be made of them until the last has come.

        Raises:
            BadFileError: something was changed or is missing (`damaged`).
        """
        opener, waiting = BodyOpener(key, self._lead), bytearray()
        try:
            for piece in self._opened(opener):
                waiting += piece
                yield from self._whole(waiting)
        except (OpenFailedError, CodecError) as error:
            raise BadFileError("damaged") from error
        if waiting:
            raise BadFileError("damaged")

    @property
    def digest(self) -> bytes:
        """The hash of every value that was given before the newest one, 32 bytes."""
        return self._digest

    def _opened(self, opener: BodyOpener) -> Iterator[bytes]:
        while piece := self._file.read(PIECE_SIZE):
            yield opener.update(piece)
        yield opener.finalize()

    def _whole(self, waiting: bytearray) -> Iterator[Value]:
        """Take the values that are complete out of what waits."""
        start = 0
        while len(waiting) - start >= 4:
            end = start + 4 + int.from_bytes(waiting[start : start + 4], "big")
            if end - start - 4 > MAX_ENCODED:
                raise CodecError("longer than any value")
            if end > len(waiting):
                break
            self._digest = self._hash.digest()
            self._hash.update(waiting[start:end])
            yield decode(bytes(waiting[start + 4 : end]))
            start = end
        del waiting[:start]


def read_label(file: BinaryIO, kind: str) -> Label:
    """Give what a sealed file says of itself.

    Raises:
        BadFileError: it is no sealed file of this kind.
    """
    return SealedReader(file, kind).label


def _site_key(site_secret: bytes) -> bytes:
    return derive_key(site_secret, _KEY_LABEL)
