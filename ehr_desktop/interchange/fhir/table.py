"""The table compiled from HL7's R4 definitions: what each type may hold."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ehr_desktop.interchange.fhir.primitives import PrimitiveCheck, code_check, primitive_check


@dataclass(frozen=True, slots=True)
class ElementRule:
    """What one element may be.

    `check` is set for a primitive, `type_name` names the shape otherwise. `targets` are the types
    a Reference may point at (None: any). `codings` are the (system, code) pairs of a required
    binding on a CodeableConcept. `choice` is the name before `[x]`, or empty.
    """

    many: bool
    type_name: str
    check: PrimitiveCheck | None
    targets: frozenset[str] | None
    codings: frozenset[tuple[str, str]] | None
    choice: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One complex type, backbone element or resource type."""

    elements: dict[str, ElementRule]
    required: tuple[str, ...]
    required_choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Every type of R4, by name; `resources` are the names that can stand in `resourceType`."""

    shapes: dict[str, Shape]
    resources: frozenset[str]

    @classmethod
    def load(cls, path: Path) -> "Table":
        """Read `table.json.gz` (made by `resources/fhir_r4/compile_table.py`).

        Raises: OSError where the file is not there.
        """
        raw = json.loads(gzip.decompress(path.read_bytes()))
        checks = {name: primitive_check(name, rx) for name, rx in raw["primitives"].items()}
        reader = _RowReader(checks, raw["codes"])
        shapes = {name: reader.shape(rows) for name, rows in raw["types"].items()}
        return cls(shapes, frozenset(raw["resources"]))


class _RowReader:
    """Turns rows `[min, max, type, targets, binding, choice]` into rules."""

    def __init__(
        self, checks: dict[str, PrimitiveCheck], codes: dict[str, dict[str, list[str]]]
    ) -> None:
        self.checks = checks
        self.codes = {
            url: frozenset(code for group in systems.values() for code in group)
            for url, systems in codes.items()
        }
        self.codings = {
            url: frozenset((system, code) for system, group in systems.items() for code in group)
            for url, systems in codes.items()
        }

    def shape(self, rows: dict[str, list[Any]]) -> Shape:
        required = {name: row[5] for name, row in rows.items() if row[0] > 0}
        return Shape(
            {name: self.rule(row) for name, row in rows.items()},
            tuple(name for name, choice in required.items() if not choice),
            tuple(sorted({choice for choice in required.values() if choice})),
        )

    def rule(self, row: list[Any]) -> ElementRule:
        _, most, type_name, targets, binding, choice = row
        check = self.checks.get(type_name)
        if type_name == "code" and binding:
            check = code_check(self.codes[binding])
        return ElementRule(
            many=most != "1",
            type_name=type_name,
            check=check,
            targets=frozenset(targets) if targets else None,
            codings=self.codings[binding] if binding and check is None else None,
            choice=choice or "",
        )
