"""A workstation at a glance: what its disk says, and what only the running program knows.

The running program refreshes a small file in the data directory, so that a second program can say
how things stand without holding the directory and without asking over a socket. The file names
workstations by their ids only.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from ehr_desktop.domain.errors import HomeDamagedError, HomeMissingError
from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.ledger import NodeStatus
from ehr_desktop.domain.network import LinkState, NetworkStatus
from ehr_desktop.node.checking import last_check
from ehr_desktop.node.contracts.roster import Device, devices, validator_set
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.keys.device import DeviceSecret, SecretStore, is_home, load_device_secret
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.pipeline.pipeline import HALTED
from ehr_desktop.node.recovery.backup.last import LastBackup
from ehr_desktop.node.store import blocks, containers, secrets, state, transactions
from ehr_desktop.node.store.engine import migrate, open_database, reading_beside, schema_version
from ehr_desktop.node.store.lock import HomeLock, is_held
from ehr_desktop.node.store.tables import LEDGER_FILE, STEPS

TOLD_FILE: Final = "running.json"
TOLD_EVERY_S: Final = 1.0
_STALE_MS: Final = 5000


@dataclass(frozen=True, slots=True)
class Told:
    """What only the running program knows. `linked` are device ids, `time_ms` is UTC."""

    time_ms: int
    linked: tuple[str, ...]
    present: int
    listening: str
    catching_up: tuple[int, int] | None

    @classmethod
    def of(cls, network: NetworkStatus, time_ms: int) -> "Told":
        """Take it from what the network is now."""
        linked = tuple(w.device for w in network.workstations if w.state is LinkState.LINKED)
        return cls(time_ms, linked, network.present, network.listening, network.catching_up)

    @classmethod
    def read(cls, home: Path, now_ms: int) -> "Told | None":
        """Give what the program that holds `home` told in the last seconds."""
        try:
            found: dict[str, Any] = json.loads((home / TOLD_FILE).read_text("utf-8"))
            reached = found["catching_up"]
            told = cls(
                time_ms=int(found["time_ms"]),
                linked=tuple(map(str, found["linked"])),
                present=int(found["present"]),
                listening=str(found["listening"]),
                catching_up=(int(reached[0]), int(reached[1])) if reached else None,
            )
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None
        return told if is_held(home) and now_ms - told.time_ms < _STALE_MS else None

    def write(self, home: Path) -> None:
        """Put it where `read` finds it, whole or not at all."""
        unfinished = home / (TOLD_FILE + ".part")
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            json.dump(asdict(self), stream)
        unfinished.replace(home / TOLD_FILE)


def forget_told(home: Path) -> None:
    """Remove what was told: the program ends."""
    with suppress(OSError):
        (home / TOLD_FILE).unlink(missing_ok=True)


def status_of(home: Path, store: SecretStore | None, clock: Callable[[], int]) -> NodeStatus:
    """Give the workstation of `home`, whether or not a program holds it now.

    Raises:
        HomeMissingError: there is no clinic in `home`.
        HomeInUseError: an older version of the program holds it.
        HomeTooNewError: a newer version wrote it.
        HomeDamagedError: a file of it cannot be read.
    """
    if not is_home(home):
        raise HomeMissingError(str(home))
    secret = load_device_secret(home, store)
    path = home / LEDGER_FILE
    with reading_beside(path, secret.database_key()) as connection:
        version = schema_version(connection)
    if version != len(STEPS):
        _bring_up(home, secret)
    with reading_beside(path, secret.database_key()) as connection:
        return status_on_disk(connection, home, secret.place, Told.read(home, clock()))


def _bring_up(home: Path, secret: DeviceSecret) -> None:
    with HomeLock(home, datetime.now(UTC)):
        database = open_database(home / LEDGER_FILE, secret.database_key())
        try:
            migrate(database, STEPS)
        finally:
            database.close()


def status_on_disk(
    connection: Connection, home: Path, key_place: str, told: Told | None
) -> NodeStatus:
    """Give what the disk says, and with `told` what the running program does.

    Raises:
        HomeDamagedError: it cannot be read any more.
    """
    try:
        found = _status(connection, key_place, _own_id(connection))
        last = LastBackup.read(home)
        found = replace(found, last_backup=last.when if last else None)
        return found if told is None else _with_told(found, told, _devices(connection))
    except CodecError as error:
        raise HomeDamagedError(LEDGER_FILE) from error


def _status(connection: Connection, key_place: str, own: bytes) -> NodeStatus:
    value = _value(connection)
    clinic, newest, last = value("clinic"), blocks.head(connection), last_check(connection)
    counts = transactions.counts(connection)
    voters = validator_set(value)[1] if newest else None
    me = voters.find(own) if voters else None
    return NodeStatus(
        clinic=clinic[0] if clinic else "",
        network=Header.decode(newest[2]).network.hex() if newest else "",
        device=DeviceId(own.hex()),
        height=newest[0] if newest else 0,
        final=counts[0],
        pending=counts[1],
        refused=counts[2],
        peers=(),
        validators=sum(member.weight > 0 for member in voters.members) if voters else 0,
        quorum=voters.quorum if voters else 0,
        containers=containers.count(connection),
        key_store=key_place,
        last_check=last.started if last else None,
        last_check_faults=len(last.faults) if last else None,
        present=me.weight if me else 0,
        total=voters.total if voters else 0,
        halted=(secrets.secret(connection, HALTED) or b"").decode(),
    )


def _with_told(found: NodeStatus, told: Told, known: tuple[Device, ...]) -> NodeStatus:
    names = {device.id.hex(): device.name for device in known}
    return replace(
        found,
        peers=tuple(sorted(names.get(device, device) for device in told.linked)),
        present=told.present,
        catching_up=told.catching_up,
        running=True,
        listening=told.listening,
    )


def _own_id(connection: Connection) -> bytes:
    seed = secrets.secret(connection, "device-signing-seed")
    if seed is None:
        raise HomeDamagedError(LEDGER_FILE)
    return device_id_of(SigningKey(seed).public)


def _devices(connection: Connection) -> tuple[Device, ...]:
    return devices(_value(connection))


def _value(connection: Connection) -> Callable[..., Any]:
    return State(lambda place: state.value(connection, place)).get
