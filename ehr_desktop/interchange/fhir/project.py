"""Projects a FHIR resource into what the views keep. Never fails on a valid resource."""

from collections.abc import Callable
from typing import Any

from ehr_desktop.domain.errors import BadFileError
from ehr_desktop.domain.ids import RecordNumber
from ehr_desktop.domain.patients import Demographics, Sex
from ehr_desktop.domain.projection import (
    AppointmentText,
    EntryRow,
    PatientRow,
    Projection,
)
from ehr_desktop.interchange.fhir.elements import (
    Json,
    address_text,
    codes,
    concept_texts,
    first,
    given_names,
    human_name,
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
        return Projection(kind, reference, patient=_patient(resource))
    if kind == "Appointment":
        return Projection(kind, reference, appointment=_appointment(resource))
    return Projection(kind, reference, entry=_ENTRIES.get(kind, other)(resource))


def _appointment(resource: Json) -> AppointmentText:
    reason = concept_texts(resource.get("reasonCode")) or word(resource.get("description"))
    return AppointmentText(
        reason=reason or concept_texts(resource.get("serviceType")),
        comment=word(resource.get("comment")),
    )


def _patient(resource: Json) -> PatientRow:
    names = sorted(objects(resource.get("name")), key=_name_rank)
    name = names[0] if names else {}
    sex = word(resource.get("gender"))
    identifiers = objects(resource.get("identifier"))
    demographics = Demographics(
        family=word(name.get("family")) or ("" if name.get("given") else word(name.get("text"))),
        given=given_names(name),
        birth_date=word(resource.get("birthDate")),
        sex=Sex(sex) if sex in set(Sex) else Sex.UNKNOWN,
        record_number=RecordNumber(_identifier(identifiers, "MR")),
        insurance_id=_identifier(identifiers, "MB"),
        phone=_telecom(resource, "phone"),
        email=_telecom(resource, "email"),
        address=address_text(_address(resource)),
        deceased=word(resource.get("deceasedDateTime")) or _deceased(resource),
    )
    values = (word(identifier.get("value")) for identifier in identifiers)
    return PatientRow(
        demographics,
        identifiers=tuple(dict.fromkeys(filter(None, values))),
        other_names=tuple(filter(None, (human_name(one) for one in names[1:]))),
    )


def _deceased(resource: Json) -> str:
    return "true" if resource.get("deceasedBoolean") is True else ""


_NAME_USES = ("official", "usual", "", "temp", "nickname", "anonymous", "maiden", "old")


def _name_rank(name: Json) -> int:
    use = word(name.get("use"))
    return _NAME_USES.index(use) if use in _NAME_USES else len(_NAME_USES)


def _identifier(identifiers: list[Json], kind: str) -> str:
    for identifier in identifiers:
        if any(code == kind for _, code in codes(identifier.get("type"))):
            return word(identifier.get("value"))
    return ""


def _telecom(resource: Json, system: str) -> str:
    found = [
        contact
        for contact in objects(resource.get("telecom"))
        if contact.get("system") == system and contact.get("use") != "old"
    ]
    found.sort(key=lambda contact: word(contact.get("rank")) or "9")
    return word(found[0].get("value")) if found else ""


def _address(resource: Json) -> Json:
    addresses = objects(resource.get("address"))
    current = [one for one in addresses if one.get("use") not in {"old", "billing", "temp"}]
    return first(current or addresses)
