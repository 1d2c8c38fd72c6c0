"""What was done, in plain sentences, with a receipt."""

from collections.abc import Sequence

from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.icon_label import IconLabel

_SHOWN_ID = 16


class OutcomePage(Page):
    """`receipt` is the id under which the clinic's ledger has it; none for what is not there."""

    def __init__(
        self, visit: Visit, title: str, sentences: Sequence[str], receipt: str = ""
    ) -> None:
        super().__init__(visit, title)
        self.add(IconLabel("circle-check", tone=Tone.SUCCESS, size_px=self.dress.px(64)))
        for sentence in sentences:
            self.add(Words(sentence, self.dress, size=Size.LEAD))
        if receipt:
            self.add(Words(receipt_words(visit, receipt), self.dress, size=Size.SMALL, quiet=True))


def receipt_words(visit: Visit, receipt: str) -> str:
    """Give the number of a receipt in groups of four, with the time."""
    short = receipt[:_SHOWN_ID]
    number = "-".join(short[at : at + 4] for at in range(0, len(short), 4))
    moment = visit.dress.language.moment(visit.parts.now(), visit.facts.zone)
    return visit.dress.language.say("answered.receipt", number=number, moment=moment)
