"""One thing a workstation owes the ledger, and what it may look at to know whether it still does.

A duty is only ever asked about a statement that is final and accepted in this workstation's own
ledger. It answers from the state, so asking it twice, or after a restart, does no harm.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, Self

from sqlalchemy import Connection

from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import NOBODY, Statement
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store.secrets import KeyBox

_SOON_MS: Final = 200
_LONG_MS: Final = 30_000


@dataclass(frozen=True, slots=True)
class Here:
    """This workstation as a duty finds it, on the writer thread.

    `final` reads the state as it is, `expected` as it will be once all that waits is final: what
    was said already shows there. `place` counts the active workstations from 0, so that several
    who owe the same need not speak at once.
    """

    connection: Connection
    device: bytes
    box: BoxKey
    place: int
    now_ms: int
    final: StateReader
    expected: StateReader


@dataclass(frozen=True, slots=True)
class Later:
    """Ask again at `due_ms`, UTC milliseconds on this workstation's clock."""

    due_ms: int

    @classmethod
    def again(cls, here: Here, cause: "Cause") -> Self:
        """Look again in a moment, in twice as long the next time: what is waited for may never
        come, and the writer has other things to do.
        """
        return cls(here.now_ms + min(_SOON_MS << min(cause.put_off, 16), _LONG_MS))


@dataclass(frozen=True, slots=True)
class Cause:
    """An accepted statement, and the id (32 bytes) of the transaction it stands in; how often it
    was put off until now.
    """

    transaction: bytes
    statement: Statement
    put_off: int = 0


Owed = Iterable[Unsigned | Later]


class Duty(Protocol):
    """What this workstation owes after statements of some kinds."""

    kinds: ClassVar[frozenset[str]]
    """The kinds of statements that may give rise to it."""
    looks_back: ClassVar[int]
    """So many of the newest of each kind are looked at when the program starts."""

    def owed(self, here: Here, cause: Cause) -> Owed:
        """Give what is to be said because of a statement; nothing if it was said before, or is owed
        no longer.
        """
        ...


def said(statement: Statement, *, subject: bytes = b"", boxes: tuple[KeyBox, ...] = ()) -> Unsigned:
    """Give what the workstation says for itself."""
    return Unsigned(statement, NOBODY, None, subject=subject, boxes=boxes)
