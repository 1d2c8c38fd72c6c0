"""Shows any resource as a plain card: labels from the element names, values as plain text."""

from collections.abc import Iterator
from typing import Any

from ehr_desktop.domain.errors import BadFileError
from ehr_desktop.interchange.fhir.elements import (
    Json,
    address_text,
    coding_text,
    concept_text,
    first,
    human_name,
    objects,
    quantity,
    reference_text,
    word,
)
from ehr_desktop.interchange.fhir.json_text import LosslessDecoder
from ehr_desktop.interchange.fhir.project_documents import attached_text, plain_text, size_text
from ehr_desktop.interchange.fhir.project_entry import joined, spaced

MOST_LINES = 400
"""Lines of a card; a resource with more ends with a line that says so."""

_LONGEST = 4000
_NOT_SHOWN = frozenset({"resourceType", "meta", "implicitRules", "contained", "text"})
_CHOICES = (
    "CodeableConcept",
    "Quantity",
    "DateTime",
    "Boolean",
    "Reference",
    "Period",
    "String",
    "Integer",
    "Decimal",
    "Coding",
    "Range",
    "Code",
    "Uri",
)


def resource_display(body: bytes) -> tuple[tuple[str, str], ...]:
    """Give (label, text) lines for the JSON bytes of any resource, in its own order.

    Texts are plain and come from the record: show them as PlainText. A label in several levels
    is joined by ` / `.

    Raises: BadFileError `not-json` where `body` is not one JSON object.
    """
    try:
        resource, _ = LosslessDecoder().decode(body.decode(), 0)
    except ValueError:
        raise BadFileError("not-json", 0) from None
    lines: list[tuple[str, str]] = []
    for line in _members("", resource if isinstance(resource, dict) else {}, top=True):
        if len(lines) == MOST_LINES:
            lines.append(("More", "The record is longer than this card."))
            break
        lines.append(line)
    return tuple(lines)


def _members(label: str, value: Json, *, top: bool = False) -> Iterator[tuple[str, str]]:
    for name, member in value.items():
        if name in _NOT_SHOWN and (top or name != "text"):
            continue
        if name.startswith("_") or (name == "id" and not top):
            continue
        if name in {"extension", "modifierExtension"}:
            yield from _extensions(label, member)
            continue
        yield from _lines(f"{label} / {_label(name)}" if label else _label(name), member)
    if top:
        narrative = plain_text(word(first(value.get("text")).get("div")))
        if narrative:
            yield "Text", narrative[:_LONGEST]


def _label(name: str) -> str:
    for choice in _CHOICES:
        if name.endswith(choice) and name != choice:
            name = name.removesuffix(choice)
            break
    return spaced(name)


def _extensions(label: str, extensions: Any) -> Iterator[tuple[str, str]]:
    for one in objects(extensions):
        last = word(one.get("url")).rstrip("/").rpartition("/")[2]
        name = spaced(last.replace("-", " ")) or "Extension"
        path = f"{label} / {name}" if label else name
        for key, value in one.items():
            if key.startswith("value"):
                yield from _lines(path, value)
        yield from _extensions(path, one.get("extension"))


def _lines(label: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        if value and not any(isinstance(one, dict | list) for one in value):
            yield label, ", ".join(filter(None, map(word, value)))[:_LONGEST]
            return
        for one in value:
            yield from _lines(label, one)
    elif isinstance(value, dict):
        text = _known_type(value)
        if text is None:
            yield from _members(label, value)
        elif text:
            yield label, text[:_LONGEST]
    elif word(value):
        yield label, word(value)[:_LONGEST]


def _known_type(value: Json) -> str | None:
    """Give the words of a value whose data type shows in its members, or None."""
    names = value.keys() - {"id", "extension", "use"}
    for shape, text in _SHAPES:
        if names <= shape and names:
            return text(value)
    return None


def _attachment(value: Json) -> str:
    text = attached_text(value)
    size = size_text(word(value.get("size")))
    head = joined(word(value.get("title")), word(value.get("contentType")), size)
    if text:
        return f"{head}\n{text}"
    url = word(value.get("url"))
    # The place of a file kept beside its record tells a reader nothing.
    return head if head and url.startswith("Binary/") else joined(head, url)


def _reference(value: Json) -> str:
    return reference_text(value) or word(value.get("reference")) or word(value.get("type"))


def _period(value: Json) -> str:
    return f"{word(value.get('start')) or '?'} \N{EN DASH} {word(value.get('end')) or '?'}"


def _identifier(value: Json) -> str:
    kind = concept_text(value.get("type"))
    return f"{word(value.get('value'))} ({kind})" if kind else word(value.get("value"))


def _quantity(value: Json) -> str:
    return " ".join(filter(None, quantity(value)))


def _money(value: Json) -> str:
    return " ".join(filter(None, (word(value.get("value")), word(value.get("currency")))))


def _annotation(value: Json) -> str:
    return joined(word(value.get("text")), word(value.get("time")))


_SHAPES = (
    (frozenset({"coding", "text"}), concept_text),
    (frozenset({"system", "code", "display", "version", "userSelected"}), coding_text),
    (frozenset({"reference", "display", "type", "identifier"}), _reference),
    (frozenset({"start", "end"}), _period),
    (frozenset({"value", "currency"}), _money),
    (frozenset({"value", "unit", "system", "code", "comparator"}), _quantity),
    (frozenset({"system", "value", "rank", "period"}), _identifier),
    (frozenset({"type", "system", "value", "period", "assigner"}), _identifier),
    (frozenset({"text", "family", "given", "prefix", "suffix", "period"}), human_name),
    (
        frozenset(
            "type text line city district state postalCode country period".split()  # noqa: SIM905
        ),
        address_text,
    ),
    (
        frozenset("contentType language data url size hash title creation".split()),  # noqa: SIM905
        _attachment,
    ),
    (frozenset({"text", "time", "authorString", "authorReference"}), _annotation),
)
