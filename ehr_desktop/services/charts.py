"""A patient's chart: opening it with a receipt, reading its parts, writing in it."""

import hashlib
import mimetypes
from collections.abc import Callable
from pathlib import Path

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import ChartSummary, Entry, EntrySource, RecordVersion, Section
from ehr_desktop.domain.errors import InvalidInputError, NotFoundError
from ehr_desktop.domain.ids import PatientId, RecordId
from ehr_desktop.domain.ledger import TransactionSummary
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.domain.records import ATTACHMENT, NewRecord
from ehr_desktop.interchange.fhir import build
from ehr_desktop.interchange.fhir.amend_note import amended_note
from ehr_desktop.interchange.fhir.binary import attachment_url
from ehr_desktop.interchange.fhir.build_medication import medication
from ehr_desktop.interchange.fhir.display import resource_display
from ehr_desktop.node.node import Node
from ehr_desktop.services.values import OpenChart, VitalEntry

_PIECE = 1 << 20
_LOG = 200


class Charts:
    """Patients' records, for those whose keys open them."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def open(self, actor: Actor, patient: PatientId, purpose: str = "treatment") -> OpenChart:
        """Open a chart. The receipt is in the ledger before anything is read.

        Raises:
            NoKeyError: nothing clinical is open to the person.
            ErasedError: the record is locked, or gone.
            NotFoundError: there is no such patient.
            NotHereYetError: who it is has not come to this workstation yet.
        """
        await self._node.claiming.use_rules(actor, patient)
        receipt = await self._node.charts.receive(actor, patient, purpose=purpose)
        names = self._node.people.names()
        return OpenChart(actor, receipt, await self._node.charts.summary(actor, receipt, names))

    async def summary(self, chart: OpenChart) -> ChartSummary:
        """Give what opened first anew, as it is by now.

        Raises:
            NoKeyError: nothing clinical is open any more.
        """
        names = self._node.people.names()
        return await self._node.charts.summary(chart.actor, chart.receipt, names, fresh=True)

    async def section(
        self,
        chart: OpenChart,
        kind: SectionKind,
        *,
        limit: int = 100,
        offset: int = 0,
        text: str = "",
    ) -> Section:
        """Give a page of a section, newest first; with `text` only what holds its words."""
        names = self._node.people.names()
        return await self._node.charts.look(
            chart.actor,
            chart.receipt,
            lambda views, open_now: views.chart.section(
                chart.receipt.patient, kind, names,
                limit=limit, offset=offset, text=text, categories=open_now,
            ),
        )  # fmt: skip

    async def trend(self, chart: OpenChart, code: str) -> tuple[Entry, ...]:
        """Give all results of one code, oldest first."""
        names = self._node.people.names()
        return await self._node.charts.look(
            chart.actor,
            chart.receipt,
            lambda views, open_now: views.chart.trend(
                chart.receipt.patient, code, names, categories=open_now
            ),
        )

    async def record(
        self, chart: OpenChart, record: RecordId, version: int | None = None
    ) -> RecordVersion:
        """Open one version of a record, the newest unless told otherwise.

        Raises:
            IntegrityError: what is stored is not what the ledger commits to.
            NotFoundError: there is no such record of this patient.
        """
        return await self._node.charts.open(
            chart.actor, chart.receipt, record, version, self._node.people.names()
        )

    async def versions(self, chart: OpenChart, record: RecordId) -> tuple[EntrySource, ...]:
        """Give a record's versions, newest first.

        Raises:
            NotFoundError: there is no such record of this patient.
        """
        self._node.require(chart.actor)
        return await self._node.charts.versions(
            chart.receipt.patient, record, self._node.people.names()
        )

    async def card(self, chart: OpenChart, record: RecordId) -> tuple[tuple[str, str], ...]:
        """Give any record as pairs of label and text.

        Raises:
            IntegrityError, NotFoundError: as `record`.
        """
        return resource_display((await self.record(chart, record)).body)

    async def access_log(self, chart: OpenChart) -> tuple[TransactionSummary, ...]:
        """Give who opened this patient's record, newest first."""
        self._node.require(chart.actor)
        return await self._node.explorer.readings(
            chart.receipt.patient, self._node.people.names(), _LOG
        )

    async def add_note(self, chart: OpenChart, title: str, text: str) -> Entry:
        """Write a note.

        Raises:
            InvalidInputError: it says nothing.
        """
        body = build.note(text, _patient(chart), _author(chart), self._node.now(), title)
        return await self._add(chart, Category.NOTES, "DocumentReference", body)

    async def add_vital(self, chart: OpenChart, vital: VitalEntry) -> Entry:
        """Write a vital sign.

        Raises:
            InvalidInputError: a value cannot be.
        """
        body = build.vital(vital.kind, vital.values, vital.when, _patient(chart), _author(chart))
        return await self._add(chart, Category.GENERAL, "Observation", body)

    async def add_allergy(
        self,
        chart: OpenChart,
        text: str,
        criticality: str = "unable-to-assess",
        *,
        none_known: bool = False,
    ) -> Entry:
        """Write an allergy, or that none is known.

        Raises:
            InvalidInputError: it names no substance.
        """
        body = build.allergy(
            text,
            _patient(chart),
            self._node.now(),
            _author(chart),
            criticality="" if none_known else criticality,
            none_known=none_known,
        )
        return await self._add(chart, Category.EMERGENCY, "AllergyIntolerance", body)

    async def add_problem(self, chart: OpenChart, text: str, onset: str = "") -> Entry:
        """Write a problem; `onset` is a FHIR date, or empty.

        Raises:
            InvalidInputError: it has no name, or the date is none.
        """
        body = build.condition(text, _patient(chart), self._node.now(), _author(chart), onset=onset)
        return await self._add(chart, Category.GENERAL, "Condition", body)

    async def add_medication(self, chart: OpenChart, text: str, dosage: str) -> Entry:
        """Write a medication order.

        Raises:
            InvalidInputError: it names no drug.
        """
        body = medication(text, dosage, _patient(chart), self._node.now(), _author(chart))
        return await self._add(chart, Category.EMERGENCY, "MedicationRequest", body)

    async def add_document(
        self,
        chart: OpenChart,
        title: str,
        path: Path,
        progress: Callable[[int, int], None] | None = None,
    ) -> Entry:
        """Take a file of any size into the record, in bounded memory. `progress` is told bytes
        done and in all, on the writer thread.

        Raises:
            InvalidInputError: the file cannot be read.
            DiskFullError: nothing was stored.
        """
        size, sha1 = await self._node.off_loop(lambda: _measure(path))
        tell = progress or (lambda _done, _total: None)
        binary = RecordId(self._node.new_id())
        body = build.document(
            title or path.name,
            _patient(chart),
            _author(chart),
            self._node.now(),
            content_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
            size=size,
            sha1=sha1,
            url=f"Binary/{binary}",
        )
        attachment = NewRecord(Category.DOCUMENTS, ATTACHMENT, b"", record=binary, attachment=path)
        return await self._add(
            chart,
            Category.DOCUMENTS,
            "DocumentReference",
            body,
            attachment,
            lambda done: tell(done, size),
        )

    async def save_document(self, chart: OpenChart, record: RecordId, target: Path) -> None:
        """Write a document's attachment to a file.

        Raises:
            NotFoundError: the record has no attachment kept here.
            IntegrityError: what is stored is not what the ledger commits to.
        """
        url = attachment_url((await self.record(chart, record)).body)
        if not url.startswith("Binary/"):
            raise NotFoundError(record)
        await self._node.charts.save(
            chart.actor,
            chart.receipt,
            RecordId(url.removeprefix("Binary/")),
            target,
            lambda _bytes: None,
        )

    async def amend_note(self, chart: OpenChart, record: RecordId, text: str, reason: str) -> Entry:
        """Write a new version of a note; the one before stays and is a click away.

        Raises:
            InvalidInputError: it says nothing, or gives no reason.
            NotFoundError: there is no such note.
        """
        before = await self.record(chart, record)
        body = amended_note(before.body, text, reason, _author(chart), self._node.now())
        new = NewRecord(before.source.category, "DocumentReference", body, record=record)
        await self._node.charts.write(chart.actor, chart.receipt.patient, [new])
        return await self._entry(chart, record)

    async def _add(
        self,
        chart: OpenChart,
        category: Category,
        resource_type: str,
        body: bytes,
        attachment: NewRecord | None = None,
        progress: Callable[[int], None] = lambda _bytes: None,
    ) -> Entry:
        record = RecordId(self._node.new_id())
        new = NewRecord(category, resource_type, body, record=record)
        await self._node.charts.write(
            chart.actor,
            chart.receipt.patient,
            [new] if attachment is None else [attachment, new],
            progress=progress,
        )
        return await self._entry(chart, record)

    async def _entry(self, chart: OpenChart, record: RecordId) -> Entry:
        names = self._node.people.names()
        return await self._node.charts.look(
            chart.actor,
            chart.receipt,
            lambda views, _open_now: views.chart.entry(record, names),
            fresh=True,
        )


def _patient(chart: OpenChart) -> str:
    return f"Patient/{chart.receipt.patient}"


def _author(chart: OpenChart) -> str:
    return chart.actor.staff.display_name


def _measure(path: Path) -> tuple[int, bytes]:
    """Give a file's size and SHA-1, which FHIR asks for; it protects nothing here.

    Raises:
        InvalidInputError: the file cannot be read.
    """
    sha1, size = hashlib.sha1(usedforsecurity=False), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                sha1.update(piece)
                size += len(piece)
    except OSError as error:
        raise InvalidInputError("path", "unreadable") from error
    return size, sha1.digest()
