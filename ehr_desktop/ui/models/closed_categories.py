"""What of a chart its reader cannot see, as it is closed or not here yet: by category of records,
and by section.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from ehr_desktop.domain.categories import CLINICAL_CATEGORIES, SENSITIVE_CATEGORIES, Category
from ehr_desktop.domain.chart import AllergyStatement, ChartSummary
from ehr_desktop.domain.consent import CONTROLLED
from ehr_desktop.domain.projection import SectionKind

SECTION_CATEGORIES: Final[Mapping[SectionKind, Category]] = {
    SectionKind.PROBLEMS: Category.GENERAL,
    SectionKind.MEDICATIONS: Category.EMERGENCY,
    SectionKind.ALLERGIES: Category.EMERGENCY,
    SectionKind.VITALS: Category.GENERAL,
    SectionKind.RESULTS: Category.LABS,
    SectionKind.VISITS: Category.GENERAL,
    SectionKind.NOTES: Category.NOTES,
    SectionKind.DOCUMENTS: Category.DOCUMENTS,
    SectionKind.IMMUNIZATIONS: Category.GENERAL,
    SectionKind.PROCEDURES: Category.GENERAL,
    SectionKind.OTHER: Category.GENERAL,
}
"""Where most entries of a section fall, and what one adds to it always does; a section may also
show entries of the sensitive categories.
"""
OnWay = Mapping[Category, int]
"""How many entries of a category have not come yet; none of what is not named."""

_IN_ANY_SECTION: Final = CLINICAL_CATEGORIES - frozenset(SECTION_CATEGORIES.values())


def closed_to(open_to: Iterable[Category]) -> frozenset[Category]:
    """Give what the patient decides about and has not opened."""
    return CONTROLLED - frozenset(open_to)


def closed_sections(closed: Iterable[Category]) -> frozenset[SectionKind]:
    """Give the sections that are shown as closed, whose entries mostly are."""
    shut = frozenset(closed)
    return frozenset(kind for kind, category in SECTION_CATEGORIES.items() if category in shut)


def is_complete(kind: SectionKind, on_way: OnWay) -> bool:
    """Tell whether nothing that a section shows can still be on its way."""
    return _IN_ANY_SECTION.isdisjoint(on_way) and SECTION_CATEGORIES[kind] not in on_way


def asked_first(closed: Iterable[Category]) -> frozenset[Category]:
    """Give what a request begins with: no more than is usual, so nothing sensitive by itself."""
    shut = frozenset(closed)
    return (shut - SENSITIVE_CATEGORIES) or shut


def truthful(summary: ChartSummary, closed: Iterable[Category]) -> ChartSummary:
    """Give a summary that does not say *not recorded* of allergies nobody here can see."""
    if Category.EMERGENCY not in frozenset(closed):
        return summary
    return replace(summary, allergy_statement=AllergyStatement.UNAVAILABLE, allergies=())
