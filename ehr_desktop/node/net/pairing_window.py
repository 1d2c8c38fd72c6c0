"""Pairing as two people do it: a window on the workstation that is in, a visit by the new one."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.errors import PairingError, PairingFailure
from ehr_desktop.node.net.listening import accept_forever, listening_socket
from ehr_desktop.node.net.pairing import Opening, PairingKeys, Side
from ehr_desktop.node.net.pairing_wire import BUSY, Ask, Paired, Wire, conclude, introduce

WINDOW_S: Final = 120.0
TRIES: Final = 3
_DIAL_S: Final = 5.0
_BACKLOG: Final = 8


class PairingWindow:
    """Open for `window_s` seconds or until six digits were shown `TRIES` times in vain.

    One visitor at a time is heard; another is told to come again. `ask` shows the digits to the
    administrator, `lost` is told why a visitor who was asked about did not come in. Listens from
    the start, and `admit` must follow.

    Raises:
        OSError: the port is taken.
    """

    def __init__(
        self,
        keys: PairingKeys,
        ask: Ask,
        *,
        host: str = "",
        port: int = 0,
        window_s: float = WINDOW_S,
        lost: Callable[[PairingFailure], None] = lambda _failure: None,
    ) -> None:
        self._keys = keys
        self._ask = ask
        self._lost = lost
        self._window_s = window_s
        self._socket = listening_socket(host, port, _BACKLOG)
        self._visitors: asyncio.Queue[socket.socket] = asyncio.Queue()
        self._is_busy = False
        self.port = int(self._socket.getsockname()[1])

    async def admit(self) -> Paired:
        """Wait until a workstation has paired, and close the window; cancelling closes it too.

        Raises:
            PairingError: nobody did, in time or within the tries.
        """
        accepting = asyncio.ensure_future(accept_forever(self._socket, self._on_visitor))
        try:
            async with asyncio.timeout(self._window_s):
                return await self._first_paired()
        except TimeoutError:
            raise PairingError(PairingFailure.EXPIRED) from None
        finally:
            accepting.cancel()
            await asyncio.gather(accepting, return_exceptions=True)
            # a task that is cancelled before it began has closed nothing
            self._socket.close()
            while not self._visitors.empty():
                self._visitors.get_nowait().close()

    def _on_visitor(self, connection: socket.socket, _source: Address) -> None:
        if self._is_busy:
            # it fits any send buffer, so nothing waits for a stranger
            connection.send(BUSY)
            connection.close()
            return
        self._is_busy = True
        self._visitors.put_nowait(connection)

    async def _first_paired(self) -> Paired:
        tries = 0
        while tries < TRIES:
            reader, writer = await asyncio.open_connection(sock=await self._visitors.get())
            wire, met = Wire(reader, writer), None
            try:
                met = await introduce(Side.INSIDE, wire, Opening.fresh(self._keys.public))
                tries += 1
                return await conclude(Side.INSIDE, wire, self._keys, met, self._ask)
            except PairingError as error:
                await wire.close()
                if met is not None:
                    self._lost(error.reason)
            except BaseException:
                writer.transport.abort()
                raise
            finally:
                self._is_busy = False
        raise PairingError(PairingFailure.TOO_MANY_TRIES)


async def join(address: Address, keys: PairingKeys, ask: Ask, name: str = "") -> Paired:
    """Visit the pairing window at `address` under a `name` of at most `pairing.MAX_NAME` printable
    characters; `ask` shows the digits to whoever sits here.

    Raises:
        PairingError: nobody is there, or it did not come to a pairing.
    """
    try:
        async with asyncio.timeout(_DIAL_S):
            reader, writer = await asyncio.open_connection(address.host, address.port)
    except (OSError, TimeoutError) as error:
        raise PairingError(PairingFailure.UNREACHABLE) from error
    wire = Wire(reader, writer)
    try:
        async with asyncio.timeout(WINDOW_S):
            met = await introduce(Side.JOINING, wire, Opening.fresh(keys.public, name))
            return await conclude(Side.JOINING, wire, keys, met, ask)
    except TimeoutError as error:
        writer.transport.abort()
        raise PairingError(PairingFailure.EXPIRED) from error
    except PairingError:
        await wire.close()
        raise
    except BaseException:
        writer.transport.abort()
        raise
