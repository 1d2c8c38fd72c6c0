# ruff: noqa: INP001 - a script beside its result, in no package
"""Compile HL7's FHIR R4 definitions into the one table the validator loads.

Usage: python resources/fhir_r4/compile_table.py DEFINITIONS_FOLDER

The folder holds `profiles-types.json`, `profiles-resources.json`, `valuesets.json`,
`v3-codesystems.json` and `v2-tables.json` of the R4 (4.0.1) publication, plain or gzipped. The
same definitions always give the same bytes.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MOST_CODES = 1500
"""A required set with more codes than this is left to a terminology service."""

FHIRPATH_TYPES = "http://hl7.org/fhirpath/"

Json = dict[str, Any]
CodesBySystem = dict[str, set[str]]


def read_resources(folder: Path, name: str) -> Iterator[Json]:
    """Give the resources of one bundle of the publication."""
    packed, plain = folder / f"{name}.gz", folder / name
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
    for entry in json.loads(text)["entry"]:
        yield entry["resource"]


class Terminology:
    """The code systems and value sets of the publication, expanded where that can be done."""

    def __init__(self, folder: Path) -> None:
        self.value_sets: dict[str, Json] = {}
        self.code_systems: dict[str, Json] = {}
        for name in ("valuesets.json", "v3-codesystems.json", "v2-tables.json"):
            for resource in read_resources(folder, name):
                if resource["resourceType"] == "ValueSet":
                    self.value_sets[resource["url"]] = resource
                elif resource["resourceType"] == "CodeSystem":
                    self.code_systems[resource["url"]] = resource

    def expand(self, url: str) -> CodesBySystem | None:
        """Give the codes of value set `url` by system, or None where they cannot be listed."""
        value_set = self.value_sets.get(url)
        if value_set is None or "compose" not in value_set:
            return None
        codes: CodesBySystem = {}
        for include in value_set["compose"].get("include", []):
            part = self._include(include)
            if part is None:
                return None
            for system, found in part.items():
                codes.setdefault(system, set()).update(found)
        for exclude in value_set["compose"].get("exclude", []):
            left_out = {concept["code"] for concept in exclude.get("concept", [])}
            codes.get(exclude.get("system", ""), set()).difference_update(left_out)
        return codes or None

    def _include(self, include: Json) -> CodesBySystem | None:
        if "filter" in include:
            return None
        codes: CodesBySystem = {}
        if "concept" in include:
            codes[include["system"]] = {concept["code"] for concept in include["concept"]}
        elif "system" in include:
            system = self.code_systems.get(include["system"], {})
            if system.get("content") != "complete":
                return None
            codes[include["system"]] = set(_codes_below(system.get("concept", [])))
        for url in include.get("valueSet", []):
            inner = self.expand(url)
            if inner is None:
                return None
            for system, found in inner.items():
                codes.setdefault(system, set()).update(found)
        return codes


def _codes_below(concepts: list[Json]) -> Iterator[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _codes_below(concept.get("concept", []))


class TableCompiler:
    """Collects types, primitive patterns and required code sets from StructureDefinitions."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self.types: dict[str, Json] = {}
        self.primitives: dict[str, str] = {}
        self.resources: list[str] = []
        self.codes: dict[str, dict[str, list[str]]] = {}

    def add(self, definition: Json) -> None:
        """Take in one StructureDefinition; profiles and logical models are passed over."""
        if definition.get("derivation") == "constraint" or definition["kind"] == "logical":
            return
        if definition["kind"] == "primitive-type":
            self.primitives[definition["type"]] = _pattern(definition)
            return
        if definition["kind"] == "resource" and not definition["abstract"]:
            self.resources.append(definition["type"])
        for element in definition["snapshot"]["element"]:
            self._add_element(element)
        if definition["kind"] == "resource":
            # the snapshot calls it a FHIRPath string; the page of Resource says `id`
            self.types[definition["type"]]["id"][2] = "id"

    def _add_element(self, element: Json) -> None:
        path: str = element["path"]
        if "." not in path:
            self.types.setdefault(path, {})
            return
        parent, name = path.rsplit(".", 1)
        elements = self.types.setdefault(parent, {})
        low, high = element["min"], element["max"]
        binding = self._binding(element)
        if "contentReference" in element:
            elements[name] = [low, high, element["contentReference"].lstrip("#"), None, None, None]
            return
        for code, targets in _types(element, path):
            if name.endswith("[x]"):
                base = name.removesuffix("[x]")
                named = base + code[0].upper() + code[1:]
                elements[named] = [low, high, code, targets, binding, base]
            else:
                elements[name] = [low, high, code, targets, binding, None]

    def _binding(self, element: Json) -> str | None:
        binding = element.get("binding", {})
        if binding.get("strength") != "required" or "valueSet" not in binding:
            return None
        url: str = binding["valueSet"].split("|")[0]
        if url not in self.codes:
            found = self.terminology.expand(url)
            if found is None or sum(map(len, found.values())) > MOST_CODES:
                return None
            self.codes[url] = {system: sorted(codes) for system, codes in found.items()}
        return url


def _pattern(definition: Json) -> str:
    for element in definition["snapshot"]["element"]:
        for kind in element.get("type", []):
            for extension in kind.get("extension", []):
                if extension["url"].endswith("/regex"):
                    return str(extension["valueString"])
    return ""


def _types(element: Json, path: str) -> Iterator[tuple[str, list[str] | None]]:
    for kind in element.get("type", []):
        code: str = kind["code"]
        if code.startswith(FHIRPATH_TYPES):
            yield code.rsplit(".", 1)[-1].lower(), None
        elif code in {"BackboneElement", "Element"}:
            yield path, None
        else:
            targets = [url.rsplit("/", 1)[-1] for url in kind.get("targetProfile", [])]
            known = code == "Reference" and targets and "Resource" not in targets
            yield code, sorted(targets) if known else None


def compile_table(folder: Path) -> bytes:
    """Give the table for the definitions in `folder`, gzipped."""
    compiler = TableCompiler(Terminology(folder))
    for name in ("profiles-types.json", "profiles-resources.json"):
        for resource in read_resources(folder, name):
            if resource["resourceType"] == "StructureDefinition":
                compiler.add(resource)
    table = {
        "fhirVersion": "4.0.1",
        "resources": sorted(compiler.resources),
        "primitives": compiler.primitives,
        "types": compiler.types,
        "codes": compiler.codes,
    }
    text = json.dumps(table, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def main() -> None:
    """Write `table.json.gz` beside this script."""
    packed = compile_table(Path(sys.argv[1]))
    Path(__file__).with_name("table.json.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
