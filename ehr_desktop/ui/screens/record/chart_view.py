"""An opened record: banner on top, sections on the left, reading in the middle, writing on the
right.
"""

from typing import Final

from PySide6.QtWidgets import QStackedWidget, QWidget

from ehr_desktop.domain.chart import ChartSummary, Entry, Section
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_words import SECTIONS, purpose_words
from ehr_desktop.ui.screens.record.access_log import AccessLogDrawer
from ehr_desktop.ui.screens.record.banner import PatientBanner
from ehr_desktop.ui.screens.record.measure_page import MeasurePage
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.print_job import PrintJob
from ehr_desktop.ui.screens.record.section_page import SectionPage
from ehr_desktop.ui.screens.record.summary_page import SummaryPage, sections_of
from ehr_desktop.ui.screens.record.versions import VersionsDrawer
from ehr_desktop.ui.screens.record.write_document import DocumentDrawer
from ehr_desktop.ui.screens.record.write_drawer import WriteDrawer
from ehr_desktop.ui.screens.record.write_entries import (
    AllergyDrawer,
    MedicationDrawer,
    ProblemDrawer,
)
from ehr_desktop.ui.screens.record.write_note import AmendDrawer, NoteDrawer
from ehr_desktop.ui.screens.record.write_vital import VitalDrawer
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import ghost_button
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Caption
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.nav_rail import NavEntry, NavRail

SUMMARY: Final = "summary"
_FIRST_PAGE: Final = 100
Page = SectionPage | MeasurePage


class ChartView(QWidget):
    """Everything of one patient's record window once it is open."""

    def __init__(self, opened: OpenedChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on = opened
        self.banner = PatientBanner(self)
        self.rail = NavRail(_entries(), self)
        self.rail.setAccessibleName("Sections of the record")
        self.content = QWidget(self)
        self.summary = SummaryPage(opened, self)
        self._stack = QStackedWidget(self.content)
        self._stack.addWidget(self.summary)
        self._pages: dict[SectionKind, Page] = {}
        self._writers: dict[SectionKind, WriteDrawer] = {}
        self._amendments: dict[str, AmendDrawer] = {}
        self._sections: dict[SectionKind, Section] = {}
        self._allergies_said: set[tuple[str, int]] = set()
        self._drawer: Drawer | None = None
        self.log_button = ghost_button("Who looked", icon_name="eye")
        self.log_button.clicked.connect(self.show_access_log)
        self.rail.chosen.connect(self.go_to)
        self.summary.add_wanted.connect(self.write)
        self.summary.all_wanted.connect(self.go_to)
        self.summary.entry_wanted.connect(self.read)
        self._build()
        self._show(opened.chart.summary)
        self.rail.go_to(SUMMARY)

    @property
    def place(self) -> str:
        """The key of the section that shows: `summary` or the value of a `SectionKind`."""
        page = self._stack.currentWidget()
        return page.kind.value if isinstance(page, SectionPage | MeasurePage) else SUMMARY

    @property
    def drawer(self) -> Drawer | None:
        """The panel that is open on the right, if one is."""
        return self._drawer if self._drawer is not None and not self._drawer.isHidden() else None

    def go_to(self, key: str) -> None:
        """Show the summary or a section."""
        self.rail.go_to(key)
        if key == SUMMARY:
            self._stack.setCurrentWidget(self.summary)
        else:
            self._stack.setCurrentWidget(self.page(SectionKind(key)))

    def page(self, kind: SectionKind) -> Page:
        """Give the page of a section, made when it is first wanted."""
        if kind not in self._pages:
            measured = kind in {SectionKind.VITALS, SectionKind.RESULTS}
            page: Page = MeasurePage(self._on, kind) if measured else SectionPage(self._on, kind)
            listed = page.all if isinstance(page, MeasurePage) else page
            page.add_wanted.connect(self.write)
            listed.reader.amend_wanted.connect(self.amend)
            listed.reader.versions_wanted.connect(self.show_versions)
            self._pages[kind] = page
            self._stack.addWidget(page)
            if kind in self._sections:
                page.show_section(self._sections[kind])
            else:
                page.refresh()
        return self._pages[kind]

    def read(self, entry: Entry) -> None:
        """Show one entry in its section."""
        kind = SectionKind(entry.kind)
        self.go_to(kind.value)
        self.page(kind).stand_on(entry)

    def write(self, kind: SectionKind) -> None:
        """Open the form that adds to a section; what was typed before is still in it."""
        if kind not in self._writers:
            writer = self._new_writer(kind)
            writer.written.connect(self._written)
            self._writers[kind] = writer
        self._open(self._writers[kind])

    def amend(self, note: Entry, text: str) -> None:
        """Open the form that amends `note`."""
        key = f"{note.source.record} {note.source.version}"
        if key not in self._amendments:
            drawer = AmendDrawer(self._on, self.content, note, text)
            drawer.written.connect(self._written)
            self._amendments[key] = drawer
        self._open(self._amendments[key])

    def show_versions(self, entry: Entry) -> None:
        """Show what a record said before."""
        drawer = VersionsDrawer(self._on, self.content, entry)
        drawer.closed.connect(self._let_go)
        self._open(drawer)

    def show_access_log(self) -> None:
        """Show who looked at this record."""
        drawer = AccessLogDrawer(self._on, self.content)
        drawer.closed.connect(self._let_go)
        self._open(drawer)

    def add_here(self) -> None:
        """Open the form of the section that shows; a note on the summary."""
        place = self.place
        kind = SectionKind.NOTES if place == SUMMARY else SectionKind(place)
        if SECTIONS[kind].add:
            self.write(kind)

    def find_here(self) -> None:
        """Put the cursor into the search box of the section that shows; notes on the summary."""
        if self.place == SUMMARY:
            self.go_to(SectionKind.NOTES.value)
        self.page(SectionKind(self.place)).begin_search()

    def print_here(self) -> None:
        """Print the section that shows; the medicines on the summary."""
        kind = SectionKind.MEDICATIONS if self.place == SUMMARY else SectionKind(self.place)
        PrintJob(self._on, self).begin(kind)

    def keep_drafts(self) -> None:
        """Save everything that is typed and not written yet."""
        for drawer in (*self._writers.values(), *self._amendments.values()):
            drawer.keep()

    def refresh(self) -> None:
        """Ask anew for what this window shows; something in the record has changed."""
        for kind in SectionKind:
            if kind in self._pages:
                self._pages[kind].refresh()
            if kind in self.summary.cards:
                self._ask_for_card(kind)

    def _ask_for_card(self, kind: SectionKind) -> None:
        self._on.call(
            self,
            self._on.charts.section(self._on.chart, kind, limit=_FIRST_PAGE),
            done=lambda section: self._take(kind, section),
            failed=lambda error: self._on.context.notify(explain(error)),
        )

    def _take(self, kind: SectionKind, section: Section) -> None:
        self._sections[kind] = section
        if kind is not SectionKind.ALLERGIES:
            self.summary.show_section(kind, section)
        elif _records(section) != self._allergies_said:
            self._allergies_said = _records(section)
            self._open_again()

    def _open_again(self) -> None:
        """Ask for the allergy statement anew: only an opening, which is recorded, gives it."""
        receipt = self._on.chart.receipt
        self._on.call(
            self,
            self._on.charts.open(self._on.chart.actor, receipt.patient, receipt.purpose),
            done=lambda chart: self._show_allergies(chart.summary),
            failed=lambda error: self._on.context.notify(explain(error)),
        )

    def _show_allergies(self, summary: ChartSummary) -> None:
        self.banner.show_chart(summary, self._on.now().date())
        self.summary.show_allergies(summary)

    def _show(self, summary: ChartSummary) -> None:
        self.banner.show_chart(summary, self._on.now().date())
        self.summary.show_summary(summary)
        self._sections = sections_of(summary)
        self._on.call(
            self,
            self._on.charts.section(self._on.chart, SectionKind.ALLERGIES, limit=_FIRST_PAGE),
            done=self._remember_allergies,
            failed=lambda error: self._on.context.notify(explain(error)),
        )

    def _remember_allergies(self, section: Section) -> None:
        self._sections[SectionKind.ALLERGIES] = section
        self._allergies_said = _records(section)

    def _written(self, entry: Entry) -> None:
        self.read(entry)

    def _open(self, drawer: Drawer) -> None:
        if self._drawer is not None and self._drawer is not drawer:
            self._drawer.leave()
        self._drawer = drawer
        drawer.open_over()

    def _let_go(self) -> None:
        """Forget a panel that only showed something."""
        shown, self._drawer = self._drawer, None
        if shown is not None:
            shown.deleteLater()

    def _new_writer(self, kind: SectionKind) -> WriteDrawer:
        match kind:
            case SectionKind.PROBLEMS:
                return ProblemDrawer(self._on, self.content)
            case SectionKind.MEDICATIONS:
                return MedicationDrawer(self._on, self.content)
            case SectionKind.ALLERGIES:
                return AllergyDrawer(self._on, self.content)
            case SectionKind.VITALS:
                return VitalDrawer(self._on, self.content)
            case SectionKind.DOCUMENTS:
                return DocumentDrawer(self._on, self.content)
            case _:
                return NoteDrawer(self._on, self.content)

    def _build(self) -> None:
        at = f"{self._on.opened.astimezone(self._on.zone):%H:%M}"
        purpose = purpose_words(self._on.chart.receipt.purpose)
        words = Caption(f"{purpose} · opening was recorded · {at}", self)
        words.setWordWrap(False)
        line = row(IconLabel("shield-check", self, size_px=14), words, SPRING, self.log_button)
        line.setContentsMargins(Space.THREE, Space.HALF, Space.TWO, Space.HALF)
        held = column(line, self._stack, spacing=0)
        held.setStretch(1, 1)
        self.content.setLayout(held)
        body = row(self.rail, self.content, spacing=0)
        body.setStretch(1, 1)
        page = column(self.banner, body, spacing=0)
        page.setStretch(1, 1)
        self.setLayout(page)


def _entries() -> tuple[NavEntry, ...]:
    summary = NavEntry(SUMMARY, "Summary", "layout-dashboard", "F5")
    sections = (
        NavEntry(kind.value, words.name, words.icon, words.key) for kind, words in SECTIONS.items()
    )
    return (summary, *sections)


def _records(section: Section) -> set[tuple[str, int]]:
    return {(entry.source.record, entry.source.version) for entry in section.entries}
