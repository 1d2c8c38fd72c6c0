"""Projects plans and bills, and gives everything else a sensible line."""

from dataclasses import replace

from ehr_desktop.domain.projection import EntryRow, SectionKind
from ehr_desktop.interchange.fhir.elements import (
    Json,
    coding_text,
    concept_text,
    concept_texts,
    first,
    human_name,
    moment,
    objects,
    reference_text,
    word,
)
from ehr_desktop.interchange.fhir.project_documents import LONGEST_DETAIL, plain_text
from ehr_desktop.interchange.fhir.project_entry import entry_row, joined, main_code, spaced


def care_plan(resource: Json) -> EntryRow:
    """Project a CarePlan: what it is for, and its activities."""
    activities = (first(one.get("detail")) for one in objects(resource.get("activity")))
    steps = (concept_text(one.get("code")) or word(one.get("description")) for one in activities)
    title = word(resource.get("title")) or concept_texts(resource.get("category"))
    return entry_row(
        resource,
        SectionKind.OTHER,
        f"Care plan: {title}" if title else "Care plan",
        detail=joined(word(resource.get("description")), ", ".join(filter(None, steps))),
        when=moment(resource, "period", "created"),
        code=main_code(resource.get("category")),
    )


def goal(resource: Json) -> EntryRow:
    """Project a Goal: what is to be reached, and how far it is."""
    title = concept_text(resource.get("description"))
    due = next((moment(one, "due[x]") for one in objects(resource.get("target"))), "")
    return entry_row(
        resource,
        SectionKind.OTHER,
        f"Goal: {title}" if title else "Goal",
        detail=joined(concept_text(resource.get("achievementStatus")), f"due {due}" if due else ""),
        status=word(resource.get("lifecycleStatus")),
        when=moment(resource, "start[x]", "statusDate"),
        code=main_code(resource.get("description")),
    )


def bill(resource: Json) -> EntryRow:
    """Project a Claim or ExplanationOfBenefit; its value is the amount."""
    services = [one.get("productOrService") for one in objects(resource.get("item"))]
    words = ", ".join(dict.fromkeys(filter(None, map(concept_text, services))))
    name = "Claim" if resource.get("resourceType") == "Claim" else "Explanation of benefit"
    kind = concept_text(resource.get("type"))
    total = first(resource.get("total"))
    amount = first(total.get("amount")) or total
    row = entry_row(
        resource,
        SectionKind.OTHER,
        f"{name}: {kind}" if kind else name,
        detail=words,
        when=moment(resource, "billablePeriod", "created"),
    )
    return replace(row, value=word(amount.get("value")), unit=word(amount.get("currency")))


_TITLES = ("code", "type", "category", "serviceType", "relationship", "scope", "productOrService")
_NAMES = ("title", "name", "description", "deviceName", "content", "outcome")
_DATES = (
    "effective[x]",
    "performed[x]",
    "occurrence[x]",
    "onset[x]",
    "period",
    "authoredOn",
    "date",
    "dateTime",
    "recorded",
    "created",
    "issued",
    "sent",
    "started",
    "authored",
)


def other(resource: Json) -> EntryRow:
    """Give any resource a line: its type's name and the words that say which one it is."""
    kind = spaced(word(resource.get("resourceType")))
    words = _words(resource)
    narrative = plain_text(word(first(resource.get("text")).get("div")))
    return entry_row(
        resource,
        SectionKind.OTHER,
        f"{kind}: {words}" if words else kind,
        detail=narrative[:LONGEST_DETAIL],
        when=moment(resource, *_DATES),
        code=main_code(resource.get("code")),
    )


def _words(resource: Json) -> str:
    for name in (*_NAMES, *_TITLES):
        value = resource.get(name)
        found = word(value)
        for one in objects(value):
            found = found or concept_text(one) or human_name(one) or word(one.get("name"))
            found = found or coding_text(one) or reference_text(one)
        if found:
            return found
    return ""
