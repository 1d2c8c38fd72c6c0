"""Who a made-up patient is: the story told, the conditions with it, and since when."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from ehr_desktop.domain.patients import Sex
from ehr_desktop.services.demo.body import Problem
from ehr_desktop.services.demo.fhir import new_id
from ehr_desktop.services.demo.registration import Registered, any_sex, register
from ehr_desktop.services.demo.tables import Story, Tables, Tradition

_YEAR = 365


@dataclass(frozen=True, slots=True)
class Person:
    """One patient's truth. `last_period` dates a pregnancy; `until` ends the history."""

    patient_id: str
    registered: Registered
    birth: date
    sex: Sex
    story: Story
    problems: tuple[Problem, ...]
    until: date
    last_period: date | None = None

    def years(self, on: date) -> int:
        """Give the age in completed years."""
        birthday_passed = (on.month, on.day) >= (self.birth.month, self.birth.day)
        return on.year - self.birth.year - (0 if birthday_passed else 1)

    def described(self, on: date) -> str:
        """Give words such as "72-year-old woman"."""
        years = self.years(on)
        words = {Sex.FEMALE: ("girl", "woman"), Sex.MALE: ("boy", "man")}
        child, adult = words.get(self.sex, ("child", "person"))
        if years == 0:
            return f"{(on - self.birth).days // 30}-month-old {child}"
        return f"{years}-year-old {child if years < 18 else adult}"


def make_person(
    random: Random,
    tables: Tables,
    story: Story,
    tradition: Tradition,
    *,
    number: int,
    today: date,
) -> Person:
    """Make a patient of that story. `number` makes the record number unique."""
    youngest, oldest = story.ages
    birth = today - timedelta(days=random.randint(youngest * 366 + 1, oldest * 365 + 350))
    sex = Sex(story.sex) if story.sex else any_sex(random)
    registered = register(random, tables, tradition, number, birth=birth, sex=sex, today=today)
    years = (today - birth).days // 365
    until = today
    if years > 80 and random.random() < 0.15:
        until = today - timedelta(days=random.randint(40, 500))
        gone = replace(registered.demographics, deceased=until.isoformat())
        registered = replace(registered, demographics=gone)
    keys = [*story.conditions, *(key for key in story.sometimes if random.random() < 0.42)]
    person = Person(new_id(random), registered, birth, sex, story, (), until)
    problems = tuple(
        Problem(tables.conditions[key], _since(random, birth, until), new_id(random))
        for key in keys
    )
    last_period = today - timedelta(weeks=random.randint(9, 38)) if story.pregnant else None
    return replace(person, problems=problems, last_period=last_period)


def _since(random: Random, birth: date, until: date) -> date:
    age = (until - birth).days
    earliest = min(age - 30, 11 * _YEAR if age > 25 * _YEAR else age // 2)
    return until - timedelta(days=random.randint(60, max(61, earliest)))


def stories_for(random: Random, tables: Tables, count: int) -> list[Story]:
    """Choose `count` stories: each once while there is room, the rest by their share."""
    first = list(tables.stories)[:count]
    shares = [story.share for story in tables.stories]
    chosen = first + random.choices(tables.stories, shares, k=count - len(first))
    random.shuffle(chosen)
    return chosen
