"""The charts of the in-memory clinic: entries with versions, and files in and out."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ehr_desktop.domain.categories import FRONT_DESK_CATEGORIES, Category
from ehr_desktop.domain.chart import (
    AllergyStatement,
    ChartSummary,
    Entry,
    EntrySource,
    Receipt,
    RecordVersion,
    Section,
)
from ehr_desktop.domain.consent import CONTROLLED
from ehr_desktop.domain.errors import ErasedError, NoKeyError, NotFoundError
from ehr_desktop.domain.events import ChartChanged
from ehr_desktop.domain.ids import PatientId, PersonId, RecordId
from ehr_desktop.domain.ledger import TransactionSummary
from ehr_desktop.domain.people import Action, Actor, Role, may
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.services.values import (
    ExportReport,
    FileReport,
    ImportProgress,
    ImportReport,
    OpenChart,
    VitalEntry,
)
from tests.support.memory_world import World, made_id

CATEGORIES = {
    SectionKind.ALLERGIES: (Category.EMERGENCY, "AllergyIntolerance"),
    SectionKind.PROBLEMS: (Category.GENERAL, "Condition"),
    SectionKind.MEDICATIONS: (Category.EMERGENCY, "MedicationRequest"),
    SectionKind.VITALS: (Category.GENERAL, "Observation"),
    SectionKind.RESULTS: (Category.LABS, "Observation"),
    SectionKind.VISITS: (Category.GENERAL, "Encounter"),
    SectionKind.NOTES: (Category.NOTES, "DocumentReference"),
    SectionKind.DOCUMENTS: (Category.DOCUMENTS, "DocumentReference"),
    SectionKind.IMMUNIZATIONS: (Category.GENERAL, "Immunization"),
    SectionKind.PROCEDURES: (Category.GENERAL, "Procedure"),
    SectionKind.OTHER: (Category.GENERAL, "Basic"),
}
VITALS = {"blood-pressure": ("Blood pressure", "mmHg"), "temperature": ("Temperature", "Cel")}


class MemoryCharts:
    def __init__(self, world: World) -> None:
        self._world = world
        self._entries: dict[PatientId, list[tuple[SectionKind, Entry]]] = {}
        self._versions: dict[RecordId, list[RecordVersion]] = {}
        self._none_known: set[PatientId] = set()
        self._files: dict[RecordId, bytes] = {}
        self.on_way: dict[Category, int] = {}
        self._fill()

    async def open(self, actor: Actor, patient: PatientId, purpose: str = "treatment") -> OpenChart:
        self._world.require(actor)
        is_open = self._open_to(actor, patient)
        if not may(actor.role, Action.READ_CLINICAL) or not is_open & CONTROLLED:
            raise NoKeyError(patient)
        written = self._world.write("opened", actor.id, ("patient", patient), ("purpose", purpose))
        world = self._world
        world.recent = [patient, *(p for p in world.recent if p != patient)]
        receipt = Receipt(written.id, patient, actor.id, purpose)
        return OpenChart(actor, receipt, self._summary(patient, is_open))

    async def summary(self, chart: OpenChart) -> ChartSummary:
        self._world.require(chart.actor)
        patient = chart.receipt.patient
        return self._summary(patient, self._open_to(chart.actor, patient))

    def _summary(self, patient: PatientId, is_open: frozenset[Category]) -> ChartSummary:
        on_way = {c: count for c, count in self.on_way.items() if c in is_open}
        allergies = self._of(patient, SectionKind.ALLERGIES, is_open)
        if patient in self._none_known:
            statement = AllergyStatement.NONE_KNOWN
        else:
            statement = AllergyStatement.KNOWN if allergies else AllergyStatement.NOT_RECORDED
        if Category.EMERGENCY in on_way and statement is not AllergyStatement.KNOWN:
            statement, allergies = AllergyStatement.INCOMPLETE, ()
        sections = {
            kind.value: self._page(patient, is_open, kind, 100, 0, "")
            for kind in SectionKind
            if kind not in {SectionKind.ALLERGIES, SectionKind.PROCEDURES}
        }
        known = self._world.patient(patient)
        return ChartSummary(known, statement, allergies, on_way=on_way, **sections)

    async def section(
        self,
        chart: OpenChart,
        kind: SectionKind,
        *,
        limit: int = 100,
        offset: int = 0,
        text: str = "",
    ) -> Section:
        self._world.require(chart.actor)
        patient = chart.receipt.patient
        return self._page(patient, self._open_to(chart.actor, patient), kind, limit, offset, text)

    async def trend(self, chart: OpenChart, code: str) -> tuple[Entry, ...]:
        self._world.require(chart.actor)
        entries = [e for _, e in self._entries.get(chart.receipt.patient, ()) if e.code == code]
        return tuple(sorted(entries, key=lambda e: e.when))

    async def record(
        self, chart: OpenChart, record: RecordId, version: int | None = None
    ) -> RecordVersion:
        self._world.require(chart.actor)
        if record not in self._versions:
            raise NotFoundError(record)
        return self._versions[record][-1 if version is None else version - 1]

    async def versions(self, chart: OpenChart, record: RecordId) -> tuple[EntrySource, ...]:
        self._world.require(chart.actor)
        return tuple(v.source for v in reversed(self._versions[record]))

    async def add_note(self, chart: OpenChart, title: str, text: str) -> Entry:
        return self._add(chart, SectionKind.NOTES, title, detail=text)

    async def add_vital(self, chart: OpenChart, vital: VitalEntry) -> Entry:
        title, unit = VITALS.get(vital.kind, (vital.kind.replace("-", " ").capitalize(), ""))
        return self._add(
            chart,
            SectionKind.VITALS,
            title,
            value="/".join(vital.values),
            unit=unit,
            code=vital.kind,
            when=vital.when.isoformat(),
        )

    async def add_allergy(
        self,
        chart: OpenChart,
        text: str,
        criticality: str = "unable-to-assess",
        *,
        none_known: bool = False,
    ) -> Entry:
        if none_known:
            self._none_known.add(chart.receipt.patient)
            text = "No known allergies"
        return self._add(chart, SectionKind.ALLERGIES, text, detail=criticality)

    async def add_problem(self, chart: OpenChart, text: str, onset: str = "") -> Entry:
        return self._add(chart, SectionKind.PROBLEMS, text, when=onset, status="active")

    async def add_medication(self, chart: OpenChart, text: str, dosage: str) -> Entry:
        return self._add(chart, SectionKind.MEDICATIONS, text, detail=dosage, status="active")

    async def add_document(
        self,
        chart: OpenChart,
        title: str,
        path: Path,
        progress: Callable[[int, int], None] | None = None,
    ) -> Entry:
        content = path.read_bytes()
        if progress is not None:
            progress(len(content), len(content))
        entry = self._add(chart, SectionKind.DOCUMENTS, title, detail=path.name)
        self._files[entry.source.record] = content
        return entry

    async def save_document(self, chart: OpenChart, record: RecordId, target: Path) -> None:
        self._world.require(chart.actor)
        if record not in self._files:
            raise NotFoundError(record)
        target.write_bytes(self._files[record])

    async def amend_note(self, chart: OpenChart, record: RecordId, text: str, reason: str) -> Entry:
        entries = self._entries[chart.receipt.patient]
        place = next(n for n, (_, e) in enumerate(entries) if e.source.record == record)
        kind, old = entries[place]
        written = self._world.write("amended", chart.actor.id, ("reason", reason))
        source = replace(
            old.source,
            version=old.source.version + 1,
            recorded=self._world.now(),
            author=chart.actor.id,
            author_name=chart.actor.staff.display_name,
            transaction=written.id,
            amended=True,
        )
        new = replace(old, source=source, detail=text)
        entries[place] = (kind, new)
        self._versions[record].append(RecordVersion(source, _body(new)))
        self._world.publish(ChartChanged(chart.receipt.patient))
        return new

    async def card(self, chart: OpenChart, record: RecordId) -> tuple[tuple[str, str], ...]:
        body = json.loads((await self.record(chart, record)).body)
        return tuple((label, str(text)) for label, text in body.items() if text)

    async def access_log(self, chart: OpenChart) -> tuple[TransactionSummary, ...]:
        self._world.require(chart.actor)
        mine = chart.receipt.patient
        written = self._world.transactions
        return tuple(
            t for t in reversed(written) if t.kind == "opened" and t.fact("patient") == mine
        )

    def _open_to(self, actor: Actor, patient: PatientId) -> frozenset[Category]:
        if patient in self._world.consent.erasures:
            raise ErasedError(patient)
        return self._world.consent.open_to(actor, patient, self._world.now())

    def _of(
        self, patient: PatientId, kind: SectionKind, is_open: frozenset[Category]
    ) -> tuple[Entry, ...]:
        found = [
            e
            for k, e in self._entries.get(patient, ())
            if k is kind and e.source.category in is_open
        ]
        return tuple(sorted(found, key=lambda e: (e.when, e.source.recorded), reverse=True))

    def _page(
        self,
        patient: PatientId,
        is_open: frozenset[Category],
        kind: SectionKind,
        limit: int,
        offset: int,
        text: str,
    ) -> Section:
        found = [
            e
            for e in self._of(patient, kind, is_open)
            if text.casefold() in f"{e.title} {e.detail}".casefold()
        ]
        return Section(kind, tuple(found[offset : offset + limit]), len(found))

    def _add(self, chart: OpenChart, kind: SectionKind, title: str, **more: str) -> Entry:
        self._world.require(chart.actor)
        return self._keep(chart.receipt.patient, chart.actor.id, kind, title, **more)

    def _keep(
        self, patient: PatientId, author: PersonId, kind: SectionKind, title: str, **more: str
    ) -> Entry:
        written = self._world.write("recorded", author, ("section", kind))
        category, resource = CATEGORIES[kind]
        source = EntrySource(
            record=RecordId(made_id(f"record {written.sequence}")),
            version=1,
            category=category,
            resource_type=resource,
            recorded=written.time,
            author=author,
            author_name=self._world.staff[author].display_name,
            transaction=written.id,
        )
        more.setdefault("when", written.time.isoformat())
        entry = Entry(source, kind, title, **more)
        self._entries.setdefault(patient, []).append((kind, entry))
        self._versions[source.record] = [RecordVersion(source, _body(entry))]
        self._world.publish(ChartChanged(patient))
        return entry

    def _fill(self) -> None:
        doctor = next(s.id for s in self._world.staff.values() if s.role is Role.DOCTOR)
        first, second = tuple(self._world.patients)[:2]
        for kind, title, more in _FIRST_CHART:
            self._keep(first, doctor, kind, title, **more)
        self._none_known.add(second)
        self._keep(second, doctor, SectionKind.ALLERGIES, "No known allergies")


_HBA1C = {"unit": "mmol/mol", "code": "59261-8", "reference_low": "20", "reference_high": "41"}
_FIRST_CHART: tuple[tuple[SectionKind, str, dict[str, str]], ...] = (
    (SectionKind.ALLERGIES, "Penicillin", {"detail": "Rash", "status": "active", "when": "1987"}),
    (SectionKind.PROBLEMS, "Type 2 diabetes", {"status": "active", "when": "2011-05"}),
    (SectionKind.PROBLEMS, "Essential hypertension", {"status": "active", "when": "2008-02-14"}),
    (
        SectionKind.MEDICATIONS,
        "Metformin 500 mg tablet",
        {"detail": "One tablet twice a day with food", "status": "active", "when": "2024-03-02"},
    ),
    (
        SectionKind.MEDICATIONS,
        "Ramipril 5 mg capsule",
        {"detail": "One capsule each morning", "status": "active", "when": "2023-01-10"},
    ),
    (
        SectionKind.VITALS,
        "Blood pressure",
        {"value": "142/86", "unit": "mmHg", "code": "blood-pressure", "when": "2026-02-11"},
    ),
    (
        SectionKind.VITALS,
        "Blood pressure",
        {"value": "136/82", "unit": "mmHg", "code": "blood-pressure", "when": "2026-08-14"},
    ),
    (
        SectionKind.RESULTS,
        "HbA1c",
        {**_HBA1C, "value": "61", "when": "2025-02-03", "interpretation": "H"},
    ),
    (
        SectionKind.RESULTS,
        "HbA1c",
        {**_HBA1C, "value": "54", "when": "2025-08-11", "interpretation": "H"},
    ),
    (
        SectionKind.RESULTS,
        "HbA1c",
        {**_HBA1C, "value": "52.0", "when": "2026-08-03", "interpretation": "H"},
    ),
    (SectionKind.VISITS, "Diabetes review", {"status": "finished", "when": "2026-02-11T09:20:00Z"}),
    (
        SectionKind.NOTES,
        "Diabetes review",
        {
            "detail": "Feels well. Walks daily. Feet: pulses present, sensation intact.",
            "when": "2026-02-11",
        },
    ),
    (
        SectionKind.DOCUMENTS,
        "Letter from the eye clinic",
        {"detail": "letter.pdf", "when": "2026-01-20"},
    ),
    (SectionKind.IMMUNIZATIONS, "Influenza", {"status": "completed", "when": "2025-10-04"}),
)


def _body(entry: Entry) -> bytes:
    body = {
        "resourceType": entry.source.resource_type,
        "title": entry.title,
        "text": entry.detail,
        "value": entry.value,
    }
    return json.dumps(body).encode()


class MemoryImports:
    """Counts the entries of JSON bundles; `entries_per_file` stands in for their size."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def run(
        self,
        actor: Actor,
        files: Sequence[Path],
        progress: Callable[[ImportProgress], None],
        cancelled: Callable[[], bool],
    ) -> ImportReport:
        self._world.require(actor)
        reports: list[FileReport] = []
        for index, file in enumerate(files):
            if cancelled():
                break
            try:
                taken = len(json.loads(file.read_bytes())["entry"])
                reports.append(FileReport(file.name, taken, 0, 0))
            except (ValueError, KeyError):
                reports.append(FileReport(file.name, 0, 0, 0, "not-json"))
            taken_so_far = sum(r.taken for r in reports)
            step = index + 1
            progress(ImportProgress(file.name, index, len(files), taken_so_far, step, len(files)))
        taken_so_far = sum(r.taken for r in reports)
        stopped = len(reports) < len(files)
        return ImportReport(tuple(reports), len(reports), 0, taken_so_far, 0, (), 0.1, stopped)


class MemoryExports:
    def __init__(self, world: World) -> None:
        self._world = world

    async def patient(self, actor: Actor, patient: PatientId, target: Path) -> ExportReport:
        self._world.require(actor)
        known = self._world.patient(patient)
        body = json.dumps({"resourceType": "Bundle", "id": known.id}).encode()
        target.write_bytes(body)
        left_out = (
            ()
            if may(actor.role, Action.READ_CLINICAL)
            else (*(c for c in Category if c not in FRONT_DESK_CATEGORIES),)
        )
        return ExportReport(1, len(body), left_out)
