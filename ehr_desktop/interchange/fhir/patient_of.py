"""Tells whom a resource is about, so that an import can sort a file by patient.

Source: the Patient compartment of FHIR R4, reduced to the elements that name whose record it is;
who performed, wrote or sent something says nothing about that.
"""

from collections.abc import Iterator
from typing import Any

from ehr_desktop.interchange.fhir.elements import Json, objects, word
from ehr_desktop.interchange.fhir.reference import relative, type_in, without_version

_USUAL = (("subject",), ("patient",))
_PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "Appointment": (("participant", "actor"),),
    "AppointmentResponse": (("actor",),),
    "AuditEvent": (("entity", "what"), ("agent", "who")),
    "Coverage": (("beneficiary",),),
    "EnrollmentRequest": (("candidate",),),
    "Group": (("member", "entity"),),
    "Person": (("link", "target"),),
    "Provenance": (("target",),),
    "ResearchSubject": (("individual",),),
    "Schedule": (("actor",),),
    "SupplyRequest": (("deliverTo",),),
    "Task": (("for",),),
}


def patient_references(resource: Json) -> tuple[str, ...]:
    """Give the references to the patients `resource` is about, as written but without version.

    For a Patient that is `Patient/<id>` itself. References that name another type (`Group/1`) are
    left out; a `urn:uuid:` may turn out to be no patient, so match against `patient_keys`. Empty
    for what is nobody's record (Practitioner, Organization).
    """
    kind = word(resource.get("resourceType"))
    if kind == "Patient":
        own_id = word(resource.get("id"))
        return (f"Patient/{own_id}",) if own_id else ()
    found: list[str] = []
    for path in _PATHS.get(kind, _USUAL):
        found.extend(_at(resource, path))
    return tuple(dict.fromkeys(found))


def patient_keys(full_url: str, resource: Json) -> tuple[str, ...]:
    """Give every reference by which others in the same file may mean this Patient resource: its
    fullUrl and `Patient/<id>`.
    """
    keys = (without_version(full_url), relative(full_url), *patient_references(resource))
    return tuple(dict.fromkeys(filter(None, keys)))


def _at(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    for one in objects(value):
        if path:
            yield from _at(one.get(path[0]), path[1:])
            continue
        reference = word(one.get("reference"))
        if reference and not reference.startswith("#"):
            kind = type_in(reference) or word(one.get("type"))
            if kind in {"", "Patient"}:
                yield without_version(reference)
