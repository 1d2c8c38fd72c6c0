"""A patient's whole chart, written visit by visit from the plan."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from ehr_desktop.services.demo import records, results
from ehr_desktop.services.demo.antenatal import antenatal_visit
from ehr_desktop.services.demo.body import Body, Problem
from ehr_desktop.services.demo.consultation import Consultation
from ehr_desktop.services.demo.diary import NURSE, Diary
from ehr_desktop.services.demo.fhir import Resource, new_id
from ehr_desktop.services.demo.person import Person
from ehr_desktop.services.demo.plan import Occasion, Planned
from ehr_desktop.services.demo.prose import Parts, letter, note, say, spoken_date
from ehr_desktop.services.demo.records import Visit
from ehr_desktop.services.demo.registration import coverage_resource, patient_resource
from ehr_desktop.services.demo.tables import Complaint, Letter, Phrases, Tables
from ehr_desktop.services.demo.treatment import Treatment

_PEANUT = "Peanut"
_PEANUT_CONDITION = "nut_allergy"
_YEARLY = 300
_PROGRESS_NOTE = "11506-3"
_HEADINGS = (
    ("Subjective", "Objective", "Assessment", "Plan"),
    ("History", "Examination", "Impression", "Plan"),
    ("S", "O", "A", "P"),
)


class Chart:
    """Writes one patient's resources, in order of time. `today` divides past from present."""

    def __init__(self, random: Random, tables: Tables, person: Person, today: date) -> None:
        self._random = random
        self._tables = tables
        self._person = person
        self._today = today
        self._diary = Diary(random, tables, person)
        self._treatment = Treatment(random, tables, person.problems)
        self._body = Body(random, tables, person.birth, person.sex, person.problems)
        self._before: dict[str, Decimal] = {}
        self._bloods_done: dict[str, date] = {}
        self._doses: dict[str, int] = {}
        self._asked_smoking = False
        self._resources: list[Resource] = []

    def write(self, planned: Sequence[Planned]) -> list[Resource]:
        """Give the Patient resource and everything that came of the planned visits."""
        self._register(planned)
        for one in planned:
            self._visit(one)
        return self._resources

    def _register(self, planned: Sequence[Planned]) -> None:
        person, random = self._person, self._random
        self._resources = [
            patient_resource(
                random,
                self._tables,
                person.registered,
                person.patient_id,
                child=person.years(self._today) < 17,
            ),
            coverage_resource(person.registered, new_id(random), person.patient_id),
        ]
        first = planned[0].on if planned else person.until - timedelta(days=30)
        visit = self._diary.visit(first, "general", "Registration", minutes=10)
        starting = {
            problem.record_id
            for one in planned
            if one.occasion is Occasion.STARTED
            for problem in one.problems
        }
        for problem in person.problems:
            if problem.record_id not in starting:
                self._resources.append(
                    records.problem(
                        problem.record_id, visit, problem.condition, problem.since, seen_here=False
                    )
                )
        if planned:
            self._allergies(first, visit.author)

    def _allergies(self, asked: date, author: str) -> None:
        """Record allergies, or that there are none; for some nobody has asked."""
        random, patient_id = self._random, self._person.patient_id
        problems = self._person.problems
        taken = {key for one in problems for drugs in one.condition.drugs for key in drugs}
        peanut = [one for one in self._tables.allergens if one.text == _PEANUT]
        fitting = [
            one
            for one in self._tables.allergens
            if one not in peanut and not taken & set(one.avoid)
        ]
        if any(problem.condition.key == _PEANUT_CONDITION for problem in problems):
            chosen = peanut
        else:
            chosen = random.sample(fitting, random.choices((0, 1, 2), (72, 22, 6))[0])
        self._treatment.avoided = frozenset(key for one in chosen for key in one.avoid)
        for allergen in chosen:
            severe = allergen.text == _PEANUT or random.random() < 0.3
            self._resources.append(
                records.allergy(random, patient_id, asked, author, allergen, severe=severe)
            )
        if not chosen and random.random() < 0.75:
            self._resources.append(records.no_known_allergy(random, patient_id, asked, author))

    def _visit(self, planned: Planned) -> None:
        occasions = {
            Occasion.STARTED: self._review,
            Occasion.REVIEW: self._review,
            Occasion.COMPLAINT: self._complaint,
            Occasion.CHECK: self._check,
            Occasion.VACCINES: self._vaccinate,
            Occasion.ANTENATAL: self._antenatal,
            Occasion.HOSPITAL: self._hospital,
        }
        occasions[planned.occasion](planned)

    def _review(self, planned: Planned) -> None:
        problems = planned.problems
        conditions = [problem.condition for problem in problems]
        new = planned.occasion is Occasion.STARTED
        title = conditions[0].text if new else " and ".join(c.review for c in conditions[:2])
        visit = self._diary.visit(
            planned.on,
            conditions[0].area,
            title,
            minutes=20,
            label=next((c.label for c in conditions if c.label), None),
            reasons=tuple((c.code, c.text) for c in conditions),
        )
        seen = self._begin(visit, tuple(problem.record_id for problem in problems))
        if new:
            seen.resources.append(
                records.problem(
                    problems[0].record_id, visit, conditions[0], planned.on, seen_here=True
                )
            )
        lines = [self._room_measurements(seen, {c.area for c in conditions})]
        seen.order(self._panels_due(problems, planned.on))
        told: list[str] = []
        assessed: list[str] = []
        plans: list[str] = []
        for problem in problems:
            condition = problem.condition
            target = condition.target
            if target and target["measure"] not in seen.taken:
                seen.take(target["measure"])
            controlled = _on_target(problem, seen)
            told.append(say(self._random, condition.started if new else condition.subjective, seen))
            lines.append(say(self._random, condition.examination, seen))
            assessed.append(
                say(self._random, condition.good if controlled else condition.poor, seen)
            )
            treatment = self._treatment.review(seen, problem, controlled=controlled)
            plans += [
                treatment,
                say(self._random, condition.plan_good if controlled else condition.plan_poor, seen)
                if not treatment or new
                else "",
            ]
            if condition.procedures and not new and self._random.random() < 0.5:
                seen.record(records.procedure, self._random.choice(condition.procedures))
        self._finish(seen, (told, lines, assessed, plans))

    def _panels_due(self, problems: Sequence[Problem], on: date) -> list[str]:
        """Give the panels to do: all of a condition's once a year, else what its target needs."""
        due: list[str] = []
        for problem in problems:
            condition = problem.condition
            full = self._bloods_done.get(condition.key)
            yearly = full is None or (on - full).days > _YEARLY
            if yearly:
                self._bloods_done[condition.key] = on
            target = condition.target["measure"] if condition.target else ""
            due += [
                panel
                for panel in condition.panels
                if yearly or target in self._tables.panels[panel].measures
            ]
        return due

    def _room_measurements(self, seen: Consultation, areas: set[str]) -> str:
        """Measure what is measured at every review and say it in one line."""
        child = self._person.years(seen.visit.at.date()) < 16
        names = ["pulse", "weight"]
        if areas & {"chest", "child"}:
            names += ["saturation", "respiration"]
        if child or "height" not in self._before:
            names.append("height")
        if not child:
            names.append("bmi")
        pressure = "" if child else f"BP {seen['bp']}, "
        if not self._asked_smoking and not child:
            self._asked_smoking = True
            smoked = any(problem.condition.key == "copd" for problem in self._person.problems)
            never = not smoked and self._random.random() < 0.65
            seen.record(results.smoking, never=never)
        words = {"pulse": "pulse", "weight": "weight", "bmi": "BMI", "height": "height"}
        words |= {"saturation": "saturation", "respiration": "respiratory rate"}
        said = pressure + ", ".join(f"{words[name]} {seen[name]}" for name in names) + "."
        return said[0].upper() + said[1:]

    def _complaint(self, planned: Planned) -> None:
        complaint = planned.complaint
        assert complaint is not None
        visit = self._diary.visit(
            planned.on,
            complaint.area,
            complaint.text,
            minutes=self._random.choice((10, 10, 15)),
            label=complaint.label,
            reasons=((complaint.code, complaint.text),),
        )
        fever = max(0.0, complaint.fever + self._random.gauss(0, 0.2)) if complaint.fever else 0.0
        seen = self._begin(visit, (), fever)
        self._illness(seen, complaint)
        seen.order(complaint.panels)
        told = say(self._random, complaint.subjective, seen)
        found = say(self._random, complaint.examination, seen)
        assessed = say(self._random, complaint.assessment, seen)
        advised = say(self._random, complaint.plan, seen)
        plans = [advised, *self._treatment.for_complaint(seen, complaint)]
        if complaint.procedure:
            seen.record(records.procedure, complaint.procedure)
        self._finish(seen, ([told], [found], [assessed], plans))

    def _illness(self, seen: Consultation, complaint: Complaint) -> None:
        seen.record(
            records.passing_illness,
            text=complaint.text,
            code=complaint.code,
            label=complaint.label,
            days=complaint.days,
            today=self._today,
        )

    def _check(self, planned: Planned) -> None:
        check = self._tables.checks[planned.check]
        child = planned.check != "adult"
        title = "Newborn check" if child else "Health check"
        visit = self._diary.visit(planned.on, "child" if child else "general", title, minutes=20)
        seen = self._begin(visit, ())
        if child:
            seen.take("height")
        else:
            self._room_measurements(seen, set())
            seen.order(("diabetes", "kidney", "lipids", "blood_count"))
        self._finish(seen, self._checked(check, seen))

    def _checked(self, check: dict[str, Phrases], seen: Consultation) -> Parts:
        told, found, assessed, planned = (
            [say(self._random, check[part], seen)]
            for part in ("subjective", "examination", "assessment", "plan")
        )
        return told, found, assessed, planned

    def _vaccinate(self, planned: Planned) -> None:
        visit = self._diary.visit(planned.on, NURSE, "Immunisation", minutes=10)
        seen = self._begin(visit, ())
        for key in planned.vaccines:
            self._doses[key] = self._doses.get(key, 0) + 1
            vaccine = self._tables.vaccines[key]
            dose = 1 if key == "influenza" else self._doses[key]
            seen.record(records.immunization, vaccine, dose)
        if planned.check:
            check = self._tables.checks[planned.check]
            self._finish(seen, self._checked(check, seen))
        else:
            self._close(seen)

    def _antenatal(self, planned: Planned) -> None:
        words = self._tables.pregnancy
        last_period = self._person.last_period
        assert last_period is not None
        visit = self._diary.visit(
            planned.on,
            "women",
            f"Antenatal visit, {planned.weeks} weeks",
            minutes=20,
            label=words["label"],
            reasons=((words["code"], words["text"]),),
        )
        seen = self._begin(visit, ())
        parts = antenatal_visit(
            self._random,
            self._tables,
            seen,
            last_period=last_period,
            weeks=planned.weeks,
            today=self._today,
        )
        self._finish(seen, parts)

    def _hospital(self, planned: Planned) -> None:
        writing, problem = planned.letter, planned.problems[0]
        assert writing is not None
        admission = self._tables.admissions.get(problem.condition.key)
        visit = self._diary.visit(
            planned.on,
            "general",
            writing.title,
            minutes=30,
            place=writing.department,
            days=admission["days"] if admission else 0,
            label=problem.condition.label,
            reasons=((problem.condition.code, problem.condition.text),),
        )
        seen = self._begin(visit, (problem.record_id,))
        if admission:
            seen.record(records.procedure, admission["procedure"])
        self._correspond(seen, writing)
        self._close(seen)

    def _correspond(self, seen: Consultation, writing: Letter) -> None:
        given = self._person.registered.demographics
        name = self._person.registered.name
        born = spoken_date(self._person.birth)
        about = f"{name.given} {name.family}".strip()
        about = f"{about}, born {born}, record {given.record_number}, {given.address}"
        body = [paragraph.format_map(seen) for paragraph in writing.body]
        text = letter(
            writing.department, seen.visit.end.date(), about, self._diary.doctor("general"), body
        )
        seen.write(writing.title, writing.code, text)

    def _begin(
        self, visit: Visit, problem_ids: tuple[str, ...], fever: float = 0.0
    ) -> Consultation:
        name = self._person.registered.name
        known = {
            "name": f"{name.given} {name.family}".strip(),
            "person": self._person.described(visit.at.date()),
            "drugs": self._treatment.drugs_on(visit.at.date()),
        }
        seen = Consultation(
            self._random,
            self._tables,
            self._body,
            visit,
            before=self._before,
            known=known,
            fever=fever,
        )
        seen.resources.append(records.encounter(visit, self._tables.clinic.name, problem_ids))
        return seen

    def _finish(self, seen: Consultation, parts: Parts) -> None:
        author = seen.visit.author
        style = _HEADINGS[sum(map(ord, author)) % len(_HEADINGS)]
        signed = f"{author}, {spoken_date(seen.visit.at.date())}"
        text = note(style, parts, signed, numbered=style is not _HEADINGS[2])
        seen.write(f"{seen.visit.title}: note", _PROGRESS_NOTE, text)
        self._close(seen)

    def _close(self, seen: Consultation) -> None:
        seen.close()
        self._resources += seen.resources


def _on_target(problem: Problem, seen: Consultation) -> bool:
    target = problem.condition.target
    if target is None:
        return True
    value = float(seen.taken[target["measure"]])
    at_most: float = target.get("at_most", value)
    at_least: float = target.get("at_least", value)
    return at_least <= value <= at_most
