"""One erasure: who ordered it, whether it may be confirmed, how far the workstations have come."""

from datetime import date, tzinfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.consent import Erasure
from ehr_desktop.domain.people import Role
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.models.consent_words import erasure_basis_words, progress_words
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import danger_button, secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.key_values import KeyValueList
from ehr_desktop.ui.widgets.labels import Caption, ElidedLabel, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, row
from ehr_desktop.ui.widgets.pill import Pill


class ErasureCard(Card):
    """`confirm_wanted`, `cancel_wanted` and `certificate_wanted` say what was pressed."""

    confirm_wanted = Signal()
    cancel_wanted = Signal()
    certificate_wanted = Signal()

    def __init__(
        self,
        erasure: Erasure,
        who: str,
        role: Role,
        today: date,
        zone: tzinfo,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", parent)
        self.erasure = erasure
        self.who = who
        head = row(
            ElidedLabel(who, self, font=Heading().font()), Pill(*state_of(erasure), self), spacing=8
        )
        head.setStretch(0, 1)
        facts = [
            ("Ground", erasure_basis_words(erasure.basis)),
            ("Ordered", f"{shown_moment(erasure.ordered, zone)} by {erasure.ordered_by}"),
            ("Not before", shown_date(erasure.not_before)),
        ]
        if erasure.confirmed is not None:
            by = f"{shown_moment(erasure.confirmed, zone)} by {erasure.confirmed_by}"
            facts.append(("Confirmed", by))
        self.add(head, KeyValueList(facts, self))
        if erasure.confirmed is not None:
            self._add_progress(erasure)
        self._add_ways(erasure, role, today)

    def _add_progress(self, erasure: Erasure) -> None:
        done = [name for name, _ in erasure.acknowledged]
        words = progress_words(done, erasure.waiting)
        self.progress = Caption(words[:1].upper() + words[1:], self)
        bar = QProgressBar(self)
        bar.setTextVisible(False)
        bar.setRange(0, len(done) + len(erasure.waiting))
        bar.setValue(len(done))
        bar.setAccessibleName(words)
        self.add(bar, self.progress)

    def _add_ways(self, erasure: Erasure, role: Role, today: date) -> None:
        self.confirm = danger_button("Confirm…", icon_name="trash-2")
        self.cancel = secondary_button("Do not erase")
        self.certificate = secondary_button("Certificate…", icon_name="printer")
        self.confirm.clicked.connect(self.confirm_wanted)
        self.cancel.clicked.connect(self.cancel_wanted)
        self.certificate.clicked.connect(self.certificate_wanted)
        open_yet = erasure.confirmed is None
        due = today >= erasure.not_before
        self.confirm.setVisible(open_yet and role is Role.DOCTOR)
        self.confirm.setEnabled(due)
        self.cancel.setVisible(open_yet and role is Role.ADMINISTRATOR)
        self.certificate.setVisible(not open_yet)
        if open_yet and role is Role.DOCTOR and not due:
            self.add(
                Caption(f"It can be confirmed from {shown_date(erasure.not_before)} on.", self)
            )
        self.add(row(self.certificate, self.cancel, self.confirm, SPRING, spacing=Space.ONE))


def state_of(erasure: Erasure) -> tuple[str, Tone]:
    """Say how far an erasure has come."""
    if erasure.confirmed is None:
        return "Locked", Tone.WARNING
    return ("Being destroyed", Tone.WARNING) if erasure.waiting else ("Erased", Tone.SUCCESS)
