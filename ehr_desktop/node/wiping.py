"""Once a deletion has committed: what is left of it in files and in the log goes, too."""

from contextlib import suppress

from ehr_desktop.domain.errors import DiskFullError
from ehr_desktop.node.pipeline.destroyed import Destroyed
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database


class Wiping:
    """Wipes what was deleted for good. On the writer thread."""

    def __init__(self, database: Database, files: ContainerFiles) -> None:
        self._database = database
        self._files = files
        self.is_done = True
        """Whether nothing that was deleted stands in the log any more. Any thread."""

    def start(self) -> None:
        """Wipe what an interrupted run left: files that no row names, and the log."""
        with self._database.reading() as connection:
            self._files.remove_leftovers(connection)
        self.is_done = self._database.empty_log()

    def take(self, destroyed: Destroyed) -> None:
        """Wipe what a committed turn deleted; the log as soon as nobody reads an older state."""
        self._files.destroy(destroyed.files)
        if destroyed.anything:
            self.is_done = False
        self.go_on()

    def go_on(self) -> None:
        """Try again to empty the log, if that is still to be done."""
        if not self.is_done:
            with suppress(DiskFullError):
                self.is_done = self._database.empty_log()
