"""The gallery's page of graphs."""

from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import (
    QWidget,
)

from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.gallery_page import page_of
from ehr_desktop.ui.widgets.trend import Reading, Trend
from ehr_desktop.ui.widgets.trend_chart import TrendChart

_PRESSURES = ((148, 92), (141, 88), (136, 84), (128, 79), (124, 78))
_START = datetime(2025, 1, 9, 9, 0, tzinfo=UTC)


def charts_page() -> QWidget:
    """Return graphs with readings in and out of range, a span, two trends and none."""
    sugar = made_trend("Glucose", "mmol/L", (6.1, 6.8, 7.9, 9.4, 8.2, 7.0, 6.6, 5.9), 4.0, 7.8)
    pressure = Trend(
        "Blood pressure",
        "mmHg",
        tuple(
            Reading(_START + timedelta(days=43 * at), low, f"{high}/{low}", upper=high)
            for at, (high, low) in enumerate(_PRESSURES)
        ),
        60,
        140,
    )
    weight = made_trend("Weight", "kg", (81.4, 80.9, 80.2, 79.1, 78.8), None, None)
    lean = made_trend("Target", "kg", (80, 79, 78, 77, 76), None, None)
    cards = []
    for title, trends, scale in (
        ("Glucose, fasting", (sugar,), (2, 12)),
        ("Blood pressure", (pressure,), (40, 180)),
        ("Weight and target", (weight, lean), (70, 90)),
        ("Haemoglobin", (), (80, 180)),
    ):
        card = Card(title)
        card.add(TrendChart(trends, scale))
        cards.append(card)
    return page_of(cards[:2], cards[2:])


def made_trend(
    name: str, unit: str, values: tuple[float, ...], low: float | None, high: float | None
) -> Trend:
    """Return a trend with a reading every five weeks or so."""
    readings = tuple(
        Reading(_START + timedelta(days=37 * at + at * at), value, f"{value:.1f}")
        for at, value in enumerate(values)
    )
    return Trend(name, unit, readings, low, high)
