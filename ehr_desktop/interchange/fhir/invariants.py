"""The invariants of R4 that catch what clinics really receive, by HL7's own keys.

Each takes one object whose structure was found right and gives its problems with paths relative
to it. Source: the `constraint` elements of the R4 (4.0.1) StructureDefinitions.
"""

from collections.abc import Callable, Iterator
from typing import Any

from ehr_desktop.interchange.fhir.problem import Problem

Json = dict[str, Any]
Invariant = Callable[[Json], Iterator[Problem]]


def _has_code(concept: Json | None, code: str) -> bool:
    codings = (concept or {}).get("coding", [])
    return any(coding.get("code") == code for coding in codings)


def _starts_with(value: Json, name: str) -> bool:
    return any(key.startswith(name) for key in value)


def _extension_is_value_or_extensions(extension: Json) -> Iterator[Problem]:
    has_value = _starts_with(extension, "value") or _starts_with(extension, "_value")
    if has_value == ("extension" in extension):
        yield Problem("", "ext-1", "An extension has either a value or extensions.")


def _period_runs_forward(period: Json) -> Iterator[Problem]:
    start, end = period.get("start"), period.get("end")
    # equal lengths and zones compare as text; anything else may overlap
    if start and end and start[:10] > end[: len(start[:10])] and len(end) >= len(start[:10]):
        yield Problem("", "per-1", "The period ends before it starts.")


def _quantity_code_has_system(quantity: Json) -> Iterator[Problem]:
    if "code" in quantity and "system" not in quantity:
        yield Problem("code", "qty-3", "A coded unit needs its system.")


def _range_low_is_not_above_high(value: Json) -> Iterator[Problem]:
    low, high = value.get("low", {}), value.get("high", {})
    same_unit = low.get("code", low.get("unit")) == high.get("code", high.get("unit"))
    if "value" in low and "value" in high and same_unit and low["value"] > high["value"]:
        yield Problem("", "rng-2", "The low end of the range is above the high end.")


def _attachment_has_type(attachment: Json) -> Iterator[Problem]:
    if "data" in attachment and "contentType" not in attachment:
        yield Problem("contentType", "att-1", "An attachment with content needs its type.")


def _contact_point_has_system(contact: Json) -> Iterator[Problem]:
    if "value" in contact and "system" not in contact and "_system" not in contact:
        yield Problem("system", "cpt-2", "A phone number or address needs to say which it is.")


def _contained_is_plain(resource: Json) -> Iterator[Problem]:
    for index, inner in enumerate(resource.get("contained", ())):
        path = f"contained[{index}]"
        meta = inner.get("meta", {})
        if "contained" in inner:
            yield Problem(path, "dom-2", "A contained resource may not contain others.")
        if "versionId" in meta or "lastUpdated" in meta:
            yield Problem(f"{path}.meta", "dom-4", "A contained resource has no version.")
        if "security" in meta:
            yield Problem(f"{path}.meta", "dom-5", "A contained resource has no security label.")


def _no_value_and_reason_absent(observation: Json) -> Iterator[Problem]:
    if "dataAbsentReason" in observation and _starts_with(observation, "value"):
        yield Problem("dataAbsentReason", "obs-6", "A value is there and said to be absent.")


def _value_is_not_also_a_component(observation: Json) -> Iterator[Problem]:
    own = _codings(observation.get("code"))
    if own and _starts_with(observation, "value"):
        for component in observation.get("component", ()):
            if own & _codings(component.get("code")):
                yield Problem("component", "obs-7", "A component repeats the observation's code.")


def _codings(concept: Json | None) -> set[tuple[str, str]]:
    codings = (concept or {}).get("coding", [])
    return {(one.get("system", ""), one["code"]) for one in codings if "code" in one}


def _reference_range_says_something(reference_range: Json) -> Iterator[Problem]:
    if not reference_range.keys() & {"low", "high", "text"}:
        yield Problem("", "obs-3", "A reference range needs a low end, a high end or a text.")


def _allergy_status_fits(allergy: Json) -> Iterator[Problem]:
    wrong = _has_code(allergy.get("verificationStatus"), "entered-in-error")
    if not wrong and "clinicalStatus" not in allergy:
        yield Problem("clinicalStatus", "ait-1", "An allergy needs its clinical status.")
    if wrong and "clinicalStatus" in allergy:
        yield Problem("clinicalStatus", "ait-2", "An entry made in error has no clinical status.")


def _condition_status_fits(condition: Json) -> Iterator[Problem]:
    status = condition.get("clinicalStatus")
    if _starts_with(condition, "abatement") and not any(
        _has_code(status, code) for code in ("resolved", "remission", "inactive")
    ):
        yield Problem("clinicalStatus", "con-4", "A condition that ended cannot be active.")
    if status and _has_code(condition.get("verificationStatus"), "entered-in-error"):
        yield Problem("clinicalStatus", "con-5", "An entry made in error has no clinical status.")


def _patient_contact_is_someone(contact: Json) -> Iterator[Problem]:
    if not contact.keys() & {"name", "telecom", "address", "organization"}:
        yield Problem("", "pat-1", "A contact needs a name, a number, an address or a firm.")


def _participant_is_someone(participant: Json) -> Iterator[Problem]:
    if not participant.keys() & {"type", "actor"}:
        yield Problem("", "app-1", "A participant needs a type or an actor.")


def _appointment_times_fit(appointment: Json) -> Iterator[Problem]:
    status = appointment.get("status")
    if ("start" in appointment) != ("end" in appointment):
        yield Problem("", "app-2", "An appointment has both a start and an end, or neither.")
    if "start" not in appointment and status not in {"proposed", "cancelled", "waitlist"}:
        yield Problem("start", "app-3", "An appointment of this status needs its times.")
    if "cancelationReason" in appointment and status not in {"cancelled", "noshow"}:
        yield Problem("cancelationReason", "app-4", "It was not cancelled.")


def _section_says_something(section: Json) -> Iterator[Problem]:
    if not section.keys() & {"text", "entry", "section"}:
        yield Problem("", "cmp-1", "A section needs a text, entries or sections.")
    if "emptyReason" in section and "entry" in section:
        yield Problem("emptyReason", "cmp-2", "A section with entries is not empty.")


def _dosage_repeats_with_units(repeat: Json) -> Iterator[Problem]:
    if "duration" in repeat and "durationUnit" not in repeat:
        yield Problem("durationUnit", "tim-1", "A duration needs its unit.")
    if "period" in repeat and "periodUnit" not in repeat:
        yield Problem("periodUnit", "tim-2", "A period needs its unit.")


_QUANTITIES = ("Quantity", "Age", "Count", "Distance", "Duration")
_OF_TYPE: dict[str, tuple[Invariant, ...]] = {
    "Extension": (_extension_is_value_or_extensions,),
    "Period": (_period_runs_forward,),
    "Range": (_range_low_is_not_above_high,),
    "Attachment": (_attachment_has_type,),
    "ContactPoint": (_contact_point_has_system,),
    "Timing.repeat": (_dosage_repeats_with_units,),
    "Observation": (
        _contained_is_plain,
        _no_value_and_reason_absent,
        _value_is_not_also_a_component,
    ),
    "Observation.component": (_no_value_and_reason_absent,),
    "Observation.referenceRange": (_reference_range_says_something,),
    "AllergyIntolerance": (_contained_is_plain, _allergy_status_fits),
    "Condition": (_contained_is_plain, _condition_status_fits),
    "Patient.contact": (_patient_contact_is_someone,),
    "Appointment": (_contained_is_plain, _appointment_times_fit),
    "Appointment.participant": (_participant_is_someone,),
    "Composition.section": (_section_says_something,),
}
INVARIANTS: dict[str, tuple[Invariant, ...]] = _OF_TYPE | dict.fromkeys(
    _QUANTITIES, (_quantity_code_has_system,)
)
