"""Writing a note, and amending one."""

from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.chart import Entry, EntrySource
from ehr_desktop.domain.errors import EhrError
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_words import source_words
from ehr_desktop.ui.models.refused_words import (
    AMENDING,
    AMENDING_TITLE,
    OVERTAKEN,
    OVERTAKEN_TITLE,
    amendment_reason,
)
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.write_drawer import WriteDrawer
from ehr_desktop.ui.shell.context import AmendWith
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.labels import Caption
from ehr_desktop.ui.widgets.text_area import TextArea
from ehr_desktop.ui.widgets.text_field import TextField

_ROWS = 14


class NoteDrawer(WriteDrawer):
    """A title and a text."""

    def __init__(self, opened: OpenedChart, host: QWidget) -> None:
        super().__init__(opened, host, "New note", SectionKind.NOTES, "note")
        self.title_field = TextField(placeholder="Consultation")
        self.text_area = TextArea(rows=_ROWS, placeholder="What was said, seen, done and planned")
        self._title_part = self.form.field("Title", self.title_field)
        self._text_part = self.form.field("Note", self.text_area, required=True)
        self.keep_texts(text=self.text_area, title=self.title_field)

    @override
    def check(self) -> bool:
        empty = not self.text_area.toPlainText().strip()
        self._text_part.set_error("Write the note first." if empty else "")
        return not self.form.focus_first_error()

    @override
    def work(self) -> Coroutine[Any, Any, Entry]:
        title = self.title_field.text().strip() or "Consultation"
        text = self.text_area.toPlainText()
        return self.on.charts.add_note(self.on.chart, title, text)


class AmendDrawer(WriteDrawer):
    """A new version of a note, with the reason; the original stays one click away."""

    def __init__(
        self, opened: OpenedChart, host: QWidget, source: EntrySource, title: str, text: str
    ) -> None:
        key = f"amendment/{source.record}"
        super().__init__(opened, host, f"Amend: {title}", SectionKind.NOTES, key)
        self._source, self._original = source, text
        self._late: AmendWith | None = None
        self._is_brought = False
        self.text_area = TextArea(rows=_ROWS)
        self.reason_field = TextField(placeholder="Such as: wrong dose written")
        self._text_part = self.form.field("Note", self.text_area, required=True)
        self._reason_part = self.form.field("Why it is amended", self.reason_field, required=True)
        self.form.add(
            Caption(
                f"{source_words(source, opened.zone)}. That version is kept and stays "
                "readable under Versions.",
                self,
            )
        )
        self.save.setText("Save amendment")
        self.text_area.setPlainText(text)
        self.keep_texts(text=self.text_area, reason=self.reason_field)

    def bring(self, late: AmendWith) -> None:
        """Fill the form with what was written while cut off, unless something is typed already."""
        self._late = late
        if self.draft():
            self.remark(Tone.NOTE, AMENDING_TITLE, AMENDING)
        elif self.is_ready:
            self.begin()

    @override
    def begin(self) -> None:
        if self._late is None:
            return
        self.text_area.setPlainText(self._late.text)
        self.reason_field.setText(amendment_reason(self._late.written, self.on.zone))
        self._is_brought = True
        self.remark(Tone.WARNING, OVERTAKEN_TITLE, OVERTAKEN)

    @override
    def draft(self) -> str:
        changed = self.text_area.toPlainText() != self._original or self.reason_field.text()
        return super().draft() if changed else ""

    @override
    def check(self) -> bool:
        text, reason = self.text_area.toPlainText().strip(), self.reason_field.text().strip()
        problem = "" if text else "An amendment cannot be empty."
        if text == self._original.strip():
            problem = "Nothing has changed yet."
        self._text_part.set_error(problem)
        self._reason_part.set_error("" if reason else "Say why, for whoever reads it next.")
        return not self.form.focus_first_error()

    @override
    def work(self) -> Coroutine[Any, Any, Entry]:
        text, reason = self.text_area.toPlainText(), self.reason_field.text().strip()
        late = self._late
        settles = late is not None and (self._is_brought or late.text.strip() in text)
        return self._amend(text, reason, late.transaction if late and settles else None)

    async def _amend(self, text: str, reason: str, settled: TransactionId | None) -> Entry:
        """Amend, on the node's loop; what was refused in `settled` is in the record then."""
        on = self.on
        entry = await on.charts.amend_note(on.chart, self._source.record, text, reason)
        if settled is not None:
            with suppress(EhrError):
                await on.context.clinic.refusals.discard(on.chart.actor, settled)
        return entry
