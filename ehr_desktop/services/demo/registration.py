"""Registering made-up people: demographics, many of them quickly, and the Patient resource."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from ehr_desktop.domain.ids import RecordNumber
from ehr_desktop.domain.patients import Demographics, Sex
from ehr_desktop.services.demo.fhir import HL7, Resource, coding, concept
from ehr_desktop.services.demo.naming import (
    Name,
    address,
    email,
    name_in,
    phone,
    traditions_for,
)
from ehr_desktop.services.demo.tables import Tables, Tradition

_AGE_BANDS = ((0, 4, 6), (5, 17, 15), (18, 39, 27), (40, 64, 31), (65, 84, 18), (85, 97, 3))


@dataclass(frozen=True, slots=True)
class Registered:
    """A person at the front desk, with the parts the Patient resource wants apart."""

    demographics: Demographics
    name: Name
    tradition: Tradition
    line: str
    town: str
    postcode: str
    payor: str


def register(
    random: Random,
    tables: Tables,
    tradition: Tradition,
    number: int,
    *,
    birth: date,
    sex: Sex,
    today: date,
) -> Registered:
    """Make a person. `number` makes the record and insurance numbers unique."""
    places = tables.places
    name = name_in(random, tradition, sex)
    line, town, postcode = address(random, places)
    payor, prefix = random.choice(places.payors)
    thousands, rest = divmod(number, 1000)
    adult = (today - birth).days > 16 * 366
    demographics = Demographics(
        family=name.family,
        given=name.given,
        birth_date=_as_known(random, birth),
        sex=sex,
        record_number=RecordNumber(f"HL-{100000 + number * 7 + random.randrange(7)}"),
        insurance_id=f"{prefix}-{thousands + 301:03}-{rest:03}-{random.randrange(100):02}",
        phone=phone(random, places, mobile=random.random() < 0.7) if random.random() < 0.97 else "",
        email=email(random, places, name) if adult and random.random() < 0.7 else "",
        address=f"{line}, {town} {postcode}",
    )
    return Registered(demographics, name, tradition, line, town, postcode, payor)


def _as_known(random: Random, birth: date) -> str:
    known = random.random()
    if birth.year < 1990 and known < 0.01:
        return f"{birth:%Y}" if known < 0.006 else f"{birth:%Y-%m}"
    return birth.isoformat()


def many_people(random: Random, tables: Tables, count: int, today: date) -> Iterator[Demographics]:
    """Yield `count` people of every age and tradition."""
    traditions = traditions_for(random, tables, count)
    bands = random.choices(_AGE_BANDS, [weight for _, _, weight in _AGE_BANDS], k=count)
    for number, (tradition, (youngest, oldest, _)) in enumerate(
        zip(traditions, bands, strict=True)
    ):
        days = random.randint(youngest * 365 + 1, oldest * 365 + 364)
        yield register(
            random,
            tables,
            tradition,
            number,
            birth=today - timedelta(days),
            sex=any_sex(random),
            today=today,
        ).demographics


def any_sex(random: Random) -> Sex:
    """Draw a sex as a registration book would show it."""
    return random.choices(tuple(Sex), (505, 488, 4, 3))[0]


def patient_resource(
    random: Random, tables: Tables, person: Registered, patient_id: str, *, child: bool
) -> Resource:
    """Make the Patient resource of a registered person."""
    given = person.demographics
    resource: Resource = {
        "resourceType": "Patient",
        "id": patient_id,
        "identifier": [
            _identifier(
                "MR", "Medical record number", tables.clinic.record_system, given.record_number
            ),
            _identifier("MB", "Member number", tables.clinic.member_system, given.insurance_id)
            | {"assigner": {"display": person.payor}},
        ],
        "active": True,
        "name": _names(person.name),
        "gender": given.sex.value,
        "birthDate": given.birth_date,
        "address": [
            {
                "use": "home",
                "text": given.address,
                "line": [person.line],
                "city": person.town,
                "district": tables.places.county,
                "postalCode": person.postcode,
                "country": tables.places.country,
            }
        ],
        "contact": [_contact(random, tables, person, child=child)],
        "communication": [
            {
                "language": {
                    "coding": [coding("urn:ietf:bcp:47", person.tradition.language)],
                },
                "preferred": person.tradition.language == "en" or random.random() < 0.4,
            }
        ],
    }
    if telecom := _telecom(given):
        resource["telecom"] = telecom
    if given.deceased:
        resource["deceasedDateTime"] = given.deceased
    return resource


def coverage_resource(person: Registered, coverage_id: str, patient_id: str) -> Resource:
    """Make the Coverage that goes with the member number."""
    return {
        "resourceType": "Coverage",
        "id": coverage_id,
        "status": "active",
        "subscriberId": person.demographics.insurance_id,
        "beneficiary": {"reference": f"Patient/{patient_id}"},
        "relationship": {"coding": [coding(HL7 + "subscriber-relationship", "self")]},
        "payor": [{"display": person.payor}],
    }


def _identifier(code: str, text: str, system: str, value: str) -> Resource:
    kind = concept(text, coding(HL7 + "v2-0203", code))
    return {"use": "official", "type": kind, "system": system, "value": value}


def _names(name: Name) -> list[Resource]:
    names = [_name("official", name.family, name.given)]
    if name.representation:
        other = _name("usual", name.other_family, name.other_given)
        other["extension"] = [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
                "valueCode": name.representation,
            }
        ]
        names.append(other)
    return names


def _name(use: str, family: str, given: str) -> Resource:
    name: Resource = {"use": use, "text": f"{given} {family}".strip(), "family": family}
    return name | ({"given": given.split(" ")} if given else {})


def _telecom(person: Demographics) -> list[Resource]:
    telecom: list[Resource] = []
    if person.phone:
        use = "mobile" if person.phone.startswith("07") else "home"
        telecom.append({"system": "phone", "value": person.phone, "use": use, "rank": 1})
    if person.email:
        telecom.append({"system": "email", "value": person.email, "use": "home"})
    return telecom


def _contact(random: Random, tables: Tables, person: Registered, *, child: bool) -> Resource:
    relation = random.choice(
        ("Mother", "Father")
        if child
        else ("Wife or husband", "Partner", "Daughter", "Son", "Friend")
    )
    sex = {"Mother": Sex.FEMALE, "Daughter": Sex.FEMALE, "Father": Sex.MALE, "Son": Sex.MALE}
    name = name_in(random, person.tradition, sex.get(relation, any_sex(random)))
    family = name.family if relation == "Friend" else person.name.family
    return {
        "relationship": [
            concept(relation, coding(HL7 + "v2-0131", "C", "Emergency contact")),
        ],
        "name": {"text": f"{name.given or name.family} {family if name.given else ''}".strip()},
        "telecom": [
            {"system": "phone", "value": phone(random, tables.places, mobile=True), "use": "mobile"}
        ],
    }
