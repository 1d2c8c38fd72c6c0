"""Letting a new workstation in: the door, the digits, the enrolment."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.errors import (
    HomeDamagedError,
    NotFoundError,
    NotSignedInError,
    RefusedError,
)
from ehr_desktop.domain.events import PairingAsked, PairingEnded, PairingLeft
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.domain.network import ENROLMENT_WAITS
from ehr_desktop.domain.people import Action, Actor, may
from ehr_desktop.node.contracts.statements import EnrolDevice
from ehr_desktop.node.core import Core
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.net.address import Address, parse_address
from ehr_desktop.node.net.address_book import SavedAddress
from ehr_desktop.node.net.discovery import PAIRING_SERVICE, Discovery
from ehr_desktop.node.net.errors import PairingError, PairingFailure
from ehr_desktop.node.net.interfaces import own_addresses
from ehr_desktop.node.net.joining_terms import JoiningAnswer, JoiningTerms, JoiningVerdict
from ehr_desktop.node.net.pairing import PairingKeys
from ehr_desktop.node.net.pairing_port import PAIRING_PORT, shown_door
from ehr_desktop.node.net.pairing_window import WINDOW_S, PairingWindow
from ehr_desktop.node.net.pairing_wire import Introduction, Paired
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import blocks, secrets

_ANSWER_S: Final = 30.0
_NODE_PORT: Final = 1
_LEDGER: Final = "ledger.db"
CLOSED: Final = "closed"
LOCKED: Final = "locked"


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """Where a new workstation can come in, as a person would type it, and until when (UTC
    milliseconds).
    """

    addresses: tuple[str, ...]
    until_ms: int


@dataclass(slots=True)
class _Door:
    """A door while it is open: who opened it, and what is asked now."""

    actor: Actor
    window: PairingWindow
    name: str = ""
    question: asyncio.Future[bool] | None = None
    ending: str = CLOSED


class Admitting:
    """At most one door. All of it runs on the node's loop.

    `addresses` gives where this workstation's node listens, once `listen` was called (a clinic of
    one has nobody to listen for); `known` gives where others do. Both are told to the newcomer.
    With `announce` the door can be found on the network while it is open.
    """

    def __init__(
        self,
        core: Core,
        addresses: Callable[[], tuple[str, ...]],
        known: Callable[[], Sequence[SavedAddress]] = tuple,
        *,
        listen: Callable[[], Awaitable[None]] | None = None,
        announce: bool = True,
        window_s: float = WINDOW_S,
    ) -> None:
        self._core = core
        self._listen = listen
        self._addresses = addresses
        self._known = known
        self._announce = announce
        self._window_s = window_s
        self._door: _Door | None = None
        self._task: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        core.keyring.closed.append(self._on_session_closed)

    async def open_door(self, actor: Actor) -> OpenDoor:
        """Let one new workstation in, within two minutes; a door that is open is closed first.

        Raises:
            NotSignedInError: the actor's session has ended.
            RefusedError: the actor is no administrator.
        """
        async with self._opening:
            return await self._open(actor)

    async def _open(self, actor: Actor) -> OpenDoor:
        self._core.session(actor)
        _require_administrator(actor)
        await self.close_door()
        if self._listen is not None:
            await self._listen()
        keys = await self._core.read(_own_keys)
        door = _Door(actor, self._window(keys))
        self._door = door
        self._task = asyncio.get_running_loop().create_task(self._stand_open(door, keys))
        # let it begin: only then does it tell how it ended, and close what it opened
        await asyncio.sleep(0)
        addresses = (Address(host, door.window.port) for host in sorted(own_addresses()))
        until_ms = self._core.clock() + round(self._window_s * 1000)
        return OpenDoor(tuple(map(shown_door, addresses)), until_ms)

    async def let_in(self, actor: Actor, *, agreed: bool) -> None:
        """Say whether both screens show the same digits.

        Raises:
            NotSignedInError: the session of who opened the door has ended.
            NotFoundError: nobody stands at the door any more.
        """
        self._core.session(actor)
        door = self._door
        if door is None or door.actor.session != actor.session:
            raise NotFoundError("door")
        if door.question is None or door.question.done():
            raise NotFoundError(door.name)
        door.question.set_result(agreed)

    async def close_door(self) -> None:
        """Let nobody in after all, and wait until the door is closed."""
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _window(self, keys: PairingKeys) -> PairingWindow:
        try:
            return self._window_at(keys, PAIRING_PORT)
        except OSError:
            return self._window_at(keys, 0)

    def _window_at(self, keys: PairingKeys, port: int) -> PairingWindow:
        return PairingWindow(
            keys, self._ask, port=port, window_s=self._window_s, lost=self._on_lost
        )

    def _ask(self, met: Introduction) -> asyncio.Future[bool]:
        question: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if self._door is not None:
            self._door.question, self._door.name = question, met.name
        self._core.publish(PairingAsked(met.digits, met.name))
        return question

    def _on_lost(self, failure: PairingFailure) -> None:
        if self._door is not None:
            self._core.publish(PairingLeft(self._door.name, failure))
            self._door.question = None

    def _on_session_closed(self, actor: Actor) -> None:
        if self._door is not None and self._door.actor.session == actor.session and self._task:
            self._door.ending = LOCKED
            self._task.cancel()

    async def _stand_open(self, door: _Door, keys: PairingKeys) -> None:
        """Wait for a newcomer and enrol it; tell how it ended, whatever happens."""
        announcing = self._start_announcing(door.window.port)
        failure = door.ending
        try:
            paired = await door.window.admit()
            try:
                failure = await self._enrol(door, keys, paired)
            finally:
                await paired.channel.close()
        except PairingError as error:
            failure = error.reason
        except RefusedError as error:
            failure = error.outcome.rule
        except NotSignedInError:
            failure = LOCKED
        except asyncio.CancelledError:
            failure = door.ending
            raise
        finally:
            self._door = self._task = None
            self._core.publish(PairingEnded(door.name, failure))
            if announcing is not None:
                announcing.cancel()
                await asyncio.gather(announcing, return_exceptions=True)

    def _start_announcing(self, port: int) -> "asyncio.Task[None] | None":
        if not self._announce:
            return None
        discovery = Discovery(
            PAIRING_SERVICE,
            tag="",
            port=port,
            seen=lambda _sighting: None,
            gone=lambda _sighting: None,
            most=1,
            clock=lambda: self._core.clock() / 1000,
        )
        return asyncio.get_running_loop().create_task(discovery.run())

    async def _enrol(self, door: _Door, keys: PairingKeys, paired: Paired) -> str:
        """Tell the newcomer the terms; once it has signed them, enrol it. Give what is to be said
        of the enrolment: nothing if it is final.
        """
        terms = await self._terms(door.actor, keys)
        paired.channel.send(terms.encode())
        answer = JoiningAnswer.decode(await paired.channel.receive(_ANSWER_S))
        session = self._core.session(door.actor)
        statement = EnrolDevice(
            device=device_id_of(paired.theirs.signing),
            key=paired.theirs.signing,
            box_key=paired.theirs.box,
            name=door.name,
            acceptance=answer.acceptance,
        )
        try:
            said = Unsigned(statement, session.person, session.keys.signing)
            outcomes = await self._core.say(said)
        except RefusedError as error:
            paired.channel.send(JoiningVerdict(error.outcome.rule).encode())
            raise
        paired.channel.send(JoiningVerdict("").encode())
        is_final = all(outcome.state is TransactionState.FINAL for outcome in outcomes)
        return "" if is_final else ENROLMENT_WAITS

    async def _terms(self, actor: Actor, keys: PairingKeys) -> JoiningTerms:
        network, genesis = await self._core.read(_network_and_genesis)
        own = keys.public.signing
        here = (
            SavedAddress(parse_address(text, _NODE_PORT), own, typed=False)
            for text in self._addresses()
        )
        return JoiningTerms(
            network=network,
            genesis=genesis,
            device=device_id_of(own),
            administrator=bytes.fromhex(actor.id),
            site_secret=self._core.site_secret,
            clinic=self._core.value("clinic")[0],
            mode=self._core.value("proposers") or "authority",
            addresses=(*here, *self._known()),
        )


def _require_administrator(actor: Actor) -> None:
    if not may(actor.role, Action.MANAGE_WORKSTATIONS):
        raise RefusedError(Outcome(TransactionId(""), TransactionState.REFUSED, "role"))


def _own_keys(connection: Connection) -> PairingKeys:
    signing = secrets.secret(connection, "device-signing-seed")
    box = secrets.secret(connection, "device-box-seed")
    if signing is None or box is None:
        raise HomeDamagedError(_LEDGER)
    return PairingKeys(SigningKey(signing), BoxKey(box))


def _network_and_genesis(connection: Connection) -> tuple[bytes, bytes]:
    network, first = secrets.secret(connection, "network"), blocks.rising(connection, 0, 1)
    if network is None or not first:
        raise HomeDamagedError(_LEDGER)
    return network, first[0][1]
