"""Makes the Patient and Coverage resources of a registration form."""

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.domain.patients import Demographics
from ehr_desktop.interchange.fhir.build import (
    TERMINOLOGY,
    Json,
    checked_date,
    coded,
    plain,
    required_text,
    resource_bytes,
)
from ehr_desktop.interchange.fhir.instant import is_date_time

V2_IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
_IDENTIFIER_TITLES = {"MR": "Medical record number", "MB": "Member number"}


def patient(demographics: Demographics, fhir_id: str) -> bytes:
    """Make a Patient. Record number and insurance id become identifiers of type MR and MB; names
    and address keep the text as it was typed.

    Raises: InvalidInputError where a date is none.
    """
    born = checked_date("birth_date", demographics.birth_date)
    elements: Json = {
        "identifier": [
            identifier_element("MR", demographics.record_number),
            identifier_element("MB", demographics.insurance_id),
        ],
        "active": True,
        "name": [name_element(demographics)],
        "telecom": [
            contact_element("phone", demographics.phone),
            contact_element("email", demographics.email),
        ],
        "gender": demographics.sex.value,
        "birthDate": born,
        "address": [{"text": demographics.address.strip()}],
    }
    return resource_bytes("Patient", fhir_id, elements | deceased_element(demographics.deceased))


def name_element(demographics: Demographics) -> Json:
    """Give the HumanName of a form, empty where there is no name."""
    family, given = plain(demographics.family).strip(), plain(demographics.given).strip()
    text = " ".join(filter(None, (given, family)))
    return {"use": "official" if text else "", "text": text, "family": family, "given": [given]}


def identifier_element(code: str, value: str) -> Json:
    """Give the Identifier of v2-0203 type `code`, empty where there is no value."""
    text = plain(value).strip()
    kind = coded(V2_IDENTIFIER_TYPES, code, _IDENTIFIER_TITLES[code])
    return {"type": kind, "value": text} if text else {}


def contact_element(system: str, value: str) -> Json:
    """Give the ContactPoint of a `phone` or `email`, empty where there is no value."""
    text = plain(value).strip()
    return {"system": system, "value": text} if text else {}


def deceased_element(deceased: str) -> Json:
    """Give `deceased[x]` for what a form holds: nothing, `true`, or a FHIR date or dateTime.

    Raises: InvalidInputError where it is none of these.
    """
    if deceased in {"", "false"}:
        return {}
    if deceased == "true":
        return {"deceasedBoolean": True}
    if not is_date_time(deceased):
        raise InvalidInputError("deceased", "date")
    return {"deceasedDateTime": deceased}


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

    Raises: InvalidInputError where `insurance_id` is empty or a date is none.
    """
    relationship = coded(f"{TERMINOLOGY}/subscriber-relationship", "self")
    elements = {
        "status": "active",
        "subscriberId": required_text("insurance_id", insurance_id).strip(),
        "beneficiary": {"reference": patient_ref},
        "relationship": relationship,
        "period": {"start": checked_date("start", start), "end": checked_date("end", end)},
        "payor": [{"display": payor_name}],
    }
    return resource_bytes("Coverage", fhir_id, elements)
