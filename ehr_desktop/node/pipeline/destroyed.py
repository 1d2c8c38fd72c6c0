"""What was deleted for good in a database transaction, and what is still to be done once it has
committed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ehr_desktop.node.store import destroying


@dataclass(slots=True)
class Destroyed:
    """What was deleted. Once it has committed, `files` (commitments) are to be destroyed and the
    log emptied, if there was `anything`.
    """

    files: list[bytes] = field(default_factory=list)
    anything: bool = False

    def add(self, more: "Destroyed") -> None:
        """Take over what else was deleted."""
        self.files += more.files
        self.anything = self.anything or more.anything

    def remove(self, connection: Connection, names: Iterable[bytes]) -> None:
        """Delete containers by their commitments."""
        wanted = list(names)
        self.files += destroying.remove_containers(connection, wanted)
        self.anything = self.anything or bool(wanted)

    def remove_boxes(self, connection: Connection, names: Iterable[bytes]) -> None:
        """Delete boxes by their hashes."""
        wanted = list(names)
        destroying.remove_boxes(connection, wanted)
        self.anything = self.anything or bool(wanted)
