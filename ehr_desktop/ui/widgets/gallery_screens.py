"""The gallery's whole screens, with what lies over them."""

from datetime import date

from PySide6.QtWidgets import (
    QWidget,
)

from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.avatar import Avatar
from ehr_desktop.ui.widgets.buttons import (
    icon_button,
    primary_button,
    secondary_button,
)
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.date_field import DateField
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.gallery_fields import filled
from ehr_desktop.ui.widgets.gallery_model import GalleryModel
from ehr_desktop.ui.widgets.labels import Body
from ehr_desktop.ui.widgets.layouts import boxed, column, row
from ehr_desktop.ui.widgets.nav_rail import NavEntry, NavRail
from ehr_desktop.ui.widgets.search_field import SearchField
from ehr_desktop.ui.widgets.sheet import Confirmation
from ehr_desktop.ui.widgets.snackbar import Snackbar
from ehr_desktop.ui.widgets.table import Table
from ehr_desktop.ui.widgets.table_page import TablePage
from ehr_desktop.ui.widgets.text_area import TextArea
from ehr_desktop.ui.widgets.text_field import TextField


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
    table.set_widths(0, 112, 112, 96, 72)
    table.selectRow(1)
    add = primary_button("Register", icon_name="user-plus", shortcut="Ctrl+N")
    search = SearchField("Name, birth date, phone or record id")
    actions = (icon_button("funnel", "Filter"), add)
    page = TablePage("Patients", table, search=search, actions=actions)
    page.set_count("5 of 10,412 patients")
    screen = QWidget()
    line = row(rail, page, spacing=0)
    line.setStretch(1, 1)
    screen.setLayout(line)
    screen.resize(1280, 720)
    drawer = Drawer(screen, "Book an appointment")
    drawer.add(
        Field("Patient", filled(TextField(), "Brandvold, Ingrid"), required=True),
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
