"""A patient's question to the clinic, and the clinic's answer, as FHIR Communications."""

from datetime import datetime

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.interchange.fhir.build import instant, plain, resource_bytes
from ehr_desktop.interchange.fhir.json_text import LosslessDecoder

MOST_LETTERS = 2000


def communication(text: str, patient_ref: str, sender: str, sent: datetime) -> bytes:
    """Make a Communication of what somebody says; `sender` is a name.

    Raises:
        InvalidInputError: it says nothing, or is longer than 2,000 letters.
    """
    said = plain(text).strip()
    if not said:
        raise InvalidInputError("text", "empty")
    if len(said) > MOST_LETTERS:
        raise InvalidInputError("text", "too-long")
    return resource_bytes(
        "Communication",
        "",
        {
            "status": "completed",
            "subject": {"reference": patient_ref},
            "sent": instant(sent),
            "sender": {"display": sender},
            "payload": [{"contentString": said}],
        },
    )


def said_in(body: bytes) -> str:
    """Give what a Communication says; empty if it says nothing."""
    try:
        resource, _ = LosslessDecoder().decode(body.decode(), 0)
    except ValueError:
        return ""
    payload = resource.get("payload") if isinstance(resource, dict) else None
    if not isinstance(payload, list):
        return ""
    parts = (one.get("contentString") for one in payload if isinstance(one, dict))
    return "\n".join(part for part in parts if isinstance(part, str))
