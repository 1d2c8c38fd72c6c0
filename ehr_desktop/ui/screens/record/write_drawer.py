"""The one way to write into a chart: a panel on the right that repeats whose chart it is."""

import json
from abc import abstractmethod
from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.domain.chart import Entry
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.explain import explain
from ehr_desktop.services.values import Draft
from ehr_desktop.ui.models.chart_drafts import DraftKeeper
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.models.chart_words import SECTIONS
from ehr_desktop.ui.models.pending_words import told
from ehr_desktop.ui.screens.patients.whole_label import WholeLabel
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.form import FormColumn
from ehr_desktop.ui.widgets.labels import Caption
from ehr_desktop.ui.widgets.text_area import TextArea
from ehr_desktop.ui.widgets.text_field import TextField

_GROWS = QSizePolicy.Policy.Preferred
TextInput = TextField | TextArea


class WriteDrawer(Drawer):
    """Fields, a draft that is kept while one types, and one button that writes.

    A subclass puts its inputs into `form`, names the texts to keep with `keep_texts`, checks
    them in `check` and gives the `work` to do. `written` carries the new `Entry`.
    """

    written = Signal(object)

    def __init__(
        self, opened: OpenedChart, host: QWidget, title: str, kind: SectionKind, draft_key: str
    ) -> None:
        super().__init__(host, title)
        self.on, self.kind = opened, kind
        self._texts: dict[str, TextInput] = {}
        self.form = FormColumn(self)
        # It grows with a wrapped error below a field.
        self.form.setSizePolicy(_GROWS, _GROWS)
        whose = WholeLabel(ui_font(weight=QFont.Weight.Medium), self)
        whose.set_text(opened.identity)
        self.restore_button = secondary_button("Restore")
        self.discard_button = secondary_button("Discard")
        self.draft_note = Callout(
            Tone.NOTE, "", "", self.restore_button, self.discard_button, parent=self
        )
        self.draft_note.hide()
        self.failure = Callout(Tone.DANGER, "", parent=self)
        self.failure.hide()
        self._kept = Caption("", self)
        self.save = primary_button("Save", shortcut="Ctrl+S")
        self.add(whose, self.draft_note, self.form, self.failure, self._kept)
        self.set_footer(self.save)
        self._found: Draft | None = None
        self._asked_for_draft = False
        key = f"{draft_key}/{opened.patient.id}"
        self._drafts = DraftKeeper(opened.context, key, self.draft, self)
        self._drafts.kept.connect(self._tell_kept)
        self.save.clicked.connect(self.try_to_save)
        self.restore_button.clicked.connect(self._restore)
        self.discard_button.clicked.connect(self._discard)
        self.closed.connect(self.keep)

    def keep_texts(self, **texts: TextInput) -> None:
        """Name the inputs whose texts make the draft."""
        self._texts = texts
        for text in texts.values():
            text.textChanged.connect(self._typed)

    @abstractmethod
    def check(self) -> bool:
        """Mark what is wrong beside its field; tell whether all is well."""

    @abstractmethod
    def work(self) -> Coroutine[Any, Any, Entry]:
        """Give what writes the entry."""

    @override
    def open_over(self) -> None:
        super().open_over()
        first = next(iter(self._texts.values()), None)
        if first is not None and first.isEnabled():
            first.setFocus()
        if not self._asked_for_draft and not self.draft():
            self._asked_for_draft = True
            self._drafts.load(self._loaded)

    @property
    def is_ready(self) -> bool:
        """Whether a draft was asked for, and none waits to be taken up."""
        return self._asked_for_draft and self._found is None

    def begin(self) -> None:
        """Fill the form with what it starts with: there is no draft, or it is not wanted."""

    def keep(self) -> None:
        """Save the draft now; called before the window closes."""
        if self._found is None:
            self._drafts.flush()

    def draft(self) -> str:
        """Give what is typed; empty while nothing is."""
        typed = {name: _text_of(field) for name, field in self._texts.items()}
        return json.dumps(typed, ensure_ascii=False) if any(typed.values()) else ""

    def empty(self) -> None:
        """Take away what was typed: it is written, or not wanted."""
        for field in self._texts.values():
            _set_text(field, "")
        self._kept.setText("")
        self.failure.hide()

    def try_to_save(self) -> None:
        """Write the entry if nothing is wrong with it."""
        if self._found is not None or not self.save.isEnabled() or not self.check():
            return
        self.failure.hide()
        self.save.setEnabled(False)
        self.on.call(self, self.work(), done=self._saved, failed=self.fail)

    def _saved(self, entry: Entry) -> None:
        self.save.setEnabled(True)
        self.empty()
        self._drafts.discard()
        self.leave()
        self.on.context.notify(
            told(f"Saved in {SECTIONS[self.kind].name}", pending=entry.source.pending)
        )
        self.written.emit(entry)

    def fail(self, error: BaseException) -> None:
        """Say why it was not saved; what was typed stays."""
        self.save.setEnabled(True)
        self.remark(Tone.DANGER, "Not saved yet; nothing you typed is lost", explain(error))

    def remark(self, tone: Tone, title: str, text: str) -> None:
        """Say something under the form, and bring it into view."""
        self.failure.say(tone, title, text)
        self.failure.show()
        QTimer.singleShot(0, self, self._reveal_remark)

    def _reveal_remark(self) -> None:
        for scroll in self.findChildren(QScrollArea):
            if scroll.isAncestorOf(self.failure):
                scroll.ensureWidgetVisible(self.failure)

    def _typed(self) -> None:
        if self._found is None:
            self._drafts.touch()

    def _loaded(self, draft: Draft | None) -> None:
        if self.draft():
            return
        if draft is None:
            self.begin()
            return
        self._found = draft
        self._set_writable(writable=False)
        saved = shown_moment(draft.saved, self.on.zone)
        today = self.on.now().date() == draft.saved.astimezone(self.on.zone).date()
        at = saved[-5:] if today else saved
        self.draft_note.say(Tone.NOTE, f"Draft from {at}", _first_words(draft.text))
        self.draft_note.show()
        self.restore_button.setFocus()

    def _restore(self) -> None:
        found, self._found = self._found, None
        self._end_choice()
        if found is not None:
            self.restore_draft(found.text)

    def _discard(self) -> None:
        self._found = None
        self._drafts.discard()
        self._end_choice()
        self.begin()

    def restore_draft(self, text: str) -> None:
        """Take back what `draft` gave."""
        typed = _read(text)
        for name, field in self._texts.items():
            _set_text(field, typed.get(name, ""))

    def _end_choice(self) -> None:
        self.draft_note.hide()
        self._set_writable(writable=True)
        first = next(iter(self._texts.values()), None)
        if first is not None:
            first.setFocus()

    def _set_writable(self, *, writable: bool) -> None:
        self.form.setEnabled(writable)
        self.save.setEnabled(writable)

    def _tell_kept(self, kept: bool) -> None:  # noqa: FBT001  Qt's signal
        at = f"{self.on.now():%H:%M}"
        words = f"Draft kept · {at}" if kept else "The draft is only in this window for now."
        self._kept.setText(words if self.draft() else "")


def _text_of(field: TextInput) -> str:
    return field.toPlainText() if isinstance(field, TextArea) else field.text()


def _set_text(field: TextInput, text: str) -> None:
    if isinstance(field, TextArea):
        field.setPlainText(text)
    else:
        field.setText(text)


def _read(draft: str) -> dict[str, str]:
    try:
        typed = json.loads(draft)
    except ValueError:
        return {}
    return {str(name): str(text) for name, text in typed.items()} if isinstance(typed, dict) else {}


def _first_words(draft: str) -> str:
    words = " ".join(" ".join(_read(draft).values()).split())
    return words if len(words) <= 80 else f"{words[:79]}…"
