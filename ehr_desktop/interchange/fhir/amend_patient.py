"""Changes a Patient where the form changed, and leaves the rest of the resource as it was."""

from ehr_desktop.domain.errors import BadFileError
from ehr_desktop.domain.patients import Demographics
from ehr_desktop.interchange.fhir.build import Json, checked_date, plain, resource_bytes
from ehr_desktop.interchange.fhir.build_patient import (
    contact_element,
    deceased_element,
    identifier_element,
    name_element,
)
from ehr_desktop.interchange.fhir.elements import objects
from ehr_desktop.interchange.fhir.json_text import LosslessDecoder
from ehr_desktop.interchange.fhir.patient_parts import (
    contact_point,
    home_address,
    identifier,
    names,
)
from ehr_desktop.interchange.fhir.project_patient import demographics_of


def amended_patient(body: bytes, demographics: Demographics) -> bytes:
    """Give the Patient `body` with what differs in `demographics` replaced.

    Elements no form shows (contacts, photos, extensions, other names and numbers) stay, and so do
    the parts of a name or an address that nobody touched.

    Raises: InvalidInputError where a date is none; BadFileError where `body` is no JSON object.
    """
    try:
        patient, _ = LosslessDecoder().decode(body.decode(), 0)
    except ValueError:
        raise BadFileError("not-json", 0) from None
    before = demographics_of(patient)
    after = demographics
    if (before.family, before.given) != (after.family, after.given):
        old = next(iter(names(patient)), {})
        kept = {key: value for key, value in old.items() if key in {"id", "use", "prefix"}}
        _put(patient, "name", old, name_element(after) | kept)
    for code, was, now in (
        ("MR", before.record_number, after.record_number),
        ("MB", before.insurance_id, after.insurance_id),
    ):
        if was != now:
            old = identifier(patient, code)
            _put(patient, "identifier", old, _kept(old, identifier_element(code, now)))
    for system, was, now in (
        ("phone", before.phone, after.phone),
        ("email", before.email, after.email),
    ):
        if was != now:
            old = contact_point(patient, system)
            _put(patient, "telecom", old, _kept(old, contact_element(system, now)))
    if before.address != after.address:
        text = plain(after.address).strip()
        _put(patient, "address", home_address(patient), {"text": text} if text else {})
    return _rest(patient, before, after)


def _rest(patient: Json, before: Demographics, after: Demographics) -> bytes:
    if before.sex is not after.sex:
        patient["gender"] = after.sex.value
    if before.birth_date != after.birth_date:
        patient["birthDate"] = checked_date("birth_date", after.birth_date)
        patient.pop("_birthDate", None)
    if before.deceased != after.deceased:
        for name in ("deceasedBoolean", "deceasedDateTime", "_deceasedDateTime"):
            patient.pop(name, None)
        patient.update(deceased_element(after.deceased))
    # the narrative tells what the elements said before
    patient.pop("text", None)
    return resource_bytes("Patient", "", patient)


def _kept(old: Json, new: Json) -> Json:
    """Give `new` with what else `old` says, or nothing where the value was taken out."""
    return old | new if new else {}


def _put(patient: Json, name: str, old: Json, new: Json) -> None:
    """Put `new` in the place of `old` in a list, at its end where there was none."""
    elements = [new if one is old else one for one in objects(patient.get(name))]
    if not old:
        elements.append(new)
    patient[name] = elements
