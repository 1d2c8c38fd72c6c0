"""Projects a FHIR resource into what the views keep. Never fails on a valid resource."""

from collections.abc import Callable
from typing import Any

from ehr_desktop.domain.errors import BadFileError
from ehr_desktop.domain.projection import (
    AppointmentText,
    EntryRow,
    Projection,
)
from ehr_desktop.interchange.fhir.elements import (
    OVERRIDE_REASON,
    Json,
    concept_texts,
    objects,
    word,
)
from ehr_desktop.interchange.fhir.json_text import LosslessDecoder
from ehr_desktop.interchange.fhir.project_care import (
    allergy,
    condition,
    encounter,
    immunization,
    medication,
    procedure,
)
from ehr_desktop.interchange.fhir.project_documents import (
    composition,
    diagnostic_report,
    document,
    imaging_study,
)
from ehr_desktop.interchange.fhir.project_observation import observation
from ehr_desktop.interchange.fhir.project_other import bill, care_plan, goal, other
from ehr_desktop.interchange.fhir.project_patient import patient_row

_ENTRIES: dict[str, Callable[[Json], EntryRow]] = {
    "AllergyIntolerance": allergy,
    "CarePlan": care_plan,
    "Claim": bill,
    "Composition": composition,
    "Condition": condition,
    "DiagnosticReport": diagnostic_report,
    "DocumentReference": document,
    "Encounter": encounter,
    "ExplanationOfBenefit": bill,
    "Goal": goal,
    "ImagingStudy": imaging_study,
    "Immunization": immunization,
    "MedicationAdministration": medication,
    "MedicationDispense": medication,
    "MedicationRequest": medication,
    "MedicationStatement": medication,
    "Observation": observation,
    "Procedure": procedure,
}


def project(body: bytes) -> Projection:
    """Project the JSON bytes of one resource (a `Projector`).

    Raises: BadFileError `not-json` where `body` is not one JSON object; a stored record is.
    """
    try:
        resource, _ = LosslessDecoder().decode(body.decode(), 0)
    except ValueError:
        raise BadFileError("not-json", 0) from None
    return project_resource(resource if isinstance(resource, dict) else {})


def project_resource(resource: dict[str, Any]) -> Projection:
    """Project a resource decoded with `LosslessDecoder` (as `BundleEntry.resource` is)."""
    kind, own_id = word(resource.get("resourceType")), word(resource.get("id"))
    reference = f"{kind}/{own_id}" if own_id else ""
    if kind == "Patient":
        return Projection(kind, reference, patient=patient_row(resource))
    if kind == "Appointment":
        return Projection(kind, reference, appointment=_appointment(resource))
    return Projection(kind, reference, entry=_ENTRIES.get(kind, other)(resource))


def _appointment(resource: Json) -> AppointmentText:
    reason = concept_texts(resource.get("reasonCode")) or word(resource.get("description"))
    return AppointmentText(
        reason=reason or concept_texts(resource.get("serviceType")),
        comment=word(resource.get("comment")),
        override_reason=next(
            (
                word(one.get("valueString"))
                for one in objects(resource.get("extension"))
                if one.get("url") == OVERRIDE_REASON
            ),
            "",
        ),
    )
