"""One measured figure: what it is, what it is compared with, and whether it meets its budget."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Spread:
    """Latencies in milliseconds."""

    p50: float
    p95: float
    p99: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Spread":
        """Give the spread of some latencies in seconds."""
        ordered = sorted(seconds)
        return cls(_at(ordered, 0.50), _at(ordered, 0.95), _at(ordered, 0.99), len(ordered))


@dataclass(frozen=True, slots=True)
class Budget:
    """What DESIGN, section 10 asks for. Of a `ratio`, not of the value, where that is said."""

    limit: float
    at_least: bool = False
    of_ratio: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `baseline` is the same unit measured in the same run, `against` says what it is; the ratio of
    value to baseline says more than the value where the machine is shared. `note` says what the
    reader has to know besides.
    """

    name: str
    what: str
    value: float
    unit: str
    spread: Spread | None = None
    baseline: float | None = None
    against: str = ""
    budget: Budget | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The value over its baseline."""
        return self.value / self.baseline if self.baseline else None

    @property
    def met(self) -> bool | None:
        """Whether the budget is met; None where there is none."""
        if self.budget is None:
            return None
        measured = self.ratio if self.budget.of_ratio else self.value
        if measured is None:
            return None
        if self.budget.at_least:
            return measured >= self.budget.limit
        return measured <= self.budget.limit

    def as_json(self) -> dict[str, Any]:
        """Give it as what JSON can hold."""
        return asdict(self) | {"ratio": self.ratio, "met": self.met}


def latency(
    name: str, what: str, seconds: Sequence[float], budget_ms: float | None = None,
    *, baseline: Sequence[float] = (), against: str = "", note: str = "",
) -> Figure:  # fmt: skip
    """Give the figure of some latencies: its value is the 95th percentile in milliseconds."""
    spread = Spread.of(seconds)
    return Figure(
        name,
        what,
        spread.p95,
        "ms p95",
        spread,
        Spread.of(baseline).p95 if baseline else None,
        against,
        Budget(budget_ms) if budget_ms is not None else None,
        note,
    )


def _at(ordered: Sequence[float], share: float) -> float:
    """Give a percentile by the nearest rank, in milliseconds."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000
