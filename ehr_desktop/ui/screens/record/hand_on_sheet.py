"""Handing a grant on to a colleague, unchanged or narrower."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.consent import GranteeKind, Share
from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Staff, Team
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.consent_times import UNTIL, choices, end_of
from ehr_desktop.ui.models.consent_words import until_words
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.category_ticks import CategoryTicks
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body, Level
from ehr_desktop.ui.widgets.sheet import Sheet


class HandOnSheet(Sheet):
    """`handed_on` carries the new `Share`."""

    handed_on = Signal(object)

    def __init__(self, opened: OpenedChart, host: QWidget, share: Share) -> None:
        super().__init__(host, "Hand on to a colleague", width_px=528)
        self._on, self._share = opened, share
        self.colleague = ComboField([])
        self.ticks = CategoryTicks("Records to hand on", self)
        self.ticks.offer(share.categories, share.categories)
        self.ticks.changed.connect(self._check)
        self.until = ComboField(choices(UNTIL))
        self._failure = Callout(Tone.DANGER, "", parent=self)
        self._failure.hide()
        text = (
            "The patient allowed you to hand this on. It ends with yours, "
            f"{until_words(share.until, opened.zone)}, and when the patient stops it."
        )
        self.add(
            Body(text, self, level=Level.MUTED),
            Field("Colleague", self.colleague, self),
            self.ticks,
            Field("Open until", self.until, self),
            self._failure,
        )
        self.give = primary_button("Hand on")
        self.give.setEnabled(False)
        self.cancel = secondary_button("Cancel")
        self.set_buttons(self.give, self.cancel)
        self.give.clicked.connect(self._give)
        self.cancel.clicked.connect(self.leave)
        context = opened.context
        opened.call(
            self,
            context.clinic.people.list(context.actor),
            done=self._show_colleagues,
            failed=self._failed,
        )

    def _show_colleagues(self, staff: Sequence[Staff]) -> None:
        wanted = [one for one in staff if one.active and self._may_need_it(one)]
        self.colleague.set_choices([(one.id, one.display_name) for one in wanted])
        self._check()

    def _may_need_it(self, colleague: Staff) -> bool:
        """Keep clinicians for one's own grant; for a team's, those it does not let in already."""
        teams = TEAMS_OF_ROLE[colleague.role]
        if self._share.grantee_kind is GranteeKind.TEAM:
            return self._share.grantee not in teams
        return Team.CLINICAL in teams and colleague.id != self._on.context.actor.id

    def _check(self) -> None:
        self.give.setEnabled(bool(self.ticks.chosen and self.colleague.key))

    def _give(self) -> None:
        self.give.setEnabled(False)
        context = self._on.context
        self._on.call(
            self,
            context.clinic.sharing.hand_on(
                context.actor,
                self._share.id,
                PersonId(self.colleague.key),
                self.ticks.chosen,
                self._until(),
            ),
            done=self._given,
            failed=self._failed,
        )

    def _until(self) -> datetime | None:
        """Give the end chosen, never later than that of the grant handed on."""
        ends = end_of(UNTIL, self.until.key, self._on.now())
        if self._share.until is None:
            return ends
        return self._share.until if ends is None else min(ends, self._share.until)

    def _given(self, share: Share) -> None:
        self.leave()
        self.handed_on.emit(share)

    def _failed(self, error: BaseException) -> None:
        self._check()
        self._failure.say(Tone.DANGER, "It was not handed on", explain(error))
        self._failure.show()
