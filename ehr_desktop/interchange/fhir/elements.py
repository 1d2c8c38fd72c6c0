"""Takes the words out of FHIR's data types. Missing parts come out as empty strings."""

from collections.abc import Iterator
from typing import Any

OVERRIDE_REASON = "urn:ehr-desktop:appointment-override-reason"
"""Our extension of Appointment: why it was booked over another."""

Json = dict[str, Any]


def objects(value: Any) -> list[Json]:
    """Give the objects in an element that may be absent, single or a list."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def first(value: Any) -> Json:
    """Give the first object of an element, or an empty one."""
    found = objects(value)
    return found[0] if found else {}


def word(value: Any) -> str:
    """Give a primitive as it is written: `7.50`, `true`, a text; empty for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)


def coding_text(coding: Json) -> str:
    """Give the words of a Coding: its display, or else its code."""
    return word(coding.get("display")) or word(coding.get("code"))


def concept_text(concept: Any) -> str:
    """Give the words of a CodeableConcept: its text, or a coding's display, or a code."""
    for one in objects(concept):
        codings = objects(one.get("coding"))
        text = word(one.get("text"))
        displays = (word(coding.get("display")) for coding in codings)
        found = text or next(filter(None, displays), "") or coding_text(first(codings))
        if found:
            return found
    return ""


def concept_texts(concepts: Any) -> str:
    """Give the words of several CodeableConcepts, joined by commas, each once."""
    found = (concept_text(concept) for concept in objects(concepts))
    return ", ".join(dict.fromkeys(filter(None, found)))


def codes(concepts: Any) -> Iterator[tuple[str, str]]:
    """Give (system, code) of every coding in one or several CodeableConcepts."""
    for concept in objects(concepts):
        for coding in objects(concept.get("coding")):
            yield word(coding.get("system")), word(coding.get("code"))


def first_code(concept: Any) -> str:
    """Give the first code of a CodeableConcept."""
    return next((code for _, code in codes(concept) if code), "")


def reference_text(reference: Any) -> str:
    """Give what a Reference says about its target in words: display, or an identifier."""
    one = first(reference)
    return word(one.get("display")) or word(first(one.get("identifier")).get("value"))


def human_name(name: Json) -> str:
    """Give a HumanName as one text."""
    parts = [*_words(name, "prefix"), *_words(name, "given"), word(name.get("family"))]
    return word(name.get("text")) or " ".join(filter(None, [*parts, *_words(name, "suffix")]))


def _words(value: Json, name: str) -> list[str]:
    found = value.get(name)
    return [word(one) for one in found] if isinstance(found, list) else []


def given_names(name: Json) -> str:
    """Give the given names of a HumanName, in order."""
    return " ".join(filter(None, _words(name, "given")))


def address_text(address: Json) -> str:
    """Give an Address on one line."""
    place = " ".join(filter(None, (word(address.get("state")), word(address.get("postalCode")))))
    parts = [*_words(address, "line"), word(address.get("city")), place]
    return word(address.get("text")) or ", ".join(
        filter(None, [*parts, word(address.get("country"))])
    )


def quantity(value: Json) -> tuple[str, str]:
    """Give a Quantity's value, with its comparator, and its unit."""
    number = word(value.get("comparator")) + word(value.get("value"))
    return number, word(value.get("unit")) or word(value.get("code"))


def chosen(resource: Json, name: str) -> Any:
    """Give the value of `name[x]`, whichever type was chosen, or None."""
    for key, value in resource.items():
        if key.startswith(name) and key[len(name) : len(name) + 1].isupper():
            return value
    return None


def moment(resource: Json, *names: str) -> str:
    """Give the first date found under `names`, to the letter. A Period gives its start or end, a
    Timing its first event, an Age nothing; `name[x]` looks through the alternatives.
    """
    for name in names:
        value = chosen(resource, name[:-3]) if name.endswith("[x]") else resource.get(name)
        if isinstance(value, dict):
            events = value.get("event")
            value = value.get("start") or value.get("end")
            value = value or (events[0] if isinstance(events, list) and events else None)
        if isinstance(value, str) and value[:4].isdigit():
            return value
    return ""


def notes(resource: Json) -> str:
    """Give the texts of the resource's annotations, joined by blank lines."""
    return "\n\n".join(filter(None, (word(n.get("text")) for n in objects(resource.get("note")))))
