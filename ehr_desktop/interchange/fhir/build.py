"""Makes FHIR resources of what forms hold. Every one passes the validator.

`patient_ref` is a reference as `Patient/<id>`; moments are aware datetimes; empty texts leave
their element out.
"""

import base64
import re
from datetime import datetime
from typing import Any

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.interchange.fhir.elements import OVERRIDE_REASON
from ehr_desktop.interchange.fhir.instant import is_date
from ehr_desktop.interchange.fhir.json_text import DecimalLiteral, write_json
from ehr_desktop.interchange.fhir.vitals import VITALS, Measure, Vital, check_vital

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
NO_KNOWN_ALLERGY = "716186003"

_NOT_FHIR = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_SIZE_LIMIT = 2**31

Json = dict[str, Any]


def instant(moment: datetime) -> str:
    """Give `moment` as a FHIR instant, with its offset and to the second.

    Raises: ValueError where it has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("a FHIR instant needs a time zone")
    return moment.isoformat(timespec="seconds")


def resource_bytes(resource_type: str, fhir_id: str, elements: Json) -> bytes:
    """Give the JSON of a resource, without the elements that hold nothing."""
    head = {"resourceType": resource_type, "id": fhir_id}
    return write_json(_filled({**head, **elements}))


def plain(text: str) -> str:
    """Give `text` without what no FHIR string may hold: control characters and lone surrogates;
    empty where nothing but white space is left.
    """
    kept = _NOT_FHIR.sub("", text)
    return "" if kept.isspace() else kept


def _filled(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        members = {name: _filled(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member not in ("", {}, [])}
    if isinstance(value, list):
        return [one for one in map(_filled, value) if one not in ("", {}, [])]
    return value


def checked_date(field: str, text: str) -> str:
    """Give `text`, a FHIR date or nothing, back.

    Raises: InvalidInputError where there is no such date.
    """
    if text and not is_date(text):
        raise InvalidInputError(field, "date")
    return text


def coded(system: str, code: str, display: str = "") -> Json:
    """Give a CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code, "display": display}] if code else []}


def required_text(field: str, text: str) -> str:
    """Give `text` back.

    Raises: InvalidInputError where it says nothing.
    """
    if not plain(text):
        raise InvalidInputError(field, "empty")
    return text


def note(
    text: str,
    patient_ref: str,
    author_name: str,
    when: datetime,
    title: str,
    *,
    fhir_id: str = "",
    encounter_ref: str = "",
) -> bytes:
    """Make a progress note: a DocumentReference with the text inside.

    Raises: InvalidInputError where `text` is empty.
    """
    data = base64.b64encode(plain(required_text("text", text)).encode()).decode()
    attachment = {"contentType": "text/plain; charset=utf-8", "data": data, "title": title}
    elements = {
        "type": coded(LOINC, "11506-3", "Progress note"),
        "description": title,
        "content": [{"attachment": attachment | {"creation": instant(when)}}],
        "context": {"encounter": [{"reference": encounter_ref}]},
    }
    filing = _filing(patient_ref, author_name, when)
    return resource_bytes("DocumentReference", fhir_id, filing | elements)


def document(
    title: str,
    patient_ref: str,
    author_name: str,
    when: datetime,
    *,
    content_type: str,
    size: int,
    sha1: bytes,
    url: str,
    kind: str = "",
    fhir_id: str = "",
    encounter_ref: str = "",
) -> bytes:
    """Make the record of a file kept elsewhere, which `url` names.

    `sha1` is the SHA-1 of the file (20 bytes; FHIR's Attachment.hash knows no other), `size`
    its bytes (left out above FHIR's 2 GiB), `kind` a LOINC document type.

    Raises: InvalidInputError where `title` is empty.
    """
    attachment = {
        "contentType": content_type or "application/octet-stream",
        "url": url,
        "size": size if size < _SIZE_LIMIT else "",
        "hash": base64.b64encode(sha1).decode(),
        "title": required_text("title", title),
    }
    elements = {
        "type": coded(LOINC, kind),
        "description": title,
        "content": [{"attachment": attachment | {"creation": instant(when)}}],
        "context": {"encounter": [{"reference": encounter_ref}]},
    }
    filing = _filing(patient_ref, author_name, when)
    return resource_bytes("DocumentReference", fhir_id, filing | elements)


def _filing(patient_ref: str, author_name: str, when: datetime) -> Json:
    """Say whose document it is, who filed it and when."""
    return {
        "status": "current",
        "subject": {"reference": patient_ref},
        "date": instant(when),
        "author": [{"display": author_name}],
    }


def vital(
    kind: str,
    values: tuple[str, ...],
    when: datetime,
    patient_ref: str,
    author_name: str,
    *,
    fhir_id: str = "",
    encounter_ref: str = "",
) -> bytes:
    """Make an Observation of a vital sign of `VITALS`; the digits of `values` are kept.

    Raises: InvalidInputError as `check_vital` does.
    """
    check_vital(kind, values)
    sign = VITALS[kind]
    codings = [{"system": LOINC, "code": sign.code, "display": sign.title}]
    codings += [{"system": LOINC, "code": sign.also}] if sign.also else []
    elements: Json = {
        "status": "final",
        "category": [coded(f"{TERMINOLOGY}/observation-category", "vital-signs", "Vital Signs")],
        "code": {"coding": codings, "text": sign.title},
        "subject": {"reference": patient_ref},
        "encounter": {"reference": encounter_ref},
        "effectiveDateTime": instant(when),
        "performer": [{"display": author_name}],
    }
    if len(sign.measures) == 1:
        elements["valueQuantity"] = _quantity(sign, values[0])
    else:
        elements["component"] = list(map(_component, (sign, sign), sign.measures, values))
    return resource_bytes("Observation", fhir_id, elements)


def _quantity(sign: Vital, literal: str) -> Json:
    number = DecimalLiteral(literal)
    return {"value": number, "unit": sign.unit, "system": UCUM, "code": sign.ucum}


def _component(sign: Vital, measure: Measure, literal: str) -> Json:
    code = coded(LOINC, measure.code, measure.title)
    return {"code": code, "valueQuantity": _quantity(sign, literal)}


def allergy(
    substance: str,
    patient_ref: str,
    when: datetime,
    author_name: str,
    *,
    reaction: str = "",
    criticality: str = "",
    category: str = "",
    code: tuple[str, str] = ("", ""),
    none_known: bool = False,
    fhir_id: str = "",
) -> bytes:
    """Make an AllergyIntolerance, or with `none_known` the statement that there is none.

    `criticality` is `low`, `high` or `unable-to-assess`; `category` `food`, `medication`,
    `environment` or `biologic`; `code` a (system, code) pair where one is known.

    Raises: InvalidInputError where `substance` is empty though something is known.
    """
    if none_known:
        concept = coded(SNOMED, NO_KNOWN_ALLERGY) | {"text": substance or "No known allergy"}
    else:
        concept = coded(*code) | {"text": required_text("substance", substance)}
    elements = {
        "clinicalStatus": coded(f"{TERMINOLOGY}/allergyintolerance-clinical", "active"),
        "verificationStatus": coded(f"{TERMINOLOGY}/allergyintolerance-verification", "confirmed"),
        "category": [category],
        "criticality": criticality,
        "code": concept,
        "patient": {"reference": patient_ref},
        "recordedDate": instant(when),
        "recorder": {"display": author_name},
        "reaction": [{"manifestation": [{"text": reaction}] if reaction else []}],
    }
    return resource_bytes("AllergyIntolerance", fhir_id, elements)


def condition(
    name: str,
    patient_ref: str,
    when: datetime,
    author_name: str,
    *,
    onset: str = "",
    abated: str = "",
    code: tuple[str, str] = ("", ""),
    comment: str = "",
    fhir_id: str = "",
) -> bytes:
    """Make a Condition for the problem list; `onset` and `abated` are FHIR dates. With `abated`
    it is resolved, else active.

    Raises: InvalidInputError where `name` is empty or there is no such date.
    """
    status = "resolved" if abated else "active"
    elements = {
        "clinicalStatus": coded(f"{TERMINOLOGY}/condition-clinical", status),
        "verificationStatus": coded(f"{TERMINOLOGY}/condition-ver-status", "confirmed"),
        "category": [coded(f"{TERMINOLOGY}/condition-category", "problem-list-item")],
        "code": coded(*code) | {"text": required_text("name", name)},
        "subject": {"reference": patient_ref},
        "onsetDateTime": checked_date("onset", onset),
        "abatementDateTime": checked_date("abated", abated),
        "recordedDate": instant(when),
        "recorder": {"display": author_name},
        "note": [{"text": comment}],
    }
    return resource_bytes("Condition", fhir_id, elements)


def appointment(
    fhir_id: str,
    start: datetime,
    end: datetime,
    status: AppointmentStatus,
    *,
    patient_ref: str,
    provider_name: str,
    reason: str = "",
    comment: str = "",
    override_reason: str = "",
) -> bytes:
    """Make an Appointment; `in-room` is written as `checked-in`. Why it was booked over another
    is an extension: FHIR has no element for it.
    """
    code = "checked-in" if status is AppointmentStatus.IN_ROOM else status.value
    people = ({"reference": patient_ref}, {"display": provider_name})
    override = {"url": OVERRIDE_REASON, "valueString": override_reason}
    elements = {
        "extension": [override] if plain(override_reason) else [],
        "status": code,
        "reasonCode": [{"text": reason}],
        "start": instant(start),
        "end": instant(end),
        "minutesDuration": int((end - start).total_seconds()) // 60,
        "comment": comment,
        "participant": [{"actor": one, "status": "accepted"} for one in people],
    }
    return resource_bytes("Appointment", fhir_id, elements)
