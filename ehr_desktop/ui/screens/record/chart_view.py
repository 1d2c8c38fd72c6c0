"""An opened record: banner on top, sections on the left, reading in the middle, writing on the
right.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import ChartSummary, Entry, EntrySource, RecordVersion, Section
from ehr_desktop.domain.consent import Basis
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_body import written_text
from ehr_desktop.ui.models.chart_words import SECTIONS, purpose_words
from ehr_desktop.ui.models.closed_categories import closed_sections, is_complete, truthful
from ehr_desktop.ui.models.consent_words import basis_words, listed
from ehr_desktop.ui.screens.record.access_page import AccessPage
from ehr_desktop.ui.screens.record.banner import PatientBanner
from ehr_desktop.ui.screens.record.closed_section import ClosedSection
from ehr_desktop.ui.screens.record.emergency_strip import EmergencyStrip, Watermark
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
from ehr_desktop.ui.shell.context import AmendWith
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import ghost_button
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Caption, ElidedLabel, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.nav_rail import NavEntry, NavRail

SUMMARY: Final = "summary"
ACCESS: Final = "access"
_LOOK_AFTER_MS: Final = 400
"""Much may come at once; it is looked at once."""
Page = SectionPage | MeasurePage


class ChartView(QWidget):
    """Everything of one patient's record window once it is open. `ask_wanted` carries a closed
    `Category`, or None for all that is closed; `emergency_wanted` asks for emergency access, and
    `over` says that it has ended.
    """

    ask_wanted = Signal(object)
    emergency_wanted = Signal()
    over = Signal()

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
        self._access: AccessPage | None = None
        self._shut = closed_sections(opened.closed)
        self._closed: dict[SectionKind, ClosedSection] = {}
        self._pages: dict[SectionKind, Page] = {}
        self._writers: dict[SectionKind, WriteDrawer] = {}
        self._amendments: dict[str, AmendDrawer] = {}
        self._sections: dict[SectionKind, Section] = {}
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(_LOOK_AFTER_MS)
        self._looking.timeout.connect(self._look)
        self._drawer: Drawer | None = None
        self.log_button = ghost_button("Who looked", icon_name="eye")
        self.log_button.clicked.connect(self.show_access)
        self.rail.chosen.connect(self.go_to)
        self.summary.add_wanted.connect(self.write)
        self.summary.all_wanted.connect(self.go_to)
        self.summary.entry_wanted.connect(self.read)
        self._build()
        self._show(opened.chart.summary)
        self.rail.go_to(SUMMARY)

    @property
    def place(self) -> str:
        """The key of what shows: `summary`, `access` or the value of a `SectionKind`."""
        page = self._stack.currentWidget()
        if isinstance(page, AccessPage):
            return ACCESS
        sections = SectionPage | MeasurePage | ClosedSection
        return page.kind.value if isinstance(page, sections) else SUMMARY

    @property
    def drawer(self) -> Drawer | None:
        """The panel that is open on the right, if one is."""
        return self._drawer if self._drawer is not None and not self._drawer.isHidden() else None

    @property
    def access(self) -> AccessPage:
        """The page on access, made when it is first wanted."""
        if self._access is None:
            self._access = AccessPage(self._on, self.content)
            self._stack.addWidget(self._access)
        return self._access

    def go_to(self, key: str) -> None:
        """Show the summary, a section or who has access."""
        self.rail.go_to(key)
        if key == SUMMARY:
            self._stack.setCurrentWidget(self.summary)
        elif key == ACCESS:
            self.access.refresh()
            self._stack.setCurrentWidget(self.access)
        elif SectionKind(key) in self._shut:
            self._stack.setCurrentWidget(self._closed_page(SectionKind(key)))
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
            page.say_whether_complete(complete=is_complete(kind, self._shown.on_way))
            self._pages[kind] = page
            self._stack.addWidget(page)
            if kind in self._sections:
                page.show_section(self._sections[kind])
            else:
                page.refresh()
        return self._pages[kind]

    def _closed_page(self, kind: SectionKind) -> ClosedSection:
        if kind not in self._closed:
            page = ClosedSection(kind)
            page.ask_wanted.connect(self.ask_wanted)
            self._closed[kind] = page
            self._stack.addWidget(page)
        return self._closed[kind]

    def read(self, entry: Entry) -> None:
        """Show one entry in its section."""
        kind = SectionKind(entry.kind)
        self.go_to(kind.value)
        if kind not in self._shut:
            self.page(kind).stand_on(entry)

    def write(self, kind: SectionKind) -> None:
        """Open the form that adds to a section; what was typed before is still in it."""
        if kind in self._shut:
            self.go_to(kind.value)
            return
        if kind not in self._writers:
            writer = self._new_writer(kind)
            writer.written.connect(self._written)
            self._writers[kind] = writer
        self._tell_writers()
        self._open(self._writers[kind])

    def _tell_writers(self) -> None:
        for writer in self._writers.values():
            if isinstance(writer, AllergyDrawer):
                writer.know(self._shown.allergy_statement)

    def amend(self, note: Entry, text: str) -> None:
        """Open the form that amends `note`."""
        self._open(self._amendment(note.source, note.title, text))

    def amend_with(self, late: AmendWith) -> None:
        """Open the form that amends a note, filled with what its author wrote while cut off."""
        if SectionKind.NOTES in self._shut:
            self.go_to(SectionKind.NOTES.value)
            return
        self._on.call(
            self,
            self._on.charts.record(self._on.chart, late.record),
            done=lambda newest: self._amend_with(late, newest),
            failed=lambda error: self._on.context.notify(explain(error)),
        )

    def _amend_with(self, late: AmendWith, newest: RecordVersion) -> None:
        drawer = self._amendment(newest.source, late.title, written_text(newest.body) or "")
        drawer.bring(late)
        self._open(drawer)

    def _amendment(self, source: EntrySource, title: str, text: str) -> AmendDrawer:
        key = f"{source.record} {source.version}"
        if key not in self._amendments:
            drawer = AmendDrawer(self._on, self.content, source, title, text)
            drawer.written.connect(self._written)
            self._amendments[key] = drawer
        return self._amendments[key]

    def show_versions(self, entry: Entry) -> None:
        """Show what a record said before."""
        drawer = VersionsDrawer(self._on, self.content, entry)
        drawer.closed.connect(self._let_go)
        self._open(drawer)

    def show_access(self) -> None:
        """Show who may see this record and who looked."""
        self.go_to(ACCESS)

    def add_here(self) -> None:
        """Open the form of the section that shows; a note on the summary."""
        kind = self._here(SectionKind.NOTES)
        if SECTIONS[kind].add:
            self.write(kind)

    def find_here(self) -> None:
        """Put the cursor into the search box of the section that shows; notes on the summary."""
        kind = self._here(SectionKind.NOTES)
        self.go_to(kind.value)
        if kind not in self._shut:
            self.page(kind).begin_search()

    def print_here(self) -> None:
        """Print the section that shows; the medicines on the summary."""
        kind = self._here(SectionKind.MEDICATIONS)
        if kind not in self._shut:
            PrintJob(self._on, self._shown, self).begin(kind)

    def _here(self, otherwise: SectionKind) -> SectionKind:
        """Give the section that shows, or another one where none does."""
        place = self.place
        return otherwise if place in {SUMMARY, ACCESS} else SectionKind(place)

    def keep_drafts(self) -> None:
        """Save everything that is typed and not written yet."""
        for drawer in (*self._writers.values(), *self._amendments.values()):
            drawer.keep()

    def refresh(self) -> None:
        """Ask anew for what this window shows; something in the record has changed."""
        self._ask_for_summary(self._take)
        if self.place == ACCESS:
            self.access.refresh()

    def look_for_arrived(self) -> None:
        """Look, soon, whether what has come to this workstation is what this record still lacks."""
        if self._shown.on_way and not self._looking.isActive():
            self._looking.start()

    def _look(self) -> None:
        self._ask_for_summary(self._compare)

    def _ask_for_summary(self, done: Callable[[ChartSummary], None]) -> None:
        self._on.call(
            self,
            self._on.charts.summary(self._on.chart),
            done=done,
            failed=lambda error: self._on.context.notify(explain(error)),
        )

    def _compare(self, summary: ChartSummary) -> None:
        if summary.on_way != self._shown.on_way:
            self._take(summary)

    def _take(self, summary: ChartSummary) -> None:
        self._show(summary)
        for page in self._pages.values():
            page.refresh()

    def _show(self, opened: ChartSummary) -> None:
        self._shown = summary = truthful(opened, self._on.closed)
        self.banner.show_chart(summary, self._on.now().date())
        self.summary.show_summary(summary)
        self._sections = sections_of(summary)
        self._tell_writers()
        for kind, page in self._pages.items():
            page.say_whether_complete(complete=is_complete(kind, summary.on_way))

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
        if self._on.access is not None:
            purpose = basis_words(Basis.EMERGENCY)
        words = Caption(f"{purpose} · opening was recorded · {at}", self)
        words.setWordWrap(False)
        line = row(IconLabel("shield-check", self, size_px=14), words, SPRING, self.log_button)
        line.setContentsMargins(Space.THREE, Space.HALF, Space.TWO, Space.HALF)
        held = column(line, *self._closed_line(), self._stack, spacing=0)
        held.setStretchFactor(self._stack, 1)
        self.content.setLayout(held)
        sides = row(self.rail, self.content, spacing=0)
        sides.setStretch(1, 1)
        body = boxed(sides, self)
        page = column(self.banner, *self._emergency_strip(), body, spacing=0)
        page.setStretchFactor(body, 1)
        self.setLayout(page)
        if self._on.access is not None:
            Watermark(body)

    def _emergency_strip(self) -> list[QWidget]:
        if self._on.access is None:
            return []
        self.strip = EmergencyStrip(self._on.access, self._on.now, self)
        self.strip.over.connect(self.over)
        return [self.strip]

    def _closed_line(self) -> list[QWidget]:
        """Give the line that says what the patient has not opened, where there is such a thing."""
        if not self._on.closed:
            return []
        self.ask_button = ghost_button("Ask the patient", icon_name="message-square")
        self.ask_button.clicked.connect(self._ask_for_all)
        words = ElidedLabel(
            f"Closed to you: {listed(self._on.closed)}",
            self,
            level=Level.MUTED,
            mode=Qt.TextElideMode.ElideRight,
        )
        line = row(IconLabel("lock", self, size_px=14), words, self.ask_button, spacing=Space.ONE)
        if Category.EMERGENCY in self._on.closed:
            emergency = ghost_button("Emergency access", icon_name="zap")
            emergency.clicked.connect(self.emergency_wanted)
            line.addWidget(emergency)
        line.setStretch(1, 1)
        line.setContentsMargins(Space.THREE, 0, Space.TWO, Space.HALF)
        return [boxed(line, self)]

    def _ask_for_all(self) -> None:
        self.ask_wanted.emit(None)


def _entries() -> tuple[NavEntry, ...]:
    summary = NavEntry(SUMMARY, "Summary", "layout-dashboard", "F5")
    sections = (
        NavEntry(kind.value, words.name, words.icon, words.key) for kind, words in SECTIONS.items()
    )
    return (summary, *sections, NavEntry(ACCESS, "Access", "shield-check"))
