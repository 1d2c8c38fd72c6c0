"""This workstation's end of all links: it listens, dials, and lets in whom the roster names."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Final

from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.errors import Ending, LinkEndedError, LinkRefusedError
from ehr_desktop.node.net.gate import Gate
from ehr_desktop.node.net.limits import PROTOCOL, Limits
from ehr_desktop.node.net.link import Link
from ehr_desktop.node.net.listening import accept_forever, listening_socket
from ehr_desktop.node.net.messages import Farewell, Hello
from ehr_desktop.node.net.tls import TlsContexts, proven_key

Roster = Callable[[], Collection[bytes]]
"""Gives the public keys (32 bytes each) of the devices that belong to the clinic now."""

_SERVER_NAME: Final = "ehr-node"
"""What every node calls every other in the clear: it tells no name that somebody typed."""


class Endpoint:
    """Makes links. `seed` is the device's (32 bytes); `hello` gives what to say first; `linked`
    gets every link that was accepted, `refused` hears of every connection that was not. The roster
    is asked at every handshake.
    """

    def __init__(
        self,
        seed: bytes,
        *,
        roster: Roster,
        hello: Callable[[], Hello],
        linked: Callable[[Link], None],
        refused: Callable[[Address, Ending], None],
        limits: Limits,
    ) -> None:
        self.key = SigningKey(seed).public
        self._contexts = TlsContexts(seed)
        self._roster = roster
        self._hello = hello
        self._linked = linked
        self._refused = refused
        self._limits = limits
        self._gate = Gate(limits)
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def listen(self, host: str = "", port: int = 0) -> int:
        """Accept links from now on and give the port; an empty host is every interface.

        Raises:
            OSError: the port is taken.
        """
        listening = listening_socket(host, port, self._limits.backlog)
        taken = int(listening.getsockname()[1])
        _close_unless_begun(self._start(accept_forever(listening, self._admit)), listening)
        return taken

    async def dial(self, address: Address) -> Link:
        """Link to whoever is at `address`.

        Raises:
            LinkRefusedError: nobody is there, or nobody on the roster, or they do not want us.
        """
        reader = asyncio.StreamReader(limit=self._limits.read_buffer)
        try:
            async with asyncio.timeout(self._limits.dial_s):
                loop = asyncio.get_running_loop()
                transport, protocol = await loop.create_connection(
                    lambda: asyncio.StreamReaderProtocol(reader),
                    address.host,
                    address.port,
                    ssl=self._contexts.client(self._roster()),
                    server_hostname=_SERVER_NAME,
                    ssl_handshake_timeout=self._limits.handshake_s,
                    ssl_shutdown_timeout=self._limits.goodbye_s,
                )
        except (OSError, TimeoutError) as error:
            raise LinkRefusedError(_refusal(error)) from error
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        return await self._establish(reader, writer, address, dialled=True)

    def close_removed(self) -> None:
        """End the links of all who are not on the roster any more, at once."""
        known = self._roster()
        for link in tuple(self._links):
            if link.key not in known:
                link.end(Ending.NOT_ON_ROSTER, Farewell.REMOVED)

    async def close(self) -> None:
        """Stop listening, say goodbye on every link, and wait until all sockets are gone."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        links = tuple(self._links)
        for link in links:
            link.end(Ending.CLOSED_HERE, Farewell.SHUTDOWN)
        await asyncio.gather(*(link.wait_parted() for link in links))
        await asyncio.gather(*(link.close() for link in links))
        await asyncio.gather(*self._tasks)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _admit(self, connection: socket.socket, source: Address) -> None:
        if self._gate.enter(source.host, asyncio.get_running_loop().time()):
            _close_unless_begun(self._start(self._welcome(connection, source)), connection)
        else:
            connection.close()
            self._refused(source, Ending.CROWDED)

    async def _welcome(self, connection: socket.socket, source: Address) -> None:
        try:
            link = await self._accept(connection, source)
        except LinkRefusedError as error:
            self._refused(source, error.ending)
        else:
            self._linked(link)
        finally:
            self._gate.leave(source.host)

    async def _accept(self, connection: socket.socket, source: Address) -> Link:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=self._limits.read_buffer)
        try:
            transport, protocol = await loop.connect_accepted_socket(
                lambda: asyncio.StreamReaderProtocol(reader),
                connection,
                ssl=self._contexts.server(self._roster()),
                ssl_handshake_timeout=self._limits.handshake_s,
                ssl_shutdown_timeout=self._limits.goodbye_s,
            )
        except OSError as error:
            raise LinkRefusedError(_refusal(error)) from error
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        return await self._establish(reader, writer, source, dialled=False)

    async def _establish(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        address: Address,
        *,
        dialled: bool,
    ) -> Link:
        """Make a link of a finished handshake: nothing is sent before the key is known."""
        try:
            key = proven_key(writer.get_extra_info("ssl_object"), self._roster())
            self._require_place(key)
        except LinkRefusedError:
            writer.transport.abort()
            raise
        link = Link(reader, writer, key=key, address=address, dialled=dialled, limits=self._limits)
        self._links.add(link)
        try:
            await self._greet(link)
        except BaseException:
            await link.close()
            raise
        finally:
            if link.ending is not None:
                self._links.discard(link)
        link.on_ended(lambda: self._forget(link))
        return link

    def _require_place(self, key: bytes) -> None:
        if key == self.key:
            raise LinkRefusedError(Ending.ITSELF)
        if sum(link.key == key for link in self._links) >= self._limits.links_per_peer:
            raise LinkRefusedError(Ending.CROWDED)

    async def _greet(self, link: Link) -> None:
        """Exchange `Hello`. In TLS 1.3 a client learns only here whether it was let in."""
        mine = self._hello()
        link.send(mine)
        try:
            async with asyncio.timeout(self._limits.handshake_s):
                theirs = await link.receive()
        except TimeoutError:
            raise LinkRefusedError(Ending.SILENT) from None
        except LinkEndedError as error:
            lost = error.ending in {Ending.LOST, Ending.NOT_ON_ROSTER}
            raise LinkRefusedError(Ending.REFUSED_THERE if lost else error.ending) from None
        if not isinstance(theirs, Hello) or theirs.device != device_id_of(link.key):
            raise LinkRefusedError(Ending.GARBAGE)
        if theirs.network != mine.network:
            raise LinkRefusedError(Ending.OTHER_NETWORK)
        if theirs.protocol != PROTOCOL:
            raise LinkRefusedError(Ending.OTHER_PROTOCOL)
        link.hello = theirs

    def _forget(self, link: Link) -> None:
        """Let go of an ended link once its goodbye is over."""
        self._start(self._bury(link))

    async def _bury(self, link: Link) -> None:
        await link.wait_parted()
        await link.close()
        self._links.discard(link)


def _close_unless_begun(task: asyncio.Task[None], its: socket.socket) -> None:
    """Have a task's socket closed too if it is cancelled before it begins."""
    task.add_done_callback(lambda ended: its.close() if ended.cancelled() else None)


def _refusal(error: Exception) -> Ending:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Ending.NOT_ON_ROSTER
    if isinstance(error, ssl.SSLError):
        return Ending.NO_TLS
    return Ending.UNREACHABLE
