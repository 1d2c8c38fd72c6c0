"""Checks one resource against the base R4 specification."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from typing_extensions import override

from ehr_desktop.interchange.fhir.invariants import INVARIANTS
from ehr_desktop.interchange.fhir.primitives import TEXTS
from ehr_desktop.interchange.fhir.problem import Problem, within
from ehr_desktop.interchange.fhir.reference import local_id, target_type
from ehr_desktop.interchange.fhir.table import ElementRule, Shape, Table

DEEPEST = 100
"""Levels of objects within objects; no published R4 resource comes near it."""

MOST_PROBLEMS = 100

Json = dict[str, Any]


class Validator:
    """Checks resources. Holds no state between checks; any thread may use it, and another process
    that it is sent to loads the table anew.
    """

    def __init__(self, table: Table, path: Path) -> None:
        self._table = table
        self._path = path

    @classmethod
    def load(cls, path: Path) -> "Validator":
        """Make a validator from the compiled table at `path`.

        Raises: OSError where the file is not there.
        """
        return cls(Table.load(path), path)

    @override
    def __reduce__(self) -> tuple[Callable[[Path], "Validator"], tuple[Path]]:
        return Validator.load, (self._path,)

    def check(self, resource: Json) -> tuple[Problem, ...]:
        """Give what is wrong with `resource` as parsed by `json`, at most 100 problems.

        Source: HL7 FHIR R4 4.0.1: structure, cardinality, primitive types, required bindings,
        reference targets, and the invariants of `invariants.py`.
        """
        check = _Check(self._table)
        check.resource(resource, 0)
        kind = resource.get("resourceType")
        within(check.found, 0, kind if isinstance(kind, str) else "Resource")
        return tuple(check.found[:MOST_PROBLEMS])


class _Check:
    """One run over one resource. Paths are relative until a caller puts the parent in front, so
    a resource without faults never builds one.
    """

    def __init__(self, table: Table) -> None:
        self._shapes = table.shapes
        self._resources = table.resources
        self._contained: frozenset[str] = frozenset()
        self.found: list[Problem] = []

    def add(self, path: str, code: str, text: str) -> None:
        self.found.append(Problem(path, code, text))

    def resource(self, value: Any, depth: int) -> None:
        """Check a resource that stands on its own: the root, or one in a Bundle."""
        self._contained = _contained_ids(value)
        self._typed_resource(value, depth)

    def _typed_resource(self, value: Any, depth: int) -> None:
        kind = value.get("resourceType") if type(value) is dict else None
        if type(kind) is not str:
            self.add("", "not-a-resource", "This is not a FHIR resource.")
        elif kind not in self._resources:
            self.add("", "unknown-type", "FHIR R4 has no resource of this type.")
        else:
            self._object(value, kind, depth)

    def _object(self, value: Any, type_name: str, depth: int) -> None:
        if type(value) is not dict:
            self.add("", "type", "An object is needed here.")
            return
        if not value:
            self.add("", "empty", "The object is empty.")
            return
        if depth > DEEPEST:
            self.add("", "too-deep", "The resource is nested too deeply.")
            return
        shape = self._shapes[type_name]
        before = len(self.found)
        for name in shape.required:
            if name not in value and f"_{name}" not in value:
                self.add(name, "required", "This element is required.")
        chosen = self._elements(value, shape, depth + 1)
        for choice in shape.required_choices:
            if choice not in chosen:
                self.add(f"{choice}[x]", "required", "This element is required.")
        invariants = INVARIANTS.get(type_name)
        if invariants and len(self.found) == before:
            # an invariant may rely on the structure being right
            for invariant in invariants:
                self.found.extend(invariant(value))

    def _elements(self, value: Json, shape: Shape, depth: int) -> dict[str, str]:
        """Check every member; give which alternative was taken for each `name[x]`."""
        rules = shape.elements
        found = self.found
        chosen: dict[str, str] = {}
        for name, child in value.items():
            rule = rules.get(name)
            if rule is None:
                rule = self._unlisted(value, name, child, rules, depth)
                if rule is None:
                    continue
            elif rule.many:
                self._list(value, name, child, rule, depth)
            elif rule.check is not None:
                code = rule.check(child)
                if code:
                    self.add(name, code, TEXTS[code])
            else:
                before = len(found)
                self._single(child, rule, depth)
                if len(found) > before:
                    within(found, before, name)
            if rule.choice and chosen.setdefault(rule.choice, name.lstrip("_")) != name.lstrip("_"):
                self.add(f"{rule.choice}[x]", "choice", "Only one of the alternatives may be here.")
        return chosen

    def _unlisted(
        self, value: Json, name: str, child: Any, rules: dict[str, ElementRule], depth: int
    ) -> ElementRule | None:
        """Deal with what is no element: `resourceType`, the `_name` of a primitive, or a fault."""
        rule = rules.get(name[1:]) if name.startswith("_") else None
        if rule is not None and rule.check is not None:
            self._primitive_extension(value, name, child, rule, depth)
            return rule
        if name != "resourceType" or "meta" not in rules or "implicitRules" not in rules:
            self.add(_shown(name), "unknown-element", "FHIR R4 has no such element here.")
        return None

    def _primitive_extension(
        self, value: Json, name: str, child: Any, rule: ElementRule, depth: int
    ) -> None:
        if rule.many != (type(child) is list):
            self.add(name, "type", "The extension must be a list exactly where its value is.")
            return
        values = value.get(name[1:])
        if type(values) is list and rule.many and len(values) != len(child):
            self.add(name, "length", "The list must be as long as the list of values.")
        for index, one in enumerate(child if rule.many else [child]):
            if one is None and rule.many:
                continue
            before = len(self.found)
            self._object(one, "Element", depth)
            within(self.found, before, f"{name}[{index}]" if rule.many else name)

    def _list(self, value: Json, name: str, child: Any, rule: ElementRule, depth: int) -> None:
        if type(child) is not list:
            self.add(name, "not-a-list", "This element must be a list.")
            return
        if not child:
            self.add(name, "empty", "The list is empty.")
            return
        found = self.found
        for index, one in enumerate(child):
            before = len(found)
            if one is None and rule.check is not None and _has_extension(value, name, index):
                continue
            self._single(one, rule, depth)
            if len(found) > before:
                within(found, before, f"{name}[{index}]")

    def _single(self, value: Any, rule: ElementRule, depth: int) -> None:
        if rule.check is not None:
            code = rule.check(value)
            if code:
                self.add("", code, TEXTS[code])
        elif rule.type_name == "Resource":
            if rule.many:
                self._typed_resource(value, depth)
            else:
                self.resource(value, depth)
        else:
            before = len(self.found)
            self._object(value, rule.type_name, depth)
            # what the element itself demands is asked of a well-formed value only
            if rule.type_name == "Reference" and len(self.found) == before:
                self._reference(value, rule.targets)
            elif rule.codings is not None and len(self.found) == before and "coding" in value:
                self._coding(value["coding"], rule.codings)

    def _coding(self, codings: list[Json], allowed: frozenset[tuple[str, str]]) -> None:
        if allowed.isdisjoint((coding.get("system", ""), coding.get("code")) for coding in codings):
            self.add("coding", "code", "None of the codes is one of those allowed here.")

    def _reference(self, value: Json, targets: frozenset[str] | None) -> None:
        reference = value.get("reference", "")
        inner = local_id(reference)
        if inner and inner not in self._contained:
            self.add("reference", "ref-1", "The contained resource referred to is not there.")
        if targets is not None:
            kind = target_type(value)
            if kind in self._resources and kind not in targets:
                self.add("reference", "reference-target", f"This may not refer to a {kind}.")


def _contained_ids(resource: Any) -> frozenset[str]:
    contained = resource.get("contained") if type(resource) is dict else None
    if type(contained) is not list:
        return frozenset()
    ids = (inner.get("id") for inner in contained if type(inner) is dict)
    return frozenset(one for one in ids if type(one) is str)


def _has_extension(value: Json, name: str, index: int) -> bool:
    extensions = value.get(f"_{name}")
    return type(extensions) is list and index < len(extensions) and extensions[index] is not None


def _shown(name: str) -> str:
    """Keep a made-up element name from carrying text into a report."""
    return name if len(name) <= 64 and name.isidentifier() else "?"
