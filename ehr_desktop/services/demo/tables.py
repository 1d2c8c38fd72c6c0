"""The tables the clinic is made from, as `resources/demo/*.json` holds them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Phrases = tuple[str, ...]
"""Ways of saying one thing; braces name a fact (`{hba1c}`)."""


@dataclass(frozen=True, slots=True)
class Tradition:
    """A way of naming. Each name is one spelling, or the Latin and the native one.

    `native_first` is the share in per cent who are registered in the native script.
    """

    key: str
    weight: int
    language: str
    female: tuple[tuple[str, ...], ...]
    male: tuple[tuple[str, ...], ...]
    family: tuple[tuple[str, ...], ...]
    representation: str = ""
    native_first: int = 0
    double_family: str = ""
    feminine: tuple[tuple[str, str], ...] = ()
    single_name: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Streets, towns with their postcode district, and number ranges nobody's phone is in."""

    streets: tuple[str, ...]
    house_names: tuple[str, ...]
    towns: tuple[tuple[str, str], ...]
    county: str
    country: str
    phone_prefixes: tuple[str, ...]
    mobile_prefix: str
    mail_domains: tuple[str, ...]
    payors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ClinicTable:
    """The clinic itself. `sessions` maps account names to `HH:MM-HH:MM` of morning and afternoon,
    `days_off` to half days such as `2pm` (Wednesday afternoon), `interests` doctors to areas.
    """

    name: str
    time_zone: str
    address: str
    phone: str
    record_system: str
    member_system: str
    hours: tuple[tuple[int, str, str], ...]
    staff: tuple[dict[str, str], ...]
    interests: dict[str, tuple[str, ...]]
    sessions: dict[str, tuple[str, ...]]
    days_off: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is measured: LOINC `code`, UCUM `unit`, `shown` unit, healthy range."""

    key: str
    code: str
    text: str
    unit: str
    shown: str
    decimals: int
    low: float | None
    high: float | None
    mean: float
    spread: float
    category: str
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """Laboratory measures that are ordered and reported together."""

    key: str
    code: str
    text: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drug:
    """A medicine as prescribed. `rxnorm` is the ingredient's code, or None."""

    key: str
    text: str
    instruction: str
    rxnorm: str | None
    ingredient: str
    per_day: int
    as_needed: bool
    route: str


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A vaccine with its CVX code."""

    key: str
    cvx: str
    text: str


@dataclass(frozen=True, slots=True)
class Allergen:
    """Something people are allergic to; `avoid` are the drugs it rules out."""

    text: str
    category: str
    reactions: Phrases
    rxnorm: str = ""
    severe: str = ""
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A long-term condition (ICD-10-CM `code`) with its treatment, course and words.

    `drugs` are regimens: steps, mildest first, unless they are `alternatives`. `measures` maps a
    measure to its value at diagnosis, where treatment settles it, and its drift per year. `label`
    is a sensitivity code of v3-ActCode.
    """

    key: str
    code: str
    text: str
    area: str
    label: str | None
    alternatives: bool
    review_months: int
    review: str
    drugs: tuple[tuple[str, ...], ...]
    measures: dict[str, tuple[float, float, float]]
    panels: tuple[str, ...]
    target: dict[str, Any] | None
    procedures: tuple[str, ...]
    started: Phrases
    subjective: Phrases
    examination: Phrases
    good: Phrases
    poor: Phrases
    plan_good: Phrases
    plan_poor: Phrases


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that comes and goes; `fever` is degrees above normal, `days` how long it lasts.
    `instead` is the drug where an allergy rules the usual one out.
    """

    key: str
    code: str
    text: str
    area: str
    ages: tuple[int, int]
    sex: str | None
    label: str | None
    subjective: Phrases
    examination: Phrases
    assessment: Phrases
    plan: Phrases
    drug: str | None
    fever: float
    panels: tuple[str, ...]
    procedure: str | None
    days: int
    instead: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What another department writes `after` so many days; `code` is a LOINC document type."""

    condition: str
    title: str
    code: str
    department: str
    body: Phrases
    after: int


@dataclass(frozen=True, slots=True)
class Story:
    """A kind of patient: `share` weighs how common, `visits` how often complaints bring them."""

    key: str
    share: int
    ages: tuple[int, int]
    conditions: tuple[str, ...]
    sometimes: tuple[str, ...]
    sex: str | None
    visits: float
    pregnant: bool = False


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything under `resources/demo`."""

    clinic: ClinicTable
    places: Places
    traditions: tuple[Tradition, ...]
    stories: tuple[Story, ...]
    measures: dict[str, Measure]
    panels: dict[str, Panel]
    growth: tuple[tuple[float, ...], ...]
    childhood: tuple[tuple[float, ...], ...]
    drugs: dict[str, Drug]
    vaccines: dict[str, Vaccine]
    vaccine_schedule: tuple[tuple[int, tuple[str, ...]], ...]
    allergens: tuple[Allergen, ...]
    conditions: dict[str, Condition]
    complaints: tuple[Complaint, ...]
    letters: tuple[Letter, ...]
    admissions: dict[str, dict[str, Any]]
    checks: dict[str, dict[str, Phrases]]
    pregnancy: dict[str, Any]


def load_tables(folder: Path) -> Tables:
    """Load the tables from `folder`.

    Raises:
        FileNotFoundError: a table is missing.
    """
    measured, vaccines, letters = (
        _read(folder, name) for name in ("measurements", "vaccines", "letters")
    )
    return Tables(
        clinic=ClinicTable(**_read(folder, "clinic")),
        places=Places(**_read(folder, "places")),
        traditions=tuple(Tradition(**row) for row in _read(folder, "names")["traditions"]),
        stories=tuple(Story(**row) for row in _read(folder, "stories")["stories"]),
        measures={row["key"]: Measure(**row) for row in measured["measures"]},
        panels={row["key"]: Panel(**row) for row in measured["panels"]},
        growth=measured["growth"],
        childhood=measured["childhood"],
        drugs={row["key"]: Drug(**row) for row in _read(folder, "drugs")["drugs"]},
        vaccines={row["key"]: Vaccine(**row) for row in vaccines["vaccines"]},
        vaccine_schedule=vaccines["childhood"],
        allergens=tuple(Allergen(**row) for row in _read(folder, "allergies")["allergies"]),
        conditions={
            row["key"]: Condition(**row) for row in _read(folder, "conditions")["conditions"]
        },
        complaints=tuple(Complaint(**row) for row in _read(folder, "complaints")["complaints"]),
        letters=tuple(Letter(**row) for row in letters["letters"]),
        admissions=letters["admissions"],
        checks=_read(folder, "checks"),
        pregnancy=_read(folder, "pregnancy"),
    )


def _read(folder: Path, name: str) -> dict[str, Any]:
    table: dict[str, Any] = _frozen(json.loads((folder / f"{name}.json").read_bytes()))
    return table


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(entry) for entry in value)
    if isinstance(value, dict):
        return {key: _frozen(entry) for key, entry in value.items()}
    return value
