"""FHIR resources of a chart, but observations (`results`) and the Patient (`registration`)."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from ehr_desktop.services.demo.fhir import (
    CVX,
    HL7,
    ICD10,
    LOINC,
    RXNORM,
    Resource,
    category,
    coding,
    concept,
    instant,
    new_id,
    sensitivity,
)
from ehr_desktop.services.demo.tables import Allergen, Condition, Drug, Vaccine

_NOTE_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category"


@dataclass(frozen=True, slots=True)
class Visit:
    """When somebody was seen, by whom, for what. `place` is empty for the clinic itself."""

    id: str
    patient_id: str
    at: datetime
    minutes: int
    author: str
    title: str
    place: str = ""
    days: int = 0
    label: str | None = None
    reasons: tuple[tuple[str, str], ...] = field(default=())

    @property
    def subject(self) -> Resource:
        """A reference to the patient."""
        return {"reference": f"Patient/{self.patient_id}"}

    @property
    def encounter(self) -> Resource:
        """A reference to the visit's Encounter."""
        return {"reference": f"Encounter/{self.id}"}

    @property
    def end(self) -> datetime:
        """When it ended."""
        return self.at + timedelta(days=self.days, minutes=self.minutes)


def encounter(visit: Visit, clinic: str, problem_ids: tuple[str, ...]) -> Resource:
    """Make the Encounter of a visit; `problem_ids` are the Conditions dealt with."""
    resource = _started("Encounter", visit.id, visit, "finished")
    kind = ("IMP", "inpatient encounter") if visit.days else ("AMB", "ambulatory")
    resource["class"] = coding(HL7 + "v3-ActCode", *kind)
    resource["type"] = [concept(visit.title)]
    resource["participant"] = [{"individual": {"display": visit.author}}]
    resource["period"] = {"start": instant(visit.at), "end": instant(visit.end)}
    if visit.reasons:
        resource["reasonCode"] = [
            concept(text, coding(ICD10, code, text)) for code, text in visit.reasons
        ]
    if problem_ids:
        resource["diagnosis"] = [
            {"condition": {"reference": f"Condition/{problem_id}"}} for problem_id in problem_ids
        ]
    resource["serviceProvider"] = {"display": visit.place or clinic}
    return resource


def problem(
    record_id: str, visit: Visit, condition: Condition, since: date, *, seen_here: bool
) -> Resource:
    """Make the Condition of a long-term problem; what began elsewhere is known by its year."""
    resource = _condition(record_id, visit, condition.text, condition.code, condition.label)
    resource["clinicalStatus"] = {"coding": [coding(HL7 + "condition-clinical", "active")]}
    resource["category"] = category("condition-category", "problem-list-item")
    if seen_here:
        resource["encounter"] = visit.encounter
        resource["onsetDateTime"] = since.isoformat()
        resource["recordedDate"] = instant(visit.at)
    else:
        resource["onsetDateTime"] = f"{since:%Y}"
    return resource


def passing_illness(
    random: Random, visit: Visit, *, text: str, code: str, label: str | None, days: int, today: date
) -> Resource:
    """Make the Condition of a complaint that is over after `days`."""
    resource = _condition(new_id(random), visit, text, code, label)
    over = visit.at.date() + timedelta(days=days)
    status = "resolved" if over < today else "active"
    resource["clinicalStatus"] = {"coding": [coding(HL7 + "condition-clinical", status)]}
    resource["category"] = category("condition-category", "encounter-diagnosis")
    resource["encounter"] = visit.encounter
    resource["onsetDateTime"] = visit.at.date().isoformat()
    if status == "resolved":
        resource["abatementDateTime"] = over.isoformat()
    resource["recordedDate"] = instant(visit.at)
    return resource


def _condition(record_id: str, visit: Visit, text: str, code: str, label: str | None) -> Resource:
    return {
        "resourceType": "Condition",
        "id": record_id,
        **sensitivity(label),
        "verificationStatus": {"coding": [coding(HL7 + "condition-ver-status", "confirmed")]},
        "code": concept(text, coding(ICD10, code, text)),
        "subject": visit.subject,
        "recorder": {"display": visit.author},
    }


def allergy(
    random: Random,
    patient_id: str,
    recorded: date,
    author: str,
    allergen: Allergen,
    *,
    severe: bool,
) -> Resource:
    """Make an AllergyIntolerance."""
    reaction = allergen.severe if severe and allergen.severe else random.choice(allergen.reactions)
    resource = _allergy(random, patient_id, recorded, author)
    resource["type"] = "allergy"
    resource["category"] = [allergen.category]
    resource["criticality"] = "high" if severe and allergen.severe else "low"
    codes = [coding(RXNORM, allergen.rxnorm, allergen.text.lower())] if allergen.rxnorm else []
    resource["code"] = concept(allergen.text, *codes)
    severity = "severe" if severe and allergen.severe else random.choice(("mild", "moderate"))
    resource["reaction"] = [{"manifestation": [concept(reaction)], "severity": severity}]
    return resource


def no_known_allergy(random: Random, patient_id: str, recorded: date, author: str) -> Resource:
    """Make the AllergyIntolerance that says somebody asked and there is none."""
    resource = _allergy(random, patient_id, recorded, author)
    resource["code"] = concept(
        "No known allergy", coding("http://snomed.info/sct", "716186003", "No known allergy")
    )
    return resource


def _allergy(random: Random, patient_id: str, recorded: date, author: str) -> Resource:
    return {
        "resourceType": "AllergyIntolerance",
        "id": new_id(random),
        "clinicalStatus": {"coding": [coding(HL7 + "allergyintolerance-clinical", "active")]},
        "verificationStatus": {
            "coding": [coding(HL7 + "allergyintolerance-verification", "confirmed")]
        },
        "patient": {"reference": f"Patient/{patient_id}"},
        "recordedDate": recorded.isoformat(),
        "recorder": {"display": author},
    }


def prescription(
    random: Random, visit: Visit, drug: Drug, reason: str, *, ongoing: bool
) -> Resource:
    """Make a MedicationRequest, repeating or for one course."""
    codes = [coding(RXNORM, drug.rxnorm, drug.ingredient)] if drug.rxnorm else []
    resource = _started(
        "MedicationRequest", new_id(random), visit, "active" if ongoing else "completed"
    )
    resource["intent"] = "order"
    resource["medicationCodeableConcept"] = concept(drug.text, *codes)
    resource["encounter"] = visit.encounter
    resource["authoredOn"] = instant(visit.at)
    resource["requester"] = {"display": visit.author}
    resource["reasonCode"] = [concept(reason)]
    dosage: Resource = {"text": drug.instruction, "route": concept(drug.route.capitalize())}
    if drug.as_needed:
        dosage["asNeededBoolean"] = True
    else:
        dosage["timing"] = {"repeat": {"frequency": drug.per_day, "period": 1, "periodUnit": "d"}}
    resource["dosageInstruction"] = [dosage]
    if ongoing:
        resource["dispenseRequest"] = {"numberOfRepeatsAllowed": 5}
    return resource


def immunization(random: Random, visit: Visit, vaccine: Vaccine, dose: int) -> Resource:
    """Make an Immunization."""
    resource = _started("Immunization", new_id(random), visit, "completed")
    resource["patient"] = resource.pop("subject")
    resource["vaccineCode"] = concept(vaccine.text, coding(CVX, vaccine.cvx, vaccine.text))
    resource["encounter"] = visit.encounter
    resource["occurrenceDateTime"] = instant(visit.at)
    resource["lotNumber"] = f"{random.choice('ABFKTW')}{random.randrange(10000, 99999)}"
    resource["performer"] = [{"actor": {"display": visit.author}}]
    resource["protocolApplied"] = [{"doseNumberPositiveInt": dose}]
    return resource


def procedure(random: Random, visit: Visit, text: str) -> Resource:
    """Make a Procedure done at the visit."""
    resource = _started("Procedure", new_id(random), visit, "completed")
    resource["code"] = concept(text)
    resource["encounter"] = visit.encounter
    resource["performedDateTime"] = instant(visit.at)
    resource["performer"] = [{"actor": {"display": visit.author}}]
    return resource


def document(
    random: Random, visit: Visit, *, title: str, loinc: str, body: bytes, content_type: str
) -> Resource:
    """Make a DocumentReference that holds its content; a note if it was written here."""
    resource = _started("DocumentReference", new_id(random), visit, "current")
    resource.update(sensitivity(visit.label))
    resource["type"] = concept(title, coding(LOINC, loinc))
    note = concept("Clinical note", coding(_NOTE_CATEGORY, "clinical-note", "Clinical Note"))
    resource["category"] = [concept("Letter") if visit.place else note]
    resource["date"] = instant(visit.end)
    resource["author"] = [{"display": visit.author}]
    resource["description"] = title
    digest = hashlib.sha1(body, usedforsecurity=False).digest()
    resource["content"] = [
        {
            "attachment": {
                "contentType": content_type,
                "language": "en-GB",
                "data": base64.b64encode(body).decode("ascii"),
                "size": len(body),
                "hash": base64.b64encode(digest).decode("ascii"),
                "title": title,
                "creation": instant(visit.end),
            }
        }
    ]
    resource["context"] = {"encounter": [visit.encounter]}
    return resource


def _started(resource_type: str, record_id: str, visit: Visit, status: str) -> Resource:
    return {
        "resourceType": resource_type,
        "id": record_id,
        "status": status,
        "subject": visit.subject,
    }
