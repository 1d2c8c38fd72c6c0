"""The categories access is decided by, and which team holds the keys of each by clinic policy."""

from enum import StrEnum

from ehr_desktop.domain.people import Team


class Category(StrEnum):
    """One lock on a patient's record. Every record falls into exactly one."""

    EMERGENCY = "emergency"
    DEMOGRAPHICS = "demographics"
    APPOINTMENTS = "appointments"
    GENERAL = "general"
    LABS = "labs"
    IMAGING = "imaging"
    NOTES = "notes"
    DOCUMENTS = "documents"
    MENTAL_HEALTH = "mental-health"
    SEXUAL_HEALTH = "sexual-health"
    SUBSTANCE_USE = "substance-use"
    GENETICS = "genetics"
    BILLING = "billing"


FRONT_DESK_CATEGORIES = frozenset({Category.DEMOGRAPHICS, Category.APPOINTMENTS, Category.BILLING})
CLINICAL_CATEGORIES = frozenset(Category) - FRONT_DESK_CATEGORIES
SENSITIVE_CATEGORIES = frozenset(
    {
        Category.MENTAL_HEALTH,
        Category.SEXUAL_HEALTH,
        Category.SUBSTANCE_USE,
        Category.GENETICS,
    }
)
"""What a record of any kind may fall into by its label or its code."""


def default_teams(category: Category) -> frozenset[Team]:
    """Give the teams that hold `category`'s keys while the basis is the clinic's policy."""
    if category in FRONT_DESK_CATEGORIES:
        return frozenset({Team.FRONT_DESK, Team.CLINICAL})
    return frozenset({Team.CLINICAL})
