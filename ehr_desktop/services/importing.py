"""Taking FHIR bundles in: every good entry, no bad one, and a report of both.

An entry that is refused never stops the rest and never enters the store. The same resource again
is recognised; a changed one becomes the next version of its record.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ehr_desktop.domain.people import Actor
from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.node.node import Node
from ehr_desktop.services.import_ahead import read_ahead
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
        await self._take(actor, files, progress, tally, cancelled)
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
        files: Sequence[Path],
        progress: Callable[[ImportProgress], None],
        tally: Tally,
        cancelled: Callable[[], bool],
    ) -> None:
        """Read the next batch, of this file or the one after, while the last is being stored."""
        batches = read_ahead(files, self._validator, progress)
        upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
        file: FileImport | None = None
        at = -1
        stopped = False
        try:
            while not stopped and (found := await upcoming) is not None:
                index, batch = found
                if file is not None and index != at:
                    await file.finish(cancelled=False)
                    file = None
                stopped = cancelled()
                if not stopped:
                    upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
                    file, at = (
                        file or FileImport(self._node, actor, files[index].name, tally),
                        index,
                    )
                    await file.take(batch)
            if file is not None:
                await file.finish(cancelled=stopped)
        finally:
            await asyncio.gather(upcoming, return_exceptions=True)
            await asyncio.to_thread(batches.close)
