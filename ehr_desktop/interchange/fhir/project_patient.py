"""Projects a Patient for the patient list and the banner."""

from ehr_desktop.domain.ids import RecordNumber
from ehr_desktop.domain.patients import Demographics, Sex
from ehr_desktop.domain.projection import PatientRow
from ehr_desktop.interchange.fhir.elements import (
    Json,
    address_text,
    given_names,
    human_name,
    objects,
    word,
)
from ehr_desktop.interchange.fhir.patient_parts import (
    contact_point,
    home_address,
    identifier,
    names,
)


def patient_row(patient: Json) -> PatientRow:
    """Project a Patient: the form's fields, every identifier, and the other names."""
    everyone = names(patient)
    values = (word(one.get("value")) for one in objects(patient.get("identifier")))
    return PatientRow(
        demographics_of(patient),
        identifiers=tuple(dict.fromkeys(filter(None, values))),
        other_names=tuple(filter(None, (human_name(one) for one in everyone[1:]))),
    )


def demographics_of(patient: Json) -> Demographics:
    """Give what a registration form shows of a Patient."""
    name = next(iter(names(patient)), {})
    sex = word(patient.get("gender"))
    dead = patient.get("deceasedBoolean") is True
    return Demographics(
        family=word(name.get("family")) or ("" if name.get("given") else word(name.get("text"))),
        given=given_names(name),
        birth_date=word(patient.get("birthDate")),
        sex=Sex(sex) if sex in set(Sex) else Sex.UNKNOWN,
        record_number=RecordNumber(word(identifier(patient, "MR").get("value"))),
        insurance_id=word(identifier(patient, "MB").get("value")),
        phone=word(contact_point(patient, "phone").get("value")),
        email=word(contact_point(patient, "email").get("value")),
        address=address_text(home_address(patient)),
        deceased=word(patient.get("deceasedDateTime")) or ("true" if dead else ""),
    )
