"""Taking FHIR bundles in: every good entry, no bad one, and a report of both.

An entry that is refused never stops the rest and never enters the store. The same resource again
is recognised; a changed one becomes the next version of its record.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ehr_desktop.domain.people import Actor
from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.node.node import Node
from ehr_desktop.services.import_reading import Batch, read_batches
from ehr_desktop.services.import_sorting import FileImport, Tally
from ehr_desktop.services.values import ImportProgress, ImportReport


class Imports:
    """Records on their way in."""

    def __init__(self, node: Node, validator: Validator) -> None:
        self._node = node
        self._validator = validator

    async def run(
        self,
        actor: Actor,
        files: Sequence[Path],
        progress: Callable[[ImportProgress], None],
        cancelled: Callable[[], bool],
    ) -> ImportReport:
        """Take files in, one after another; what was taken before a cancellation stays.

        Both callbacks are called on a worker thread.

        Raises:
            NotSignedInError: the session has ended.
            RefusedError: the actor may not import.
            DiskFullError: what was taken so far is stored, the rest is not.
        """
        begun = time.monotonic()
        tally = Tally()
        for index, path in enumerate(files):
            if cancelled():
                break
            tell = _teller(progress, index, files)
            batches = read_batches(path, self._validator, tell)
            await self._take(actor, path, batches, tally, cancelled)
        return ImportReport(
            files=tuple(tally.files),
            patients=len(tally.patients),
            new_patients=tally.new_patients,
            taken=sum(report.taken for report in tally.files),
            unchanged=sum(report.unchanged for report in tally.files),
            refused=tuple(tally.refused),
            seconds=time.monotonic() - begun,
            cancelled=cancelled(),
        )

    async def _take(
        self,
        actor: Actor,
        path: Path,
        batches: Iterator[Batch],
        tally: Tally,
        cancelled: Callable[[], bool],
    ) -> None:
        """Read the next batch while the last one is being stored."""
        file = FileImport(self._node, actor, path.name, tally)
        upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
        try:
            stopped = False
            while not stopped and (batch := await upcoming) is not None:
                stopped = cancelled()
                if not stopped:
                    upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
                    await file.take(batch)
            await file.finish(cancelled=stopped)
        finally:
            await asyncio.gather(upcoming, return_exceptions=True)


def _teller(
    progress: Callable[[ImportProgress], None], index: int, files: Sequence[Path]
) -> Callable[[int, int], None]:
    path = files[index]
    total = path.stat().st_size if path.exists() else 0

    def tell(entries: int, bytes_done: int) -> None:
        progress(ImportProgress(path.name, index, len(files), entries, bytes_done, total))

    return tell
