"""Projects what is done for a patient: allergies, problems, medications, visits, procedures."""

from ehr_desktop.domain.projection import EntryRow, SectionKind
from ehr_desktop.interchange.fhir.elements import (
    Json,
    codes,
    coding_text,
    concept_text,
    concept_texts,
    first,
    first_code,
    moment,
    notes,
    objects,
    quantity,
    reference_text,
    word,
)
from ehr_desktop.interchange.fhir.project_entry import (
    contained,
    entry_row,
    joined,
    main_code,
)

NONE_KNOWN = frozenset(
    {
        "716186003",  # no known allergy
        "409137002",  # no known drug allergy
        "429625007",  # no known food allergy
        "428607008",  # no known environmental allergy
        "716184000",  # no known latex allergy
        "160244002",  # no known allergies (inactive)
        "no-known-allergies",  # IPS absent or unknown
    }
)
_NOT_SO = frozenset({"refuted", "entered-in-error"})


def allergy(resource: Json) -> EntryRow:
    """Project an AllergyIntolerance; a statement that there is none is `none_known`."""
    status = _clinical_status(resource)
    reactions = objects(resource.get("reaction"))
    shown = ", ".join(filter(None, (concept_texts(r.get("manifestation")) for r in reactions)))
    criticality = word(resource.get("criticality"))
    substance = concept_text(first(reactions).get("substance"))
    return entry_row(
        resource,
        SectionKind.ALLERGIES,
        concept_text(resource.get("code")) or substance,
        detail=joined(
            shown,
            next((word(r.get("severity")) for r in reactions if r.get("severity")), ""),
            f"criticality {criticality}" if criticality else "",
            notes(resource),
        ),
        status=status,
        when=moment(resource, "onset[x]", "recordedDate"),
        code=main_code(resource.get("code")),
        none_known=status not in _NOT_SO
        and any(code in NONE_KNOWN for _, code in codes(resource.get("code"))),
    )


def condition(resource: Json) -> EntryRow:
    """Project a Condition; its date is the onset, else when it was recorded."""
    ended = moment(resource, "abatement[x]")
    return entry_row(
        resource,
        SectionKind.PROBLEMS,
        concept_text(resource.get("code")),
        detail=joined(
            concept_text(resource.get("severity")),
            concept_texts(resource.get("bodySite")),
            f"until {ended[:10]}" if ended else "",
            notes(resource),
        ),
        status=_clinical_status(resource),
        when=moment(resource, "onset[x]", "recordedDate"),
        code=main_code(resource.get("code")),
    )


def _clinical_status(resource: Json) -> str:
    verification = first_code(resource.get("verificationStatus"))
    clinical = first_code(resource.get("clinicalStatus"))
    return verification if verification in _NOT_SO or not clinical else clinical


def medication(resource: Json) -> EntryRow:
    """Project a MedicationRequest, -Statement, -Administration or -Dispense."""
    named = resource.get("medicationCodeableConcept")
    reference = first(resource.get("medicationReference"))
    inner = contained(resource, word(reference.get("reference")))
    concept = named or inner.get("code")
    dosages = resource.get("dosageInstruction") or resource.get("dosage")
    return entry_row(
        resource,
        SectionKind.MEDICATIONS,
        concept_text(concept) or reference_text(reference),
        detail=joined(
            *(dosage_text(one) for one in objects(dosages)),
            concept_texts(resource.get("reasonCode")),
            notes(resource),
        ),
        when=moment(resource, "authoredOn", "effective[x]", "whenHandedOver", "dateAsserted"),
        code=main_code(concept),
    )


def dosage_text(dosage: Json) -> str:
    """Give a Dosage in words: its own text, or dose, timing and route put together."""
    if dosage.get("text"):
        return word(dosage["text"])
    rate = first(dosage.get("doseAndRate")) or dosage
    dose = " ".join(filter(None, quantity(first(rate.get("doseQuantity") or rate.get("dose")))))
    needed = dosage.get("asNeededBoolean") is True or "asNeededCodeableConcept" in dosage
    parts = (
        dose,
        _timing(first(dosage.get("timing"))),
        concept_text(dosage.get("route")),
        "as needed" if needed else "",
        word(dosage.get("patientInstruction")),
    )
    return ", ".join(filter(None, parts))


_UNITS = {
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "a": "year",
}


def _timing(timing: Json) -> str:
    if "code" in timing:
        return concept_text(timing["code"])
    repeat = first(timing.get("repeat"))
    frequency, period = word(repeat.get("frequency")) or "1", word(repeat.get("period"))
    unit = _UNITS.get(word(repeat.get("periodUnit")), "")
    if not period or not unit:
        return ""
    span = unit if period == "1" else f"{period} {unit}s"
    return f"{frequency} times per {span}" if frequency != "1" else f"once per {span}"


def immunization(resource: Json) -> EntryRow:
    """Project an Immunization."""
    lot = word(resource.get("lotNumber"))
    dose = word(first(resource.get("protocolApplied")).get("doseNumberPositiveInt"))
    return entry_row(
        resource,
        SectionKind.IMMUNIZATIONS,
        concept_text(resource.get("vaccineCode")),
        detail=joined(
            f"dose {dose}" if dose else "",
            concept_text(resource.get("site")),
            f"lot {lot}" if lot else "",
            concept_text(resource.get("statusReason")),
            notes(resource),
        ),
        when=moment(resource, "occurrence[x]", "recorded")
        or word(resource.get("occurrenceString")),
        code=first_code(resource.get("vaccineCode")),
    )


_CLASSES = {
    "AMB": "Outpatient visit",
    "IMP": "Inpatient stay",
    "ACUTE": "Inpatient stay",
    "EMER": "Emergency visit",
    "HH": "Home visit",
    "VR": "Remote visit",
    "SS": "Short stay",
    "OBSENC": "Observation stay",
    "FLD": "Visit in the field",
}


def encounter(resource: Json) -> EntryRow:
    """Project an Encounter, named by its type or else by its class."""
    kind = first(resource.get("class"))
    class_text = _CLASSES.get(word(kind.get("code"))) or coding_text(kind)
    kinds = concept_texts(resource.get("type"))
    participants = objects(resource.get("participant"))
    people = (reference_text(one.get("individual")) for one in participants)
    return entry_row(
        resource,
        SectionKind.VISITS,
        kinds or concept_text(resource.get("serviceType")) or class_text,
        detail=joined(
            concept_texts(resource.get("reasonCode")),
            class_text if kinds else "",
            ", ".join(filter(None, people)),
        ),
        when=moment(resource, "period"),
        code=first_code(resource.get("type")) or word(kind.get("code")),
    )


def procedure(resource: Json) -> EntryRow:
    """Project a Procedure."""
    return entry_row(
        resource,
        SectionKind.PROCEDURES,
        concept_text(resource.get("code")),
        detail=joined(
            concept_texts(resource.get("reasonCode")),
            concept_texts(resource.get("bodySite")),
            concept_text(resource.get("outcome")),
            notes(resource),
        ),
        when=moment(resource, "performed[x]") or word(resource.get("performedString")),
        code=main_code(resource.get("code")),
    )
