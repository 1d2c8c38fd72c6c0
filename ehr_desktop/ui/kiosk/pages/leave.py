"""The way out of the kiosk, for staff."""

from typing_extensions import override

from ehr_desktop.ui.kiosk.pages.pin import PinEntry
from ehr_desktop.ui.kiosk.touch.pin_pad import PinPad
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_begin

_LEAST = 4


class LeavePage(PinEntry):
    """Asks for the staff's PIN, of four to twelve digits."""

    def __init__(self, visit: Visit) -> None:
        say = visit.dress.language.say
        super().__init__(visit, say("leave.title"), "", to_begin, PinPad(visit.dress, least=_LEAST))

    @override
    def entered(self, pin: str) -> None:
        self.call(self.visit.kiosk.may_leave(pin), self._answered)

    def _answered(self, may: bool) -> None:  # noqa: FBT001
        if may:
            self.visit.host.leave()
        else:
            self.tell(self.say("leave.wrong"))
