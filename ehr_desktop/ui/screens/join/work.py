"""What the screens of a new workstation need from outside."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Work = Coroutine[Any, Any, None]


class Compare(Protocol):
    """Takes the person's answer about the digits."""

    def __call__(self, *, agreed: bool) -> Work:
        """Say whether they are the same."""
        ...


@dataclass(frozen=True, slots=True)
class JoiningWork:
    """Coroutines for the node's loop. `look` tells `DoorsChanged` until it is cancelled; `join`
    (addresses to try in turn, name of this workstation) tells `PairingAsked`, then `Progress`
    while records are fetched, and ends when people can sign in; `compare` takes the answer about
    the digits; `fetch` goes on fetching where `join` was interrupted after it had joined.
    """

    look: Callable[[], Work]
    join: Callable[[Sequence[str], str], Work]
    compare: Compare
    fetch: Callable[[], Work]
    workstation_name: str
