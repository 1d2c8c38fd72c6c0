"""Network: which workstations there are, how they are connected, and what that means."""

from typing import Final

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QProgressBar, QWidget
from typing_extensions import override

from ehr_desktop.domain.events import Event, NetworkChanged, PendingChanged, WorkstationsChanged
from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.network import (
    ConsensusStatus,
    LinkState,
    NetworkStatus,
    ProposerMode,
    WorkstationStatus,
)
from ehr_desktop.domain.people import Action, may
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.network_words import behind_words, network_saying, removal_text
from ehr_desktop.ui.models.workstation_table import WorkstationTable
from ehr_desktop.ui.screens.network.address_row import AddressRow
from ehr_desktop.ui.screens.network.alone import Alone
from ehr_desktop.ui.screens.network.diagram import NetworkDiagram
from ehr_desktop.ui.screens.network.weights_drawer import WeightsDrawer
from ehr_desktop.ui.screens.network.workstation_card import WorkstationCard
from ehr_desktop.ui.shell.context import AddWorkstation, ScreenContext, Wish
from ehr_desktop.ui.shell.live_answer import LiveAnswer
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.halves import Halves
from ehr_desktop.ui.widgets.labels import Body, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.row_delegate import ROW_PX
from ehr_desktop.ui.widgets.sheet import Confirmation
from ehr_desktop.ui.widgets.table import Table
from ehr_desktop.ui.widgets.verdict import Verdict

SIDE_PX: Final = 340
BESIDE_FROM_PX: Final = 1050
"""A narrower screen has the drawing and the details under the table."""
_LEAST_ROWS: Final = 4
_ADD: Final = "Ctrl+Shift+N"


class NetworkScreen(QWidget):
    """For everyone to look at; administrators add and remove workstations and set votes."""

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._may_change = may(context.actor.role, Action.MANAGE_WORKSTATIONS)
        self._chosen: DeviceId | None = None
        self.status: NetworkStatus | None = None
        self.question: Confirmation | None = None
        self.verdict = Verdict(self)
        self.model = WorkstationTable(self)
        self.table = Table("Workstations", self)
        self.diagram = NetworkDiagram(self)
        self.card = WorkstationCard(may_remove=self._may_change, parent=self)
        self.address = AddressRow(self)
        self.add_button = primary_button("Add a workstation", icon_name="plus", shortcut=_ADD)
        self.weights_button = secondary_button("Votes", icon_name="sliders-horizontal")
        self.alone = Alone(may_add=self._may_change, parent=self)
        self._build_behind()
        self._build()
        self._listen()

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys of this screen."""
        keys = (("Ctrl+L", "Type the address of a workstation"),)
        if self._may_change:
            return ((_ADD, "Add a workstation"), ("Delete", "Remove the chosen one"), *keys)
        return keys

    def grant(self, wish: Wish) -> None:
        """Open the door for a new workstation, if that is the wish."""
        if isinstance(wish, AddWorkstation) and self._may_change:
            self.add_workstation()

    def add_workstation(self) -> None:
        """Open the door for a new workstation."""
        from ehr_desktop.ui.screens.network.door_sheet import DoorSheet  # noqa: PLC0415

        DoorSheet(self._context, self).open()

    def remove_workstation(self) -> None:
        """Ask before the chosen workstation is taken off the roster."""
        each, status = self._chosen_one(), self.status
        if each is None or status is None or not self._may_change or each.state is LinkState.HERE:
            return
        question = Confirmation(
            self,
            f"Remove {each.name} from the clinic?",
            removal_text(status, each),
            "Remove workstation",
            dangerous=True,
        )
        question.confirmed.connect(lambda: self._remove(each))
        question.closed.connect(question.deleteLater)
        self.question = question
        question.open_over()

    def set_votes(self) -> None:
        """Open the form for the votes."""
        if self.status is not None:
            WeightsDrawer(self._context, self.status.workstations, self).open_over()

    def look_at(self, address: str) -> None:
        """Try an address somebody typed."""
        context = self._context
        context.bridge.call(
            self,
            context.clinic.network.add_address(context.actor, address),
            done=lambda _none: self._looking(address),
            failed=lambda error: self.address.refuse(explain(error)),
        )

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._live.look()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        down = self.halves.are_beside
        self._pieces.setDirection(directions.TopToBottom if down else directions.LeftToRight)

    def _build_behind(self) -> None:
        """Make what shows how far behind this workstation is."""
        self.behind = Card(parent=self, margin=Space.TWO)
        self.behind_text = Body("", self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Catching up with the other workstations")
        self.behind.add(column(self.behind_text, self.bar, spacing=Space.ONE))
        self.behind.hide()

    def _build(self) -> None:
        self.table.setModel(self.model)
        self.table.set_widths(0, 190, 120, 96, 200)
        self.table.set_loading(loading=True)
        self.table.setMinimumHeight((_LEAST_ROWS + 1) * ROW_PX + 2)
        listed = Card(parent=self, margin=1)
        listed.add(self.table)
        drawn = Card(parent=self, margin=Space.ONE)
        drawn.add(self.diagram)
        left = column(
            self.verdict, self.behind, listed, self.address, self.alone, spacing=Space.TWO
        )
        left.setStretch(2, 100)
        left.addStretch(1)
        self._listed = listed
        self._pieces = column(drawn, self.card, SPRING, spacing=Space.TWO)
        self._pieces.setAlignment(drawn, Qt.AlignmentFlag.AlignTop)
        self._pieces.setAlignment(self.card, Qt.AlignmentFlag.AlignTop)
        self._side = boxed(self._pieces, self)
        self._drawn = drawn
        self.halves = Halves(
            boxed(left, self), self._side, self, side_px=SIDE_PX, beside_from_px=BESIDE_FROM_PX
        )
        head = row(
            Heading("Network", self, size=TypeSize.DISPLAY),
            SPRING,
            self.weights_button,
            self.add_button,
        )
        self.setLayout(column(head, self.halves, spacing=Space.THREE, margin=Space.THREE))
        self.setFocusProxy(self.table)
        self.weights_button.hide()
        self.add_button.setVisible(self._may_change)
        for piece in (self.verdict, self.alone, self._side, self.address):
            piece.hide()

    def _listen(self) -> None:
        context = self._context
        self.add_button.clicked.connect(self.add_workstation)
        self.weights_button.clicked.connect(self.set_votes)
        self.card.remove_wanted.connect(self.remove_workstation)
        self.address.given.connect(self.look_at)
        self.diagram.chosen.connect(self._choose)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        QShortcut(QKeySequence("Delete"), self.table).activated.connect(self.remove_workstation)
        QShortcut(QKeySequence("Ctrl+L"), self).activated.connect(self.address.field.input.setFocus)
        self._live = LiveAnswer(
            self,
            context.bridge,
            lambda: context.clinic.network.status(context.actor),
            events=(NetworkChanged, WorkstationsChanged, PendingChanged),
            done=self._show,
            failed=self._failed,
        )
        context.bridge.node_event.connect(self._hear)
        if self._may_change:
            context.bridge.call(
                self,
                context.clinic.network.consensus(context.actor),
                done=self._learn_mode,
                failed=self._failed,
            )

    def _hear(self, event: Event) -> None:
        self._live.hear(event)

    def _learn_mode(self, consensus: ConsensusStatus) -> None:
        self.weights_button.setVisible(consensus.mode is ProposerMode.STAKE)

    def _show(self, status: NetworkStatus) -> None:
        self.status = status
        saying = network_saying(status)
        self.verdict.say(saying.tone, saying.icon_name, saying.title, saying.text)
        self.verdict.show()
        self._show_behind(status)
        self.table.set_loading(loading=False)
        self.model.show(status.workstations, status.height)
        several = len(status.workstations) > 1
        self._drawn.setVisible(several)
        self._listed.setVisible(several)
        self.alone.setVisible(not several)
        self.setFocusProxy(self.table if several else self.add_button)
        self._side.show()
        self.address.setVisible(several)
        self.diagram.show_workstations(status.workstations)
        row = self._row_to_choose()
        if self.table.currentIndex().row() != row:
            self.table.selectRow(row)
        self._show_chosen()

    def _show_behind(self, status: NetworkStatus) -> None:
        said = [behind_words(status)]
        self.bar.setVisible(status.catching_up is not None)
        if status.catching_up is not None:
            reached, aim = status.catching_up
            said.insert(0, f"Catching up: block {reached:,} of {aim:,}.")
            self.bar.setRange(0, max(aim, 1))
            self.bar.setValue(reached)
        self.behind_text.setText(" ".join(part for part in said if part))
        self.behind.setVisible(any(said))

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        each = self.model.at(current.row())
        if each is not None:
            self._chosen = each.device
            self._show_chosen()

    def _row_to_choose(self) -> int:
        """Give the row chosen before; else the first that has something to say; else the first."""
        known = -1 if self._chosen is None else self.model.row_of(self._chosen)
        return known if known >= 0 else max(self.model.troubled_row(), 0)

    def _choose(self, device: str) -> None:
        self.table.selectRow(self.model.row_of(DeviceId(device)))

    def _chosen_one(self) -> WorkstationStatus | None:
        return self.model.at(self.table.currentIndex().row())

    def _show_chosen(self) -> None:
        each = self._chosen_one()
        if each is not None and self.status is not None:
            self.card.show_workstation(each, self.status)
            self.diagram.mark(each.device)

    def _remove(self, each: WorkstationStatus) -> None:
        context = self._context
        context.bridge.call(
            self,
            context.clinic.network.remove(context.actor, each.device),
            done=lambda _none: self._removed(each),
            failed=self._failed,
        )

    def _removed(self, each: WorkstationStatus) -> None:
        self._context.notify(f"{each.name} is removed.")
        self._live.renew()

    def _looking(self, address: str) -> None:
        self.address.clear()
        self._context.notify(f"Looking at {address}.")
        self._live.renew()

    def _failed(self, error: BaseException) -> None:
        self.table.set_loading(loading=False)
        self._context.notify(explain(error))
