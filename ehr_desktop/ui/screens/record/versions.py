"""All versions of a record, any of them beside the newest."""

from difflib import SequenceMatcher

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget
from typing_extensions import override

from ehr_desktop.domain.chart import Entry, EntrySource, RecordVersion
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_body import readable
from ehr_desktop.ui.models.chart_words import source_words
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Caption, Heading
from ehr_desktop.ui.widgets.layouts import boxed, column, row
from ehr_desktop.ui.widgets.text_area import TextArea

_WIDTH_PX, _ROWS = 860, 18


class VersionsDrawer(Drawer):
    """The version chosen on the left, the newest on the right; what differs is underlined."""

    def __init__(self, opened: OpenedChart, host: QWidget, entry: Entry) -> None:
        super().__init__(host, f"Versions: {entry.title}", width_px=_WIDTH_PX)
        self._on, self._entry = opened, entry
        self._sources: tuple[EntrySource, ...] = ()
        self._bodies: dict[int, str] = {}
        self.choice = ComboField(())
        self.choice.chosen.connect(self._choose)
        self.older, self.newest = _page("Version chosen"), _page("Newest version")
        self._older_words, self._newest_words = Caption("", self), Caption("", self)
        self._older_title = Heading("", self, size=TypeSize.MEDIUM)
        self._newest_title = Heading("Newest", self, size=TypeSize.MEDIUM)
        left = column(self._older_title, self._older_words, self.older, spacing=Space.ONE)
        right = column(self._newest_title, self._newest_words, self.newest, spacing=Space.ONE)
        self._left = boxed(left, self)
        sides = row(self._left, boxed(right, self), spacing=Space.TWO)
        sides.setStretch(0, 1)
        sides.setStretch(1, 1)
        self._choice_part = Field("Compare with", self.choice)
        self._remark = Caption("", self)
        self.add(self._choice_part, sides, self._remark)

    @override
    def open_over(self) -> None:
        super().open_over()
        self._on.call(
            self,
            self._on.charts.versions(self._on.chart, self._entry.source.record),
            done=self._list,
            failed=self._failed,
        )

    def _list(self, sources: tuple[EntrySource, ...]) -> None:
        self._sources = sources
        several = len(sources) > 1
        self._choice_part.setVisible(several)
        self._left.setVisible(several)
        if not several:
            self._remark.setText("There is one version: the original.")
        older = sources[1:]
        self.choice.set_choices([(str(one.version), self._name(one)) for one in older])
        if older:
            self.choice.choose(str(older[-1].version))
        for source in sources:
            self._ask(source)

    def _name(self, source: EntrySource) -> str:
        first = source.version == self._sources[-1].version
        return f"Version {source.version}{' (original)' if first else ''}"

    def _ask(self, source: EntrySource) -> None:
        self._on.call(
            self,
            self._on.charts.record(self._on.chart, source.record, source.version),
            done=self._take,
            failed=self._failed,
        )

    def _take(self, version: RecordVersion) -> None:
        self._bodies[version.source.version] = readable(version.body)
        self._choose(self.choice.key)

    def _choose(self, _key: str) -> None:
        if not self._sources:
            return
        newest = self._sources[0]
        self._newest_title.setText(f"Version {newest.version} (newest)")
        self._newest_words.setText(source_words(newest, self._on.zone))
        new = self._bodies.get(newest.version, "")
        self.newest.setPlainText(new)
        chosen = next((s for s in self._sources if str(s.version) == self.choice.key), None)
        if chosen is None:
            return
        old = self._bodies.get(chosen.version, "")
        self._older_title.setText(self._name(chosen))
        self._older_words.setText(source_words(chosen, self._on.zone))
        self.older.setPlainText(old)
        _underline(self.older, self.newest, old, new)

    def _failed(self, error: BaseException) -> None:
        self._remark.setText(explain(error))


def _page(name: str) -> TextArea:
    page = TextArea(rows=_ROWS)
    page.setReadOnly(True)
    page.setAccessibleName(name)
    return page


def _underline(older: QPlainTextEdit, newer: QPlainTextEdit, old: str, new: str) -> None:
    """Underline, on both sides, the words only one side has."""
    old_words, new_words = _spans(old), _spans(new)
    same = SequenceMatcher(
        None, [word for word, _, _ in old_words], [word for word, _, _ in new_words], autojunk=False
    )
    gone: list[tuple[int, int]] = []
    come: list[tuple[int, int]] = []
    for what, old_from, old_to, new_from, new_to in same.get_opcodes():
        if what != "equal":
            gone += [(start, end) for _, start, end in old_words[old_from:old_to]]
            come += [(start, end) for _, start, end in new_words[new_from:new_to]]
    tokens = worn_tokens()
    _mark(older, gone, tokens.danger.foreground, tokens.danger.background)
    _mark(newer, come, tokens.success.foreground, tokens.success.background)


def _spans(text: str) -> list[tuple[str, int, int]]:
    spans, at = [], 0
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        spans.append((word, _place(text, start), _place(text, at)))
    return spans


def _place(text: str, at: int) -> int:
    """Give the place of character `at` as Qt counts: in UTF-16 units."""
    return at + sum(letter > "\uffff" for letter in text[:at])


def _mark(page: QPlainTextEdit, spans: list[tuple[int, int]], ink: str, ground: str) -> None:
    look = QTextCharFormat()
    look.setForeground(QColor(ink))
    look.setBackground(QColor(ground))
    look.setFontUnderline(True)
    marks = []
    for start, end in spans:
        mark = QTextEdit.ExtraSelection()
        cursor = QTextCursor(page.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        mark.cursor, mark.format = cursor, look
        marks.append(mark)
    page.setExtraSelections(marks)
