"""One box for everything: a patient, a command, a day."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget
from typing_extensions import override

from ehr_desktop.domain.patients import PatientPage, PatientSummary
from ehr_desktop.domain.people import Actor
from ehr_desktop.explain import explain
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.clinic_port import ClinicPort
from ehr_desktop.ui.shell.suggestion_list import ROW_PX, SuggestionList
from ehr_desktop.ui.shell.suggestions import Suggestion, patient_suggestion
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.labels import Caption
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.search_field import SearchField

MOST_PATIENTS: Final = 8
RECENT_PATIENTS: Final = 4
_SHOWN_ROWS: Final = 9
_STEPS: Final = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class Omnibox(SearchField):
    """Suggests while one types; Down and Up choose, Enter does it, Esc leaves.

    `local` gives what needs no search (commands, days) for a text; `pick` takes a patient.
    `left` asks for the focus to be put elsewhere.
    """

    left = Signal()

    def __init__(
        self,
        bridge: NodeBridge,
        clinic: ClinicPort,
        actor: Actor,
        host: QWidget,
        *,
        local: Callable[[str], tuple[Suggestion, ...]],
        pick: Callable[[PatientSummary], None],
    ) -> None:
        super().__init__("Find a patient, a command or a day", host, patience_ms=0)
        self._bridge = bridge
        self._clinic = clinic
        self._actor = actor
        self._local = local
        self._pick = pick
        self._host = host
        self._asked: Future[PatientPage] | None = None
        self._local_now: tuple[Suggestion, ...] = ()
        self._request = 0
        self._answered = True
        self._enter_waits = False
        self.popup = QFrame(host)
        self.popup.setProperty("look", "popup")
        self.list = SuggestionList(self.popup)
        self.list.clicked.connect(self._clicked)
        self._remark = Caption("", self.popup)
        self._remark.setContentsMargins(Space.ONE, 6, Space.ONE, 6)
        self.popup.setLayout(column(self.list, self._remark, spacing=0, margin=4))
        self.popup.hide()
        self.textChanged.connect(self._suggest)
        host.installEventFilter(self)

    def begin(self) -> None:
        """Take the focus and offer what is usual."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self._suggest()

    def leave(self) -> None:
        """Close the list and forget what was typed."""
        self.popup.hide()
        if self._asked is not None:
            self._asked.cancel()
        self._request += 1
        self._answered, self._enter_waits = True, False
        self.left.emit()
        self.clear()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            if self.popup.isHidden():
                self._suggest()
            self.list.step(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        elif key == Qt.Key.Key_Escape and self.popup.isVisible():
            self.leave()
        else:
            super().keyPressEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.popup.hide()
        return super().event(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self.popup.hide()
        return super().eventFilter(watched, event)

    def _suggest(self) -> None:
        if not self.hasFocus():
            return
        text = self.text().strip()
        self._answered = self._enter_waits = False
        self._local_now = self._local(text)
        if self._asked is not None:
            self._asked.cancel()
        limit = MOST_PATIENTS if text else RECENT_PATIENTS
        search = self._clinic.patients.search(self._actor, text, limit=limit)
        self._request += 1
        self._asked = self._bridge.call(
            self,
            search,
            done=partial(self._found, self._request),
            failed=partial(self._not_found, self._request),
        )

    def _found(self, request: int, page: PatientPage) -> None:
        # What was finished cannot be cancelled any more, and may still be on its way here.
        if request != self._request:
            return
        patients = tuple(
            patient_suggestion(match.patient, self._picker(match.patient)) for match in page.matches
        )
        more = page.total - len(page.matches) if self.text().strip() else 0
        self._show(
            patients + self._local_now, f"{more:,} more patients match. Type on." if more else ""
        )
        if self._enter_waits:
            self._enter()

    def _enter(self) -> None:
        """Do what is chosen; if the answer to the last key is still to come, do it then.

        Somebody who types a name and Enter at once must not get the patient of the key before.
        """
        self._enter_waits = not self._answered
        if self._answered and self.popup.isVisible():
            self._run(self.list.currentIndex())

    def _not_found(self, request: int, error: BaseException) -> None:
        if request == self._request:
            self._show(self._local_now, explain(error))

    def _show(self, suggestions: tuple[Suggestion, ...], remark: str) -> None:
        self._answered = True
        if not self.hasFocus():
            return
        self.list.suggestions.offer(suggestions)
        if suggestions:
            self.list.setCurrentIndex(self.list.suggestions.index(0))
        words = remark if suggestions else remark or "Nothing found. Try a part of the name."
        self._remark.setText(words)
        self._remark.setVisible(bool(words))
        self.list.setVisible(bool(suggestions))
        self.list.setFixedHeight(min(len(suggestions), _SHOWN_ROWS) * ROW_PX)
        corner = self.mapTo(self._host, QPoint(0, self.height() + Space.HALF))
        self.popup.setFixedWidth(self.width())
        self.popup.move(corner)
        self.popup.adjustSize()
        self.popup.raise_()
        self.popup.show()

    def _picker(self, patient: PatientSummary) -> Callable[[], None]:
        return lambda: self._pick(patient)

    def _clicked(self, index: QModelIndex) -> None:
        self._run(index)

    def _run(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        suggestion = self.list.suggestions.at(index.row())
        self.leave()
        suggestion.run()
