"""Writing a backup: one state of the ledger, of everything stored with it, and the vault keys.

The vault keys stand in a file of their own, the only one of its folder, which every backup writes
anew: a patient whose vault key was destroyed is in no older backup either. What would let two
workstations vote under one key, the device's own secrets, is in neither.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection

from ehr_desktop.domain.errors import CancelledError, HomeDamagedError
from ehr_desktop.node.contracts.consent_state import CustodyKey, entry
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.crypto.hashes import frame
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.codec import encode
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.recovery.backup.envelope import (
    BACKUP,
    VAULT_KEYS,
    Label,
    Recipients,
    SealedWriter,
)
from ehr_desktop.node.recovery.backup.folder import (
    BACKUP_SUFFIX,
    VAULT_FILE,
    keep_beside,
    keep_instead,
    remove_leftovers,
    require_folder,
    written,
)
from ehr_desktop.node.store import blocks, copying, secrets, state
from ehr_desktop.node.store.containers import ContainerFiles, large_ones
from ehr_desktop.node.store.tables import LEDGER_FILE

MANIFEST_LABEL: Final = "ehr/backup-manifest/v1"
EPOCH_BASE: Final = "epoch-base"
_PIECE: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that is on the disk. Without custodians only this clinic's own workstations open it,
    so that it is of no use once all of them are lost.
    """

    path: Path
    vault: Path
    time_ms: int
    height: int
    for_custodians: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What a backup is made of: one state of `ledger.db`, and the files beside it."""

    connection: Connection
    home: Path
    network: bytes
    device_key: SigningKey
    recipients: Recipients
    custody: CustodyKey | None
    clinic: str
    height: int
    head: bytes

    @classmethod
    def of(cls, connection: Connection, home: Path) -> "Source":
        """Read what is needed.

        Raises:
            HomeDamagedError: the home is not whole, or has no ledger yet.
        """
        network = secrets.secret(connection, "network")
        site_secret = secrets.secret(connection, "site-secret")
        seed = secrets.secret(connection, "device-signing-seed")
        newest = blocks.head(connection)
        if network is None or site_secret is None or seed is None or newest is None:
            raise HomeDamagedError(LEDGER_FILE)
        value = State(lambda place: state.value(connection, place)).get
        custody = entry(value, CustodyKey, "custody")
        recipients = Recipients(site_secret, custody.box_key if custody else b"")
        return cls(
            connection, home, network, SigningKey(seed), recipients, custody,
            value("clinic")[0], newest[0], newest[1],
        )  # fmt: skip

    @property
    def writer(self) -> str:
        """A name for this workstation in file names."""
        return device_id_of(self.device_key.public).hex()[:8]

    def label(self, kind: str, time_ms: int) -> Label:
        """Give what a file says of itself."""
        threshold = self.custody.threshold if self.custody else 0
        public = self.custody.signing_key if self.custody else b""
        return Label(kind, self.network, time_ms, self.height, threshold, public)


def back_up(
    source: Source,
    folder: Path,
    time_ms: int,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Written:
    """Write a backup and the vault keys into a folder. A failure leaves what was there before.

    `progress` (steps done, in all) and `cancelled` are asked now and then, on this thread.

    Raises:
        InvalidInputError: the folder cannot be used, or is full.
        CancelledError: the person stopped it.
    """
    require_folder(folder, source.home, source.network)
    remove_leftovers(folder, source.writer)
    # first the keys: older backups open with more keys than they need, never with fewer
    vault = write_vault_keys(source, folder, time_ms)
    path = _free_place(folder, source.clinic, time_ms)
    with written(path, source.writer, keep_beside) as file:
        _write(source, file, source.label(BACKUP, time_ms), progress, cancelled)
    return Written(path, vault, time_ms, source.height, source.custody is not None)


def write_vault_keys(source: Source, folder: Path, time_ms: int) -> Path:
    """Write the vault keys there are now over those of before.

    Raises:
        InvalidInputError: the folder cannot be used, or is full; the file of before is there.
    """
    target = folder / VAULT_FILE
    with written(target, source.writer, keep_instead) as file:
        writer = SealedWriter(file, source.label(VAULT_KEYS, time_ms), source.recipients)
        for patient, key in secrets.vault_keys(source.connection):
            writer.put(("key", patient, key))
        writer.put(("end",))
        writer.finish()
    return target


def manifest_message(label: Label, digest: bytes, facts: tuple[Any, ...]) -> bytes:
    """Give what a workstation signs of a backup."""
    return frame(MANIFEST_LABEL, label.context(), digest, encode(facts))


def _write(
    source: Source,
    file: BinaryIO,
    label: Label,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> None:
    connection = source.connection
    writer = SealedWriter(file, label, source.recipients)
    total, done = sum(copying.count(connection, name) for name in copying.COPIED), 0

    def step(by: int) -> None:
        nonlocal done
        if cancelled():
            raise CancelledError
        done += by
        progress(done, total)

    base = secrets.secret(connection, EPOCH_BASE) or b""
    writer.put(("clinic", source.clinic, source.recipients.site_secret, base))
    counts: list[tuple[str, int]] = []
    for name in copying.COPIED:
        rows = 0
        for group in copying.rows_of(connection, name):
            writer.put(("rows", name, group))
            rows += len(group)
            step(len(group))
        counts.append((name, rows))
    for commitment in large_ones(connection):
        _write_file(writer, ContainerFiles(source.home / "containers"), commitment)
        step(0)
    facts = source.clinic, source.head, tuple(counts), device_id_of(source.device_key.public)
    signed = manifest_message(label, writer.digest, facts)
    writer.put(("manifest", *facts, source.device_key.sign(MANIFEST_LABEL, signed)))
    writer.finish()


def _write_file(writer: SealedWriter, files: ContainerFiles, commitment: bytes) -> None:
    """Write a large container; one that was destroyed meanwhile is left out."""
    try:
        file = files.path(commitment).open("rb")
    except FileNotFoundError:
        return
    with file:
        writer.put(("file", commitment))
        while piece := _read(file, commitment):
            writer.put(("piece", piece))
        writer.put(("whole",))


def _read(file: BinaryIO, commitment: bytes) -> bytes:
    try:
        return file.read(_PIECE)
    except OSError as error:
        raise HomeDamagedError(commitment.hex()) from error


def _free_place(folder: Path, clinic: str, time_ms: int) -> Path:
    when = datetime.fromtimestamp(time_ms / 1000, UTC)
    plain = "".join(c if c.isalnum() else "-" for c in clinic.lower()).strip("-")[:40]
    stem = f"{plain or 'clinic'}-{when:%Y-%m-%d-%H%M%S}"
    names = itertools.chain((stem,), (f"{stem}-{number}" for number in itertools.count(2)))
    return next(p for name in names if not (p := folder / f"{name}{BACKUP_SUFFIX}").exists())
