"""Decides which category of access a resource falls into."""

from ehr_desktop.domain.categories import FRONT_DESK_CATEGORIES, Category
from ehr_desktop.interchange.fhir.elements import Json, codes, first, objects, word
from ehr_desktop.interchange.fhir.sensitive_codes import SECURITY_LABELS, category_of_code

OF_TYPE: dict[str, Category] = {
    "Patient": Category.DEMOGRAPHICS,
    "Person": Category.DEMOGRAPHICS,
    "AllergyIntolerance": Category.EMERGENCY,
    "MedicationRequest": Category.EMERGENCY,
    "MedicationStatement": Category.EMERGENCY,
    "MedicationAdministration": Category.EMERGENCY,
    "MedicationDispense": Category.EMERGENCY,
    "Medication": Category.EMERGENCY,
    "Device": Category.EMERGENCY,
    "DeviceUseStatement": Category.EMERGENCY,
    "RelatedPerson": Category.EMERGENCY,
    "Appointment": Category.APPOINTMENTS,
    "AppointmentResponse": Category.APPOINTMENTS,
    "Schedule": Category.APPOINTMENTS,
    "Slot": Category.APPOINTMENTS,
    "Coverage": Category.BILLING,
    "CoverageEligibilityRequest": Category.BILLING,
    "CoverageEligibilityResponse": Category.BILLING,
    "Claim": Category.BILLING,
    "ClaimResponse": Category.BILLING,
    "ExplanationOfBenefit": Category.BILLING,
    "Account": Category.BILLING,
    "Invoice": Category.BILLING,
    "ChargeItem": Category.BILLING,
    "PaymentNotice": Category.BILLING,
    "PaymentReconciliation": Category.BILLING,
    "DiagnosticReport": Category.LABS,
    "Specimen": Category.LABS,
    "ImagingStudy": Category.IMAGING,
    "Media": Category.IMAGING,
    "Composition": Category.NOTES,
    "ClinicalImpression": Category.NOTES,
    "DocumentReference": Category.DOCUMENTS,
    "DocumentManifest": Category.DOCUMENTS,
    "QuestionnaireResponse": Category.DOCUMENTS,
    "Binary": Category.DOCUMENTS,
    "MolecularSequence": Category.GENETICS,
}
"""What is not named here is GENERAL."""

OF_CATEGORY_CODE: dict[str, Category] = {
    # observation-category
    "laboratory": Category.LABS,
    "imaging": Category.IMAGING,
    # v2-0074, diagnostic service sections
    "LAB": Category.LABS,
    "GE": Category.GENETICS,
    "RAD": Category.IMAGING,
    "RUS": Category.IMAGING,
    "CT": Category.IMAGING,
    "NMR": Category.IMAGING,
    "NMS": Category.IMAGING,
    # LOINC, classes of DiagnosticReports and documents
    "LP7839-6": Category.LABS,
    "LP29684-5": Category.IMAGING,
    "LP29708-2": Category.GENERAL,
    # US Core, clinical notes
    "clinical-note": Category.NOTES,
}

BLOOD_GROUP = frozenset({"882-1", "883-9", "10331-7", "34530-6"})
"""LOINC: ABO and Rh, ABO, Rh, and the panel of both."""

NOTE_TYPES = frozenset(
    {
        "11506-3",  # progress note
        "11488-4",  # consult note
        "18842-5",  # discharge summary
        "28570-0",  # procedure note
        "34109-9",  # note
        "34117-2",  # history and physical note
        "34131-3",  # outpatient progress note
        "34133-9",  # summarization of episode note
        "34746-8",  # nurse note
        "34748-4",  # telephone encounter note
        "51847-2",  # evaluation and plan note
        "57133-1",  # referral note
        "11504-8",  # surgical operation note
    }
)
"""LOINC types of documents that are notes of the clinic rather than papers from elsewhere."""

_BY_CATEGORY_CODE = frozenset({"Observation", "DiagnosticReport", "DocumentReference"})
_SENSITIVE_BY = ("code", "type", "reasonCode", "vaccineCode", "serviceType", "specialty")


def category_of(resource: Json) -> Category:
    """Give the one category of access `resource` falls into.

    A Patient is always demographics: without its name nobody is found. For the rest, first the
    sensitivity label somebody gave it, then the codes of protected areas, then its category
    code, then its type. Codes leave bills and appointments where they are: the front desk
    cannot work without them, and a label can still move them.
    """
    kind = word(resource.get("resourceType"))
    by_type = OF_TYPE.get(kind, Category.GENERAL)
    if by_type is Category.DEMOGRAPHICS:
        return by_type
    protected = _labelled(resource)
    if protected is None and by_type not in FRONT_DESK_CATEGORIES:
        protected = _coded(resource)
    if protected is not None:
        return protected
    if kind == "Observation" and any(c in BLOOD_GROUP for _, c in codes(resource.get("code"))):
        return Category.EMERGENCY
    if is_note(resource):
        return Category.NOTES
    if kind in _BY_CATEGORY_CODE:
        return _by_category_code(resource) or by_type
    return by_type


def is_note(resource: Json) -> bool:
    """Tell whether a DocumentReference is a clinical note by its type or category."""
    if resource.get("resourceType") != "DocumentReference":
        return False
    kinds = {code for _, code in codes(resource.get("type"))}
    categories = {code for _, code in codes(resource.get("category"))}
    return not kinds.isdisjoint(NOTE_TYPES) or "clinical-note" in categories


def _labelled(resource: Json) -> Category | None:
    for label in objects(first(resource.get("meta")).get("security")):
        found = SECURITY_LABELS.get(word(label.get("code")))
        if found is not None:
            return found
    return None


def _coded(resource: Json) -> Category | None:
    for name in _SENSITIVE_BY:
        for system, code in codes(resource.get(name)):
            found = category_of_code(system, code)
            if found is not None:
                return found
    return None


def _by_category_code(resource: Json) -> Category | None:
    for _, code in codes(resource.get("category")):
        found = OF_CATEGORY_CODE.get(code)
        if found is not None:
            return found
    return None
