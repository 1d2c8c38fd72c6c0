"""Attachments kept as files of their own, and the Binary resources they leave the clinic as."""

import base64

from ehr_desktop.interchange.fhir.build import resource_bytes
from ehr_desktop.interchange.fhir.elements import first, word
from ehr_desktop.interchange.fhir.json_text import LosslessDecoder


def attachment_url(body: bytes) -> str:
    """Give where the first attachment of the DocumentReference `body` is kept, or nothing."""
    try:
        document, _ = LosslessDecoder().decode(body.decode(), 0)
    except ValueError:
        return ""
    return word(first([first(document.get("content")).get("attachment")]).get("url"))


def binary_resource(fhir_id: str, content: bytes) -> bytes:
    """Make the Binary that an attachment's bytes leave the clinic as."""
    return resource_bytes(
        "Binary",
        fhir_id,
        {
            "contentType": "application/octet-stream",
            "data": base64.b64encode(content).decode(),
        },
    )
