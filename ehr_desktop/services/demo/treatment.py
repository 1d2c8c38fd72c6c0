"""What one patient takes: the regimen of each condition and its prescriptions."""

from collections.abc import Sequence
from datetime import date
from random import Random

from ehr_desktop.services.demo import records
from ehr_desktop.services.demo.body import Problem
from ehr_desktop.services.demo.consultation import Consultation
from ehr_desktop.services.demo.fhir import Resource
from ehr_desktop.services.demo.tables import Complaint, Drug, Tables

_NEWLY = 30


class Treatment:
    """One patient's medicines over the years. `avoided` are drugs kept from them by allergy."""

    def __init__(self, random: Random, tables: Tables, problems: tuple[Problem, ...]) -> None:
        self.avoided: frozenset[str] = frozenset()
        self._tables = tables
        self._problems = problems
        # Some regimens are steps up a ladder, others are different roads to the same place.
        self._steps = {
            problem.condition.key: random.randrange(len(problem.condition.drugs))
            if problem.condition.alternatives
            else 0
            for problem in problems
            if problem.condition.drugs
        }
        self._begun: set[str] = set()
        self._current: dict[str, Resource] = {}

    def regimen(self, problem: Problem) -> tuple[str, ...]:
        """Give the keys of the drugs taken for a problem now."""
        step = self._steps.get(problem.condition.key)
        return () if step is None else problem.condition.drugs[step]

    def drugs_on(self, day: date) -> str:
        """Give in words what is taken for the problems that had begun by `day`."""
        keys = [key for one in self._problems if one.since <= day for key in self.regimen(one)]
        texts = [_uncapitalised(self._tables.drugs[key]) for key in dict.fromkeys(keys)]
        return ", ".join(texts) or "none"

    def review(self, seen: Consultation, problem: Problem, *, controlled: bool) -> str:
        """Prescribe for the first time or step up; give the words for the plan, or nothing."""
        condition = problem.condition
        if condition.key not in self._steps:
            return ""
        if condition.key not in self._begun:
            self._begun.add(condition.key)
            newly = (seen.visit.at.date() - problem.since).days < _NEWLY
            words = "Started" if newly else "Repeat prescription:"
        elif not controlled and self._may_step_up(problem):
            self._steps[condition.key] += 1
            words = "Treatment changed today to"
        else:
            return ""
        drugs = [self._tables.drugs[key] for key in self.regimen(problem)]
        self._stop_what_nobody_wants()
        for drug in drugs:
            if drug.key not in self._current:
                self._current[drug.key] = seen.record(
                    records.prescription, drug, condition.text, ongoing=True
                )
        return f"{words} {' and '.join(map(_uncapitalised, drugs))}."

    def for_complaint(self, seen: Consultation, complaint: Complaint) -> Sequence[str]:
        """Prescribe one course, another drug where allergy forbids it; give the plan's words."""
        if complaint.drug is None or complaint.drug in self._current:
            return ()
        key, because = complaint.drug, ""
        if key in self.avoided:
            if complaint.instead is None or complaint.instead in self.avoided:
                return ()
            key, because = complaint.instead, " Chosen because of the recorded allergy."
        drug = self._tables.drugs[key]
        seen.record(records.prescription, drug, complaint.text, ongoing=False)
        return (f"Prescribed: {drug.text}. {drug.instruction}.{because}",)

    def _may_step_up(self, problem: Problem) -> bool:
        condition = problem.condition
        more = self._steps[condition.key] + 1 < len(condition.drugs)
        return more and not condition.alternatives

    def _stop_what_nobody_wants(self) -> None:
        wanted = {key for one in self._problems for key in self.regimen(one)}
        for key in [key for key in self._current if key not in wanted]:
            self._current.pop(key)["status"] = "stopped"


def _uncapitalised(drug: Drug) -> str:
    return drug.text[0].lower() + drug.text[1:]
