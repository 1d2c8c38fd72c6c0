"""Projects Observations: vital signs, laboratory results, social history."""

from dataclasses import replace
from typing import Any

from ehr_desktop.domain.projection import EntryRow, SectionKind
from ehr_desktop.interchange.fhir.elements import (
    Json,
    chosen,
    codes,
    concept_text,
    first,
    first_code,
    moment,
    notes,
    objects,
    quantity,
    word,
)
from ehr_desktop.interchange.fhir.project_entry import entry_row, joined, main_code

SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
_VITAL_CATEGORIES = frozenset({"vital-signs", "vital-sign"})
_OTHER_CATEGORIES = frozenset({"social-history", "activity"})


def observation(resource: Json) -> EntryRow:
    """Project an Observation. A blood pressure panel is one entry, its value `120/80`; other
    panels list their components in `detail`.
    """
    pressure = _blood_pressure(resource)
    value, unit = pressure or measured(chosen(resource, "value"))
    components = "" if pressure else _components(resource)
    low, high, range_text = _reference_range(resource)
    row = entry_row(
        resource,
        _section(resource),
        concept_text(resource.get("code")),
        detail=joined(
            components,
            concept_text(resource.get("dataAbsentReason")),
            range_text,
            notes(resource),
        ),
        when=moment(resource, "effective[x]", "issued"),
        code=main_code(resource.get("code")),
    )
    return replace(
        row,
        value=value,
        unit=unit,
        interpretation=first_code(resource.get("interpretation"))
        or concept_text(resource.get("interpretation")),
        reference_low=low,
        reference_high=high,
    )


def _section(resource: Json) -> SectionKind:
    categories = {code for _, code in codes(resource.get("category"))}
    if categories & _VITAL_CATEGORIES:
        return SectionKind.VITALS
    return SectionKind.OTHER if categories & _OTHER_CATEGORIES else SectionKind.RESULTS


def _blood_pressure(resource: Json) -> tuple[str, str] | None:
    found: dict[str, tuple[str, str]] = {}
    for component in objects(resource.get("component")):
        for _, code in codes(component.get("code")):
            found[code] = measured(chosen(component, "value"))
    systolic, diastolic = found.get(SYSTOLIC), found.get(DIASTOLIC)
    if systolic is None or diastolic is None:
        return None
    return f"{systolic[0] or '?'}/{diastolic[0] or '?'}", systolic[1] or diastolic[1]


def _components(resource: Json) -> str:
    parts: list[str] = []
    for component in objects(resource.get("component")):
        value = " ".join(filter(None, measured(chosen(component, "value"))))
        absent = concept_text(component.get("dataAbsentReason"))
        parts.append(f"{concept_text(component.get('code'))}: {value or absent or '?'}")
    return joined(*parts)


def measured(value: Any) -> tuple[str, str]:
    """Give a `value[x]` and its unit as texts, every digit as written."""
    if not isinstance(value, dict):
        return word(value), ""
    if "coding" in value or "text" in value:
        return concept_text(value), ""
    if "numerator" in value:
        numerator, unit = quantity(first(value["numerator"]))
        denominator, per = quantity(first(value.get("denominator")))
        shown = "/".join(filter(None, (unit, per)))
        return f"{numerator}:{denominator or '1'}", shown
    if "low" in value or "high" in value:
        (low, unit), (high, other) = (
            quantity(first(value.get("low"))),
            quantity(first(value.get("high"))),
        )
        return f"{low or '?'} - {high or '?'}", unit or other
    if "start" in value or "end" in value:
        return f"{word(value.get('start')) or '?'} - {word(value.get('end')) or '?'}", ""
    return quantity(value) if "value" in value else ("", "")


def _reference_range(resource: Json) -> tuple[str, str, str]:
    one = first(resource.get("referenceRange"))
    low = word(first(one.get("low")).get("value"))
    high = word(first(one.get("high")).get("value"))
    return low, high, "" if low or high else word(one.get("text"))
