"""Writing a note, and amending one."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.chart import Entry
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_words import source_words
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.write_drawer import WriteDrawer
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

    def __init__(self, opened: OpenedChart, host: QWidget, note: Entry, text: str) -> None:
        key = f"amendment/{note.source.record}"
        super().__init__(opened, host, f"Amend: {note.title}", SectionKind.NOTES, key)
        self._note, self._original = note, text
        self.text_area = TextArea(rows=_ROWS)
        self.reason_field = TextField(placeholder="Such as: wrong dose written")
        self._text_part = self.form.field("Note", self.text_area, required=True)
        self._reason_part = self.form.field("Why it is amended", self.reason_field, required=True)
        self.form.add(
            Caption(
                f"{source_words(note.source, opened.zone)}. That version is kept and stays "
                "readable under Versions.",
                self,
            )
        )
        self.save.setText("Save amendment")
        self.text_area.setPlainText(text)
        self.keep_texts(text=self.text_area, reason=self.reason_field)

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
        return self.on.charts.amend_note(
            self.on.chart,
            self._note.source.record,
            self.text_area.toPlainText(),
            self.reason_field.text().strip(),
        )
