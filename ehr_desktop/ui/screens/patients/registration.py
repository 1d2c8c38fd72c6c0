"""Registering somebody, beside the list."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.explain import explain
from ehr_desktop.services.values import Draft
from ehr_desktop.ui.models.chart_drafts import DraftKeeper
from ehr_desktop.ui.screens.patients.duplicates import DuplicatePanel
from ehr_desktop.ui.screens.patients.patient_form import PatientForm
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.labels import Caption

DRAFT_KEY = "registration"


class RegistrationDrawer(Drawer):
    """An empty form with a live look for duplicates. What is typed survives lock and close.

    `registered` carries the new `PatientSummary`; `known` one that was there already.
    """

    registered = Signal(object)
    known = Signal(object)

    def __init__(self, context: ScreenContext, host: QWidget) -> None:
        super().__init__(host, "Register a patient")
        self._context = context
        self.form = PatientForm(self)
        self.duplicates = DuplicatePanel(context, self)
        self.form.between(self.duplicates)
        self._failure = Callout(Tone.DANGER, "", parent=self)
        self._failure.hide()
        self.form.between(self._failure)
        self._start_over = secondary_button("Start over")
        self._draft_note = Callout(Tone.NOTE, "", "", self._start_over, parent=self)
        self._draft_note.hide()
        self._kept = Caption("", self)
        self.submit = primary_button("Register", shortcut="Ctrl+S")
        self.add(self._draft_note, self.form, self._kept)
        self.set_footer(self.submit)
        self._drafts = DraftKeeper(context, DRAFT_KEY, self.form.draft, self)
        self._confirmed = False
        self._busy = False
        self.form.edited.connect(self._edited)
        self.duplicates.changed.connect(self._label)
        self.duplicates.taken.connect(self._use)
        self.submit.clicked.connect(self._submit)
        self._start_over.clicked.connect(self._discard)
        self._drafts.kept.connect(self._tell_kept)
        self.closed.connect(self._drafts.flush)

    def begin(self, name: str = "") -> None:
        """Open; `name` is what somebody searched for in vain."""
        self.open_over()
        if self.form.draft():
            return
        if name and not any(letter.isdigit() for letter in name):
            family, _, given = name.partition(",") if "," in name else name.rpartition(" ")[::-1]
            self.form.family.setText(family.strip())
            self.form.given.setText(given.strip())
            self._edited()
        else:
            self._drafts.load(self._found_draft)
        QTimer.singleShot(0, self.form.family, self.form.family.setFocus)

    def keep(self) -> None:
        """Save the draft now."""
        self._drafts.flush()

    def _found_draft(self, draft: Draft | None) -> None:
        if draft is None or self.form.draft():
            return
        zone = self._context.now().tzinfo
        typed_at = f"{draft.saved.astimezone(zone):%H:%M}"
        self.form.restore(draft.text)
        self._draft_note.say(
            Tone.NOTE, f"Unfinished registration from {typed_at}", "It was kept for you."
        )
        self._draft_note.show()
        self.duplicates.look_for(self.form.demographics())

    def _discard(self) -> None:
        self._drafts.discard()
        self._empty()
        self.form.family.setFocus()

    def _empty(self) -> None:
        self._draft_note.hide()
        self._failure.hide()
        self._kept.setText("")
        self.form.clear()
        self.duplicates.clear()
        self._confirmed = False
        self._label()

    def _edited(self) -> None:
        self._confirmed = False
        self._failure.hide()
        self._label()
        self._drafts.touch()
        self.duplicates.look_for(self.form.demographics())

    def _label(self) -> None:
        self.submit.setText("Register anyway" if self._confirmed else "Register")

    def _submit(self) -> None:
        if self._busy or not self.form.check(self._context.now().date()):
            return
        self._set_busy(busy=True)
        if self._confirmed:
            self._register()
        else:
            self.duplicates.look_now(self.form.demographics(), self._looked)

    def _looked(self) -> None:
        if not self.duplicates.strong:
            self._register()
            return
        self._set_busy(busy=False)
        self._confirmed = True
        self._label()
        self._tell(
            Tone.WARNING,
            "Very probably already registered",
            "Use the entry shown above, or press Register anyway.",
        )

    def _register(self) -> None:
        self._context.bridge.call(
            self,
            self._context.clinic.patients.register(self._context.actor, self.form.demographics()),
            done=self._registered,
            failed=self._failed,
        )

    def _registered(self, patient: PatientSummary) -> None:
        self._set_busy(busy=False)
        self._drafts.discard()
        self._empty()
        self.leave()
        self.registered.emit(patient)

    def _failed(self, error: BaseException) -> None:
        self._set_busy(busy=False)
        if isinstance(error, InvalidInputError) and self.form.set_error(
            error.field, explain(error)
        ):
            return
        self._tell(Tone.DANGER, "Not registered yet", explain(error))

    def _tell(self, tone: Tone, title: str, text: str) -> None:
        self._failure.say(tone, title, text)
        self._failure.show()
        QTimer.singleShot(0, self, self._reveal)

    def _reveal(self) -> None:
        for scroll in self.findChildren(QScrollArea):
            if scroll.isAncestorOf(self._failure):
                scroll.ensureWidgetVisible(self._failure)

    def _set_busy(self, *, busy: bool) -> None:
        self._busy = busy
        self.submit.setEnabled(not busy)

    def _use(self, patient: PatientSummary) -> None:
        self.leave()
        self.known.emit(patient)

    def _tell_kept(self, kept: bool) -> None:  # noqa: FBT001  Qt's signal
        at = f"{self._context.now():%H:%M}"
        self._kept.setText(f"Draft kept · {at}" if kept else "The draft is only in this window.")
