"""How fast a workstation that was off catches up, and what bounds it: checking, and the socket."""

import multiprocessing
import socket
import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from benchmarks.figure import Figure
from benchmarks.lan import Workstation, workstations
from benchmarks.measure import timed
from benchmarks.setting import Setting
from benchmarks.workstation import LOOPBACK
from ehr_desktop.node.contracts.roster import validator_set
from ehr_desktop.node.contracts.run_block import run_block
from ehr_desktop.node.contracts.state import State, key
from ehr_desktop.node.crypto.sign import SigningKey, generate_seed
from ehr_desktop.node.keys.device import load_device_secret
from ehr_desktop.node.ledger.block import Block, Header
from ehr_desktop.node.ledger.check import check_block
from ehr_desktop.node.ledger.codec import decode
from ehr_desktop.node.ledger.finality import Finality, finality_holds
from ehr_desktop.node.ledger.merkle import Frontier, leaf_hash
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.net.tls import TlsContexts
from ehr_desktop.node.pipeline.chain import founders_of
from ehr_desktop.node.store import blocks
from ehr_desktop.node.store.engine import open_database
from ehr_desktop.node.store.tables import LEDGER_FILE

_NODES: Final = 4
_WRITERS: Final = 16
_PIECE: Final = 256 * 1024

StoredContent = tuple[bytes, bytes]
"""A block's bytes, and those of what proves it final."""


async def measure(setting: Setting) -> list[Figure]:
    """Switch one of four off, write on, switch it on again."""
    async with workstations(setting, _NODES) as clinic:
        late = clinic.all[-1]
        await late.stop()
        clinic.all.remove(late)
        await clinic.settled()
        await clinic.first.do(
            "load", patient=clinic.patient, writers=_WRITERS, count=setting.pick(6000, 1500)
        )
        await clinic.settled()
        height = (await clinic.first.do("usage"))["height"]
        await late.start()
        clinic.all.append(late)
        caught = await late.do("catch_up", height=height)
    stored = _stored(late)
    first, last = caught["first"] + 1, caught["last"]
    fetched = stored[first : last + 1]
    size = sum(map(len, (part for one in fetched for part in one)))
    checking = _Checking()
    checking.take(stored[:first])
    with timed() as watch:
        checking.take(fetched)
    note = (
        f"{len(fetched):,} blocks, {checking.transactions:,} transactions in them, "
        f"{size / 1e6:.1f} MB"
    )
    return [
        Figure(
            "catch-up",
            "A node that was off catches up",
            len(fetched) / caught["seconds"],
            "blocks/s",
            baseline=len(fetched) / watch.wall,
            against="checking and running the same blocks in memory",
            note=note,
        ),
        Figure(
            "catch-up-bytes",
            "A node that was off catches up, bytes",
            size / caught["seconds"] / 1e6,
            "MB/s",
            baseline=_socket_rate(max(size, setting.pick(64, 16) << 20)) / 1e6,
            against="bare TLS over loopback",
        ),
    ]


# --- raw verification ----------------------------------------------------------------------------


def _stored(late: Workstation) -> list[StoredContent]:
    """Read the blocks of a workstation that is off."""
    secret = load_device_secret(late.home, None)
    database = open_database(late.home / LEDGER_FILE, secret.database_key())
    try:
        with database.reading() as connection:
            return _all_blocks(connection)
    finally:
        database.close()


def _all_blocks(connection: Connection) -> list[StoredContent]:
    return [
        (blocks.content_at(connection, height, header), proof)
        for height, _, header, proof in blocks.rising(connection, 0, 1 << 30)
    ]


class _Checking:
    """Checks and runs blocks as a node does, but remembers the state in a dict alone."""

    def __init__(self) -> None:
        self.transactions = 0
        self._validators: ValidatorSet | None = None
        self._parent: Header | None = None
        self._frontier = Frontier()
        self._values: dict[bytes, bytes | None] = {}

    def take(self, stored: Sequence[StoredContent]) -> None:
        """Take the next blocks in.

        Raises:
            AssertionError: one does not hold.
        """
        self.transactions = 0
        for content, proof in stored:
            self._take(Block.decode(content), Finality.decode(proof))

    def _take(self, block: Block, finality: Finality) -> None:
        validators = self._validators or founders_of(block)
        assert validators is not None
        batch = {wire: Transaction.decode(wire) for wire in block.transactions}
        assert finality_holds(block.header, finality, validators)
        assert not check_block(block, self._parent, self._frontier, validators, decoded=batch)
        state = State(self._values.get)
        run_block(tuple(batch.values()), state, block.header)
        self._values |= state.changes
        for wire in block.transactions:
            self._frontier.append(leaf_hash(wire))
        _, self._validators = validator_set(self._value)
        self._parent = block.header
        self.transactions += len(batch)

    def _value(self, *parts: str | bytes | int) -> object:
        raw = self._values.get(key(*parts))
        return None if raw is None else decode(raw)


# --- raw socket ----------------------------------------------------------------------------------


def _socket_rate(size: int) -> float:
    """Give the bytes a second that one process gets from another over TLS on loopback."""
    here, there = generate_seed(), generate_seed()
    with socket.create_server((LOOPBACK, 0)) as listening:
        port = listening.getsockname()[1]
        context = multiprocessing.get_context("spawn")
        sender = context.Process(target=_send, args=(there, SigningKey(here).public, port, size))
        sender.start()
        connection, _ = listening.accept()
        tls = TlsContexts(here).server([SigningKey(there).public])
        with tls.wrap_socket(connection, server_side=True) as stream:
            received, piece = 0, bytearray(_PIECE)
            begun = time.perf_counter()
            while received < size:
                received += stream.recv_into(piece)
            lasted = time.perf_counter() - begun
        sender.join()
    return size / lasted


def _send(seed: bytes, peer: bytes, port: int, size: int) -> None:
    tls = TlsContexts(seed).client([peer])
    with tls.wrap_socket(socket.create_connection((LOOPBACK, port))) as stream:
        for start in range(0, size, _PIECE):
            stream.sendall(bytes(min(_PIECE, size - start)))
