"""What every chart entry is made from, whatever the resource."""

import re

from ehr_desktop.domain.projection import EntryRow, SectionKind
from ehr_desktop.interchange.fhir.elements import Json, codes, first, first_code, objects, word
from ehr_desktop.interchange.fhir.instant import instant_ms

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def spaced(name: str) -> str:
    """Give a FHIR name as words: `MedicationRequest` as `Medication request`."""
    words = _CAPITAL.sub(" ", name)
    return words[:1].upper() + words[1:].lower()


def entry_row(
    resource: Json,
    section: SectionKind,
    title: str,
    *,
    detail: str = "",
    status: str = "",
    when: str = "",
    code: str = "",
    none_known: bool = False,
) -> EntryRow:
    """Make the line of a chart for `resource`; without a title it bears its type's name."""
    return EntryRow(
        section=section,
        title=title.strip() or spaced(word(resource.get("resourceType"))),
        detail=detail,
        status=status or word(resource.get("status")),
        when=when,
        sort_ms=instant_ms(when),
        code=code,
        encounter=encounter_of(resource),
        none_known=none_known,
    )


def encounter_of(resource: Json) -> str:
    """Give the reference to the visit `resource` belongs to, as written."""
    context = resource.get("encounter") or resource.get("context")
    one = first(context)
    inner = one.get("encounter")
    return word(first(inner).get("reference") if inner else one.get("reference"))


def main_code(concept: object) -> str:
    """Give a concept's LOINC code, which views can follow over time, or else its first code."""
    found = (code for system, code in codes(concept) if system == "http://loinc.org" and code)
    return next(found, "") or first_code(concept)


def joined(*parts: str) -> str:
    """Join the parts that say something with semicolons."""
    return "; ".join(filter(None, (part.strip() for part in parts)))


def contained(resource: Json, reference: str) -> Json:
    """Give the contained resource that `#id` refers to, or an empty object."""
    for inner in objects(resource.get("contained")):
        if reference == f"#{word(inner.get('id'))}":
            return inner
    return {}
