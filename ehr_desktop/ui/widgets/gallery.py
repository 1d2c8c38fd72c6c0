"""Every widget in every state on four pages, for looking at and for tests.

As a script: `python -m ehr_desktop.ui.widgets.gallery FOLDER` writes a PNG of each page in
each scheme to FOLDER. Set `QT_SCALE_FACTOR=2` for a screen with twice the pixels.
"""

import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QGridLayout,
    QProgressBar,
    QRadioButton,
    QSpinBox,
    QWidget,
)
from typing_extensions import override

from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme, Space, Tone, TypeSize
from ehr_desktop.ui.widgets.avatar import Avatar
from ehr_desktop.ui.widgets.buttons import (
    danger_button,
    ghost_button,
    icon_button,
    primary_button,
    secondary_button,
)
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.card import Card, Rule
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.date_field import DateField
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.form import FormColumn
from ehr_desktop.ui.widgets.key_values import KeyValueList
from ehr_desktop.ui.widgets.labels import Body, Caption, ElidedLabel, Heading, Level, Mono
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.nav_rail import NavEntry, NavRail
from ehr_desktop.ui.widgets.password_field import PasswordField
from ehr_desktop.ui.widgets.pill import Pill
from ehr_desktop.ui.widgets.progress_panel import ProgressPanel
from ehr_desktop.ui.widgets.row_delegate import CellRole
from ehr_desktop.ui.widgets.search_field import SearchField
from ehr_desktop.ui.widgets.segmented import Segmented
from ehr_desktop.ui.widgets.sheet import Confirmation
from ehr_desktop.ui.widgets.shortcut_hint import ShortcutHint
from ehr_desktop.ui.widgets.skeleton import Skeleton
from ehr_desktop.ui.widgets.snackbar import Snackbar
from ehr_desktop.ui.widgets.sparkline import Sparkline
from ehr_desktop.ui.widgets.status_dot import StatusDot
from ehr_desktop.ui.widgets.table import SORTABLE_ROLE, Table
from ehr_desktop.ui.widgets.table_page import TablePage
from ehr_desktop.ui.widgets.tabs import Tabs
from ehr_desktop.ui.widgets.text_area import TextArea
from ehr_desktop.ui.widgets.text_field import TextField
from ehr_desktop.ui.widgets.time_field import TimeField
from ehr_desktop.ui.widgets.toggle import Toggle
from ehr_desktop.ui.widgets.trend import Reading, Trend
from ehr_desktop.ui.widgets.trend_chart import TrendChart

_HEADS = ("Name", "Born", "Record id", "State", "Visits")
_ROWS = (
    ("Asante, Akosua Nyamekye", "14-Aug-1980", "MR-004211", "Arrived", 1204, Tone.SUCCESS),
    ("Brandvold, Ingrid", "02-Mar-1957", "MR-000018", "Booked", 9, Tone.NEUTRAL),
    (
        "Costa de Albuquerque e Figueiredo dos Santos, Maria Aparecida Conceição",
        "30-Nov-2003",
        "MR-010934",
        "In room",
        31,
        Tone.NOTE,
    ),
    ("Dvořák, Jiří", "11-Jan-1969", "MR-003377", "Late", 112, Tone.WARNING),
    ("Παπαδοπούλου, Ελένη", "19-May-1991", "MR-007710", "No-show", 4, Tone.DANGER),
)
_START = datetime(2025, 1, 9, 9, 0, tzinfo=UTC)


def pieces_page() -> QWidget:
    """Return text, buttons, pills, messages and other small pieces."""
    text = Card("Text")
    text.add(
        Heading("Good morning, Dr Osei", size=TypeSize.DISPLAY),
        Heading("Problems and history"),
        Heading("Medications", size=TypeSize.MEDIUM),
        Body("Takes metformin twice a day and reports no side effects since the last visit."),
        Body("Second in rank: reviewed by the practice nurse.", level=Level.MUTED),
        Caption("Saved here at 09:41 and copied to 3 workstations"),
        Mono("9f2c 41d0 77ab e618 03c5 5be1"),
        ElidedLabel("A line that gives way in the middle where the room is short " * 3),
    )
    return _page(
        (text, _buttons()), (_states(), _values()), (_messages(), _progress()), (_tabs(), _empty())
    )


def fields_page() -> QWidget:
    """Return every kind of input, at rest, wrong, disabled and filled in."""
    form = FormColumn()
    form.section("New patient", "Only the name and the birth date are needed to begin.")
    form.field("Full name", _filled(TextField(), "Akosua Nyamekye Asante"), required=True)
    wrong = form.field("E-mail", _filled(TextField(), "akosua@"), help_text="For reminders")
    wrong.set_error("An e-mail address has a name, an @ and a domain.")
    born = Field("Birth date", DateField(value=date(1980, 8, 14)), required=True)
    form.side_by_side(born, Field("Time of birth", TimeField(value=time(9, 30))))
    sexes = (("f", "Female"), ("m", "Male"), ("o", "Other"), ("u", "Not known"))
    form.field("Sex", ComboField(sexes))
    form.field("Allergies", TextArea(placeholder="Substance and reaction"), help_text="One a line")
    form.add(row(SPRING, secondary_button("Cancel"), primary_button("Register patient")))
    left = Card()
    left.add(form, SPRING)
    other = FormColumn()
    other.section("States")
    other.field("Search", SearchField("Name, birth date, phone or record id"))
    other.field("Password", _filled(PasswordField(), "a long pass-phrase of words"))
    off = _filled(TextField(), "MR-004211")
    off.setEnabled(False)
    other.field("Record id", off, help_text="Given by the clinic; cannot be changed")
    fixed = _filled(TextField(), "Read only")
    fixed.setReadOnly(True)
    other.field("Insurance id", fixed)
    other.field("Doses a day", QSpinBox())
    checked, partly, disabled = QCheckBox("Remind me"), QCheckBox("Some"), QCheckBox("Not now")
    checked.setChecked(True)
    partly.setTristate(True)
    partly.setCheckState(Qt.CheckState.PartiallyChecked)
    disabled.setEnabled(False)
    other.add(row(checked, QCheckBox("Call first"), partly, disabled, SPRING))
    first = QRadioButton("Morning")
    first.setChecked(True)
    other.add(row(first, QRadioButton("Afternoon"), SPRING))
    on = Toggle("Show cancelled")
    on.setChecked(True)
    other.add(row(on, Toggle("Follow the system"), SPRING))
    other.add(row(Segmented("View", (("d", "Day"), ("w", "Week"), ("m", "Month"))), SPRING))
    right = Card()
    right.add(other, SPRING)
    return _page((left, right))


def charts_page() -> QWidget:
    """Return graphs with readings in and out of range, a span, two trends and none."""
    sugar = _trend("Glucose", "mmol/L", (6.1, 6.8, 7.9, 9.4, 8.2, 7.0, 6.6, 5.9), 4.0, 7.8)
    pressure = Trend(
        "Blood pressure",
        "mmHg",
        tuple(
            Reading(_START + timedelta(days=43 * at), low, f"{high}/{low}", upper=high)
            for at, (high, low) in enumerate(
                ((148, 92), (141, 88), (136, 84), (128, 79), (124, 78))
            )
        ),
        60,
        140,
    )
    weight = _trend("Weight", "kg", (81.4, 80.9, 80.2, 79.1, 78.8), None, None)
    lean = _trend("Target", "kg", (80, 79, 78, 77, 76), None, None)
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
    return _page(cards[:2], cards[2:])


def screen_page() -> QWidget:
    """Return a whole screen: rail, list with search, a drawer open at its side, a snackbar."""
    entries = (
        NavEntry("today", "Today", "layout-dashboard", "Ctrl+1"),
        NavEntry("appointments", "Appointments", "calendar-days", "Ctrl+2"),
        NavEntry("patients", "Patients", "users", "Ctrl+3"),
        NavEntry("ledger", "Ledger", "blocks", "Ctrl+4"),
        NavEntry("integrity", "Integrity", "shield-check", "Ctrl+5"),
    )
    rail = NavRail(entries)
    rail.go_to("patients")
    rail.set_badge("today", 4)
    who = row(Avatar("Ama Osei"), column(Body("Dr Ama Osei", strong=True), spacing=0))
    rail.add_foot(boxed(who))
    table = Table("Patients")
    table.setModel(GalleryModel(table))
    table.set_widths(300, 120, 120, 120)
    table.selectRow(1)
    add = primary_button("Register", icon_name="user-plus", shortcut="Ctrl+N")
    search = SearchField("Name, birth date, phone or record id")
    page = TablePage(
        "Patients", table, search=search, actions=(icon_button("funnel", "Filter"), add)
    )
    page.set_count("5 of 10,412 patients")
    screen = QWidget()
    line = row(rail, page, spacing=0)
    line.setStretch(1, 1)
    screen.setLayout(line)
    screen.resize(1280, 720)
    drawer = Drawer(screen, "Book an appointment")
    drawer.add(
        Field("Patient", _filled(TextField(), "Brandvold, Ingrid"), required=True),
        Field("Day", DateField(value=date(2026, 11, 24)), required=True),
        Field("Reason", TextArea(placeholder="What the patient says")),
        Callout(Tone.WARNING, "Dr Osei is busy at 10:20", "Free at 10:40, 11:00 and 14:20."),
    )
    drawer.set_footer(primary_button("Book"), secondary_button("Cancel"))
    snackbar = Snackbar(screen)
    drawer.open_over()
    snackbar.say("Moved to Tuesday 10:40 with Dr Osei.", "Undo")
    return screen


def question_page() -> QWidget:
    """Return a narrow screen with an empty table, icons only, and a question over it."""
    rail = NavRail((NavEntry("a", "Today", "house"), NavEntry("b", "Patients", "users")))
    rail.go_to("a")
    rail.set_badge("b", 2)
    table = Table("Waiting")
    table.setModel(GalleryModel(table, rows=0))
    table.set_empty_state(
        EmptyState("inbox", "Nobody is waiting", "Patients who arrive show up here.")
    )
    loading = Table("Loading")
    loading.setModel(GalleryModel(loading, rows=0))
    loading.set_loading(loading=True)
    screen = QWidget()
    line = row(rail, TablePage("Waiting", table), TablePage("Results", loading), spacing=0)
    screen.setLayout(line)
    screen.resize(1024, 640)
    Confirmation(
        screen,
        "Erase this patient's records?",
        "The key to every record of Ingrid Brandvold is destroyed on all workstations. "
        "This cannot be undone; the ledger keeps the proof that it was done.",
        "Erase records",
        dangerous=True,
    ).open_over()
    return screen


class GalleryModel(QAbstractTableModel):
    """A few made-up rows with names of many scripts and lengths."""

    def __init__(self, parent: QWidget, rows: int = len(_ROWS)) -> None:
        super().__init__(parent)
        self._rows = _ROWS[:rows]

    @override
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(_HEADS)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _HEADS[section]
            if role == SORTABLE_ROLE:
                return section == 0
            if role == Qt.ItemDataRole.TextAlignmentRole and section == 4:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    @override
    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        line, at = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{line[4]:,}" if at == 4 else line[at]
            case Qt.ItemDataRole.TextAlignmentRole if at == 4:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case CellRole.TONE if at == 3:
                return line[5]
            case CellRole.STRONG:
                return at == 0
            case CellRole.MUTED:
                return at in (1, 2)
        return None

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        falling = order == Qt.SortOrder.DescendingOrder
        self.beginResetModel()
        self._rows = tuple(sorted(self._rows, key=lambda line: str(line[column]), reverse=falling))
        self.endResetModel()


def pages() -> dict[str, QWidget]:
    """Return every page by name; each is a window of its own."""
    return {
        "pieces": pieces_page(),
        "fields": fields_page(),
        "charts": charts_page(),
        "screen": screen_page(),
        "question": question_page(),
    }


def _page(*lines: tuple[QWidget, ...] | list[QWidget]) -> QWidget:
    page = QWidget()
    grid = QGridLayout(page)
    grid.setContentsMargins(*[Space.THREE] * 4)
    grid.setSpacing(Space.THREE)
    for down, line in enumerate(lines):
        for across, card in enumerate(line):
            grid.addWidget(card, down, across)
            grid.setColumnStretch(across, 1)
    page.resize(1120, page.sizeHint().height())
    return page


def _filled(field: TextField, text: str) -> TextField:
    field.setText(text)
    return field


def _trend(
    name: str, unit: str, values: tuple[float, ...], low: float | None, high: float | None
) -> Trend:
    readings = tuple(
        Reading(_START + timedelta(days=37 * at + at * at), value, f"{value:.1f}")
        for at, value in enumerate(values)
    )
    return Trend(name, unit, readings, low, high)


def _buttons() -> Card:
    card = Card("Buttons", actions=(ghost_button("See all"), icon_button("ellipsis", "More")))
    off = [primary_button("Primary"), secondary_button("Secondary"), ghost_button("Ghost")]
    for button in off:
        button.setEnabled(False)
    card.add(
        row(primary_button("Save visit", icon_name="check"), secondary_button("Cancel"), SPRING),
        row(ghost_button("Add", icon_name="plus"), danger_button("Erase"), SPRING),
        row(secondary_button("Print", icon_name="printer", shortcut="Ctrl+P"), SPRING),
        row(*off, SPRING),
        row(
            icon_button("pencil", "Edit"),
            icon_button("copy", "Copy"),
            icon_button("trash-2", "Delete"),
            ShortcutHint("Ctrl+K"),
            ShortcutHint("F9"),
            SPRING,
        ),
        SPRING,
    )
    return card


def _states() -> Card:
    card = Card("States")
    pills = [Pill(tone.value.title(), tone) for tone in Tone]
    sugar = _trend("Glucose", "mmol/L", (6.1, 6.8, 7.9, 9.4, 8.2, 7.0, 6.6, 8.4), 4.0, 7.8)
    calm = _trend("Weight", "kg", (81.4, 80.9, 80.2, 79.1, 78.8), 70, 85)
    card.add(
        row(*pills, SPRING),
        row(
            StatusDot("Online", Tone.SUCCESS),
            StatusDot("2 items only here", Tone.WARNING),
            StatusDot("Away"),
            SPRING,
            spacing=Space.TWO,
        ),
        row(Avatar("Ama Osei"), Avatar("Ingrid"), Avatar("Jiří Dvořák", size_px=48), SPRING),
        row(Body("8.4 mmol/L"), Sparkline(sugar), Body("78.8 kg"), Sparkline(calm), SPRING),
        Skeleton(2),
        SPRING,
    )
    return card


def _values() -> Card:
    card = Card("Coverage")
    card.add(
        KeyValueList(
            (
                ("Insurer", "Northern Mutual"),
                ("Member", "NM 4471 0029 81"),
                ("Valid until", "31-Dec-2026"),
                ("Phone", ""),
                ("Address", "12 Harbour Street, second floor, left door, 9008 Tromsø"),
            )
        ),
        Rule(),
        Caption("Checked with the insurer on 03-Nov-2026"),
        SPRING,
    )
    return card


def _messages() -> Card:
    card = Card("Messages")
    card.add(
        Callout(Tone.NOTE, "Akosua changed what she shares", "Imaging is no longer shared."),
        Callout(Tone.SUCCESS, "All 36,206 records agree with the ledger"),
        Callout(
            Tone.WARNING, "Two other patients have this birth date", "", ghost_button("Compare")
        ),
        Callout(Tone.DANGER, "Record 7f31 was changed on disk", "It was restored from Front desk."),
    )
    return card


def _progress() -> Card:
    card = Card("Work in progress")
    running, done = ProgressPanel(), ProgressPanel()
    running.start("Checking records", 36_206)
    running.advance(21_480, 36_206)
    done.start("Importing")
    done.finish("Imported 123 patients", "36,206 records taken, none refused.")
    bar = QProgressBar()
    bar.setAccessibleName("Free space")
    bar.setTextVisible(False)
    bar.setValue(70)
    card.add(running, Rule(), done, bar, SPRING)
    return card


def _tabs() -> Card:
    card = Card()
    tabs = Tabs("Chart")
    for title in ("Summary", "Results", "Medications", "Documents"):
        inside = QWidget()
        inside.setLayout(column(Body(f"{title} of the patient."), SPRING, margin=Space.ONE))
        tabs.addTab(inside, title)
    card.add(tabs)
    return card


def _empty() -> Card:
    card = Card()
    add = secondary_button("Add a document", icon_name="upload")
    card.add(EmptyState("file-text", "No documents yet", "Scans and letters stand here.", add))
    return card


def write_pictures(folder: Path) -> None:
    """Write a PNG of every page in every scheme to `folder`."""
    application = QApplication(sys.argv[:1])
    theme = Theme()
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in Scheme:
        theme.apply(application, scheme)
        for name, page in pages().items():
            page.show()
            # Long enough for a drawer to have slid in.
            until = time_now() + timedelta(milliseconds=250)
            while time_now() < until:
                application.processEvents()
            page.grab().save(str(folder / f"{scheme.value}-{name}.png"))
            page.close()


def time_now() -> datetime:
    """Return the time now."""
    return datetime.now(tz=UTC)


if __name__ == "__main__":
    write_pictures(Path(sys.argv[1]))
