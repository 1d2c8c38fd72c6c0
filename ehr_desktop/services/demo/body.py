"""What is measured in one person over the years: healthy values, growth, illness, treatment."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

from ehr_desktop.domain.patients import Sex
from ehr_desktop.services.demo.tables import Condition, Measure, Tables

_ADULT_MONTHS = 216
_SETTLING_PER_YEAR = 1.6
_VISIT_NOISE = 0.35
# What men have more of than the mean of both sexes, half the difference.
_MALE_SHIFT = {
    "haemoglobin": 6.0,
    "creatinine": 8.0,
    "hdl": -0.12,
    "peak_flow": 45.0,
    "urate": 25.0,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A long-term condition of one person. `record_id` names its Condition resource."""

    condition: Condition
    since: date
    record_id: str


@dataclass(slots=True)
class Body:
    """One person's measurements. `habits` holds how far from the mean, in spreads."""

    random: Random
    tables: Tables
    birth: date
    sex: Sex
    problems: tuple[Problem, ...]
    habits: dict[str, float] = field(default_factory=dict)

    def months(self, on: date) -> float:
        """Give the age in months."""
        return (on - self.birth).days / 30.4375

    def measure(
        self, measure: Measure, on: date, taken: Mapping[str, Decimal], bump: float = 0.0
    ) -> Decimal:
        """Give a value for `on`, `bump` above usual; `taken` holds what was measured that day."""
        value = self._derived(measure.key, on, taken)
        if value is None:
            usual = self._usual(measure, on)
            spread = {"height": 0.0, "weight": usual * 0.02}.get(measure.key, measure.spread)
            value = usual + self.random.gauss(0, 1) * spread * _VISIT_NOISE + bump
        value = max(value, measure.spread * 0.05)
        if measure.most is not None:
            value = min(value, measure.most)
        return Decimal(f"{value:.{measure.decimals}f}")

    def _derived(self, key: str, on: date, taken: Mapping[str, Decimal]) -> float | None:
        values = {name: float(value) for name, value in taken.items()}
        if key == "bmi":
            return values["weight"] / (values["height"] / 100) ** 2
        if key == "egfr":
            return _egfr(values["creatinine"], self.months(on) / 12, female=self.sex is Sex.FEMALE)
        if key == "ldl":
            # Source: Friedewald's formula in mmol/L.
            return values["cholesterol"] - values["hdl"] - values["triglycerides"] / 2.2
        return None

    def _usual(self, measure: Measure, on: date) -> float:
        months = self.months(on)
        if measure.key in {"height", "weight"}:
            return self._grown(measure.key, months, on)
        habit = self.habits.setdefault(measure.key, self.random.gauss(0, 0.7))
        shift = _MALE_SHIFT.get(measure.key, 0.0) * (1 if self.sex is Sex.MALE else -1)
        if months < _ADULT_MONTHS:
            column = ("pulse", "respiration", "systolic", "diastolic")
            if measure.key in column:
                row = _between(self.tables.childhood, months)
                return row[column.index(measure.key)] + habit * measure.spread * 0.6
            shift = 0.0
        courses = [_course(problem, measure.key, on) for problem in self.problems]
        ill = [value for value in courses if value is not None]
        if ill:
            return ill[0] + habit * measure.spread * 0.5 + (shift if measure.mean > 60 else 0)
        if measure.key == "systolic":
            shift += min(14.0, max(0.0, (months / 12 - 45) * 0.4))
        return measure.mean + habit * measure.spread + shift

    def _grown(self, key: str, months: float, on: date) -> float:
        tall = self.habits.setdefault("height", max(-2.0, min(2.0, self.random.gauss(0, 0.8))))
        heavy = self.habits.setdefault("weight", max(-1.6, min(2.2, self.random.gauss(0.1, 0.9))))
        female_height, male_height, female_weight, male_weight = _between(
            self.tables.growth, months
        )
        male = self.sex is Sex.MALE
        height = (male_height if male else female_height) * (1 + 0.035 * tall)
        if key == "height":
            return height
        weight = (male_weight if male else female_weight) * (1 + 0.12 * heavy + 0.05 * tall)
        if months >= _ADULT_MONTHS:
            weight += 4 + min(4.0, (months / 12 - 18) * 0.15)
        change = [_course(problem, "weight_change", on) for problem in self.problems]
        heavier = 9.0 if any(value is not None for value in change) else 0.0
        return weight + heavier + sum(value for value in change if value is not None)


def _course(problem: Problem, key: str, on: date) -> float | None:
    """Give where a condition takes a measure by `on`; None if it does not touch it (yet)."""
    course = problem.condition.measures.get(key)
    years = (on - problem.since).days / 365.25
    if course is None or years < -0.05:
        return None
    start, settled, per_year = course
    settling = math.exp(-_SETTLING_PER_YEAR * max(0.0, years))
    return settled + (start - settled) * settling + per_year * max(0.0, years)


def _between(rows: tuple[tuple[float, ...], ...], months: float) -> tuple[float, ...]:
    """Interpolate in a table whose first column is months of age."""
    before = rows[0]
    for row in rows:
        if row[0] >= months:
            share = (months - before[0]) / (row[0] - before[0]) if row[0] > before[0] else 0.0
            return tuple(a + (b - a) * share for a, b in zip(before[1:], row[1:], strict=True))
        before = row
    return rows[-1][1:]


def _egfr(creatinine: float, years: float, *, female: bool) -> float:
    """Estimate kidney function in mL/min/1.73 m2 from creatinine in umol/L.

    Source: CKD-EPI creatinine equation (2021).
    """
    kappa, alpha, factor = (0.7, -0.241, 1.012) if female else (0.9, -0.302, 1.0)
    ratio = creatinine / 88.42 / kappa
    estimate: float = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938**years * factor
    return estimate
