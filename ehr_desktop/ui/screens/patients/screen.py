"""Patients: find, register, change, take in and give out."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Action, may
from ehr_desktop.ui.screens.patients.details import DetailsDrawer
from ehr_desktop.ui.screens.patients.found_list import FoundList
from ehr_desktop.ui.screens.patients.import_drawer import ImportDrawer
from ehr_desktop.ui.screens.patients.recent_row import RecentRow
from ehr_desktop.ui.screens.patients.registration import RegistrationDrawer
from ehr_desktop.ui.screens.patients.words import isolated
from ehr_desktop.ui.screens.pending_notice import notify_outcome
from ehr_desktop.ui.shell.context import RegisterPatient, ScreenContext, ShowPatient, Wish
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.labels import Heading
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip


class PatientsScreen(QWidget):
    """The list and its drawers. Enter opens the record for who reads records, else the
    registration.
    """

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        role = context.actor.role
        self._reads = may(role, Action.READ_CLINICAL)
        self.found = FoundList(context, self)
        self.recent = RecentRow(context, self)
        self.register_button = primary_button("Register", icon_name="user-plus")
        set_plain_tooltip(self.register_button, "Register (Ctrl+N)")
        self.import_button = secondary_button("Import…", icon_name="upload")
        self.import_button.setVisible(may(role, Action.IMPORT_RECORDS))
        self.details_button = secondary_button("Details", icon_name="id-card", shortcut="F4")
        self.details_button.setEnabled(False)
        self.registration = RegistrationDrawer(context, self)
        self.details = DetailsDrawer(context, self, with_chart=self._reads)
        self.importing = ImportDrawer(context, self)
        title = row(
            Heading("Patients", self, size=TypeSize.DISPLAY),
            SPRING,
            self.details_button,
            self.import_button,
            self.register_button,
            spacing=Space.ONE,
        )
        page = column(
            title, self.found.field, self.recent, self.found, spacing=Space.TWO, margin=Space.THREE
        )
        page.setStretch(3, 1)
        self.setLayout(page)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)
        self._connect()
        self.found.search("")

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys this screen listens to."""
        enter = "Open the record" if self._reads else "Show the registration"
        return (
            ("Ctrl+F", "Search"),
            ("Up", "Move up in the list while typing"),
            ("Down", "Move down in the list while typing"),
            ("Return", enter),
            ("F4", "Show or change the registration"),
        )

    def grant(self, wish: Wish) -> None:
        """Open an empty registration, or the registration of one patient."""
        match wish:
            case RegisterPatient(name):
                self.register(name)
            case ShowPatient(patient):
                self._show_by_id(patient)
            case _:
                return

    def register(self, name: str = "") -> None:
        """Open the registration form."""
        self._alone(self.registration)
        self.registration.begin(name)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.recent.refresh()
        self.found.field.setFocus()

    def _connect(self) -> None:
        self.register_button.clicked.connect(self._register_pressed)
        self.import_button.clicked.connect(self._import)
        self.details_button.clicked.connect(self._details)
        self.found.chosen.connect(self._choose)
        self.found.selected.connect(self._selected)
        self.found.searching.connect(self._searching)
        self.found.register_wanted.connect(self.register)
        self.recent.chosen.connect(self._choose)
        self.registration.registered.connect(self._registered)
        self.registration.known.connect(self._choose)
        self.details.chart_wanted.connect(self._open_chart)

    def _find(self) -> None:
        self.found.field.setFocus()
        self.found.field.selectAll()

    def _register_pressed(self) -> None:
        self.register()

    def _import(self) -> None:
        self._alone(self.importing)
        self.importing.open_over()

    def _details(self) -> None:
        patient = self.found.current
        if patient is not None:
            self._show_details(patient)

    def _choose(self, patient: PatientSummary) -> None:
        if self._reads:
            self._open_chart(patient)
        else:
            self._show_details(patient)

    def _open_chart(self, patient: PatientSummary) -> None:
        self._context.open_chart(patient.id)
        self.recent.refresh()

    def _show_details(self, patient: PatientSummary) -> None:
        self._alone(self.details)
        self.details.show_patient(patient)

    def _show_by_id(self, patient: PatientId) -> None:
        self._context.bridge.call(
            self,
            self._context.clinic.patients.get(self._context.actor, patient),
            done=self._show_details,
            failed=lambda _: None,
        )

    def _registered(self, patient: PatientSummary) -> None:
        number = patient.demographics.record_number
        words = f"{isolated(patient.name)} is registered as {number}" if number else "Registered"
        notify_outcome(
            self,
            self._context,
            words,
            pending=patient.pending,
            action="Details",
            on_action=lambda: self._show_details(patient),
        )
        self.found.field.clear()
        self.recent.refresh()

    def _selected(self, patient: PatientSummary | None) -> None:
        self.details_button.setEnabled(patient is not None)

    def _searching(self, text: str) -> None:
        self.recent.setVisible(not text and not self.recent.is_empty)

    def _alone(self, wanted: Drawer) -> None:
        for drawer in (self.registration, self.details, self.importing):
            if drawer is not wanted:
                drawer.leave()
