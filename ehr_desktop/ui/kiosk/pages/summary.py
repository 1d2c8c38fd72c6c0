"""The patient's own summary."""

from ehr_desktop.domain.chart import ChartSummary
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.keep import KeepPage
from ehr_desktop.ui.kiosk.record_words import Part, on_way_line, parts_of
from ehr_desktop.ui.kiosk.touch.words import Box, Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_home
from ehr_desktop.ui.theme.tokens import Tone


class SummaryPage(Page):
    """Allergies first. Opening it writes a receipt, as for everybody else."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, visit.dress.language.say("home.summary"), back=to_home)
        self.keep = button(
            self, self.say("home.keep"), self._keep, icon_name="printer", centred=True
        )
        self.offer(self.keep, most=1)
        self.call(visit.kiosk.summary(visit.patient), self._show)

    def _show(self, summary: ChartSummary) -> None:
        coming = on_way_line(self.dress.language, summary)
        if coming:
            box = Box(self.dress, tone=Tone.WARNING)
            box.add(Words(coming, self.dress))
            self.add(box)
        for part in parts_of(self.dress.language, summary, self.visit.facts.zone):
            self.add(self._box(part))

    def _box(self, part: Part) -> Box:
        box = Box(self.dress, tone=Tone.DANGER if part.alarming else None)
        box.add(Words(part.title, self.dress, size=Size.LEAD, strong=True))
        for title, detail in part.lines:
            box.add(Words(title, self.dress, strong=bool(detail)))
            if detail:
                box.add(Words(detail, self.dress, size=Size.SMALL, quiet=True))
        return box

    def _keep(self) -> None:
        self.go(KeepPage)
