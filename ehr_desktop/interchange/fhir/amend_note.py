"""A new version of a note, with the reason for it."""

import base64
from datetime import datetime
from typing import Any

from ehr_desktop.domain.errors import BadFileError
from ehr_desktop.interchange.fhir.build import Json, instant, plain, required_text
from ehr_desktop.interchange.fhir.elements import first, objects
from ehr_desktop.interchange.fhir.json_text import LosslessDecoder, write_json

AMENDMENT_REASON = "urn:ehr-desktop:amendment-reason"


def amended_note(body: bytes, text: str, reason: str, author_name: str, when: datetime) -> bytes:
    """Give the DocumentReference `body` with another text; everything else stays.

    Who amended it is added to its authors, and why is an extension.

    Raises: InvalidInputError where `text` or `reason` says nothing; BadFileError where `body` is
    no JSON object.
    """
    note = _read(body)
    data = base64.b64encode(plain(required_text("text", text)).encode()).decode()
    content = first(note.get("content"))
    attachment = {
        **first([content.get("attachment")]),
        "contentType": "text/plain; charset=utf-8",
        "data": data,
        "creation": instant(when),
    }
    for outdated in ("url", "size", "hash"):
        attachment.pop(outdated, None)
    why = {"url": AMENDMENT_REASON, "valueString": plain(required_text("reason", reason))}
    kept = [one for one in objects(note.get("extension")) if one.get("url") != AMENDMENT_REASON]
    authors = objects(note.get("author"))
    if {"display": author_name} not in authors:
        authors = [*authors, {"display": author_name}]
    changed: Json = {
        **note,
        "extension": [*kept, why],
        "date": instant(when),
        "author": authors,
        "content": [{**content, "attachment": attachment}, *objects(note.get("content"))[1:]],
    }
    # the narrative tells what the text said before
    changed.pop("text", None)
    return write_json(changed)


def _read(body: bytes) -> Json:
    try:
        found: Any
        found, _ = LosslessDecoder().decode(body.decode(), 0)
    except ValueError:
        raise BadFileError("not-json", 0) from None
    if not isinstance(found, dict):
        raise BadFileError("wrong-type", 0)
    return found
