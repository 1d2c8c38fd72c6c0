"""One entry, read whole: what it says, who wrote it, and what it said before."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QWidget

from ehr_desktop.domain.chart import Entry, RecordVersion
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_body import written_text
from ehr_desktop.ui.models.chart_flags import flag_of, reference_text, value_text
from ehr_desktop.ui.models.chart_times import ago, shown_when
from ehr_desktop.ui.models.chart_words import SECTIONS, detail_words, source_words, status_words
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.card import Rule
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.key_values import KeyValueList
from ehr_desktop.ui.widgets.labels import Body, Caption, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.pending_mark import PendingMark
from ehr_desktop.ui.widgets.pill import Pill
from ehr_desktop.ui.widgets.scrolling import Scrolling

LEAST_PX, MOST_PX = 300, 560
_PLAIN_CARDS = frozenset(
    {
        SectionKind.DOCUMENTS,
        SectionKind.IMMUNIZATIONS,
        SectionKind.PROCEDURES,
        SectionKind.OTHER,
        SectionKind.VISITS,
    }
)


class EntryReader(QFrame):
    """The entry one stands on. `amend_wanted` and `versions_wanted` carry the `Entry`;
    `amend_wanted` its full text too.
    """

    amend_wanted = Signal(object, str)
    versions_wanted = Signal(object)

    def __init__(self, opened: OpenedChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self._opened = opened
        self._entry: Entry | None = None
        self._full_text = ""
        self.title = Heading("", self, size=TypeSize.MEDIUM)
        self.title.setWordWrap(True)
        self._when = Caption("", self)
        self._status = Pill("", Tone.NEUTRAL, self)
        self._flag = Pill("", Tone.WARNING, self)
        self._amended = Pill("Amended", Tone.NOTE, self)
        self._pending = PendingMark(self)
        self.text = Body("", self)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName("Text of the entry")
        self._card = KeyValueList(parent=self)
        self._source = Caption("", self)
        self._problem = Failure(self)
        self.amend = secondary_button("Amend", icon_name="pencil")
        self.versions = secondary_button("Versions", icon_name="history")
        self.save_file = secondary_button("Save file…", icon_name="download")
        self._build()
        self.amend.clicked.connect(self._wish_to_amend)
        self.versions.clicked.connect(self._wish_for_versions)
        self.save_file.clicked.connect(self._choose_target)
        self.show_entry(None)

    @property
    def entry(self) -> Entry | None:
        """What is read."""
        return self._entry

    def show_entry(self, entry: Entry | None) -> None:
        """Read `entry`; its record is checked against the ledger meanwhile."""
        self._entry = entry
        self._nothing.setVisible(entry is None)
        self._page.setVisible(entry is not None)
        if entry is None:
            return
        self._show_head(entry)
        self._full_text = entry.detail
        self.text.setText(_first_text(entry))
        self.text.setVisible(bool(self.text.text()))
        self._source.setText(source_words(entry.source, self._opened.zone))
        self._problem.hide()
        self.amend.setVisible(entry.kind == SectionKind.NOTES)
        self.versions.setText("What it said before" if entry.source.amended else "Versions")
        self.save_file.setVisible(entry.kind == SectionKind.DOCUMENTS)
        self._card.setVisible(False)
        self._ask(entry)

    def _show_head(self, entry: Entry) -> None:
        self.title.setText(entry.title)
        when = shown_when(entry.when, self._opened.zone)
        since = ago(entry.when, self._opened.now())
        self._when.setText(f"{when} · {since}" if since else when)
        self._when.setVisible(bool(when))
        words, tone = status_words(entry.status)
        self._status.set_state(words, tone)
        self._status.setVisible(bool(words))
        flag = flag_of(entry)
        self._flag.set_state(flag.text if flag else "", flag.tone if flag else Tone.NEUTRAL)
        self._flag.setVisible(flag is not None)
        self._amended.setVisible(entry.source.amended)
        self._pending.setVisible(entry.source.pending)

    def _ask(self, entry: Entry) -> None:
        charts, chart = self._opened.charts, self._opened.chart
        record = entry.source.record
        self._opened.call(
            self,
            charts.record(chart, record),
            done=lambda version: self._opened_record(entry, version),
            failed=lambda error: self._failed(entry, error),
        )
        if entry.kind in _PLAIN_CARDS:
            self._opened.call(
                self,
                charts.card(chart, record),
                done=lambda pairs: self._show_card(entry, pairs),
                failed=lambda error: self._failed(entry, error),
            )

    def _opened_record(self, entry: Entry, version: RecordVersion) -> None:
        if self._entry is not entry or entry.kind != SectionKind.NOTES:
            return
        whole = written_text(version.body)
        if whole is not None:
            self._full_text = whole
            self.text.setText(whole)
            self.text.setVisible(bool(whole))

    def _show_card(self, entry: Entry, pairs: tuple[tuple[str, str], ...]) -> None:
        if self._entry is entry:
            # Whose record it is says the banner, in words.
            said = [(name, value) for name, value in pairs if not value.startswith("Patient/")]
            self._card.set_pairs(said)
            self._card.setVisible(bool(said))

    def _failed(self, entry: Entry, error: BaseException) -> None:
        if self._entry is entry:
            self._problem.tell("This entry cannot be shown whole", explain(error))

    def _wish_to_amend(self) -> None:
        if self._entry is not None:
            self.amend_wanted.emit(self._entry, self._full_text)

    def _wish_for_versions(self) -> None:
        if self._entry is not None:
            self.versions_wanted.emit(self._entry)

    def _choose_target(self) -> None:
        chooser = QFileDialog(self, "Save file")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.fileSelected.connect(self.save_to)
        chooser.open()

    def save_to(self, chosen: str) -> None:
        """Write the document out to the file `chosen`."""
        entry = self._entry
        if entry is None:
            return
        target = Path(chosen)
        self._opened.call(
            self,
            self._opened.charts.save_document(self._opened.chart, entry.source.record, target),
            done=lambda _: self._opened.context.notify(f"Saved as {target.name}"),
            failed=lambda error: self._failed(entry, error),
        )

    def _build(self) -> None:
        self._nothing = EmptyState("file-text", "Nothing chosen", "Choose an entry to read it.")
        pills = row(self._status, self._flag, self._amended, SPRING, spacing=Space.ONE)
        buttons = row(self.amend, self.versions, self.save_file, SPRING, spacing=Space.ONE)
        inner = column(
            column(self.title, self._when, pills, self._pending, spacing=6),
            self._problem,
            self.text,
            self._card,
            Rule(self),
            self._source,
            buttons,
            SPRING,
            spacing=Space.TWO,
            margin=Space.THREE,
        )
        self._page = Scrolling(boxed(inner), self)
        self.setLayout(column(self._nothing, self._page, spacing=0, margin=1))
        self.setMinimumWidth(LEAST_PX)
        self.setMaximumWidth(MOST_PX)


def _first_text(entry: Entry) -> str:
    """Give what is known before the record itself is opened."""
    detail = entry.detail
    if entry.kind != SectionKind.NOTES:
        detail = detail_words(entry.kind, detail)
    value = value_text(entry)
    if value:
        reference = reference_text(entry)
        value = f"{value}\nReference range {reference}" if reference else value
    return "\n".join(part for part in (value, detail) if part)


def section_name(entry: Entry) -> str:
    """Name the section an entry stands in."""
    return SECTIONS[SectionKind(entry.kind)].name
