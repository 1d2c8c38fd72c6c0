"""Registering patients and finding them again."""

from dataclasses import replace

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import InvalidInputError, NotFoundError, NotHereYetError
from ehr_desktop.domain.ids import PatientId, RecordNumber
from ehr_desktop.domain.patients import (
    Demographics,
    DuplicateWarning,
    PatientPage,
    PatientSummary,
)
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.interchange.fhir.amend_patient import amended_patient
from ehr_desktop.interchange.fhir.build_patient import patient as patient_resource
from ehr_desktop.node.node import Node

_LONGEST = 2000


class Patients:
    """The clinic's patients, for everyone at the front desk and beyond."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def search(
        self, actor: Actor, text: str, *, limit: int = 50, offset: int = 0
    ) -> PatientPage:
        """Find patients by name, birth date, phone, insurance or record id, typing errors
        forgiven; an empty text gives the recently changed first.
        """
        return await self._node.view(
            actor, Team.FRONT_DESK, lambda views: views.patients.search(text, limit, offset)
        )

    async def get(self, actor: Actor, patient: PatientId) -> PatientSummary:
        """Give one patient.

        Raises:
            NotFoundError: there is no such patient.
            NotHereYetError: who it is has not come to this workstation yet.
        """
        try:
            return await self._node.view(
                actor, Team.FRONT_DESK, lambda views: views.patients.patient(patient)
            )
        except NotFoundError as error:
            if self._node.charts.is_registered(patient):
                raise NotHereYetError(patient) from error
            raise

    async def recent(self, actor: Actor, limit: int = 10) -> tuple[PatientSummary, ...]:
        """Give the patients changed last."""
        return await self._node.view(
            actor, Team.FRONT_DESK, lambda views: views.patients.recent(limit)
        )

    async def duplicates(
        self, actor: Actor, demographics: Demographics
    ) -> tuple[DuplicateWarning, ...]:
        """Give who may already be registered under these details, strong warnings first."""
        return await self._node.view(
            actor, Team.FRONT_DESK, lambda views: views.patients.duplicates(demographics)
        )

    async def register(self, actor: Actor, demographics: Demographics) -> PatientSummary:
        """Register somebody; an empty record number is filled in.

        Raises:
            InvalidInputError: there is no name, or a date is none.
            RefusedError: the actor may not.
        """
        _require_name(demographics)
        number = demographics.record_number.strip()
        if not number:
            number = await self._node.view(
                actor, Team.FRONT_DESK, lambda views: views.patients.next_record_number()
            )
        chosen = replace(demographics, record_number=RecordNumber(number))
        patient, _ = await self._node.charts.write(
            actor, None, [_record(patient_resource(chosen, ""))]
        )
        return await self.get(actor, patient)

    async def change(
        self, actor: Actor, patient: PatientId, demographics: Demographics
    ) -> PatientSummary:
        """Change a patient's details; what no form shows stays as it was.

        Raises:
            NotFoundError: there is no such patient.
            InvalidInputError: there is no name, or a date is none.
            RefusedError: the actor may not.
        """
        _require_name(demographics)
        known = await self.get(actor, patient)
        receipt = await self._node.charts.receive(
            actor, patient, purpose="administration", team=Team.FRONT_DESK
        )
        before = await self._node.charts.open(actor, receipt, known.record, None, {})
        changed = amended_patient(before.body, demographics)
        await self._node.charts.write(
            actor, patient, [replace(_record(changed), record=known.record)]
        )
        return await self.get(actor, patient)


def _record(body: bytes) -> NewRecord:
    return NewRecord(Category.DEMOGRAPHICS, "Patient", body)


def _require_name(demographics: Demographics) -> None:
    if not demographics.family.strip() and not demographics.given.strip():
        raise InvalidInputError("family", "empty")
    for field in ("family", "given", "address", "phone", "email", "insurance_id"):
        if len(getattr(demographics, field)) > _LONGEST:
            raise InvalidInputError(field, "too-long")
