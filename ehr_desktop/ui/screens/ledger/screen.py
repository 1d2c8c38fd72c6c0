"""The ledger: what happened in this clinic, signed, in order, and provable."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.events import Event, LedgerGrew, PeopleChanged
from ehr_desktop.domain.ledger import BlockSummary
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.ledger_entries import Entry, LedgerEntries, merged
from ehr_desktop.ui.models.ledger_surroundings import Surroundings, surroundings_of
from ehr_desktop.ui.screens.ledger.chain_strip import ChainStrip
from ehr_desktop.ui.screens.ledger.entry_list import EntryList
from ehr_desktop.ui.screens.ledger.inspector import Inspector
from ehr_desktop.ui.screens.ledger.reading import (
    Latest,
    Listed,
    Wanted,
    block_at,
    height_of,
    latest,
    page_of,
)
from ehr_desktop.ui.screens.ledger.wishes import ShowBlock, ShowTransaction
from ehr_desktop.ui.shell.context import ScreenContext, Wish
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.card import Card, Rule
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.labels import Caption, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.segmented import Segmented

Take = Callable[[tuple[Entry, ...], bool], None]
"""Takes a page of rows, and whether it was full."""
FIRST: Final = "first"
"""Choose the first row when the list is there."""


class LedgerScreen(QWidget):
    """The chain on top, the list under it, all about the chosen entry beside it."""

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._around = Surroundings()
        self._wanted = Wanted()
        self._choose_next = FIRST
        self._stale = False
        self._started = False
        self.model = LedgerEntries(self)
        self.list = EntryList(self.model, self)
        self.list.set_loading(loading=True)
        self.strip = ChainStrip(self)
        self.inspector = Inspector(context, self)
        self.filter = Segmented(
            "Show",
            (
                (Listed.EVERYTHING, "Transactions"),
                (Listed.REFUSED, "Refused only"),
                (Listed.BLOCKS, "Blocks"),
            ),
            self,
        )
        self.only_button = secondary_button("", icon_name="x")
        self.only_button.hide()
        self._count = Caption("", self)
        self._nothing = EmptyState("blocks", "Nothing here yet")
        self._none_refused = EmptyState(
            "circle-check", "Nothing was refused", "Every transaction met the clinic's rules."
        )
        self._build()
        self._listen()
        self._begin()

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys of this screen."""
        return (
            ("Ctrl+P", "Check the chosen transaction's proof"),
            ("Alt+R", "Refused transactions only, and back"),
            ("Alt+B", "Blocks, and back"),
        )

    def grant(self, wish: Wish) -> None:
        """Show a block or a transaction."""
        context = self._context
        if isinstance(wish, ShowBlock):
            self.go_to_block(wish.height)
        elif isinstance(wish, ShowTransaction):
            context.bridge.call(
                self,
                height_of(context.clinic, context.actor, wish.transaction),
                done=lambda height: self._want(Wanted(height=height), choose_next=wish.transaction),
                failed=self._failed,
            )

    def go_to_block(self, height: int) -> None:
        """List a block's transactions and show its header beside them."""
        self._want(Wanted(height=height), choose_next="")
        context = self._context
        context.bridge.call(
            self,
            block_at(context.clinic, context.actor, height),
            done=self._show_block,
            failed=self._failed,
        )

    def list_block(self, height: int) -> None:
        """List a block's transactions and choose the newest of them."""
        self._want(Wanted(height=height), choose_next=FIRST)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def _build(self) -> None:
        self.list.set_empty_state(self._nothing)
        head = row(
            Heading("Ledger", self, size=TypeSize.DISPLAY), SPRING, self.only_button, self.filter
        )
        card = Card(margin=1)
        beside = row(self.list, Rule(card, vertical=True), self.inspector, spacing=0)
        beside.setStretch(0, 1)
        card.body.addLayout(beside)
        whole = column(head, self.strip, card, self._count, spacing=Space.TWO, margin=Space.THREE)
        whole.setStretch(2, 1)
        self.setLayout(whole)
        self.setFocusProxy(self.list)
        self.setTabOrder(self.filter, self.strip)
        self.setTabOrder(self.strip, self.list)

    def _listen(self) -> None:
        self.list.selectionModel().currentRowChanged.connect(self._row_changed)
        self.model.more_wanted.connect(self._load_more)
        self.filter.chosen.connect(self._filter_chosen)
        self.only_button.clicked.connect(self._show_all)
        self.strip.chosen.connect(self.go_to_block)
        self.inspector.block_wanted.connect(self.go_to_block)
        self.inspector.transactions_wanted.connect(self.list_block)
        self._context.bridge.node_event.connect(self._hear)
        for keys, run in (("Alt+R", self._toggle_refused), ("Alt+B", self._toggle_blocks)):
            QShortcut(QKeySequence(keys), self).activated.connect(run)

    def _begin(self) -> None:
        context = self._context
        context.bridge.call(
            self,
            surroundings_of(context.clinic, context.actor),
            done=self._settle_in,
            failed=self._failed,
        )

    def _settle_in(self, around: Surroundings) -> None:
        self._around = around
        self._started = True
        self._load()
        self._load_strip()

    def _hear(self, event: Event) -> None:
        if not isinstance(event, LedgerGrew | PeopleChanged) or not self._started:
            return
        if self.isVisible():
            self._refresh()
        else:
            self._stale = True

    def _filter_chosen(self, key: str) -> None:
        if key != self._wanted.listed:
            self._want(Wanted(Listed(key)), choose_next=FIRST)

    def _toggle_refused(self) -> None:
        self._toggle(Listed.REFUSED)

    def _toggle_blocks(self) -> None:
        self._toggle(Listed.BLOCKS)

    def _toggle(self, listed: Listed) -> None:
        again = self._wanted.listed is listed
        self.filter.choose(Listed.EVERYTHING if again else listed)

    def _show_all(self) -> None:
        self._want(Wanted(), choose_next=FIRST)
        self.list.setFocus()

    def _want(self, wanted: Wanted, *, choose_next: str) -> None:
        self._wanted, self._choose_next = wanted, choose_next
        self.strip.mark(wanted.height)
        self.only_button.setVisible(wanted.height is not None)
        self.only_button.setText(f"Only block {wanted.height}")
        self.only_button.setAccessibleName(f"Only block {wanted.height}: show all again")
        self.filter.choose(wanted.listed)
        self._nothing.hide()
        self._none_refused.hide()
        refused = wanted.listed is Listed.REFUSED
        self.list.set_empty_state(self._none_refused if refused else self._nothing)
        self._load()

    def _load(self) -> None:
        self._ask(None, self._show)

    def _load_more(self) -> None:
        last = self.model.last_place

        def append(entries: tuple[Entry, ...], full: bool) -> None:  # noqa: FBT001
            # a refresh meanwhile may have changed what this page was to follow
            if self.model.last_place == last:
                self.model.append(entries, more=full)

        self._ask(last, append)

    def _refresh(self) -> None:
        self._stale = False
        self._ask(None, self._merge)
        self._load_strip()

    def _load_strip(self) -> None:
        context = self._context
        context.bridge.call(
            self,
            latest(context.clinic, context.actor),
            done=self._show_strip,
            failed=self._failed,
        )

    def _ask(self, before: int | None, take: Take) -> None:
        context, wanted = self._context, self._wanted

        def done(entries: tuple[Entry, ...]) -> None:
            if wanted == self._wanted:
                take(entries, len(entries) == wanted.limit)
                self._count_up()

        context.bridge.call(
            self,
            page_of(context.clinic, context.actor, wanted, self._around, before),
            done=done,
            failed=self._failed,
        )

    def _show(self, entries: tuple[Entry, ...], full: bool) -> None:  # noqa: FBT001  one of two takers
        self.list.set_loading(loading=False)
        self.model.show(entries, more=full)
        self.list.scrollToTop()
        if self._choose_next == FIRST:
            self.list.choose(0)
        elif self._choose_next:
            self.list.choose(self.model.row_of(self._choose_next))
        if not entries:
            self.inspector.clear()

    def _merge(self, entries: tuple[Entry, ...], full: bool) -> None:  # noqa: FBT001  one of two takers
        before, chosen = self.model.entries, self.list.chosen
        now = merged(entries, before, page_full=full)
        top = before[0].id if before else ""
        above = next((row for row, entry in enumerate(now) if entry.id == top), 0)
        more = full and (self.model.more or len(now) == len(entries))
        offset = self.list.offset
        self.model.show(now, more=more)
        self.list.settle_after_growth(chosen, offset, above)

    def _count_up(self) -> None:
        what = "blocks" if self._wanted.listed is Listed.BLOCKS else "transactions"
        held = self.model.rowCount()
        if self.model.more:
            self._count.setText(f"The newest {held:,} {what}. Older ones come as you scroll.")
        else:
            self._count.setText(f"{held:,} {what}, newest first" if held else "")

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        entry = self.model.at(current.row())
        if entry is None or entry.shown == self.inspector.subject:
            return
        if isinstance(entry.shown, BlockSummary):
            self._show_block(entry.shown)
        else:
            self.inspector.show_transaction(entry.shown, self._around)

    def _show_block(self, block: BlockSummary | None) -> None:
        if block is not None:
            self.inspector.show_block(block, self._around)

    def _show_strip(self, found: Latest) -> None:
        self.strip.show_blocks(found.blocks, found.pending, self._around)

    def _failed(self, error: BaseException) -> None:
        self.list.set_loading(loading=False)
        self._context.notify(explain(error))
