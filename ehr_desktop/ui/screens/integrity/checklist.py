"""What a full check looks at, and how each part came out."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ledger import CheckReport, FaultKind
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Caption, Label
from ehr_desktop.ui.widgets.layouts import SPRING, column, row

CHECKLIST_PX: Final = 400


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the check: what it is about, what is done, which faults it finds, how much of
    it a report counted.
    """

    title: str
    text: str
    finds: frozenset[FaultKind]
    counted: Callable[[CheckReport], int] | None = None
    unit: str = ""


PARTS: Final = (
    Part(
        "Links between blocks",
        "Every block names the one before it, and none is missing.",
        frozenset({FaultKind.LINK}),
        attrgetter("blocks"),
        "block",
    ),
    Part(
        "Roots",
        "The root in every header is worked out again from the transactions.",
        frozenset({FaultKind.ROOT}),
        attrgetter("transactions"),
        "transaction",
    ),
    Part(
        "Signatures and certificates",
        "Everyone who is said to have signed did sign exactly this, and might.",
        frozenset({FaultKind.SIGNATURE, FaultKind.CERTIFICATE, FaultKind.PROPOSER}),
        attrgetter("signatures"),
        "signature",
    ),
    Part(
        "Sequence numbers",
        "No workstation's transaction was left out, repeated or moved.",
        frozenset({FaultKind.SEQUENCE}),
    ),
    Part(
        "The clinic's rules",
        "All contracts run again: same outcomes, same state.",
        frozenset({FaultKind.OUTCOME, FaultKind.STATE}),
    ),
    Part(
        "Stored records",
        "Every container is compared with what the ledger commits to; none is missing or added.",
        frozenset(
            {
                FaultKind.CONTAINER_MISSING,
                FaultKind.CONTAINER_CHANGED,
                FaultKind.CONTAINER_UNKNOWN,
                FaultKind.VAULT_KEY,
            }
        ),
        attrgetter("containers"),
        "container",
    ),
    Part(
        "Accounts and files",
        "Accounts open, and every page of the files is authentic.",
        frozenset({FaultKind.ACCOUNT, FaultKind.STORE}),
    ),
    Part(
        "Lists and searches",
        "What your screens show is compared with the records your keys open.",
        frozenset({FaultKind.VIEW}),
    ),
)
"""Every part, in the order the check goes through them."""


class Checklist(Card):
    """The parts with a mark each, after a report; before, what will be done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What is checked", parent)
        self.setFixedWidth(CHECKLIST_PX)
        self.lines = tuple(_Line(part, self) for part in PARTS)
        self.add(column(*self.lines, spacing=Space.TWO), SPRING)

    def show_report(self, report: CheckReport | None) -> None:
        """Mark the parts as a report found them; None takes the marks away."""
        for line in self.lines:
            line.show_report(report)


class _Line(QWidget):
    def __init__(self, part: Part, parent: QWidget) -> None:
        super().__init__(parent)
        self.part = part
        self._icon = IconLabel("circle", self)
        self.counted = Caption("", self)
        self.counted.setWordWrap(False)
        words = column(
            row(Label(part.title, self, font=Body(strong=True).font()), SPRING, self.counted),
            Caption(part.text, self),
            spacing=2,
        )
        mark = column(self._icon, SPRING, spacing=0)
        line = row(mark, words, spacing=Space.ONE_AND_HALF)
        line.setStretch(1, 1)
        self.setLayout(line)
        self.show_report(None)

    def show_report(self, report: CheckReport | None) -> None:
        icon_name, tone, said = mark_of(self.part, report)
        self._icon.set_icon(icon_name, tone)
        counted = self.part.counted
        if report is not None and tone is Tone.SUCCESS and counted is not None:
            said = _count(counted(report), self.part.unit)
        self.counted.setText("" if report is None else said)
        self.setAccessibleName(f"{self.part.title}: {said}")


def mark_of(part: Part, report: CheckReport | None) -> tuple[str, Tone, str]:
    """Give the icon, tone and word for how a part came out."""
    if report is None:
        return "circle", Tone.NEUTRAL, "not checked yet"
    faults = sum(fault.what in part.finds for fault in report.faults)
    if faults:
        return "circle-alert", Tone.DANGER, _count(faults, "fault")
    if not report.complete or (FaultKind.VIEW in part.finds and not report.views_checked):
        return "circle", Tone.NEUTRAL, "not checked"
    return "circle-check", Tone.SUCCESS, "sound"


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"
