"""The figures as a table for people."""

from collections.abc import Sequence

from benchmarks.figure import Budget, Figure

_VERDICT = {True: "met", False: "MISSED", None: ""}
_HEAD = ("figure", "value", "p50 / p99", "ratio to", "budget", "")


def table(figures: Sequence[Figure]) -> str:
    """Give the figures, one a line, with notes below."""
    rows = [_HEAD, *map(_row, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    lines += [f"{one.name}: {one.note}" for one in figures if one.note]
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    spread = figure.spread
    return (
        figure.what,
        f"{_number(figure.value)} {figure.unit}",
        f"{_number(spread.p50)} / {_number(spread.p99)}" if spread else "",
        f"{_number(figure.ratio)} x {figure.against}" if figure.ratio is not None else "",
        _limit(figure.budget, figure.unit) if figure.budget else "",
        _VERDICT[figure.met],
    )


def _limit(budget: Budget, unit: str) -> str:
    sign = ">=" if budget.at_least else "<="
    return f"{sign} {budget.limit:,g} {'x' if budget.of_ratio else unit}"


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
