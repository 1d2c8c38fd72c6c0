"""References between resources, as written: relative, absolute, `urn:uuid:` or contained."""

import re
from typing import Any

_REST = re.compile(
    r"(?P<base>https?://\S+/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})"
    r"(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#\S*)?\Z"
)


def without_version(reference: str) -> str:
    """Give `reference` without `/_history/...` and fragment, where it is a RESTful one."""
    match = _REST.match(reference)
    if match is None:
        return reference
    return f"{match['base'] or ''}{match['type']}/{match['id']}"


def local_id(reference: str) -> str:
    """Give the id of the contained resource referred to (`#id`), or an empty string."""
    return reference[1:] if reference.startswith("#") else ""


def type_in(reference: str) -> str:
    """Give the resource type a RESTful reference names, or an empty string."""
    match = _REST.match(reference)
    return match["type"] if match else ""


def target_type(reference: dict[str, Any]) -> str:
    """Give the type a Reference element points at, by its `reference` or else its `type`."""
    kind = type_in(reference.get("reference", "")) or reference.get("type", "")
    return kind if isinstance(kind, str) else ""


def relative(reference: str) -> str:
    """Give `Type/id` for a RESTful reference, or an empty string."""
    match = _REST.match(reference)
    return f"{match['type']}/{match['id']}" if match else ""
