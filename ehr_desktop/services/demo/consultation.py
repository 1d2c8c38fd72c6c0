"""One visit as it is written down: what is measured, ordered, prescribed and noted."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from random import Random

from ehr_desktop.services.demo import records, results
from ehr_desktop.services.demo.body import Body
from ehr_desktop.services.demo.fhir import Resource
from ehr_desktop.services.demo.records import Visit
from ehr_desktop.services.demo.tables import Measure, Tables

_NEEDS = {"bmi": ("weight", "height")}
_ADULT_YEARS = 18
_PLAIN = "text/plain; charset=utf-8"


class Consultation:
    """Measurements of one visit. Citing one that has not been taken takes and records it, so a
    note never holds a number the chart does not.

    `before` maps a measure to its latest value from earlier visits and is kept up to date by
    `close`; `known` are facts that are not measurements.
    """

    def __init__(
        self,
        random: Random,
        tables: Tables,
        body: Body,
        visit: Visit,
        *,
        before: dict[str, Decimal],
        known: dict[str, str],
        fever: float = 0.0,
    ) -> None:
        self._random = random
        self._tables = tables
        self._body = body
        self._before = before
        self._known = known
        self._fever = fever
        self.visit = visit
        self.taken: dict[str, Decimal] = {}
        self.resources: list[Resource] = []

    def __getitem__(self, name: str) -> str:
        """Give a fact in words, taking the measurement if it can be taken in the room.

        Raises:
            KeyError: it is not known and cannot be taken.
        """
        if name in self._known:
            return self._known[name]
        if name == "bp":
            self.blood_pressure()
            return f"{self.taken['systolic']}/{self.taken['diastolic']} mmHg"
        earlier = name.removesuffix("_before")
        if earlier != name:
            return self._shown(self._tables.measures[earlier], self._before[earlier])
        measure = self._tables.measures[name]
        if name not in self.taken:
            if measure.category == "laboratory":
                raise KeyError(name)
            self.take(name)
        return self._shown(measure, self.taken[name])

    def take(self, name: str) -> Decimal:
        """Measure something and record it."""
        if name in self.taken:
            return self.taken[name]
        for needed in _NEEDS.get(name, ()):
            self.take(needed)
        measure = self._tables.measures[name]
        value = self._value(measure)
        # An adult is measured tall once.
        grown = self._body.months(self.visit.at.date()) >= _ADULT_YEARS * 12
        if not (name == "height" and grown and name in self._before):
            self._add(results.observation(self._random, self.visit, measure, value))
        return value

    def state(self, name: str, value: Decimal) -> None:
        """Record a value that follows from something else than the body's usual course."""
        measure = self._tables.measures[name]
        self.taken[name] = value
        self._add(results.observation(self._random, self.visit, measure, value))

    def blood_pressure(self) -> None:
        """Measure the blood pressure and record it as one panel."""
        if "systolic" in self.taken:
            return
        pair = [self._tables.measures[name] for name in ("systolic", "diastolic")]
        systolic, diastolic = ((measure, self._value(measure)) for measure in pair)
        self._add(results.blood_pressure(self._random, self.visit, systolic, diastolic))

    def order(self, panels: Iterable[str]) -> None:
        """Do laboratory panels, each with its report; what is already measured is not repeated."""
        for panel in (self._tables.panels[key] for key in dict.fromkeys(panels)):
            done = []
            strange = []
            for name in panel.measures:
                measure = self._tables.measures[name]
                value = self._value(measure)
                done.append(results.observation(self._random, self.visit, measure, value))
                reading = results.reading(measure, value)
                if reading != "N":
                    level = "high" if reading == "H" else "low"
                    strange.append(f"{measure.text} {level} at {self._shown(measure, value)}")
            self.resources += done
            conclusion = "; ".join(strange) + "." if strange else "All within the reference range."
            if len(done) > 1:
                self._add(results.report(self._random, self.visit, panel, done, conclusion))

    def record(
        self, make: Callable[..., Resource], *arguments: object, **named: object
    ) -> Resource:
        """Add what `make(random, visit, ...)` gives."""
        resource = make(self._random, self.visit, *arguments, **named)
        self._add(resource)
        return resource

    def write(self, title: str, loinc: str, text: str) -> None:
        """Add a note or a letter."""
        self.record(
            records.document, title=title, loinc=loinc, body=text.encode(), content_type=_PLAIN
        )

    def close(self) -> None:
        """Keep this visit's values as the earlier ones of the next."""
        self._before.update(self.taken)

    def _value(self, measure: Measure) -> Decimal:
        bumps = {"temperature": self._fever, "pulse": self._fever * 8, "crp": self._fever * 30}
        on = self.visit.at.date()
        value = self._body.measure(measure, on, self.taken, bumps.get(measure.key, 0.0))
        self.taken[measure.key] = value
        return value

    def _shown(self, measure: Measure, value: Decimal) -> str:
        joint = "" if measure.shown == "%" else " "
        return f"{value}{joint}{measure.shown}"

    def _add(self, resource: Resource) -> None:
        self.resources.append(resource)
