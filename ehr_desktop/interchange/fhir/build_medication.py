"""Makes a MedicationRequest of what a form holds."""

from datetime import datetime

from ehr_desktop.interchange.fhir.build import instant, required_text, resource_bytes


def medication(
    drug: str,
    dosage: str,
    patient_ref: str,
    when: datetime,
    author_name: str,
    *,
    fhir_id: str = "",
) -> bytes:
    """Make a MedicationRequest: an active order, its dosage as it was typed.

    Raises: InvalidInputError where `drug` says nothing.
    """
    elements = {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": required_text("drug", drug)},
        "subject": {"reference": patient_ref},
        "authoredOn": instant(when),
        "requester": {"display": author_name},
        "dosageInstruction": [{"text": dosage}],
    }
    return resource_bytes("MedicationRequest", fhir_id, elements)
