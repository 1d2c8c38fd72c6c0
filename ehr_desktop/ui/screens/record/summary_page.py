"""The first page: what one needs to know in two glances."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from ehr_desktop.domain.chart import ChartSummary, Entry, Section
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_trends import by_code
from ehr_desktop.ui.models.chart_words import SECTIONS, allergy_words
from ehr_desktop.ui.models.closed_categories import closed_sections, is_complete
from ehr_desktop.ui.models.on_way_words import NOT_COMPLETE
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.summary_line import SummaryLine, entry_line, measure_line
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import Button, ghost_button, icon_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.labels import Body, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row

_LINES: Final = 5
_ACTIVE: Final = frozenset({"", "active", "recurrence", "relapse", "in-progress", "on-hold"})
_MEASURES: Final = frozenset({SectionKind.VITALS, SectionKind.RESULTS})
_LEFT: Final = (SectionKind.PROBLEMS, SectionKind.MEDICATIONS, SectionKind.ALLERGIES)
_RIGHT: Final = (SectionKind.VITALS, SectionKind.RESULTS, SectionKind.NOTES, SectionKind.VISITS)


class SummaryCard(Card):
    """The first lines of one section, with *Add* and *See all*."""

    add_wanted = Signal(object)
    all_wanted = Signal(object)
    entry_wanted = Signal(object)

    def __init__(self, opened: OpenedChart, kind: SectionKind) -> None:
        words = SECTIONS[kind]
        self._kind, self._on = kind, opened
        self._all = ghost_button("See all")
        self._all.setAccessibleName(f"See all {words.name.lower()}")
        keeps_room = self._all.sizePolicy()
        keeps_room.setRetainSizeWhenHidden(True)
        self._all.setSizePolicy(keeps_room)
        actions: list[QWidget] = [self._all]
        self._add: Button | None = None
        if words.add:
            self._add = icon_button("plus", words.add)
            self._add.clicked.connect(self._wish_to_add)
            actions.append(self._add)
        super().__init__(words.name, actions=tuple(actions), margin=Space.ONE)
        self.body.setSpacing(0)
        # The lines light up under the pointer a little wider than their text.
        self.heading.setContentsMargins(Space.ONE, 0, 0, 0)
        self.setContentsMargins(0, Space.HALF, 0, Space.HALF)
        outer = self.layout()
        if outer is not None:
            outer.setSpacing(Space.HALF)
        self._lines: list[QWidget] = []
        self._all.clicked.connect(self._wish_for_all)

    def show_section(self, section: Section, *, complete: bool = True) -> None:
        """Show the first lines of `section`: for problems and medicines, of the active ones. Where
        some of it has not come here yet, that is said below them.
        """
        for line in self._lines:
            self.body.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = self._made(section.entries)
        if not self._lines:
            words = SECTIONS[self._kind]
            past = f"No {words.name.lower()} are active now" if section.total else words.empty
            self._lines = [self._remark(past if complete else NOT_COMPLETE)]
        elif not complete:
            self._lines.append(self._remark(NOT_COMPLETE))
        for line in self._lines:
            self.body.addWidget(line)
        self._all.setText(f"See all {section.total:,}" if section.total else "See all")
        self._all.setVisible(section.total > 0)

    def show_closed(self) -> None:
        """Say that the patient has not opened this section; *See all* leads to asking."""
        self.show_section(Section(self._kind, (), 0))
        self.say("Closed to you")
        self._all.setText("Ask…")
        self._all.setAccessibleName(f"Ask the patient for {SECTIONS[self._kind].name.lower()}")
        self._all.show()
        if self._add is not None:
            self._add.hide()

    def say(self, words: str) -> None:
        """Show `words` where there is no entry."""
        for line in self._lines:
            if isinstance(line, Body):
                line.setText(words)

    def _remark(self, words: str) -> Body:
        remark = Body(words, self, level=Level.MUTED)
        remark.setContentsMargins(Space.ONE, 0, 0, Space.ONE)
        return remark

    def _made(self, entries: Sequence[Entry]) -> list[QWidget]:
        lines: list[SummaryLine]
        if self._kind in _MEASURES:
            lines = [measure_line(self._on, one) for one in by_code(entries)[:_LINES]]
        else:
            active = [entry for entry in entries if entry.status in _ACTIVE]
            shown = active if self._kind in _LEFT else entries
            lines = [entry_line(self._on, entry) for entry in shown[:_LINES]]
        for line in lines:
            line.chosen.connect(self.entry_wanted)
        return [*lines]

    def _wish_to_add(self) -> None:
        self.add_wanted.emit(self._kind)

    def _wish_for_all(self) -> None:
        self.all_wanted.emit(self._kind)


class SummaryPage(QScrollArea):
    """Two columns of cards; the wider one holds what changes."""

    add_wanted = Signal(object)
    all_wanted = Signal(object)
    entry_wanted = Signal(object)

    def __init__(self, opened: OpenedChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._closed = closed_sections(opened.closed)
        self.cards = {kind: SummaryCard(opened, kind) for kind in (*_LEFT, *_RIGHT)}
        for card in self.cards.values():
            card.add_wanted.connect(self.add_wanted)
            card.all_wanted.connect(self.all_wanted)
            card.entry_wanted.connect(self.entry_wanted)
        left = column(*(self.cards[kind] for kind in _LEFT), SPRING, spacing=Space.TWO)
        right = column(*(self.cards[kind] for kind in _RIGHT), SPRING, spacing=Space.TWO)
        sides = row(left, right, spacing=Space.TWO)
        sides.setContentsMargins(Space.THREE, Space.ONE, Space.THREE, Space.THREE)
        sides.setStretch(0, 1)
        sides.setStretch(1, 1)
        inner = boxed(sides)
        inner.setProperty("look", "scrolled")
        self.setWidget(inner)

    def show_summary(self, summary: ChartSummary) -> None:
        """Show a chart's summary."""
        self._show_allergies(summary)
        for kind, section in sections_of(summary).items():
            if kind not in self.cards:
                continue
            if kind in self._closed:
                self.cards[kind].show_closed()
            else:
                complete = is_complete(kind, summary.on_way)
                self.cards[kind].show_section(section, complete=complete)

    def _show_allergies(self, summary: ChartSummary) -> None:
        """Show the allergies, or what stands in their place."""
        if SectionKind.ALLERGIES in self._closed:
            self.cards[SectionKind.ALLERGIES].show_closed()
            return
        known = summary.allergies
        card = self.cards[SectionKind.ALLERGIES]
        complete = is_complete(SectionKind.ALLERGIES, summary.on_way)
        card.show_section(Section(SectionKind.ALLERGIES, known, len(known)), complete=complete)
        if not known:
            card.say(allergy_words(summary.allergy_statement)[0])


def sections_of(summary: ChartSummary) -> dict[SectionKind, Section]:
    """Give the first pages an opening brings."""
    return {
        SectionKind.PROBLEMS: summary.problems,
        SectionKind.MEDICATIONS: summary.medications,
        SectionKind.VITALS: summary.vitals,
        SectionKind.RESULTS: summary.results,
        SectionKind.VISITS: summary.visits,
        SectionKind.NOTES: summary.notes,
        SectionKind.DOCUMENTS: summary.documents,
        SectionKind.IMMUNIZATIONS: summary.immunizations,
        SectionKind.OTHER: summary.other,
    }
