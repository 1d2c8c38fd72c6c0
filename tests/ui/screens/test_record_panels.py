"""What stands among the latest results, and what only in the full list."""

from dataclasses import replace
from datetime import UTC, datetime

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import Entry, EntrySource
from ehr_desktop.domain.ids import PersonId, RecordId, TransactionId
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_trends import by_code

SOURCE = EntrySource(
    record=RecordId("ab" * 16),
    version=1,
    category=Category.LABS,
    resource_type="Observation",
    recorded=datetime(2026, 8, 14, tzinfo=UTC),
    author=PersonId("cd" * 16),
    author_name="Dr Ana Lee",
    transaction=TransactionId("ef" * 32),
)
TSH = Entry(SOURCE, SectionKind.RESULTS, "TSH", value="1.67", unit="mIU/L", code="3016-3")
PANEL = replace(TSH, title="Thyroid function", value="", unit="", code="55204-3")


def test_a_panel_without_a_value_is_not_among_the_latest():
    (measured,) = by_code([PANEL, TSH])
    assert measured.newest is TSH


def test_readings_of_one_code_stand_together_newest_first():
    older = replace(TSH, value="2.10")
    (measured,) = by_code([TSH, older])
    assert (measured.newest, measured.before) == (TSH, older)
