"""Projects what is written or filed: notes, documents, reports, pictures."""

import binascii
import re
from dataclasses import replace
from html import unescape

from ehr_desktop.domain.projection import EntryRow, SectionKind
from ehr_desktop.interchange.fhir.category import is_note
from ehr_desktop.interchange.fhir.elements import (
    Json,
    coding_text,
    concept_text,
    concept_texts,
    first,
    moment,
    objects,
    reference_text,
    word,
)
from ehr_desktop.interchange.fhir.project_entry import entry_row, joined, main_code

LONGEST_DETAIL = 2000
"""Characters of a note a view keeps; the record keeps all."""

_TAG = re.compile(r"<[^>]*>")


def document(resource: Json) -> EntryRow:
    """Project a DocumentReference; the text of a note is its `detail`."""
    attachment = first(first(resource.get("content")).get("attachment"))
    kind = concept_text(resource.get("type"))
    description = word(resource.get("description"))
    title = description or word(attachment.get("title")) or kind
    text = attached_text(attachment)[:LONGEST_DETAIL]
    note = is_note(resource)
    fallback = joined(
        kind if kind != title else "",
        word(attachment.get("contentType")),
        size_text(word(attachment.get("size"))),
    )
    return entry_row(
        resource,
        SectionKind.NOTES if note else SectionKind.DOCUMENTS,
        title,
        detail=text if note and text else fallback,
        when=moment(resource, "date") or moment(first(resource.get("context")), "period"),
        code=main_code(resource.get("type")),
    )


def attached_text(attachment: Json) -> str:
    """Give the text inside an Attachment of a text type, empty for any other."""
    kind = word(attachment.get("contentType")).partition(";")[0].strip()
    if not kind.startswith("text/") or not attachment.get("data"):
        return ""
    try:
        text = binascii.a2b_base64(word(attachment["data"])).decode("utf-8", "replace")
    except ValueError:
        return ""
    return plain_text(text) if kind in {"text/html", "text/xml"} else text


def plain_text(markup: str) -> str:
    """Give the words of a piece of XHTML, without its tags."""
    return " ".join(unescape(_TAG.sub(" ", markup)).split())


def size_text(size: str) -> str:
    """Give a number of bytes as people say it."""
    if not size.isdigit():
        return ""
    number = float(size)
    for unit in ("bytes", "KB", "MB"):
        if number < 1024 or unit == "MB":
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1024
    return ""


def composition(resource: Json) -> EntryRow:
    """Project a Composition: its title, and the titles of its sections."""
    sections = objects(resource.get("section"))
    titles = (word(one.get("title")) or concept_text(one.get("code")) for one in sections)
    return entry_row(
        resource,
        SectionKind.NOTES,
        word(resource.get("title")) or concept_text(resource.get("type")),
        detail=", ".join(filter(None, titles)),
        when=moment(resource, "date"),
        code=main_code(resource.get("type")),
    )


def diagnostic_report(resource: Json) -> EntryRow:
    """Project a DiagnosticReport: its conclusion, or the names of its results."""
    results = (reference_text(one) for one in objects(resource.get("result")))
    conclusion = word(resource.get("conclusion"))
    return entry_row(
        resource,
        SectionKind.RESULTS,
        concept_text(resource.get("code")),
        detail=conclusion
        or concept_texts(resource.get("conclusionCode"))
        or ", ".join(filter(None, results)),
        when=moment(resource, "effective[x]", "issued"),
        code=main_code(resource.get("code")),
    )


def imaging_study(resource: Json) -> EntryRow:
    """Project an ImagingStudy by what was taken of which part."""
    series = objects(resource.get("series"))
    modalities = [coding_text(first(one.get("modality"))) for one in series]
    modalities += [coding_text(one) for one in objects(resource.get("modality"))]
    parts = (coding_text(first(one.get("bodySite"))) for one in series)
    what = ", ".join(dict.fromkeys(filter(None, modalities)))
    of = ", ".join(dict.fromkeys(filter(None, parts)))
    title = word(resource.get("description")) or concept_texts(resource.get("procedureCode"))
    count = word(resource.get("numberOfInstances"))
    row = entry_row(
        resource,
        SectionKind.RESULTS,
        title or joined(what, of),
        detail=joined(
            what if title else "",
            of if title else "",
            concept_texts(resource.get("reasonCode")),
        ),
        when=moment(resource, "started"),
        code=main_code(resource.get("procedureCode")),
    )
    return replace(row, value=count, unit="images") if count else row
