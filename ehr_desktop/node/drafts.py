"""What was typed and not yet saved, sealed under the key of whoever typed it."""

import re

from sqlalchemy import Connection

from ehr_desktop.domain.errors import HomeDamagedError
from ehr_desktop.domain.people import Actor
from ehr_desktop.node.core import Core
from ehr_desktop.node.crypto.blob import open_blob, seal_blob
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.keys.keyring import Session
from ehr_desktop.node.store import secrets

_LABEL = "ehr/draft/v1"
_PATIENT = re.compile(r"[0-9a-f]{32}")


class Drafts:
    """The drafts on this workstation. Their names, too, are only known to whoever wrote them."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def save(self, actor: Actor, name: str, text: str) -> None:
        """Keep a draft, over the older one of that name.

        Raises:
            NotSignedInError: the session has ended.
            DiskFullError: it was not kept.
        """
        session = self._core.session(actor)
        key, place = _key(session), _place(session, name)
        sealed = seal_blob(key, text.encode(), _LABEL, place)

        def run() -> None:
            with self._core.database.writing() as connection:
                secrets.put_draft(
                    connection, session.person, place, sealed, self._core.clock(), _patient_of(name)
                )

        await self._core.on_writer(run)

    async def load(self, actor: Actor, name: str) -> tuple[str, int] | None:
        """Give a draft and when it was saved, UTC milliseconds; None if there is none.

        Raises:
            NotSignedInError: the session has ended.
        """
        session = self._core.session(actor)
        place = _place(session, name)

        def run(connection: Connection) -> tuple[bytes, int] | None:
            return secrets.draft(connection, session.person, place)

        found = await self._core.read(run)
        if found is None:
            return None
        try:
            return open_blob(_key(session), found[0], _LABEL, place).decode(), found[1]
        except OpenFailedError as error:
            raise HomeDamagedError("ledger.db") from error

    async def discard(self, actor: Actor, name: str) -> None:
        """Drop a draft.

        Raises:
            NotSignedInError: the session has ended.
        """
        session = self._core.session(actor)

        def run() -> None:
            with self._core.database.writing() as connection:
                secrets.remove_draft(connection, session.person, _place(session, name))

        await self._core.on_writer(run)


def _key(session: Session) -> bytes:
    return derive_key(session.keys.seed, "ehr/drafts/v1")


def _patient_of(name: str) -> bytes:
    """Give the patient whose id a draft's name ends with, behind a slash; nothing if none does."""
    end = name.rpartition("/")[2]
    return bytes.fromhex(end) if _PATIENT.fullmatch(end) else b""


def _place(session: Session, name: str) -> bytes:
    return digest("ehr/draft-name/v1", _key(session), name.encode())
