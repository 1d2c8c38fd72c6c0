"""The plain connection two workstations pair over: nothing secret crosses it in the clear."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ehr_desktop.node.crypto.hashes import HASH_SIZE
from ehr_desktop.node.crypto.sign import SIGNATURE_SIZE
from ehr_desktop.node.net import pairing
from ehr_desktop.node.net.errors import PairingError, PairingFailure
from ehr_desktop.node.net.limits import MAX_FRAME
from ehr_desktop.node.net.pairing import Opening, PairingKeys, Parcels, PublicKeys, Side

LENGTH_SIZE: Final = 4
_MAX_BEFORE_CONFIRMED: Final = 4096
_ANSWER_S: Final = 5.0
_GOODBYE_S: Final = 1.0
_REFUSED: Final = b""
"""An empty message: the person there said that the digits differ."""

BUSY: Final = bytes(LENGTH_SIZE)
"""An empty message with its length, in place of keys: another workstation is being paired."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """Both sides' keys are exchanged and nobody has confirmed anything: show `digits`, and `name`
    as what a stranger calls itself.
    """

    theirs: PublicKeys
    transcript: bytes
    digits: str
    name: str = ""


Ask = Callable[[Introduction], asyncio.Future[bool]]
"""Shows the digits to a person; the future gets whether they are the same. It is cancelled when
the other side is gone, so that the question can be taken off the screen."""


class Wire:
    """Length-prefixed messages over one TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, message: bytes) -> None:
        """Queue a message."""
        self._writer.write(len(message).to_bytes(LENGTH_SIZE, "big") + message)

    async def receive(self, most: int, patience_s: float | None) -> bytes:
        """Give the next message of at most `most` bytes.

        Raises:
            PairingError: it is longer, or none comes in time, or the connection is gone.
        """
        try:
            async with asyncio.timeout(patience_s):
                size = int.from_bytes(await self._reader.readexactly(LENGTH_SIZE), "big")
                if size > most:
                    raise PairingError(PairingFailure.GARBAGE)
                return await self._reader.readexactly(size)
        except (OSError, EOFError, TimeoutError) as error:
            raise PairingError(PairingFailure.BROKEN_OFF) from error

    async def close(self) -> None:
        """Send what is queued and close."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                await self._writer.wait_closed()
        self._writer.transport.abort()


@dataclass(frozen=True, slots=True)
class Paired:
    """Two people, or one at both screens, confirmed the digits.

    `transcript` (32 bytes) goes into the roster change; `channel` carries what the two nodes still
    have to tell each other, sealed and signed, and is the caller's to close.
    """

    theirs: PublicKeys
    transcript: bytes
    channel: "Channel"


class Channel:
    """What two paired workstations say before there can be a link: any bytes, in order."""

    def __init__(self, wire: Wire, parcels: Parcels) -> None:
        self._wire = wire
        self._parcels = parcels

    def send(self, payload: bytes) -> None:
        """Seal, sign and queue at most `pairing.MAX_PAYLOAD` bytes.

        Raises:
            PairingError: they are more.
        """
        self._wire.send(self._parcels.seal(payload))

    async def receive(self, patience_s: float) -> bytes:
        """Give what the other side sent next, if it comes within `patience_s` seconds.

        Raises:
            PairingError: it does not, or it is not from the other side.
        """
        return self._parcels.open(await self._wire.receive(MAX_FRAME, patience_s))

    async def close(self) -> None:
        """Send what is queued and close the connection."""
        await self._wire.close()


async def introduce(side: Side, wire: Wire, mine: Opening) -> Introduction:
    """Exchange commitment and keys, the joining side first.

    Raises:
        PairingError: the other side is silent, says something else, or breaks its commitment.
    """
    if side is Side.JOINING:
        wire.send(pairing.write_octets(mine.commitment()))
        message = await wire.receive(_MAX_BEFORE_CONFIRMED, _ANSWER_S)
        if not message:
            raise PairingError(PairingFailure.BUSY)
        theirs = Opening.decode(message)
        wire.send(mine.encode())
        transcript = pairing.transcript_of(mine, theirs)
    else:
        message = await wire.receive(_MAX_BEFORE_CONFIRMED, _ANSWER_S)
        commitment = pairing.read_octets(message, HASH_SIZE)
        wire.send(mine.encode())
        theirs = Opening.decode(await wire.receive(_MAX_BEFORE_CONFIRMED, _ANSWER_S))
        pairing.require_opened(commitment, theirs)
        transcript = pairing.transcript_of(theirs, mine)
    return Introduction(theirs.keys, transcript, pairing.digits_of(transcript), theirs.name)


async def conclude(
    side: Side, wire: Wire, keys: PairingKeys, met: Introduction, ask: Ask
) -> Paired:
    """Wait for the person here and the person there to say that the digits are the same.

    Raises:
        PairingError: one of them says they differ, or the connection breaks.
    """
    answer = ask(met)
    reply = asyncio.ensure_future(wire.receive(_MAX_BEFORE_CONFIRMED, None))
    try:
        await asyncio.wait((answer, reply), return_when=asyncio.FIRST_COMPLETED)
        if reply.done():
            _require_agreement(reply.result())
        if not await answer:
            wire.send(_REFUSED)
            raise PairingError(PairingFailure.REFUSED_HERE)
        wire.send(pairing.write_octets(pairing.confirm(side, met.transcript, keys.signing)))
        signature = _require_agreement(await reply)
    finally:
        answer.cancel()
        reply.cancel()
        await asyncio.gather(reply, return_exceptions=True)
    pairing.require_confirmed(side.other, met.transcript, met.theirs.signing, signature)
    parcels = Parcels(side, keys, met.theirs, met.transcript)
    return Paired(met.theirs, met.transcript, Channel(wire, parcels))


def _require_agreement(reply: bytes) -> bytes:
    """Give the signature in the other side's answer."""
    if reply == _REFUSED:
        raise PairingError(PairingFailure.REFUSED_THERE)
    return pairing.read_octets(reply, SIGNATURE_SIZE)
