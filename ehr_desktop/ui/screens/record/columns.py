"""Which columns the list of a section has."""

from dataclasses import replace

from ehr_desktop.domain.chart import Entry
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_flags import flag_text, flag_tone, reference_text, value_text
from ehr_desktop.ui.models.chart_pages import Column
from ehr_desktop.ui.models.chart_times import shown_when
from ehr_desktop.ui.models.chart_words import author_words, detail_words, status_words
from ehr_desktop.ui.models.pending_words import pending_icon, pending_words
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.theme.tokens import Tone

_DATE_PX, _STATUS_PX, _AUTHOR_PX = 160, 100, 130


def columns_of(kind: SectionKind, opened: OpenedChart) -> tuple[Column[Entry], ...]:
    """Give the columns of `kind`'s list."""

    def when(entry: Entry) -> str:
        return shown_when(entry.when, opened.zone)

    date = Column("Date", when)
    title = Column("What", _title, strong=True, icon=_icon, remark=_remark)
    detail = Column("Detail", _detail, muted=True)
    status = Column("Status", _status, tone=_status_tone)
    author = Column("By", _author, muted=True)
    match kind:
        case SectionKind.PROBLEMS | SectionKind.ALLERGIES:
            since = Column("Since", when)
            return (title, since, status, detail, author)
        case SectionKind.MEDICATIONS:
            # A dose that is cut off could be misread: who wrote it stands beside the list instead.
            day: Column[Entry] = Column("Date", lambda entry: when(entry).partition(" ")[0])
            return (replace(title, title="Medicine"), status, day, detail)
        case SectionKind.VITALS | SectionKind.RESULTS:
            value = Column("Value", value_text, numbers=True, strong=True)
            flag = Column("Flag", flag_text, tone=flag_tone)
            range_column = Column("Range", reference_text, numbers=True, muted=True)
            return (date, replace(title, strong=False), value, flag, range_column, author)
        case SectionKind.NOTES | SectionKind.DOCUMENTS:
            return (date, title, detail, author)
        case _:
            return (date, title, status, detail, author)


def widths_of(kind: SectionKind) -> tuple[int, ...]:
    """Give the widths of the columns in pixels, 0 for the one that takes what is left."""
    match kind:
        case SectionKind.PROBLEMS | SectionKind.ALLERGIES:
            return (0, 112, _STATUS_PX, 0, _AUTHOR_PX)
        case SectionKind.MEDICATIONS:
            return (250, 108, 116, 0)
        case SectionKind.VITALS | SectionKind.RESULTS:
            return (_DATE_PX, 0, 120, 120, 100, _AUTHOR_PX)
        case SectionKind.NOTES | SectionKind.DOCUMENTS:
            return (_DATE_PX, 0, 0, _AUTHOR_PX)
        case _:
            return (_DATE_PX, 0, _STATUS_PX, 0, _AUTHOR_PX)


def _title(entry: Entry) -> str:
    return entry.title


def _detail(entry: Entry) -> str:
    return detail_words(entry.kind, entry.detail)


def _author(entry: Entry) -> str:
    words = author_words(entry.source)
    return f"{words} · amended" if entry.source.amended else words


def _icon(entry: Entry) -> str:
    return pending_icon(pending=entry.source.pending)


def _remark(entry: Entry) -> str:
    return pending_words(pending=entry.source.pending)


def _status(entry: Entry) -> str:
    return status_words(entry.status)[0]


def _status_tone(entry: Entry) -> Tone:
    return status_words(entry.status)[1]
