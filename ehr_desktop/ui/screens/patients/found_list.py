"""Search as you type, and the table of whom it found."""

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.events import Event, PatientsChanged
from ehr_desktop.domain.patients import Match, PatientPage, PatientSummary
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_pages import PAGE_ROWS, Column, PagedTable
from ehr_desktop.ui.models.chart_times import birth_text
from ehr_desktop.ui.models.pending_words import pending_icon, pending_words
from ehr_desktop.ui.screens.patients.fitting import fit_columns
from ehr_desktop.ui.screens.patients.words import SEX_WORDS, counted, field_words
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import Button, primary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.labels import Caption
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.search_field import SearchField
from ehr_desktop.ui.widgets.table import Table

_MOVES: Final = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}
_WIDTHS: Final = (0, 196, 90, 120, 150, 150, 120)
_VIA: Final = 6


class FoundList(QWidget):
    """The search field and, under it, whom it found. The arrow keys move through the table
    while the cursor stays in the field.

    `chosen` carries the `PatientSummary` Enter or a double click is about; `selected` the one
    the table stands on, or None; `searching` the text looked for.
    """

    chosen = Signal(object)
    selected = Signal(object)
    searching = Signal(str)
    register_wanted = Signal(str)

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._asking = 0
        self._text = ""
        self.field = SearchField("Search by name, birth date, phone, insurance id or record id")
        self.field.installEventFilter(self)
        self.field.searched.connect(self.search)
        self.field.returnPressed.connect(self._enter)
        self.rows = PagedTable[Match](self._columns())
        self.rows.page_wanted.connect(self._fetch)
        self.table = Table("Patients", self)
        self.table.setModel(self.rows)
        fit_columns(self.table, *_WIDTHS)
        self.table.setColumnHidden(_VIA, True)
        self.table.opened.connect(self._open)
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self._count = Caption("", self)
        self._add_button: Button = primary_button("Register a patient", icon_name="user-plus")
        self._add_button.clicked.connect(self._wish_to_register)
        self._nobody = EmptyState(
            "users",
            "Nobody found",
            "Try fewer letters, a birth date such as 1980-08-14, or the last digits of the phone.",
            self._add_button,
        )
        self.table.set_empty_state(self._nobody)
        self.card = Card(margin=1)
        self.card.add(self.table)
        self.setLayout(column(self.card, self._count, spacing=Space.ONE))
        context.bridge.node_event.connect(self._heard)

    @property
    def current(self) -> PatientSummary | None:
        """The patient the table stands on."""
        match = self.rows.row(self.table.currentIndex().row())
        return match.patient if match else None

    def search(self, text: str) -> None:
        """Look for `text`; an answer to an older text is dropped."""
        self._text = text
        self._asking += 1
        asked = self._asking
        self.table.setColumnHidden(_VIA, not text)
        self.searching.emit(text)
        if not self.rows.rowCount():
            self.table.set_loading(loading=True)
        self._context.bridge.call(
            self,
            self._context.clinic.patients.search(self._context.actor, text, limit=PAGE_ROWS),
            done=lambda page: self._found(asked, page),
            failed=lambda error: self._failed(asked, error),
        )

    def again(self) -> None:
        """Ask once more for what is shown."""
        self.search(self._text)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.field
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in _MOVES
        ):
            self.table.keyPressEvent(event)
            return True
        return False

    def _found(self, asked: int, page: PatientPage) -> None:
        if asked != self._asking:
            return
        stood = self.current
        self.table.set_loading(loading=False)
        self.rows.show(page.matches, page.total)
        self._count.setText(counted(page.total, "patient", "patients") if page.total else "")
        ids = [match.patient.id for match in page.matches]
        if ids:
            at = ids.index(stood.id) if stood and stood.id in ids else 0
            self.table.setCurrentIndex(self.rows.index(at, 0))
        else:
            self.selected.emit(None)

    def _failed(self, asked: int, error: BaseException) -> None:
        if asked == self._asking:
            self.table.set_loading(loading=False)
            self._count.setText(explain(error))

    def _fetch(self, offset: int) -> None:
        asked = self._asking
        self._context.bridge.call(
            self,
            self._context.clinic.patients.search(
                self._context.actor, self._text, limit=PAGE_ROWS, offset=offset
            ),
            done=lambda page: self._fetched(asked, offset, page),
            failed=lambda _: self.rows.give_up(offset),
        )

    def _fetched(self, asked: int, offset: int, page: PatientPage) -> None:
        if asked == self._asking:
            self.rows.put(offset, page.matches)

    def _enter(self) -> None:
        patient = self.current
        if patient is not None and self.field.text().strip() == self._text:
            self.chosen.emit(patient)

    def _open(self, index: QModelIndex) -> None:
        match = self.rows.row(index.row())
        if match is not None:
            self.chosen.emit(match.patient)

    def _moved(self, index: QModelIndex) -> None:
        match = self.rows.row(index.row())
        self.selected.emit(match.patient if match else None)

    def _wish_to_register(self) -> None:
        self.register_wanted.emit(self.field.text().strip())

    def _heard(self, event: Event) -> None:
        if isinstance(event, PatientsChanged):
            self.again()

    def _columns(self) -> tuple[Column[Match], ...]:
        return (
            Column(
                "Name",
                lambda match: match.patient.name,
                strong=True,
                icon=lambda match: pending_icon(pending=match.patient.pending),
                remark=lambda match: pending_words(pending=match.patient.pending),
            ),
            Column("Born", self._born),
            Column("Sex", lambda match: SEX_WORDS[match.patient.demographics.sex], muted=True),
            Column("Record id", lambda match: match.patient.demographics.record_number),
            Column("Phone", lambda match: match.patient.demographics.phone),
            Column("Insurance id", lambda match: match.patient.demographics.insurance_id),
            Column("Found via", self._via, muted=True),
        )

    def _born(self, match: Match) -> str:
        return birth_text(match.patient.demographics, self._context.now().date())

    def _via(self, match: Match) -> str:
        return field_words(match.found_via) if self._text else ""
