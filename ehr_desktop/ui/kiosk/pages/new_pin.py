"""Choosing another PIN."""

from functools import partial

from typing_extensions import override

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.pages.pin import PinEntry
from ehr_desktop.ui.kiosk.touch.pin_pad import PinPad
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_home


class NewPinPage(PinEntry):
    """Takes it twice. The clinic does not take what others would try first; `notice` says why the
    page asks once more.
    """

    def __init__(self, visit: Visit, first: str = "", notice: str = "") -> None:
        say = visit.dress.language.say
        super().__init__(
            visit,
            say("new-pin.again" if first else "new-pin.title"),
            say("new-pin.text"),
            to_home,
            PinPad(visit.dress, shuffled=visit.parts.settings.shuffled),
        )
        self._first = first
        self.tell(notice)

    @override
    def entered(self, pin: str) -> None:
        if not self._first:
            self.go(partial(NewPinPage, first=pin))
        elif pin != self._first:
            self.go(partial(NewPinPage, notice=self.say("new-pin.differ")))
        else:
            work = self.visit.kiosk.change_pin(self.visit.patient, pin)
            self.call(work, self._changed, self._refused)

    def _changed(self, _nothing: None) -> None:
        say = self.say
        sentences = [say("new-pin.done")]
        self.go(partial(OutcomePage, title=say("new-pin.done-title"), sentences=sentences))

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, InvalidInputError):
            self.go(partial(NewPinPage, notice=self.say("new-pin.simple")))
        else:
            self.fail(error)
