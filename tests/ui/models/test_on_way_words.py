"""What is said of entries that have not come to this workstation yet."""

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.closed_categories import is_complete
from ehr_desktop.ui.models.on_way_words import on_way_words


@pytest.mark.parametrize(
    ("on_way", "said"),
    [
        ({}, ""),
        ({Category.NOTES: 1}, "1 entry of notes has not reached this PC yet."),
        (
            {Category.EMERGENCY: 2},
            "2 entries of allergies and medicines have not reached this PC yet.",
        ),
        (
            {Category.NOTES: 1, Category.EMERGENCY: 1200},
            "1,201 entries have not reached this PC yet: 1,200 of allergies and medicines; 1 of notes.",
        ),
    ],
)
def test_entries_are_counted_by_category(on_way, said):
    assert on_way_words(on_way) == said


def test_what_may_fall_into_any_section_leaves_none_complete():
    assert is_complete(SectionKind.NOTES, {Category.EMERGENCY: 1})
    assert not is_complete(SectionKind.MEDICATIONS, {Category.EMERGENCY: 1})
    assert not any(is_complete(kind, {Category.MENTAL_HEALTH: 1}) for kind in SectionKind)
