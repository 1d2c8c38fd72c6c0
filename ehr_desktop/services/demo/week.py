"""A busy week in the day book."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.services.demo.person import Person
from ehr_desktop.services.demo.tables import Tables
from ehr_desktop.services.demo.values import DemoAppointment

_MOST_IN_A_WEEK = 2
_WAITS = timedelta(minutes=25)
_NURSE_REASONS = (
    ("Blood test", 15),
    ("Blood pressure check", 15),
    ("Dressing change", 30),
    ("Flu vaccination", 15),
    ("Ear wax removal", 20),
    ("Travel vaccination advice", 30),
    ("Weight and diet check", 20),
)
_NURSE_REVIEWS = frozenset({"Diabetes review", "Asthma review", "COPD review"})
_DOCTOR_REASONS = (
    ("Cough for two weeks", 15),
    ("Knee pain", 20),
    ("Back pain", 20),
    ("Tired all the time", 30),
    ("Skin rash", 15),
    ("Sore throat", 15),
    ("Headaches", 20),
    ("Test results", 15),
    ("Medication review", 30),
    ("Fit note", 15),
    ("Mole check", 20),
    ("Abdominal pain", 20),
    ("Sleep problems", 30),
    ("Form to sign", 10),
)
_CHILD_REASONS = (
    ("Fever in a child", 20),
    ("Earache", 15),
    ("Cough at night", 20),
    ("Rash", 15),
    ("Tummy ache", 15),
)


@dataclass(frozen=True, slots=True)
class Session:
    """Half a day in which one of the staff sees patients."""

    provider_index: int
    start: datetime
    end: datetime


def sessions(tables: Tables, monday: date) -> list[Session]:
    """Give all sessions of the week that begins on `monday`, in order of start."""
    clinic = tables.clinic
    zone = ZoneInfo(clinic.time_zone)
    found = []
    for index, row in enumerate(clinic.staff):
        account = row["account_name"]
        halves = clinic.sessions.get(account, ())
        for day, opens, closes in clinic.hours:
            on = monday + timedelta(days=day)
            for half, span in zip(("am", "pm"), halves, strict=False):
                if f"{day}{half}" in clinic.days_off[account]:
                    continue
                begin, finish = (time.fromisoformat(text) for text in span.split("-"))
                begin = max(begin, time.fromisoformat(opens))
                finish = min(finish, time.fromisoformat(closes))
                if begin < finish:
                    start = datetime.combine(on, begin, zone)
                    found.append(Session(index, start, datetime.combine(on, finish, zone)))
    return sorted(found, key=lambda one: (one.start, one.provider_index))


def busy_week(
    random: Random, tables: Tables, people: Sequence[Person], monday: date, now: datetime
) -> Iterator[DemoAppointment]:
    """Book the week of `monday` in order of session; `now` (aware) decides what has happened."""
    booked_days: dict[int, set[date]] = {}
    living = [index for index, one in enumerate(people) if not one.registered.demographics.deceased]
    for session in sessions(tables, monday):
        nurse = tables.clinic.staff[session.provider_index]["role"] == "nurse"
        day = session.start.date()
        fullness = random.uniform(0.76, 0.9)
        at = session.start
        idle = booked = 0.0
        while at < session.end:
            index = _somebody(random, living, booked_days, day)
            if index is None:
                break
            reason, minutes = _reason(random, people[index], day, nurse=nurse)
            gap = random.choice((5, 10))
            if booked + minutes > fullness * (booked + minutes + idle) and random.random() < 0.75:
                idle += gap
                at += timedelta(minutes=gap)
                continue
            end = at + timedelta(minutes=minutes)
            if end > session.end:
                break
            booked_days.setdefault(index, set()).add(day)
            status = _status(random, at, end, now)
            yield DemoAppointment(session.provider_index, index, at, minutes, reason, status)
            booked += minutes
            at = end


def _somebody(
    random: Random, living: Sequence[int], booked_days: dict[int, set[date]], day: date
) -> int | None:
    """Draw somebody not coming that day and seldom this week; None when all are coming."""
    free = [index for index in living if day not in booked_days.get(index, ())]
    seldom = [index for index in free if len(booked_days.get(index, ())) < _MOST_IN_A_WEEK]
    return random.choice(seldom or free) if free else None


def _reason(random: Random, person: Person, day: date, *, nurse: bool) -> tuple[str, int]:
    age = person.years(day)
    reviews = [problem.condition.review for problem in person.problems]
    if nurse:
        if age < 6:
            return "Childhood immunisations", 20
        fitting = [review for review in reviews if review in _NURSE_REVIEWS]
        if fitting and random.random() < 0.5:
            return random.choice(fitting), 30
        return random.choice(_NURSE_REASONS)
    if person.last_period is not None and random.random() < 0.7:
        weeks = (day - person.last_period).days // 7
        return f"Antenatal visit, {weeks} weeks", 20
    if reviews and random.random() < 0.5:
        return random.choice(reviews), 30
    return random.choice(_CHILD_REASONS if age < 12 else _DOCTOR_REASONS)


def _status(random: Random, start: datetime, end: datetime, now: datetime) -> AppointmentStatus:
    chance = random.random()
    if chance < 0.035:
        return AppointmentStatus.CANCELLED
    if end <= now:
        return AppointmentStatus.NO_SHOW if chance < 0.09 else AppointmentStatus.DONE
    if start <= now:
        return AppointmentStatus.IN_ROOM
    if start - now <= _WAITS and start.date() == now.astimezone(start.tzinfo).date():
        return AppointmentStatus.ARRIVED if chance < 0.7 else AppointmentStatus.BOOKED
    return AppointmentStatus.BOOKED
