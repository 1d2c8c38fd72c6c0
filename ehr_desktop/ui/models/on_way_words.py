"""What of a record has not come to this workstation yet, in words."""

from typing import Final

from ehr_desktop.domain.chart import AllergyStatement, ChartSummary
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_words import allergy_words
from ehr_desktop.ui.models.closed_categories import OnWay, is_complete
from ehr_desktop.ui.models.consent_words import category_words, in_order
from ehr_desktop.ui.theme.tokens import Tone

NOT_COMPLETE: Final = "Not complete here yet"


def on_way_words(on_way: OnWay) -> str:
    """Say how many entries have not come, such as *2 entries of allergies and medicines have not
    reached this PC yet.*; empty for none.
    """
    total = sum(on_way.values())
    if not total:
        return ""
    have_not = f"{'entry' if total == 1 else 'entries'} {{}}{'has' if total == 1 else 'have'} not"
    reached = f"{total:,} {have_not} reached this PC yet"
    if len(on_way) == 1:
        (only,) = on_way
        return f"{reached.format(f'of {category_words(only)} ')}."
    each = "; ".join(f"{on_way[one]:,} of {category_words(one)}" for one in in_order(on_way))
    return f"{reached.format('')}: {each}."


def allergy_line(summary: ChartSummary) -> tuple[str, str, Tone]:
    """Give the banner's text about allergies with their names, its icon and its tone."""
    words, icon, tone = allergy_words(summary.allergy_statement)
    if summary.allergy_statement is AllergyStatement.KNOWN:
        words = f"{words}: {', '.join(entry.title for entry in summary.allergies)}"
        if not is_complete(SectionKind.ALLERGIES, summary.on_way):
            words = f"{words} ({NOT_COMPLETE.lower()})"
    return words, icon, tone
