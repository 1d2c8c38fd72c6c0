"""The PIN that leaves the kiosk on this workstation: stretched, so that guessing it takes long."""

import asyncio
import hmac
import os
from typing import Final

from ehr_desktop.domain.people import Actor
from ehr_desktop.node.core import Core
from ehr_desktop.node.crypto.passwords import SALT_SIZE, PasswordParameters, stretch
from ehr_desktop.node.keys.pins import check_new_pin, normal_pin
from ehr_desktop.node.store import secrets

_NAME = "kiosk-exit-pin"
_AT_ONCE: Final = 5
"""So many wrong ones are told at once; after that everybody waits."""
_WAIT_S: Final = 10.0


class ExitPin:
    """This workstation's. On the node's loop."""

    def __init__(self, core: Core, parameters: PasswordParameters, wait_s: float = _WAIT_S) -> None:
        self._core = core
        self._parameters = parameters
        self._wait_s = wait_s
        self._wrong = 0
        self._one_at_a_time = asyncio.Lock()

    async def choose(self, actor: Actor, pin: str) -> None:
        """Choose the PIN.

        Raises:
            InvalidInputError: it does not do; see `pins.check_new_pin`.
            NotSignedInError: the session has ended.
        """
        self._core.session(actor)
        chosen, salt = check_new_pin(pin), os.urandom(SALT_SIZE)
        stretched = await asyncio.to_thread(stretch, chosen, salt, self._parameters)

        def run() -> None:
            with self._core.database.writing() as connection:
                secrets.put_secret(connection, _NAME, salt + stretched)

        await self._core.on_writer(run)

    async def is_right(self, pin: str) -> bool:
        """Tell whether a PIN is the one that was chosen; not while none was. After some wrong ones
        each takes a while, as whoever stands before a kiosk may try as many as there are.

        Raises:
            InvalidInputError: a PIN has digits.
        """
        typed = normal_pin(pin)
        async with self._one_at_a_time:
            if self._wrong >= _AT_ONCE:
                await asyncio.sleep(self._wait_s)
            is_right = await self._is(typed)
            self._wrong = 0 if is_right else self._wrong + 1
            return is_right

    async def _is(self, typed: str) -> bool:
        kept = await self._core.read(lambda connection: secrets.secret(connection, _NAME))
        salt = kept[:SALT_SIZE] if kept else bytes(SALT_SIZE)
        stretched = await asyncio.to_thread(stretch, typed, salt, self._parameters)
        return kept is not None and hmac.compare_digest(kept[SALT_SIZE:], stretched)

    async def is_chosen(self) -> bool:
        """Tell whether there is one."""
        return await self._core.read(lambda c: secrets.secret(c, _NAME)) is not None
