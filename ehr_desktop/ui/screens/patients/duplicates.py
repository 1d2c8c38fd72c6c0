"""Who is already registered and may be the same person, shown while one types."""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import Demographics, DuplicateWarning
from ehr_desktop.ui.models.chart_times import birth_text
from ehr_desktop.ui.screens.patients.words import field_words, same_person_words
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.layouts import column

_PATIENCE_MS = 250
_SHOWN = 3
_SHORTEST = 2


class DuplicateCard(Callout):
    """One person who may be meant; `taken` says that it is this one."""

    taken = Signal(object)

    def __init__(self, warning: DuplicateWarning, context: ScreenContext) -> None:
        self._warning = warning
        use = secondary_button("Use this one")
        use.setAccessibleName(f"Use {warning.patient.name}")
        demographics = warning.patient.demographics
        same = ", ".join(word for word in map(field_words, warning.reasons) if word)
        born = birth_text(demographics, context.now().date())
        who = f"{born} · {same_person_words(demographics)}"
        super().__init__(
            Tone.DANGER if warning.strong else Tone.WARNING,
            warning.patient.name,
            f"{who}\nSame {same}." if same else who,
            use,
        )
        use.clicked.connect(self._take)

    def _take(self) -> None:
        self.taken.emit(self._warning.patient)


class DuplicatePanel(QWidget):
    """Looks for `Demographics` a moment after `look_for` and shows at most three people.

    `taken` carries the `PatientSummary` one decided to use instead.
    """

    taken = Signal(object)
    changed = Signal()

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._wanted = Demographics("", "")
        self._not = PatientId("")
        self._asking = 0
        self._warnings: tuple[DuplicateWarning, ...] = ()
        self._cards: list[DuplicateCard] = []
        self._column = column(spacing=Space.ONE)
        self.setLayout(self._column)
        self._timer = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._timer.timeout.connect(self._ask_later)
        self.hide()

    @property
    def strong(self) -> bool:
        """Whether somebody shown is very probably the same person."""
        return any(warning.strong for warning in self._warnings)

    def leave_out(self, patient: PatientId) -> None:
        """Never warn of `patient`: it is the one being changed."""
        self._not = patient

    def look_for(self, demographics: Demographics) -> None:
        """Look soon for people like `demographics`."""
        self._wanted = demographics
        self._timer.start()

    def look_now(self, demographics: Demographics, then: Callable[[], object]) -> None:
        """Look at once, and call `then` with the answer shown (also when none came)."""
        self._wanted = demographics
        self._ask(then)

    def clear(self) -> None:
        """Show nobody."""
        self._timer.stop()
        self._asking += 1
        self._show(())

    def _ask_later(self) -> None:
        if len(self._wanted.family + self._wanted.given) < _SHORTEST:
            self.clear()
        else:
            self._ask(lambda: None)

    def _ask(self, then: Callable[[], object]) -> None:
        self._timer.stop()
        self._asking += 1
        asked = self._asking
        self._context.bridge.call(
            self,
            self._context.clinic.patients.duplicates(self._context.actor, self._wanted),
            done=lambda found: self._found(asked, found, then),
            failed=lambda _: self._found(asked, (), then),
        )

    def _found(
        self, asked: int, warnings: tuple[DuplicateWarning, ...], then: Callable[[], object]
    ) -> None:
        if asked == self._asking:
            others = tuple(each for each in warnings if each.patient.id != self._not)
            self._show(tuple(sorted(others, key=lambda each: not each.strong)))
        then()

    def _show(self, warnings: tuple[DuplicateWarning, ...]) -> None:
        shown = warnings[:_SHOWN]
        if shown == self._warnings:
            return
        self._warnings = shown
        for card in self._cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [DuplicateCard(warning, self._context) for warning in shown]
        for card in self._cards:
            card.taken.connect(self.taken)
            self._column.addWidget(card)
        self.setVisible(bool(shown))
        self.changed.emit()
