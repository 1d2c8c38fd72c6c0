"""What stands in a record, as plain text."""

import base64
import binascii
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

_HIDDEN = frozenset({"resourceType", "meta", "id", "text"})


def written_text(body: bytes) -> str | None:
    """Give the words inside a note's or document's attachment; None where there are none.

    Source: HL7 FHIR R4, DocumentReference.content.attachment.
    """
    resource = _object(body)
    for content in _list(resource.get("content")):
        attachment = content.get("attachment")
        if not isinstance(attachment, dict) or not attachment.get("data"):
            continue
        if str(attachment.get("contentType", "")).partition(";")[0].strip() != "text/plain":
            continue
        try:
            return base64.b64decode(str(attachment["data"]), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


def readable(body: bytes) -> str:
    """Give a note's words, or every field of another record, one a line."""
    text = written_text(body)
    if text is not None:
        return text
    return "\n".join(f"{path}: {value}" for path, value in _lines("", _object(body)))


def _lines(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, held in value.items():
            if path or name not in _HIDDEN or (isinstance(held, str) and name == "text"):
                yield from _lines(f"{path} / {name}" if path else str(name), held)
    elif isinstance(value, list):
        for held in value:
            yield from _lines(path, held)
    elif value not in ("", None):
        yield path, str(value)


def _object(body: bytes) -> dict[str, Any]:
    try:
        resource = json.loads(body, parse_float=Decimal)
    except ValueError:
        return {}
    return resource if isinstance(resource, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [held for held in value if isinstance(held, dict)] if isinstance(value, list) else []
