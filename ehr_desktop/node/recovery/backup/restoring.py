"""A new home from a backup, the vault keys and the custodians' key, all workstations being lost."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection

from ehr_desktop.domain.backups import BackupFile, Restored
from ehr_desktop.domain.errors import BadFileError, CancelledError, SharesWrongError
from ehr_desktop.node.contracts.consent_state import Erasing, entry
from ehr_desktop.node.contracts.roster import device
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.crypto.box import BoxKey, generate_box_seed
from ehr_desktop.node.crypto.sign import SigningKey, generate_seed, verify
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.custody import custody_keys
from ehr_desktop.node.keys.device import SecretStore
from ehr_desktop.node.keys.new_home import NewHome
from ehr_desktop.node.keys.paper_shares import read_shares
from ehr_desktop.node.keys.records import vault_commitment
from ehr_desktop.node.pipeline.pipeline import Pipeline
from ehr_desktop.node.pipeline.restarting import RestartRefusedError, restart_clinic
from ehr_desktop.node.recovery.backup.envelope import (
    BACKUP,
    VAULT_KEYS,
    Label,
    SealedReader,
    read_label,
)
from ehr_desktop.node.recovery.backup.folder import VAULT_FILE
from ehr_desktop.node.recovery.backup.writing import EPOCH_BASE, MANIFEST_LABEL, manifest_message
from ehr_desktop.node.store import blocks, copying, secrets, state, transactions
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sources:
    """The two files a clinic is restored from."""

    backup: Path
    vault: Path

    @classmethod
    def beside(cls, backup: Path) -> "Sources":
        """Take the vault keys from the folder of the backup."""
        return cls(backup, backup.parent / VAULT_FILE)


def look_at(backup: Path) -> BackupFile:
    """Give what a backup says of itself, without any key.

    Raises:
        BadFileError: it is no backup.
        OSError: it cannot be read.
    """
    with backup.open("rb") as file:
        label = read_label(file, BACKUP)
    return BackupFile(backup, _instant(label.time_ms), label.height, label.threshold)


def restore_clinic(
    home: Path,
    sources: Sources,
    shares: Sequence[str],
    workstation_name: str,
    store: SecretStore | None,
    clock: Callable[[], int],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Restored:
    """Make a home, in which this workstation with new keys is the clinic's only one.

    A failure leaves nothing on the disk. `progress` is told bytes read, and in all.

    Raises:
        HomeExistsError: there is a clinic in `home` already.
        BadFileError: a file is no backup, damaged, of another clinic, or has no custodians.
        SharesWrongError: the shares are too few, unreadable, or of another key.
        OSError: a file cannot be read.
        DiskFullError: there is no room.
        CancelledError: the person stopped it.
    """
    with sources.backup.open("rb") as backup, sources.vault.open("rb") as vault:
        reader = SealedReader(backup, BACKUP)
        vault_reader = SealedReader(vault, VAULT_KEYS)
        if vault_reader.label.network != reader.label.network:
            raise BadFileError("other-clinic")
        if vault_reader.label.custodians != reader.label.custodians:
            raise BadFileError("other-papers")
        custodians = _custodians(reader.label, shares)
        key = reader.key_for_custodians(custodians.box)
        vault_key = vault_reader.key_for_custodians(custodians.box)
        size = os.fstat(backup.fileno()).st_size
        unfinished = NewHome(home, store)
        try:
            values = _watched(reader.values(key), backup, size, progress, cancelled)
            with unfinished.database.writing() as connection:
                name = _take_over(connection, unfinished.files(), reader, values)
                patients, erased = _take_vault_keys(connection, vault_reader, vault_key)
            _begin_again(unfinished.database, custodians, workstation_name, clock)
        except BaseException:
            unfinished.discard()
            raise
    unfinished.keep()
    label = reader.label
    return Restored(name, _instant(label.time_ms), label.height, patients, erased)


def _custodians(label: Label, shares: Sequence[str]) -> PersonKeys:
    if not label.custodians:
        raise BadFileError("no-custodians")
    seed = read_shares(shares, label.threshold, label.network, label.custodians)
    return custody_keys(seed)


def _instant(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def _watched(
    values: Iterator[Any],
    file: BinaryIO,
    size: int,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Iterator[Any]:
    for value in values:
        if cancelled():
            raise CancelledError
        progress(file.tell(), size)
        yield value


def _take_over(
    connection: Connection, files: ContainerFiles, reader: SealedReader, values: Iterator[Any]
) -> str:
    """Store all of a backup and give the clinic's name. A changed or cut one is told at its end."""
    name, manifest, digest = "", None, b""
    try:
        for value in values:
            kind, *rest = value
            digest = reader.digest
            if kind == "clinic":
                name, site_secret, base = rest
                secrets.put_secret(connection, "network", reader.label.network)
                secrets.put_secret(connection, "site-secret", site_secret)
                if base:
                    secrets.put_secret(connection, EPOCH_BASE, base)
            elif kind == "rows":
                copying.put_rows(connection, *rest)
            elif kind == "file":
                _take_file(files, rest[0], values)
            else:
                manifest = rest if kind == "manifest" else None
    except (KeyError, TypeError, ValueError) as error:
        raise BadFileError("damaged") from error
    _require_signed(connection, reader.label, manifest, digest)
    return name


def _take_file(files: ContainerFiles, commitment: bytes, values: Iterator[Any]) -> None:
    path, file = files.create()
    with file:
        for kind, *piece in values:
            if kind == "whole":
                break
            file.write(piece[0])
        file.flush()
        os.fsync(file.fileno())
    files.keep(path, commitment)


def _require_signed(
    connection: Connection, label: Label, manifest: list[Any] | None, digest: bytes
) -> None:
    """Make sure that a workstation of the clinic has signed just this.

    Raises:
        BadFileError: none has.
    """
    newest = blocks.head(connection)
    if manifest is None or newest is None or len(manifest) != 5:
        raise BadFileError("damaged")
    *facts, signature = manifest
    _, head, _, writer = facts
    value = State(lambda place: state.value(connection, place)).get
    author = device(value, writer)
    message = manifest_message(label, digest, tuple(facts))
    if (
        author is None
        or (newest[0], newest[1]) != (label.height, head)
        or not verify(author.public, MANIFEST_LABEL, message, signature)
    ):
        raise BadFileError("damaged")


def _take_vault_keys(connection: Connection, reader: SealedReader, key: bytes) -> tuple[int, int]:
    """Store the vault keys of those who are in the backup; give how many patients there are, and
    for how many there is none.
    """
    ended, named = False, transactions.named_patients(connection)
    for value in reader.values(key):
        kind, *rest = value
        if kind == "key" and rest[0] in named:
            patient, vault_key = rest
            secrets.put_vault_key(
                connection, patient, vault_key, vault_commitment(patient, vault_key)
            )
        ended = kind == "end"
    if not ended:
        raise BadFileError("damaged")
    known = {patient for patient, _ in secrets.vault_keys(connection)}
    patients = transactions.registered(connection)
    erased = [p for p in patients - known if not _was_erased(connection, p)]
    return len(patients), len(erased)


def _was_erased(connection: Connection, patient: bytes) -> bool:
    """Tell whether the ledger in the backup says so itself."""
    value = State(lambda place: state.value(connection, place)).get
    erasing = entry(value, Erasing, "erasure", patient)
    return erasing is not None and erasing.confirmed_ms > 0


def _begin_again(
    database: Database, custodians: PersonKeys, name: str, clock: Callable[[], int]
) -> None:
    """Give this workstation keys of its own, and have the custodians say that it takes over."""
    seed, box_seed = generate_seed(), generate_box_seed()
    with database.writing() as connection:
        network = secrets.secret(connection, "network")
        first = blocks.at(connection, 0)
        assert network is not None and first is not None, "the backup was checked"  # noqa: PT018
        secrets.put_secret(connection, "genesis", first[1])
        secrets.put_secret(connection, "device-signing-seed", seed)
        secrets.put_secret(connection, "device-box-seed", box_seed)
    key = SigningKey(seed)
    pipeline = Pipeline(database, network, key, clock, genesis=first[1])
    try:
        restart_clinic(pipeline, key, BoxKey(box_seed).public, name, custodians.signing)
    except RestartRefusedError as error:
        raise SharesWrongError("other-key") from error
