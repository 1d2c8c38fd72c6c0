"""Every resource of Synthea's and HL7's sets, once through the whole of reading."""

import gzip
import json
from collections import Counter
from dataclasses import dataclass, field

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.interchange.fhir.bundle import BadEntry, read_entries
from ehr_desktop.interchange.fhir.category import category_of
from ehr_desktop.interchange.fhir.display import resource_display
from ehr_desktop.interchange.fhir.patient_of import patient_keys, patient_references
from ehr_desktop.interchange.fhir.project import project_resource

# HL7's own examples break HL7's own definitions here
KNOWN_FAULTS = {
    ("DeviceUseStatement", "example"): {"reference-target"},
    ("MedicationRequest", "medrx0301"): {"reference-target"},
}


@dataclass
class Pass:
    """What one pass over a set of files found."""

    types: Counter = field(default_factory=Counter)
    categories: Counter = field(default_factory=Counter)
    refused: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    faulty: dict = field(default_factory=dict)
    untitled: list = field(default_factory=list)
    without_card: list = field(default_factory=list)
    foreign: list = field(default_factory=list)
    undated: Counter = field(default_factory=Counter)


def _source_resources(path):
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    source = json.loads(raw, parse_float=str)
    if source["resourceType"] != "Bundle":
        return [source], raw
    return [entry["resource"] for entry in source.get("entry", []) if "resource" in entry], raw


def _take(found, entry, wanted, validator):
    resource = entry.resource
    name = (resource["resourceType"], resource.get("id"))
    found.types[name[0]] += 1
    found.categories[category_of(resource)] += 1
    if json.loads(entry.body, parse_float=str) != wanted:
        found.changed.append(name)
    problems = validator.check(resource)
    if problems:
        found.faulty[name] = {problem.code for problem in problems}
    projection = project_resource(resource)
    if projection.entry is not None and not projection.entry.title.strip():
        found.untitled.append(name)
    if projection.entry is not None and not projection.entry.sort_ms:
        found.undated[name[0]] += 1


def _pass(paths, validator):
    found = Pass()
    for path in paths:
        resources, raw = _source_resources(path)
        expected, position = iter(resources), 0
        with path.open("rb") as stream:
            for entry in read_entries(stream):
                if isinstance(entry, BadEntry):
                    found.refused.append((path.name, entry))
                else:
                    # the very bytes, in the order they stand in the file
                    position = raw.index(entry.body, position)
                    _take(found, entry, next(expected), validator)
        assert next(expected, None) is None, path.name
    return found


@pytest.fixture(scope="module")
def synthea(shared_data, validator):
    return _pass(sorted((shared_data / "synthea_r4").glob("*.json.gz")), validator)


@pytest.fixture(scope="module")
def examples(shared_data, validator):
    return _pass(sorted((shared_data / "fhir_r4_examples").glob("*.json")), validator)


def test_every_synthea_resource_is_read(synthea):
    assert synthea.types.total() == 36206
    assert synthea.types["Patient"] == 123
    assert synthea.refused == []


def test_every_synthea_body_equals_its_source(synthea):
    assert synthea.changed == []


def test_no_synthea_resource_is_called_faulty(synthea):
    assert synthea.faulty == {}


def test_every_synthea_resource_has_a_title(synthea):
    assert synthea.untitled == []


def test_clinical_synthea_resources_have_a_date(synthea):
    assert set(synthea.undated) <= {"Practitioner", "Organization", "Goal"}


def test_synthea_resources_fall_into_the_expected_categories(synthea):
    assert synthea.categories[Category.DEMOGRAPHICS] == 123
    assert synthea.categories[Category.BILLING] == 4124 + 3320
    assert synthea.categories[Category.LABS] > 10_000
    assert synthea.categories[Category.SEXUAL_HEALTH] > 100


def test_every_hl7_example_is_read_to_the_letter(examples):
    # six entries of Bundles are requests and responses that hold no resource
    assert {problem.code for _, entry in examples.refused for problem in entry.problems} == {
        "no-resource"
    }
    assert examples.changed == []
    assert len(examples.types) == 107


def test_hl7_examples_have_no_faults_but_their_known_ones(examples):
    assert examples.faulty == KNOWN_FAULTS


def test_every_hl7_example_has_a_title(examples):
    assert examples.untitled == []


def test_every_hl7_example_shows_as_a_card(shared_data):
    for path in sorted((shared_data / "fhir_r4_examples").glob("*.json")):
        lines = resource_display(path.read_bytes())
        assert lines, path.name
        assert all(label.strip() and text.strip() for label, text in lines), path.name


def test_every_synthea_resource_finds_its_patient(shared_data):
    nobodys = set()
    for path in sorted((shared_data / "synthea_r4").glob("*.json.gz"))[:20]:
        with path.open("rb") as stream:
            entries = list(read_entries(stream))
        keys = {
            key
            for entry in entries
            if entry.resource["resourceType"] == "Patient"
            for key in patient_keys(entry.full_url, entry.resource)
        }
        for entry in entries:
            references = patient_references(entry.resource)
            if not references:
                nobodys.add(entry.resource["resourceType"])
            else:
                assert set(references) <= keys
    assert nobodys == {"Practitioner", "Organization"}
