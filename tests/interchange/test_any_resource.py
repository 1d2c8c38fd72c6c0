"""Whatever stands in a resource, checking and showing it gives an answer and never fails."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.interchange.fhir.category import category_of
from ehr_desktop.interchange.fhir.display import resource_display
from ehr_desktop.interchange.fhir.patient_of import patient_references
from ehr_desktop.interchange.fhir.project import project_resource
from ehr_desktop.interchange.fhir.table import Table

TABLE = Table.load(Path(__file__).parents[2] / "resources" / "fhir_r4" / "table.json.gz")
words = st.sampled_from(
    [
        "coding",
        "system",
        "code",
        "display",
        "text",
        "value",
        "unit",
        "reference",
        "type",
        "start",
        "end",
        "extension",
        "url",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


def of_type(kind):
    names = sorted(TABLE.shapes[kind].elements)
    members = st.dictionaries(st.sampled_from([*names, *(f"_{n}" for n in names)]), values)
    return members.map(lambda found: {**found, "resourceType": kind})


resources = st.sampled_from(
    ["Patient", "Observation", "MedicationRequest", "Encounter", "DocumentReference", "Claim"]
).flatmap(of_type)


@given(resources)
def test_anything_can_be_checked_sorted_and_shown(validator, resource):
    validator.check(resource)
    category_of(resource)
    patient_references(resource)
    assert project_resource(resource).resource_type == resource["resourceType"]
    resource_display(json.dumps(resource).encode())


@pytest.mark.parametrize("kind", sorted(TABLE.resources))
def test_every_type_of_resource_has_a_title(kind):
    row = project_resource({"resourceType": kind}).entry
    assert row is None or row.title


def test_a_card_names_an_attachment_but_not_where_its_file_is_kept():
    def card(attachment):
        body = {"resourceType": "DocumentReference", "content": [{"attachment": attachment}]}
        return dict(resource_display(json.dumps(body).encode()))["Content / Attachment"]

    named = {"title": "Letter", "contentType": "application/pdf"}
    assert card(named | {"url": "Binary/34fcc97b"}) == "Letter; application/pdf"
    assert card(named | {"url": "https://a.example/b"}).endswith("https://a.example/b")
    assert card({"url": "Binary/34fcc97b"}) == "Binary/34fcc97b"
