"""Antenatal visits."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from ehr_desktop.services.demo import records, results
from ehr_desktop.services.demo.consultation import Consultation
from ehr_desktop.services.demo.prose import Parts, say, spoken_date
from ehr_desktop.services.demo.tables import Tables

_TERM = timedelta(days=280)
_FELT_FROM = 20
_SECOND_BLOODS = 28


def antenatal_visit(
    random: Random,
    tables: Tables,
    seen: Consultation,
    *,
    last_period: date,
    weeks: int,
    today: date,
) -> Parts:
    """Record an antenatal visit at `weeks` and give the parts of its note."""
    words = tables.pregnancy
    booking = weeks == words["weeks"][0]
    due = spoken_date(last_period + _TERM)
    plan = say(random, words["plan"], seen)
    if booking:
        days_left = (last_period + _TERM - seen.visit.at.date()).days
        seen.record(
            records.passing_illness,
            text=words["text"],
            code=words["code"],
            label=words["label"],
            days=days_left,
            today=today,
        )
        seen.record(results.blood_group)
        seen.record(records.prescription, tables.drugs["folic"], "Pregnancy", ongoing=False)
        plan = f"Due date {due} by dates. Folic acid until 12 weeks. Dating scan booked."
        seen.take("bmi")
    pressure = seen["bp"]
    seen.take("weight")
    if booking or weeks == _SECOND_BLOODS:
        seen.order(("blood_count", "glucose"))
    early = weeks < _FELT_FROM
    if not early:
        seen.state("fundal_height", Decimal(weeks + random.randint(-1, 1)))
    told = words["booking" if booking else "early" if early else "subjective"]
    found = words["examination_early" if early else "examination"]
    assessed = f"{weeks} weeks pregnant, all well. BP {pressure}, due {due}."
    return [say(random, told, seen)], [say(random, found, seen)], [assessed], [plan]
