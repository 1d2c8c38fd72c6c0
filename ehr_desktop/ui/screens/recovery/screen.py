"""Recovery: what there is in case everything is lost, and what a restore needs."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.backups import Backup
from ehr_desktop.domain.consent import Custody
from ehr_desktop.domain.events import BackedUp, Event, PatientErased, PeopleChanged
from ehr_desktop.domain.people import Clinic, Staff, Team
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.ledger_surroundings import Surroundings, surroundings_of
from ehr_desktop.ui.screens.recovery.backup_card import BackupCard
from ehr_desktop.ui.screens.recovery.custodians_card import CustodiansCard
from ehr_desktop.ui.screens.recovery.custodians_drawer import CustodiansDrawer
from ehr_desktop.ui.screens.recovery.handing_drawer import HandingDrawer
from ehr_desktop.ui.screens.recovery.rehearsal_drawer import RehearsalDrawer
from ehr_desktop.ui.screens.recovery.words import NEEDED, RESTORE_REMARK
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.shell.live_answer import LiveAnswer
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.labels import Body, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column
from ehr_desktop.ui.widgets.point import Point
from ehr_desktop.ui.widgets.scrolling import Scrolling

_NOBODY: Final = Custody(0, 0, 0)


@dataclass(frozen=True, slots=True)
class State:
    """How things stand; `waiting` are those nobody has handed a team's key on to."""

    custody: Custody = _NOBODY
    last: Backup | None = None
    waiting: tuple[Staff, ...] = ()


class RecoveryScreen(QWidget):
    """For administrators."""

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._clinic = ""
        self._zone: tzinfo | None = None
        self.state = State()
        self.drawer: Drawer | None = None
        self.backup = BackupCard(context, self)
        self.custodians = CustodiansCard(self)
        self._build()
        self.backup.written.connect(self.refresh)
        self.custodians.name_wanted.connect(self.name_custodians)
        self.custodians.rehearsal_wanted.connect(self.rehearse)
        self.custodians.handing_wanted.connect(self.hand_on)
        self._live = LiveAnswer(
            self,
            context.bridge,
            self._ask,
            events=(BackedUp, PeopleChanged, PatientErased),
            done=self._know,
            failed=self._failed,
        )
        context.bridge.node_event.connect(self._hear)
        self._show()
        self._begin()

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys of this screen."""
        return (("Ctrl+Return", "Back up now"),)

    def refresh(self) -> None:
        """Ask how things stand."""
        self._live.renew()

    def name_custodians(self) -> None:
        """Open the steps to new shares."""
        self._open(CustodiansDrawer(self._context, self.state.custody, self._clinic, self))

    def rehearse(self) -> None:
        """Open the form that tries shares."""
        self._open(RehearsalDrawer(self._context, self.state.custody, self))

    def hand_on(self, team: str) -> None:
        """Open the form by which custodians hand a team's key on."""
        self._open(
            HandingDrawer(self._context, self.state.custody, Team(team), self.state.waiting, self)
        )

    def _open(self, drawer: Drawer) -> None:
        self.drawer = drawer
        drawer.closed.connect(self.refresh)
        drawer.open_over()

    def _build(self) -> None:
        needed = Card("What a restore needs", self)
        needed.add(*(Point(*point, self) for point in NEEDED))
        needed.add(Body(RESTORE_REMARK, self, level=Level.MUTED))
        inside = boxed(column(self.backup, self.custodians, needed, SPRING, spacing=Space.TWO))
        scroll = Scrolling(inside, self)
        head = Heading("Recovery", self, size=TypeSize.DISPLAY)
        self.setLayout(column(head, scroll, spacing=Space.THREE, margin=Space.THREE))
        self.setFocusProxy(self.backup.button)

    def _begin(self) -> None:
        context, call = self._context, self._context.bridge.call
        around = surroundings_of(context.clinic, context.actor)
        call(self, around, done=self._settle_in, failed=self._failed)
        call(self, context.clinic.session.clinic(), done=self._know_clinic, failed=self._failed)
        self.refresh()

    def _settle_in(self, around: Surroundings) -> None:
        self._zone = around.zone
        self._show()

    def _know_clinic(self, clinic: Clinic) -> None:
        self._clinic = clinic.name

    async def _ask(self) -> State:
        clinic, actor = self._context.clinic, self._context.actor
        staff = await clinic.people.list(actor)
        waiting = await clinic.people.awaiting_keys(actor)
        return State(
            await clinic.recovery.custody(actor),
            await clinic.recovery.backup(actor),
            tuple(person for person in staff if person.id in waiting),
        )

    def _know(self, state: State) -> None:
        self.state = state
        self._show()

    def _show(self) -> None:
        self.backup.show_state(self.state.last, self.state.custody, self._zone)
        self.custodians.show_state(self.state.custody, self.state.waiting)

    def _hear(self, event: Event) -> None:
        self._live.hear(event)

    def _failed(self, error: BaseException) -> None:
        self._context.notify(explain(error))
