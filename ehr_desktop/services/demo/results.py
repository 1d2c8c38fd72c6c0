"""Observations and the reports that gather them."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from random import Random

from ehr_desktop.services.demo.fhir import (
    HL7,
    LOINC,
    Resource,
    category,
    coding,
    concept,
    instant,
    new_id,
    quantity,
)
from ehr_desktop.services.demo.records import Visit
from ehr_desktop.services.demo.tables import Measure, Panel

_LABORATORY = "laboratory"
_LABORATORY_DELAY = timedelta(hours=22)
_SMOKING = (
    ("LA18978-9", "Never smoker"),
    ("LA15920-4", "Former smoker"),
    ("LA18976-3", "Current every day smoker"),
)


def observation(random: Random, visit: Visit, measure: Measure, value: Decimal) -> Resource:
    """Make an Observation of one measure; a laboratory result carries range and reading."""
    resource = _observation(random, visit, measure.category, measure.code, measure.text)
    resource["valueQuantity"] = quantity(value, measure.shown, measure.unit)
    if measure.category == _LABORATORY:
        resource["issued"] = instant(visit.at + _LABORATORY_DELAY)
        code = reading(measure, value)
        resource["interpretation"] = category("v3-ObservationInterpretation", code)
        resource["referenceRange"] = [_range(measure)]
    return resource


def blood_pressure(
    random: Random,
    visit: Visit,
    systolic: tuple[Measure, Decimal],
    diastolic: tuple[Measure, Decimal],
) -> Resource:
    """Make the blood pressure panel with its two components."""
    resource = _observation(random, visit, "vital-signs", "85354-9", "Blood pressure")
    resource["component"] = [
        {
            "code": concept(measure.text, coding(LOINC, measure.code, measure.text)),
            "valueQuantity": quantity(value, measure.shown, measure.unit),
        }
        for measure, value in (systolic, diastolic)
    ]
    return resource


def smoking(random: Random, visit: Visit, *, never: bool) -> Resource:
    """Make the Observation of whether somebody smokes."""
    code, text = _SMOKING[0] if never else random.choice(_SMOKING[1:])
    resource = _observation(random, visit, "social-history", "72166-2", "Tobacco smoking status")
    resource["valueCodeableConcept"] = concept(text, coding(LOINC, code, text))
    return resource


def blood_group(random: Random, visit: Visit) -> Resource:
    """Make the Observation of the ABO and Rhesus group."""
    group = random.choices(("O", "A", "B", "AB"), (46, 41, 10, 3))[0]
    rhesus = random.choices(("positive", "negative"), (84, 16))[0]
    resource = _observation(random, visit, _LABORATORY, "882-1", "ABO and Rh blood group")
    resource["valueCodeableConcept"] = concept(f"{group} Rh {rhesus}")
    return resource


def report(
    random: Random, visit: Visit, panel: Panel, observations: Iterable[Resource], conclusion: str
) -> Resource:
    """Make the DiagnosticReport of a panel."""
    return {
        "resourceType": "DiagnosticReport",
        "id": new_id(random),
        "status": "final",
        "category": [concept("Laboratory", coding(HL7 + "v2-0074", "LAB", "Laboratory"))],
        "code": concept(panel.text, coding(LOINC, panel.code, panel.text)),
        "subject": visit.subject,
        "encounter": visit.encounter,
        "effectiveDateTime": instant(visit.at),
        "issued": instant(visit.at + _LABORATORY_DELAY),
        "performer": [{"display": "Westhaven General Hospital, Pathology"}],
        "result": [{"reference": f"Observation/{one['id']}"} for one in observations],
        "conclusion": conclusion,
    }


def reading(measure: Measure, value: Decimal) -> str:
    """Give the interpretation code of a value: L, H or N."""
    if measure.low is not None and value < Decimal(str(measure.low)):
        return "L"
    if measure.high is not None and value > Decimal(str(measure.high)):
        return "H"
    return "N"


def _range(measure: Measure) -> Resource:
    bounds = {"low": measure.low, "high": measure.high}
    return {
        name: quantity(Decimal(f"{bound:.{measure.decimals}f}"), measure.shown, measure.unit)
        for name, bound in bounds.items()
        if bound is not None
    }


def _observation(random: Random, visit: Visit, kind: str, code: str, text: str) -> Resource:
    return {
        "resourceType": "Observation",
        "id": new_id(random),
        "status": "final",
        "category": category("observation-category", kind),
        "code": concept(text, coding(LOINC, code, text)),
        "subject": visit.subject,
        "encounter": visit.encounter,
        "effectiveDateTime": instant(visit.at),
        "performer": [{"display": visit.author}],
    }
