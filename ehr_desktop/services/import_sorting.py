"""Sorting a file's entries by patient, and storing them.

An entry goes to the patient it refers to. What refers to nobody (an Organization, a Practitioner)
stays with the file's patient if there is just one, else with the clinic's directory. What refers
to somebody the clinic does not know is refused.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import Demographics
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.node import Node
from ehr_desktop.services.import_reading import Batch, ReadEntry
from ehr_desktop.services.values import FileReport, RefusedEntry

_MOST_WAITING = 5000
"""So many entries may wait for their patient to come later in the file."""


@dataclass(slots=True)
class Tally:
    """What one import has come to so far."""

    files: list[FileReport] = field(default_factory=list)
    patients: set[PatientId] = field(default_factory=set)
    new_patients: int = 0
    refused: list[RefusedEntry] = field(default_factory=list)


class FileImport:
    """One file on its way in."""

    def __init__(self, node: Node, actor: Actor, name: str, tally: Tally) -> None:
        self._node = node
        self._actor = actor
        self._name = name
        self._tally = tally
        self._known: dict[str, PatientId] = {}
        self._here: set[PatientId] = set()
        self._arrivals: dict[PatientId, Demographics] = {}
        self._waiting: list[ReadEntry] = []
        self._taken = 0
        self._unchanged = 0
        self._refused = 0
        self._error = ""

    async def take(self, batch: Batch) -> None:
        """Store a batch: whatever of it belongs to a patient known by now."""
        self._refuse(*batch.refused)
        self._error = batch.error
        sorted_out: dict[PatientId, list[NewRecord]] = defaultdict(list)
        for entry in [e for e in batch.entries if e.keys]:
            sorted_out[await self._patient(entry)].append(entry.record)
        for entry in [*self._waiting, *(e for e in batch.entries if not e.keys)]:
            patient = next((self._known[r] for r in entry.patients if r in self._known), None)
            if patient is not None:
                sorted_out[patient].append(entry.record)
        placed = {id(record) for records in sorted_out.values() for record in records}
        self._waiting = [
            entry
            for entry in [*self._waiting, *batch.entries]
            if not entry.keys and id(entry.record) not in placed
        ]
        for patient, records in sorted_out.items():
            await self._write(patient, records)
        if len(self._waiting) > _MOST_WAITING:
            await self._place_the_waiting()

    async def finish(self, *, cancelled: bool) -> None:
        """Place what is left, unless somebody stopped the import, and report on the file.

        Whose an entry is can only be told once the whole file was seen.
        """
        if not cancelled:
            await self._place_the_waiting()
        self._tally.files.append(
            FileReport(self._name, self._taken, self._unchanged, self._refused, self._error)
        )

    async def _patient(self, entry: ReadEntry) -> PatientId:
        """Find a Patient's pseudonym, or choose one that is registered with the first records."""
        known = await self._find(entry)
        if known is None:
            known = PatientId(self._node.new_id())
            row = entry.record.projection.patient if entry.record.projection else None
            self._arrivals[known] = row.demographics if row else Demographics("", "")
            self._tally.new_patients += 1
        self._here.add(known)
        self._tally.patients.add(known)
        self._known.update(dict.fromkeys(entry.keys, known))
        return known

    async def _find(self, entry: ReadEntry) -> PatientId | None:
        """Find a Patient here: the same address, and nobody of another name or birth date."""
        row = entry.record.projection.patient if entry.record.projection else None
        for reference in entry.keys:
            found = self._known.get(reference)
            if found not in self._arrivals:
                found = await self._by_reference(reference)
            if found is None or row is None:
                continue
            if reference.startswith("urn:uuid:") or await self._is(found, row.demographics):
                return found
        return None

    async def _place_the_waiting(self) -> None:
        """Give up waiting: the file's one patient, somebody known here, or the directory."""
        sorted_out: dict[PatientId, list[NewRecord]] = defaultdict(list)
        for entry in self._waiting:
            patient = await self._place(entry)
            if patient is None:
                reference = entry.record.reference
                self._refuse(
                    RefusedEntry(
                        self._name,
                        entry.index,
                        reference,
                        f"This belongs to {entry.patients[0]}, who is neither in this file "
                        "nor registered here.",
                    )
                )
            else:
                sorted_out[patient].append(entry.record)
        self._waiting = []
        for patient, records in sorted_out.items():
            await self._write(patient, records)

    async def _place(self, entry: ReadEntry) -> PatientId | None:
        for reference in entry.patients:
            if reference in self._known:
                return self._known[reference]
            found = await self._by_reference(reference)
            if found is not None:
                self._known[reference] = found
                self._tally.patients.add(found)
                return found
        if entry.patients:
            return None
        return next(iter(self._here)) if len(self._here) == 1 else self._node.charts.directory

    async def _by_reference(self, reference: str) -> PatientId | None:
        return await self._node.view(
            self._actor, Team.FRONT_DESK, lambda views: views.patients.by_reference(reference)
        )

    async def _is(self, patient: PatientId, demographics: Demographics) -> bool:
        """Tell whether somebody registered here, or about to be, has this name and birth date."""
        there = self._arrivals.get(patient)
        if there is None:
            known = await self._node.view(
                self._actor, Team.FRONT_DESK, lambda views: views.patients.patient(patient)
            )
            there = known.demographics
        return (
            there.family.casefold() == demographics.family.casefold()
            and there.birth_date == demographics.birth_date
        )

    async def _write(self, patient: PatientId, records: list[NewRecord]) -> None:
        _, report = await self._node.charts.write(
            self._actor,
            patient,
            records,
            register=patient in self._arrivals,
            source="import",
        )
        self._arrivals.pop(patient, None)
        self._taken += len(report.written)
        self._unchanged += report.unchanged

    def _refuse(self, *entries: RefusedEntry) -> None:
        self._refused += len(entries)
        self._tally.refused.extend(entries)
