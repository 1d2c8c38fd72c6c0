"""Transactions and blocks as rows of one kind of list, newest first, page after page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from typing_extensions import override

from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.ledger import BlockSummary, TransactionState, TransactionSummary
from ehr_desktop.sentences import attempt, refusal, sentence
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.theme.tokens import Tone

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()

STATES: Final[Mapping[TransactionState, tuple[str, str, Tone]]] = {
    TransactionState.PENDING: ("Pending", "hourglass", Tone.NOTE),
    TransactionState.FINAL: ("Final", "circle-check", Tone.SUCCESS),
    TransactionState.REFUSED: ("Refused", "ban", Tone.WARNING),
}
"""The word, icon and tone of each state."""

ICONS: Final[Mapping[str, str]] = {
    "clinic.found": "building-2",
    "clinic.change": "building-2",
    "member.enrol": "user-plus",
    "member.account": "id-card",
    "member.deactivate": "user-x",
    "device.enrol": "monitor",
    "device.remove": "trash-2",
    "device.weights": "sliders-horizontal",
    "device.leave": "moon",
    "device.return": "sun",
    "device.evidence": "shield-alert",
    "team.key": "key-round",
    "team.renew": "key-round",
    "team.box": "key-round",
    "team.reseal": "key-round",
    "patient.register": "user",
    "epoch.open": "lock",
    "record.commit": "file-text",
    "access.read": "eye",
    "appointment.book": "calendar-plus",
    "appointment.move": "calendar-clock",
    "appointment.status": "calendar-check",
    "card.take": "id-card",
    "card.confirm": "badge-check",
    "card.reject": "ban",
    "card.guard": "id-card",
    "card.lose": "triangle-alert",
    "card.find": "id-card",
    "card.replace": "id-card",
    "card.use": "id-card",
    "pin.try": "shield",
    "pin.answer": "shield-check",
    "consent.request": "inbox",
    "consent.withdraw": "undo-2",
    "consent.refuse": "ban",
    "consent.grant": "user-check",
    "consent.reshare": "user-check",
    "consent.revoke": "user-x",
    "consent.lapse": "hourglass",
    "consent.rule": "clipboard-list",
    "consent.unrule": "clipboard-list",
    "consent.lapse-rule": "hourglass",
    "consent.delegate": "users",
    "consent.guardian": "users",
    "consent.undelegate": "users",
    "consent.lapse-delegation": "hourglass",
    "access.own": "eye",
    "access.question": "message-square",
    "epoch.box": "key-round",
    "escrow.deal": "layers",
    "escrow.claim": "zap",
    "escrow.release": "lock-open",
    "escrow.review": "clipboard-list",
    "record.reseal": "refresh-cw",
    "epoch.close": "lock",
    "epoch.gone": "trash-2",
    "erasure.order": "trash-2",
    "erasure.cancel": "undo-2",
    "erasure.confirm": "trash-2",
    "erasure.done": "trash-2",
    "custody.set": "shield-check",
    "custody.box": "shield-check",
    "custody.carry": "shield-check",
    "custody.hand": "shield-check",
    "custody.restart": "shield-alert",
    "member.renew": "key-round",
}
"""The icon of each kind of transaction."""


class EntryRole(IntEnum):
    """What a row says besides its text."""

    ENTRY = Qt.ItemDataRole.UserRole + 200  # the `Entry` itself


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: an icon, a title, a remark, details under it, and a state in word and icon.

    `place` is the position in the ledger (of a block, its height); pending ones have none.
    """

    id: str
    place: int | None
    shown: TransactionSummary | BlockSummary
    icon_name: str
    title: str
    remark: str
    details: str
    spoken: str
    state: tuple[str, str, Tone]


def transaction_entry(t: TransactionSummary, around: Surroundings) -> Entry:
    """Give the row of a transaction."""
    refused = t.state is TransactionState.REFUSED
    reason = refusal(t, around.zone) if refused else ""
    block = "not in a block yet" if t.height is None else f"Block {t.height:,}"
    place = around.workstation(DeviceId(t.device))
    return Entry(
        id=t.id,
        place=t.index,
        shown=t,
        icon_name=ICONS.get(t.kind, "blocks"),
        title=attempt(t),
        remark=reason[:1].upper() + reason[1:],
        details=f"{around.moment(t.time)}  ·  {block}  ·  {place}",
        spoken=f"{sentence(t, around.zone)}. {STATES[t.state][0]}. {around.moment(t.time)}",
        state=STATES[t.state],
    )


def block_entry(block: BlockSummary, around: Surroundings) -> Entry:
    """Give the row of a block."""
    one = block.transactions == 1
    title = f"Block {block.height:,} with {block.transactions:,} transaction{'' if one else 's'}"
    state = STATES[TransactionState.FINAL]
    if block.refused:
        state = (f"{block.refused:,} refused", *STATES[TransactionState.REFUSED][1:])
    details = f"{around.moment(block.time)}  ·  {block.id[:16]}…"
    return Entry(
        id=block.id,
        place=block.height,
        shown=block,
        icon_name="blocks",
        title=title,
        remark="",
        details=f"{details}  ·  {around.workstation(block.proposer)}",
        spoken=f"{title}. {state[0]}. {around.moment(block.time)}",
        state=state,
    )


def merged(newest: Sequence[Entry], held: Sequence[Entry], *, page_full: bool) -> list[Entry]:
    """Put a fresh first page before what is held of older pages.

    Where the two do not meet, what is held is given up: a list never has a hole in it.
    """
    if not page_full or not newest or newest[-1].place is None:
        return list(newest)
    last = newest[-1].place
    older = [entry for entry in held if entry.place is not None and entry.place < last]
    meet = any(entry.place is not None and entry.place >= last for entry in held)
    return [*newest, *(older if meet else ())]


class LedgerEntries(QAbstractTableModel):
    """Rows in one column. `more_wanted` asks for the page after the last row."""

    more_wanted = Signal()

    # Qt may ask once more while Python takes a model apart, when its own attributes are gone
    _entries: tuple[Entry, ...] = ()
    _more = False
    _asked = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is held, newest first."""
        return self._entries

    @property
    def more(self) -> bool:
        """Whether there are older ones that are not held yet."""
        return self._more

    @property
    def last_place(self) -> int | None:
        """The place of the last row, or None."""
        return self._entries[-1].place if self._entries else None

    def show(self, entries: Sequence[Entry], *, more: bool) -> None:
        """Show these instead; `more` says that older ones exist."""
        self.beginResetModel()
        self._entries = tuple(entries)
        self._more, self._asked = more, False
        self.endResetModel()

    def append(self, entries: Sequence[Entry], *, more: bool) -> None:
        """Put the next page under what is there."""
        self._more, self._asked = more, False
        if entries:
            first = len(self._entries)
            self.beginInsertRows(QModelIndex(), first, first + len(entries) - 1)
            self._entries = (*self._entries, *entries)
            self.endInsertRows()

    def at(self, row: int) -> Entry | None:
        """Give the entry of a row, or None outside the list."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def row_of(self, name: str) -> int:
        """Give the row of a transaction or block id, or -1."""
        return next((row for row, entry in enumerate(self._entries) if entry.id == name), -1)

    @override
    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._asked

    @override
    def fetchMore(self, parent: Index) -> None:
        self._asked = True
        self.more_wanted.emit()

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._entries)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else 1

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.at(index.row()) if index.isValid() else None
        if entry is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return entry.spoken
            case EntryRole.ENTRY:
                return entry
        return None
