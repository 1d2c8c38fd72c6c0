"""The small pieces FHIR resources are put together from."""

import json
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

Resource = dict[str, Any]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
HL7 = "http://terminology.hl7.org/CodeSystem/"

_MARK = "\x01"


def encode(resource: Resource) -> bytes:
    """Give the resource as UTF-8 JSON; a `Decimal` is written with every digit it has."""
    # The standard encoder has no decimals: they pass as marked strings and lose their quotes here.
    text = json.dumps(resource, ensure_ascii=False, separators=(",", ":"), default=_marked)
    return text.replace('"\\u0001', "").replace('\\u0001"', "").encode()


def _marked(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{_MARK}{value}{_MARK}"
    raise TypeError(type(value).__name__)


def new_id(random: Random) -> str:
    """Give an id for a resource: a version 4 UUID."""
    return str(UUID(int=random.getrandbits(128), version=4))


def coding(system: str, code: str, display: str = "") -> Resource:
    """Give a Coding."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(text: str, *codings: Resource) -> Resource:
    """Give a CodeableConcept."""
    return ({"coding": list(codings)} if codings else {}) | {"text": text}


def category(system: str, code: str) -> list[Resource]:
    """Give a list of one CodeableConcept with one HL7 code, as `category` elements want it."""
    return [{"coding": [coding(HL7 + system, code)]}]


def quantity(value: Decimal, shown: str, unit: str) -> Resource:
    """Give a Quantity with the unit as people write it and its UCUM code."""
    return {"value": value, "unit": shown, "system": UCUM, "code": unit}


def instant(when: datetime) -> str:
    """Give an aware time to the second with its offset."""
    return when.isoformat(timespec="seconds")


def sensitivity(label: str | None) -> Resource:
    """Give the `meta` of a record that carries a sensitivity label of v3-ActCode, or nothing."""
    return {"meta": {"security": [coding(HL7 + "v3-ActCode", label)]}} if label else {}
