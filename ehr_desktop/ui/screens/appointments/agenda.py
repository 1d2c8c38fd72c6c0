"""The day as a list: the twin of the painted book for those who read line by line."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.ui.models.day_agenda import DayAgenda
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.table import Table


class AgendaView(QWidget):
    """`opened` carries the `Appointment` of Enter or a double click."""

    opened = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = DayAgenda(self)
        self.table = Table("Appointments of the day", self)
        self.table.setModel(self.model)
        self.table.set_widths(120, 216, 156, 108, 170)
        self.table.set_empty_state(
            EmptyState("calendar-days", "No appointments on this day", "Press N to book one.")
        )
        self.table.opened.connect(self._opened)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.setLayout(column(self.table, spacing=0))
        self.setFocusProxy(self.table)

    @property
    def current(self) -> Appointment | None:
        """The appointment of the chosen row."""
        return self.model.at(self.table.currentIndex().row())

    def show_appointments(self, appointments: tuple[Appointment, ...]) -> None:
        """Show these appointments; the chosen one stays chosen as long as it is there."""
        before = self.current
        self.model.show(appointments)
        row_number = self.model.row_of(before.id) if before is not None else -1
        if row_number >= 0:
            self.table.selectRow(row_number)

    def _opened(self, index: QModelIndex) -> None:
        appointment = self.model.at(index.row())
        if appointment is not None:
            self.opened.emit(appointment)

    def _menu(self, where: QPoint) -> None:
        appointment = self.model.at(self.table.rowAt(where.y()))
        if appointment is not None:
            self.menu_wanted.emit(appointment, self.table.viewport().mapToGlobal(where))
