"""When a patient is seen and for what, before anything is written about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from random import Random

from ehr_desktop.services.demo.body import Problem
from ehr_desktop.services.demo.person import Person
from ehr_desktop.services.demo.tables import Complaint, Letter, Tables

_MONTH = 30.4375
_TOGETHER = 110
_FLU_CONDITIONS = frozenset(
    {"type2_diabetes", "asthma", "copd", "heart_failure", "ischaemic_heart_disease"}
)


class Occasion(Enum):
    """Why somebody is seen."""

    STARTED = auto()
    REVIEW = auto()
    COMPLAINT = auto()
    CHECK = auto()
    VACCINES = auto()
    ANTENATAL = auto()
    HOSPITAL = auto()


@dataclass(frozen=True, slots=True)
class Planned:
    """One visit to come about. Which fields count depends on the occasion."""

    on: date
    occasion: Occasion
    problems: tuple[Problem, ...] = ()
    complaint: Complaint | None = None
    vaccines: tuple[str, ...] = ()
    letter: Letter | None = None
    weeks: int = 0
    check: str = ""


def plan(
    random: Random, tables: Tables, person: Person, *, years: int, visits: int | None = None
) -> list[Planned]:
    """Plan the visits of the last `years` in order; with `visits`, exactly so many."""
    start = max(person.birth + timedelta(days=8), person.until - timedelta(days=years * 365))
    planned = [
        *_reviews(random, person, start),
        *_vaccines(random, tables, person, start),
        *_antenatal(tables, person),
        *_checks(random, person, start),
        *_letters(random, tables, person),
    ]
    years_seen = (person.until - start).days / 365
    count = round(person.story.visits * years_seen * random.uniform(0.4, 1.5))
    if visits is not None:
        count = max(0, visits - len(planned))
    planned += _complaints(random, tables, person, start, count)
    planned = [one for one in planned if person.birth < one.on < person.until]
    planned.sort(key=lambda one: one.on)
    return planned if visits is None else planned[-visits:]


def _reviews(random: Random, person: Person, start: date) -> Iterator[Planned]:
    due: list[tuple[date, Problem]] = []
    for problem in person.problems:
        if problem.since >= start:
            yield Planned(problem.since, Occasion.STARTED, (problem,))
        on = max(problem.since, start) + timedelta(days=random.randint(25, 60))
        while on < person.until:
            due.append((on, problem))
            on += timedelta(
                days=round(problem.condition.review_months * _MONTH) + random.randint(-9, 16)
            )
    due.sort(key=lambda one: one[0])
    while due:
        first = due[0][0]
        together = [one for one in due if one[0] - first < timedelta(days=_TOGETHER)]
        seen: dict[str, Problem] = {problem.record_id: problem for _, problem in together}
        yield Planned(first, Occasion.REVIEW, tuple(seen.values()))
        due = due[len(together) :]


def _complaints(
    random: Random, tables: Tables, person: Person, start: date, count: int
) -> Iterator[Planned]:
    span = max(1, (person.until - start).days - 1)
    for _ in range(count):
        on = start + timedelta(days=random.randrange(span))
        if person.last_period is not None and on > person.last_period:
            continue
        age = person.years(on)
        fitting = [
            one
            for one in tables.complaints
            if one.ages[0] <= age <= one.ages[1] and one.sex in {None, person.sex.value}
        ]
        yield Planned(on, Occasion.COMPLAINT, complaint=random.choice(fitting))


def _vaccines(random: Random, tables: Tables, person: Person, start: date) -> Iterator[Planned]:
    if person.years(person.until) < 16:
        for months, vaccines in tables.vaccine_schedule:
            on = person.birth + timedelta(days=months * _MONTH + random.randint(2, 20))
            check = "child" if months <= 12 else ""
            yield Planned(on, Occasion.VACCINES, vaccines=vaccines, check=check)
    keys = {problem.condition.key for problem in person.problems}
    for year in range(start.year, person.until.year + 1):
        on = date(year, 10, 1) + timedelta(days=random.randrange(45))
        if start <= on and (person.years(on) >= 65 or keys & _FLU_CONDITIONS):
            yield Planned(on, Occasion.VACCINES, vaccines=("influenza",))


def _antenatal(tables: Tables, person: Person) -> Iterator[Planned]:
    if person.last_period is not None:
        for weeks in tables.pregnancy["weeks"]:
            on = person.last_period + timedelta(weeks=weeks)
            yield Planned(on, Occasion.ANTENATAL, weeks=weeks)


def _checks(random: Random, person: Person, start: date) -> Iterator[Planned]:
    if person.birth + timedelta(days=8) >= start and person.years(person.until) < 3:
        yield Planned(person.birth + timedelta(days=9), Occasion.CHECK, check="newborn")
    elif not person.problems and person.story.visits and person.years(start) >= 25:
        on = start + timedelta(days=random.randint(30, 900))
        yield Planned(on, Occasion.CHECK, check="adult")


def _letters(random: Random, tables: Tables, person: Person) -> Iterator[Planned]:
    for problem in person.problems:
        for letter in tables.letters:
            if letter.condition == problem.condition.key:
                on = problem.since + timedelta(days=letter.after + random.randint(0, 12))
                yield Planned(on, Occasion.HOSPITAL, (problem,), letter=letter)
