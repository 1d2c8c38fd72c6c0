"""Everything a screen may ask of patients' records, the largest part of the clinic's front door.
Every method runs on the node's loop, as in `clinic_port.py`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ehr_desktop.domain.chart import ChartSummary, Entry, EntrySource, RecordVersion, Section
from ehr_desktop.domain.ids import PatientId, RecordId
from ehr_desktop.domain.ledger import TransactionSummary
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.services.values import OpenChart, VitalEntry


class Charts(Protocol):
    """Patients' records."""

    async def open(self, actor: Actor, patient: PatientId, purpose: str = "treatment") -> OpenChart:
        """Open a chart; the receipt is written first."""
        ...

    async def summary(self, chart: OpenChart) -> ChartSummary:
        """Give what opened first anew, as it is by now; no receipt is written for it."""
        ...

    async def section(
        self,
        chart: OpenChart,
        kind: SectionKind,
        *,
        limit: int = 100,
        offset: int = 0,
        text: str = "",
    ) -> Section:
        """Give a page of a section, newest first."""
        ...

    async def trend(self, chart: OpenChart, code: str) -> tuple[Entry, ...]:
        """Give all results of one code, oldest first."""
        ...

    async def record(
        self, chart: OpenChart, record: RecordId, version: int | None = None
    ) -> RecordVersion:
        """Open one version of a record, checked against the ledger."""
        ...

    async def versions(self, chart: OpenChart, record: RecordId) -> tuple[EntrySource, ...]:
        """Give a record's versions, newest first."""
        ...

    async def add_note(self, chart: OpenChart, title: str, text: str) -> Entry:
        """Write a note."""
        ...

    async def add_vital(self, chart: OpenChart, vital: VitalEntry) -> Entry:
        """Write a vital sign."""
        ...

    async def add_allergy(
        self,
        chart: OpenChart,
        text: str,
        criticality: str = "unable-to-assess",
        *,
        none_known: bool = False,
    ) -> Entry:
        """Write an allergy, or that none is known."""
        ...

    async def add_problem(self, chart: OpenChart, text: str, onset: str = "") -> Entry:
        """Write a problem."""
        ...

    async def add_medication(self, chart: OpenChart, text: str, dosage: str) -> Entry:
        """Write a medication."""
        ...

    async def add_document(
        self,
        chart: OpenChart,
        title: str,
        path: Path,
        progress: Callable[[int, int], None] | None = None,
    ) -> Entry:
        """Take a file of any size into the record."""
        ...

    async def save_document(self, chart: OpenChart, record: RecordId, target: Path) -> None:
        """Write an attachment out."""
        ...

    async def amend_note(self, chart: OpenChart, record: RecordId, text: str, reason: str) -> Entry:
        """Write a new version of a note; the original stays."""
        ...

    async def card(self, chart: OpenChart, record: RecordId) -> tuple[tuple[str, str], ...]:
        """Give any record as pairs of label and text."""
        ...

    async def access_log(self, chart: OpenChart) -> tuple[TransactionSummary, ...]:
        """Give who opened this record, newest first."""
        ...
