"""The PIN that goes with the card."""

from functools import partial

from typing_extensions import override

from ehr_desktop.domain.consent import GuardRule
from ehr_desktop.domain.errors import CardLostError, CardUnknownError, PinLockedError
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, PageMaker
from ehr_desktop.ui.kiosk.phrases import sorry
from ehr_desktop.ui.kiosk.touch.pin_pad import PinPad
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_card


class PinEntry(Page):
    """A page with a keypad for a PIN. Digits of a real keyboard count too; but what a scanner
    types there is never handed over as a guess.
    """

    def __init__(self, visit: Visit, title: str, text: str, back: PageMaker, pad: PinPad) -> None:
        super().__init__(visit, title, back=back)
        self.pad = pad
        if text:
            size = Size.BODY if self.dress.large else Size.LEAD
            self.add(Words(text, self.dress, size=size))
        self.add(self.pad)
        self.pad.entered.connect(self.entered)

    def entered(self, pin: str) -> None:
        """Take a complete PIN."""
        raise NotImplementedError

    @override
    def typed(self, text: str) -> bool:
        if text == "\b":
            self.pad.take_back()
            return True
        if text.isalpha():
            self.pad.clear()
        return self.pad.isEnabled() and self.pad.type(text)


class PinPage(PinEntry):
    """Opens the patient's keys. How the PIN is guarded in this clinic is said below the keypad."""

    def __init__(self, visit: Visit, code: str) -> None:
        say = visit.dress.language.say
        super().__init__(
            visit,
            say("pin.title"),
            say("pin.text"),
            to_card,
            PinPad(visit.dress, shuffled=visit.parts.settings.shuffled),
        )
        self._code = code
        self.guarded = Words("", self.dress, size=Size.SMALL, quiet=True)
        self.add(self.guarded)
        visit.parts.bridge.call(
            self, visit.kiosk.guard_rule(), done=self._show_rule, failed=self._no_rule
        )

    @override
    def entered(self, pin: str) -> None:
        self.wait(True)
        self.visit.host.enter(self.visit.kiosk.open(self._code, pin), self._refused)

    def _refused(self, error: BaseException) -> None:
        self.wait(False)
        if isinstance(error, CardUnknownError | CardLostError):
            self.go(partial(to_card, notice=sorry(self.dress.language, error)))
            return
        self.fail(error)
        if isinstance(error, PinLockedError):
            self.pad.setEnabled(False)

    def _show_rule(self, rule: GuardRule) -> None:
        if rule.workstations == 1:
            self.guarded.setText(self.say("pin.one-computer"))
        else:
            self.guarded.setText(
                self.say("pin.several", threshold=rule.threshold, total=rule.workstations)
            )

    def _no_rule(self, error: BaseException) -> None:
        del error
