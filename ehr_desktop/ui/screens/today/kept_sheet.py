"""What somebody wrote while cut off and could not be added: read, written again, or discarded."""

from datetime import tzinfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.refusals import KeptEntry, RefusedWork
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_body import readable, written_text
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.models.refused_words import (
    DISCARD_MEANS,
    DISCARD_TITLE,
    KEPT_MEANS,
    NOT_KEPT,
    refused_title,
    refused_words,
)
from ehr_desktop.ui.screens.patients.words import isolated
from ehr_desktop.ui.shell.context import AmendWith, Place, ScreenContext, ShowPatient
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.labels import Body, Caption
from ehr_desktop.ui.widgets.sheet import Confirmation, Sheet
from ehr_desktop.ui.widgets.text_area import TextArea

_WIDTH_PX, _ROWS = 528, 10


class KeptSheet(Sheet):
    """`discarded` says that nothing of it is kept any more."""

    discarded = Signal()

    def __init__(
        self, context: ScreenContext, host: QWidget, work: RefusedWork, zone: tzinfo
    ) -> None:
        super().__init__(host, "Could not be added", width_px=_WIDTH_PX)
        self._context, self._host, self._work = context, host, work
        self._note: KeptEntry | None = None
        self.text = TextArea(rows=_ROWS)
        self.text.setReadOnly(True)
        self.text.setAccessibleName("What you wrote")
        self._failure = Failure(self)
        self.asking: Confirmation | None = None
        who = " · ".join(filter(None, (isolated(refused_title(work)), work.title)))
        self.add(
            Body(who, self, strong=True),
            Body(refused_words(work), self),
            self.text,
            Caption(f"Written on {shown_moment(work.signed, zone)}. {KEPT_MEANS}", self),
            self._failure,
        )
        self.amend = primary_button("Write as a new amendment", icon_name="pencil")
        self.register = primary_button("Open the registration", icon_name="id-card")
        self.discard = secondary_button("Discard…", icon_name="trash-2")
        self.cancel = secondary_button("Close")
        self.amend.hide()
        self.register.setVisible(work.kept is Category.DEMOGRAPHICS)
        self.set_buttons(self.amend, self.cancel, self.discard, self.register)
        self.amend.clicked.connect(self._amend)
        self.register.clicked.connect(self._open_registration)
        self.discard.clicked.connect(self._ask)
        self.cancel.clicked.connect(self.leave)

    def begin(self) -> None:
        """Open, and ask for what was written."""
        self.open_over()
        self.cancel.setFocus()
        context = self._context
        context.bridge.call(
            self,
            context.clinic.refusals.kept(context.actor, self._work.transaction),
            done=self._show_entries,
            failed=lambda error: self._fail(NOT_KEPT, error),
        )

    def _show_entries(self, entries: tuple[KeptEntry, ...]) -> None:
        self.text.setPlainText("\n\n".join(readable(entry.body) for entry in entries))
        notes = (one for one in entries if one.version > 1 and written_text(one.body) is not None)
        if self._work.kept is Category.NOTES:
            self._note = next(notes, None)
        self.amend.setVisible(self._note is not None)

    def _amend(self) -> None:
        work, note = self._work, self._note
        if note is None or work.patient is None:
            return
        text = written_text(note.body) or ""
        wish = AmendWith(note.record, work.title, text, work.signed, work.transaction)
        self.leave()
        self._context.open_chart(work.patient, wish)

    def _open_registration(self) -> None:
        if self._work.patient is not None:
            self.leave()
            self._context.navigate(Place.PATIENTS, ShowPatient(self._work.patient))

    def _ask(self) -> None:
        asking = Confirmation(
            self._host, DISCARD_TITLE, DISCARD_MEANS, "Discard it", dangerous=True
        )
        asking.confirmed.connect(self._discard)
        asking.closed.connect(asking.deleteLater)
        self.asking = asking
        asking.open_over()

    def _discard(self) -> None:
        context = self._context
        context.bridge.call(
            self,
            context.clinic.refusals.discard(context.actor, self._work.transaction),
            done=lambda _: self._gone(),
            failed=lambda error: self._fail("It is still kept", error),
        )

    def _gone(self) -> None:
        self.leave()
        self.discarded.emit()

    def _fail(self, title: str, error: BaseException) -> None:
        self._failure.tell(title, explain(error))
