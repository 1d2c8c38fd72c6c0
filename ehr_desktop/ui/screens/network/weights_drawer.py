"""How much each workstation's vote weighs, where the clinic chose stake."""

from typing import Final

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.network import WorkstationStatus
from ehr_desktop.explain import explain
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.widgets.buttons import primary_button
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body, Level
from ehr_desktop.ui.widgets.number_field import NumberField

MOST: Final = 1000
_EXPLAINED: Final = (
    "A workstation with more votes proposes more often and counts for more when something becomes "
    "final. With 0 it follows and keeps a copy. Above two thirds of all votes, one workstation "
    "decides alone."
)


class WeightsDrawer(Drawer):
    """One number for each workstation that is on the roster and was not stopped."""

    def __init__(
        self,
        context: ScreenContext,
        workstations: tuple[WorkstationStatus, ...],
        host: QWidget,
    ) -> None:
        super().__init__(host, "Votes of the workstations")
        self._context = context
        self._votes = {each.device: each.weight for each in workstations if not each.stopped}
        self.fields: dict[DeviceId, Field[NumberField]] = {}
        self.add(Body(_EXPLAINED, self, level=Level.MUTED))
        for each in workstations:
            if not each.stopped:
                number = NumberField(0, MOST)
                number.setValue(each.weight)
                self.fields[each.device] = Field(each.name, number, self)
                self.add(self.fields[each.device])
        self.problem = Failure(self)
        self.add(self.problem)
        self.save = primary_button("Save", shortcut="Ctrl+Return")
        self.save.clicked.connect(self.submit)
        self.set_footer(self.save)
        self.closed.connect(self.deleteLater)

    def submit(self) -> None:
        """Sign the new numbers."""
        wanted = {device: field.input.value() for device, field in self.fields.items()}
        changed = {d: votes for d, votes in wanted.items() if votes != self._votes[d]}
        if not changed:
            self.leave()
            return
        if not any(wanted.values()):
            self._refuse("Somebody must have a vote.")
            return
        self.save.setEnabled(False)
        context = self._context
        work = context.clinic.network.set_weights(context.actor, changed)
        context.bridge.call(self, work, done=self._saved, failed=self._failed)

    def _saved(self, _nothing: None) -> None:
        self._context.notify("The new votes hold from the next block on.")
        self.leave()

    def _failed(self, error: BaseException) -> None:
        self._refuse(explain(error))

    def _refuse(self, sentence: str) -> None:
        self.save.setEnabled(True)
        self.problem.tell("The votes were not changed.", sentence)
