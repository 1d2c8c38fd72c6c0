"""Who sees one patient, and at what time of a day the clinic is open."""

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from ehr_desktop.services.demo.fhir import new_id
from ehr_desktop.services.demo.person import Person
from ehr_desktop.services.demo.records import Visit
from ehr_desktop.services.demo.tables import Tables

NURSE = "nurse"
"""The area of what nurses do by themselves."""

_FRIDAY = 4
_FIRST_VISIT = time(8, 30)
_TEN_MINUTES = 52


class Diary:
    """Makes visits of one patient."""

    def __init__(self, random: Random, tables: Tables, person: Person) -> None:
        self._random = random
        self._person = person
        self._zone = ZoneInfo(tables.clinic.time_zone)
        self._interests = tables.clinic.interests
        staff = tables.clinic.staff
        self._nurses = [row["display_name"] for row in staff if row["role"] == "nurse"]

    def doctor(self, area: str) -> str:
        """Give the doctor for an area; where several share it, the patient keeps to one."""
        doctors = [name for name, areas in self._interests.items() if area in areas]
        return doctors[int(self._person.patient_id[:8], 16) % len(doctors)]

    def visit(
        self,
        on: date,
        area: str,
        title: str,
        *,
        minutes: int,
        place: str = "",
        days: int = 0,
        label: str | None = None,
        reasons: tuple[tuple[str, str], ...] = (),
    ) -> Visit:
        """Make a visit on `on`, or on the Friday before if that is a weekend."""
        working_day = on - timedelta(days=max(0, on.weekday() - _FRIDAY))
        at = datetime.combine(max(working_day, self._person.birth), _FIRST_VISIT, self._zone)
        at += timedelta(minutes=10 * self._random.randrange(_TEN_MINUTES))
        seen_by = self._random.choice(self._nurses) if area == NURSE else self.doctor(area)
        return Visit(
            id=new_id(self._random),
            patient_id=self._person.patient_id,
            at=at,
            minutes=minutes,
            author=place or seen_by,
            title=title,
            place=place,
            days=days,
            label=label,
            reasons=reasons,
        )
