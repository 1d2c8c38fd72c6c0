"""The made-up clinic: the door of this package."""

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from random import Random

from ehr_desktop.domain.patients import Demographics
from ehr_desktop.domain.people import OpeningHours, Role
from ehr_desktop.services.demo.chart import Chart
from ehr_desktop.services.demo.fhir import encode
from ehr_desktop.services.demo.naming import traditions_for
from ehr_desktop.services.demo.person import Person, make_person, stories_for
from ehr_desktop.services.demo.plan import plan
from ehr_desktop.services.demo.registration import many_people
from ehr_desktop.services.demo.tables import Tables, load_tables
from ehr_desktop.services.demo.values import DemoClinic, DemoPatient, DemoStaff
from ehr_desktop.services.demo.week import busy_week

_YEARS = 3
_HEAVY_YEARS = 20
_HEAVY_STORY = "many medicines"


def demo_clinic(
    *, seed: int, resources: Path, monday: date, now: datetime, patients: int = 200
) -> DemoClinic:
    """Make the clinic as it stands in the week of `monday`, at `now` (aware).

    The same arguments give the same bytes. Charts end the day before `monday`, so they do not
    depend on `now`; appointments' statuses do. `resources` is the folder `resources/demo`.
    """
    tables = load_tables(resources)
    random = Random(seed)
    people = list(_people(random, tables, patients, monday))
    charts = tuple(
        _charted(Random(f"{seed}/{index}"), tables, person, monday)
        for index, person in enumerate(people)
    )
    appointments = sorted(
        busy_week(random, tables, people, monday, now),
        key=lambda one: (one.start, one.provider_index),
    )
    return DemoClinic(
        name=tables.clinic.name,
        time_zone=tables.clinic.time_zone,
        hours=_opening_hours(tables),
        staff=tuple(_staff(tables)),
        patients=charts,
        appointments=tuple(appointments),
    )


def heavy_patient(*, seed: int, resources: Path, today: date, visits: int = 700) -> DemoPatient:
    """Make one patient with many conditions and exactly `visits` visits in twenty years."""
    tables = load_tables(resources)
    random = Random(f"{seed}/heavy")
    story = next(one for one in tables.stories if one.key == _HEAVY_STORY)
    person = make_person(random, tables, story, tables.traditions[0], number=0, today=today)
    planned = plan(random, tables, person, years=_HEAVY_YEARS, visits=visits)
    resources_made = Chart(random, tables, person, today).write(planned)
    return DemoPatient(person.registered.demographics, tuple(map(encode, resources_made)))


def many_demographics(
    count: int, *, seed: int, resources: Path, today: date
) -> Iterator[Demographics]:
    """Yield `count` believable people with different record and insurance numbers."""
    return many_people(Random(f"{seed}/many"), load_tables(resources), count, today)


def _people(random: Random, tables: Tables, count: int, today: date) -> Iterator[Person]:
    traditions = traditions_for(random, tables, count)
    stories = stories_for(random, tables, count)
    for number, (story, tradition) in enumerate(zip(stories, traditions, strict=True)):
        yield make_person(random, tables, story, tradition, number=number, today=today)


def _charted(random: Random, tables: Tables, person: Person, today: date) -> DemoPatient:
    planned = plan(random, tables, person, years=_YEARS)
    made = Chart(random, tables, person, today).write(planned)
    return DemoPatient(person.registered.demographics, tuple(map(encode, made)))


def _opening_hours(tables: Tables) -> OpeningHours:
    return OpeningHours(
        tuple(
            (day, time.fromisoformat(opens), time.fromisoformat(closes))
            for day, opens, closes in tables.clinic.hours
        )
    )


def _staff(tables: Tables) -> Iterator[DemoStaff]:
    for row in tables.clinic.staff:
        yield DemoStaff(
            account_name=row["account_name"],
            display_name=row["display_name"],
            role=Role(row["role"]),
            phone=row["phone"],
            email=row["email"],
        )
