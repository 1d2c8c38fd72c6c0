"""What a check has found so far, how far it is, and whether somebody wants it to stop."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ehr_desktop.domain.ledger import Fault, FaultKind


class StoppedError(Exception):
    """The person cancelled the check."""


@dataclass(slots=True)
class Findings:
    """Faults and counts of one check. `progress` is told steps done and steps in all."""

    progress: Callable[[int, int], None]
    cancelled: Callable[[], bool]
    total: int = 0
    done: int = 0
    faults: list[Fault] = field(default_factory=list)
    blocks: int = 0
    transactions: int = 0
    signatures: int = 0
    containers: int = 0
    records: int = 0

    def fault(self, what: FaultKind, where: str, since: str, meaning: str) -> None:
        """Note something that is wrong."""
        self.faults.append(Fault(what, where, since, meaning))

    def damaged(self, file: str, pages: int) -> None:
        """Note a file some of whose pages are not authentic."""
        self.fault(
            FaultKind.STORE,
            file,
            "",
            f"{pages} page(s) of this file were changed or damaged outside the program.",
        )

    def step(self, count: int = 1) -> None:
        """Go on by `count` steps.

        Raises:
            StoppedError: the person has cancelled.
        """
        self.done += count
        self.progress(self.done, max(self.total, self.done))
        if self.cancelled():
            raise StoppedError
