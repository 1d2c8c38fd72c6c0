"""Consensus: the block being agreed, who votes, how quick it is and what it withstands."""

from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.events import ConsensusChanged, Event, LedgerGrew, WorkstationsChanged
from ehr_desktop.domain.network import Accusation, ConsensusStatus
from ehr_desktop.domain.people import Clinic
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.consensus_words import (
    MODES,
    NONE_YET,
    accusation_words,
    halted_saying,
    pace_words,
    tolerance_words,
)
from ehr_desktop.ui.screens.consensus.agreement_card import AgreementCard
from ehr_desktop.ui.screens.consensus.final_chart import FinalChart
from ehr_desktop.ui.screens.consensus.mining_panel import MiningPanel
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.shell.live_answer import LiveAnswer
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.halves import Halves
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Caption, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, Piece, boxed, column, row

SIDE_PX: Final = 380
BESIDE_FROM_PX: Final = 950
"""A narrower screen has the explanations under the chart."""
CHART_MOST_PX: Final = 400
_NO_EVIDENCE: Final = "Nobody was found telling two stories."


class ConsensusScreen(QWidget):
    """For everyone to look at; there is nothing to press. It follows what happens by itself."""

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._zone: tzinfo | None = None
        self._accusations: tuple[Accusation, ...] | None = None
        self.status: ConsensusStatus | None = None
        self.halted = Callout(Tone.NOTE, "", parent=self)
        self.agreement = AgreementCard(self)
        self.chart = FinalChart(self)
        self.last = Heading(NONE_YET, self, size=TypeSize.DISPLAY)
        self.median = Heading(NONE_YET, self, size=TypeSize.DISPLAY)
        self.tolerance = Body("", self)
        self.mode = Heading("", self, size=TypeSize.MEDIUM)
        self.mode_text = Body("", self, level=Level.MUTED)
        self.mining = MiningPanel(self)
        self.evidence = Card("Evidence", self)
        self._evidence_lines: list[QWidget] = []
        self._build()
        self._listen()

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys of this screen."""
        return (("Left", "The block before, in the chart"), ("Right", "The block after"))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._live.look()

    def _build(self) -> None:
        drawn = Card("Time to final, last hour", self)
        drawn.add(self.chart)
        drawn.body.setStretch(0, 1)
        pace = row(
            self._figure("Last block", self.last), self._figure("Median of the hour", self.median),
            spacing=Space.TWO,
        )  # fmt: skip
        withstands = Card("What it withstands", self)
        withstands.add(self.tolerance)
        modes = Card("Who proposes", self)
        modes.add(column(self.mode, self.mode_text, spacing=Space.HALF))
        drawn.setMaximumHeight(CHART_MOST_PX)
        left = column(self.halted, self.agreement, drawn, SPRING, spacing=Space.TWO)
        left.setStretch(2, 100)
        pieces: tuple[Piece, ...] = (pace, modes, self.mining, withstands, self.evidence, SPRING)
        side = boxed(column(*pieces, spacing=Space.TWO), self)
        self.halves = Halves(
            boxed(left, self), side, self, side_px=SIDE_PX, beside_from_px=BESIDE_FROM_PX
        )
        head = Heading("Consensus", self, size=TypeSize.DISPLAY)
        self.setLayout(column(head, self.halves, spacing=Space.THREE, margin=Space.THREE))
        self.setFocusProxy(self.chart)
        self.halves.hide()
        self.halted.hide()
        self.mining.hide()

    def _figure(self, name: str, figure: Heading) -> Card:
        card = Card(parent=self, margin=Space.TWO)
        card.add(column(Caption(name, card), figure, spacing=Space.HALF))
        return card

    def _listen(self) -> None:
        context = self._context
        self._live = LiveAnswer(
            self,
            context.bridge,
            lambda: context.clinic.network.consensus(context.actor),
            events=(ConsensusChanged, LedgerGrew, WorkstationsChanged),
            done=self._show,
            failed=self._failed,
        )
        context.bridge.node_event.connect(self._hear)
        context.bridge.call(
            self, context.clinic.session.clinic(), done=self._settle_in, failed=self._failed
        )

    def _hear(self, event: Event) -> None:
        self._live.hear(event)

    def _settle_in(self, clinic: Clinic) -> None:
        self._zone = ZoneInfo(clinic.time_zone)
        if self.status is not None:
            self._show(self.status)

    def _show(self, status: ConsensusStatus) -> None:
        self.status = status
        self.halves.show()
        self.agreement.show_status(status)
        self.chart.show_points(status.finals, self._context.now(), self._zone)
        last, middle = pace_words(status.finals)
        self.last.setText(last)
        self.median.setText(middle)
        self.tolerance.setText(tolerance_words(status))
        name, sentence = MODES[status.mode]
        self.mode.setText(name)
        self.mode_text.setText(sentence)
        self.mining.setVisible(status.mining is not None)
        if status.mining is not None:
            self.mining.show_mining(status.mining)
        halted = halted_saying(status)
        self.halted.setVisible(halted is not None)
        if halted is not None:
            self.halted.say(halted.tone, halted.title, halted.text)
        self._show_evidence(status.accusations)

    def _show_evidence(self, accusations: tuple[Accusation, ...]) -> None:
        if accusations == self._accusations:
            return
        self._accusations = accusations
        for line in self._evidence_lines:
            self.evidence.body.removeWidget(line)
            line.hide()
            line.deleteLater()
        if accusations:
            self._evidence_lines = [self._evidence_line(each) for each in accusations]
        else:
            self._evidence_lines = [Body(_NO_EVIDENCE, self, level=Level.MUTED)]
        self.evidence.add(*self._evidence_lines)

    def _evidence_line(self, accusation: Accusation) -> QWidget:
        mark = IconLabel("circle-alert", tone=Tone.DANGER)
        line = row(mark, Body(accusation_words(accusation)), spacing=Space.ONE_AND_HALF)
        line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        return boxed(line, self)

    def _failed(self, error: BaseException) -> None:
        self._context.notify(explain(error))
