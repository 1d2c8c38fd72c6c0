"""Makes the Patient and Coverage resources of a registration form."""

from typing import Any

from ehr_desktop.domain.patients import Demographics
from ehr_desktop.interchange.fhir.build import TERMINOLOGY, coded, required_text, resource_bytes

V2_IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"


def patient(demographics: Demographics, fhir_id: str) -> bytes:
    """Make a Patient. Record number and insurance id become identifiers of type MR and MB; names
    and address keep the text as it was typed.
    """
    family, given = demographics.family.strip(), demographics.given.strip()
    elements: dict[str, Any] = {
        "identifier": [
            _identifier("MR", "Medical record number", demographics.record_number),
            _identifier("MB", "Member number", demographics.insurance_id),
        ],
        "active": True,
        "name": [_name(family, given)],
        "telecom": [
            _telecom("phone", demographics.phone),
            _telecom("email", demographics.email),
        ],
        "gender": demographics.sex.value,
        "birthDate": demographics.birth_date,
        "address": [{"text": demographics.address.strip()}],
    }
    return resource_bytes("Patient", fhir_id, elements | _deceased(demographics.deceased))


def _name(family: str, given: str) -> dict[str, Any]:
    text = " ".join(filter(None, (given, family)))
    use = "official" if text else ""
    return {"use": use, "text": text, "family": family, "given": [given]}


def _identifier(code: str, title: str, value: str) -> dict[str, Any]:
    if not value.strip():
        return {}
    return {"type": coded(V2_IDENTIFIER_TYPES, code, title), "value": value.strip()}


def _telecom(system: str, value: str) -> dict[str, Any]:
    return {"system": system, "value": value.strip()} if value.strip() else {}


def _deceased(deceased: str) -> dict[str, Any]:
    if deceased in {"", "false"}:
        return {}
    return {"deceasedBoolean": True} if deceased == "true" else {"deceasedDateTime": deceased}


def coverage(
    insurance_id: str,
    patient_ref: str,
    *,
    fhir_id: str,
    payor_name: str = "Insurer not recorded",
    start: str = "",
    end: str = "",
) -> bytes:
    """Make the Coverage behind an insurance id; `start` and `end` are FHIR dates.

    Raises: InvalidInputError where `insurance_id` is empty.
    """
    relationship = coded(f"{TERMINOLOGY}/subscriber-relationship", "self")
    elements = {
        "status": "active",
        "subscriberId": required_text("insurance_id", insurance_id).strip(),
        "beneficiary": {"reference": patient_ref},
        "relationship": relationship,
        "period": {"start": start, "end": end},
        "payor": [{"display": payor_name}],
    }
    return resource_bytes("Coverage", fhir_id, elements)
