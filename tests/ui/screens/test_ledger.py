"""The ledger screen: lists, filters, panels, proofs, and a ledger that grows meanwhile."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QWidget

from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.node.contracts.statements import KINDS
from ehr_desktop.ui.models.ledger_entries import ICONS, LedgerEntries, merged, transaction_entry
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.screens.ledger.block_panel import BlockPanel
from ehr_desktop.ui.screens.ledger.hash_row import HashRow
from ehr_desktop.ui.screens.ledger.proof_path import walk
from ehr_desktop.ui.screens.ledger.screen import LedgerScreen
from ehr_desktop.ui.screens.ledger.transaction_panel import TransactionPanel
from ehr_desktop.ui.screens.ledger.wishes import ShowBlock, ShowTransaction
from ehr_desktop.ui.theme.resources import resource_path
from tests.support.memory_ledger import DAY, READ, MemoryChain
from tests.support.memory_world import NOON

ALL = sum(len(rows) for rows in DAY)


@pytest.fixture
def chain(clinic):
    clinic.ledger = MemoryChain(clinic.world, NOON - timedelta(minutes=110))
    return clinic.ledger


@pytest.fixture
def screen(qtbot, chain, context_for):
    screen = LedgerScreen(context_for("karin.lindqvist"))
    qtbot.addWidget(screen)
    screen.resize(1150, 680)
    with qtbot.waitExposed(screen):
        screen.show()
    qtbot.waitUntil(lambda: screen.model.rowCount() == ALL)
    qtbot.waitUntil(lambda: len(screen.strip.drawn) > 1)
    return screen


def titles(screen):
    return [entry.title for entry in screen.model.entries]


def choose(qtbot, screen, start):
    """Click the first row whose title starts so, and give its panel with the block in it."""
    row = next(n for n, title in enumerate(titles(screen)) if start in title)
    index = screen.model.index(row, 0)
    screen.list.scrollTo(index)
    place = screen.list.visualRect(index).center()
    qtbot.mouseClick(screen.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    panel = screen.inspector.panel
    qtbot.waitUntil(lambda: panel.facts is not None or panel.transaction.height is None)
    return panel


def texts(widget):
    return [label.text() for label in widget.findChildren(QLabel)]


def test_what_happened_is_told_newest_first(screen):
    assert titles(screen)[0] == "Dr Karin Lindqvist amended 1 record of patient 7f3a…"
    assert titles(screen)[-1] == (
        "Amara Osei founded Harbour Street Practice on the workstation Front desk"
    )
    assert screen.list.currentIndex().row() == 0


def test_a_refused_one_says_why_in_word_and_icon(screen):
    refused = next(e for e in screen.model.entries if "tried to book" in e.title)
    assert refused.state[:2] == ("Refused", "ban")
    assert refused.remark == "The time was already taken from 11:00 to 11:20"
    spoken = screen.model.data(
        screen.model.index(screen.model.row_of(refused.id), 0), Qt.ItemDataRole.AccessibleTextRole
    )
    assert "refused, the time was already taken" in spoken


def test_every_kind_has_an_icon_that_exists():
    assert set(ICONS) == set(KINDS)
    assert all(resource_path("icons", f"{name}.svg").exists() for name in ICONS.values())


def test_only_the_refused_ones_are_listed_when_asked(qtbot, screen):
    screen.filter.choose("refused")
    qtbot.waitUntil(lambda: screen.model.rowCount() == 2)
    assert all("tried to" in title for title in titles(screen))
    screen.filter.choose("everything")
    qtbot.waitUntil(lambda: screen.model.rowCount() == ALL)


def test_keys_switch_the_lists(qtbot, screen):
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    screen.list.setFocus()
    qtbot.keyClick(screen.list, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 2)
    qtbot.keyClick(screen.list, Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: screen.model.rowCount() == len(DAY))
    qtbot.keyClick(screen.list, Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: screen.model.rowCount() == ALL)


def test_blocks_are_listed_and_opened(qtbot, screen):
    screen.filter.choose("blocks")
    qtbot.waitUntil(lambda: titles(screen)[0] == "Block 9 with 1 transaction")
    assert screen.model.at(3).state[0] == "1 refused"
    panel = screen.inspector.panel
    assert isinstance(panel, BlockPanel)
    qtbot.mouseClick(panel.transactions_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 1)
    assert screen.only_button.isVisible()
    qtbot.mouseClick(screen.only_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: screen.model.rowCount() == ALL)


def test_the_panel_shows_the_header_and_the_way_to_the_parent(qtbot, screen, chain):
    panel = choose(qtbot, screen, "opened the record")
    block = chain.chain[8]
    shown = texts(panel)
    for value in (
        block.id,
        block.parent,
        block.merkle_root,
        block.state_root,
        panel.transaction.id,
    ):
        assert value in shown
    assert f"{block.tree_size} transactions after this block" in shown
    qtbot.mouseClick(panel.facts.parent_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(screen.inspector.panel, BlockPanel))
    assert screen.inspector.panel.block.height == 7
    qtbot.waitUntil(lambda: screen.model.rowCount() == 2)


def test_the_first_block_has_no_parent(qtbot, screen):
    panel = choose(qtbot, screen, "founded")
    assert not panel.facts.parent_button.isEnabled()


def test_an_id_is_copied(qtbot, screen, asked):
    panel = choose(qtbot, screen, "opened the record")
    button = panel.findChild(HashRow).copy_button
    assert button.accessibleName() == "Copy transaction id"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == panel.transaction.id
    assert asked.notes == ["Transaction id copied."]


def proved(qtbot, panel):
    qtbot.mouseClick(panel.proof_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.proof is not None)
    return panel.proof


@pytest.mark.parametrize("start", ["founded", "added the account of Lena", "imported", "amended"])
def test_a_proof_leads_from_the_leaf_to_the_certificate(qtbot, screen, start):
    panel = choose(qtbot, screen, "add the account of Lena" if "Lena" in start else start)
    proof = proved(qtbot, panel)
    assert proof.holds
    assert proof.verdict.accessibleName().startswith("Proved: it is in the ledger, unchanged")
    assert proof.stops[0].title == "The transaction's own hash"
    assert [stop.title for stop in proof.stops[-2:]] == [
        "The root of the ledger",
        "The block's certificate",
    ]
    if len(proof.stops) > 3:
        assert proof.stops[-3].value == proof.stops[-2].value


def test_a_false_path_is_called_so(qtbot, screen, chain):
    panel = choose(qtbot, screen, "opened the record")
    chain.broken_path = panel.transaction.id
    proof = proved(qtbot, panel)
    assert not proof.holds
    assert "not in the ledger as shown" in proof.verdict.accessibleName()


def test_a_missing_certificate_is_called_so(qtbot, screen, chain):
    panel = choose(qtbot, screen, "opened the record")
    chain.broken_certificate = panel.transaction.id
    proof = proved(qtbot, panel)
    assert not proof.holds
    assert proof.verdict.accessibleName().startswith("Block 8 is not certified")


def test_a_proof_is_checked_again_and_again(qtbot, screen, chain):
    panel = choose(qtbot, screen, "opened the record")
    first = proved(qtbot, panel)
    chain.broken_path = panel.transaction.id
    qtbot.mouseClick(panel.proof_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.proof is not first)
    assert not panel.proof.holds


def test_a_pending_one_has_no_proof_yet(qtbot, screen, chain):
    chain.add_pending("ines.duarte", "appointment.status", 0, (("status", "in-room"),))
    chain.add_block((("karin.lindqvist", *READ, ""),))
    qtbot.waitUntil(lambda: screen.model.rowCount() == ALL + 2)
    panel = choose(qtbot, screen, "in the room")
    assert not panel.proof_button.isEnabled()
    assert "Signed, and stored on this workstation" in texts(panel)


def test_new_blocks_come_on_top_and_the_choice_stays(qtbot, screen, chain):
    panel = choose(qtbot, screen, "imported")
    chain.add_block((("karin.lindqvist", *READ, ""),))
    qtbot.waitUntil(lambda: screen.model.rowCount() == ALL + 1)
    assert screen.list.chosen == panel.transaction.id
    assert screen.inspector.panel is panel
    qtbot.waitUntil(lambda: screen.strip.drawn[-1].height == 10)


def test_a_hidden_screen_catches_up_when_it_is_shown(qtbot, screen, chain):
    screen.hide()
    chain.add_block((("karin.lindqvist", *READ, ""),))
    qtbot.waitUntil(lambda: screen._stale)
    assert screen.model.rowCount() == ALL
    screen.show()
    qtbot.waitUntil(lambda: screen.model.rowCount() == ALL + 1)


def test_older_pages_come_as_one_scrolls(qtbot, screen, chain):
    for _ in range(4):
        chain.add_block((("karin.lindqvist", *READ, ""),) * 60)
    screen.filter.choose("blocks")
    screen.filter.choose("everything")
    qtbot.waitUntil(lambda: screen.model.rowCount() == 100)

    def at_the_end():
        screen.list.scrollToTop()
        screen.list.scrollToBottom()
        return not screen.model.more

    qtbot.waitUntil(at_the_end)
    places = [entry.place for entry in screen.model.entries]
    assert places == list(range(ALL + 239, -1, -1))


def test_a_click_on_a_drawn_block_lists_its_transactions(qtbot, screen):
    place = screen.strip.place_of(7).center().toPoint()
    qtbot.mouseClick(screen.strip, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 2)
    qtbot.waitUntil(lambda: isinstance(screen.inspector.panel, BlockPanel))


def test_the_drawn_blocks_are_walked_by_keyboard(qtbot, screen):
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    screen.strip.setFocus()
    assert screen.strip.accessibleName() == "Latest blocks: block 9, 1 transaction"
    qtbot.keyClick(screen.strip, Qt.Key.Key_Left)
    qtbot.keyClick(screen.strip, Qt.Key.Key_Left)
    qtbot.keyClick(screen.strip, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.only_button.text() == "Only block 7")


def test_the_strip_draws_what_fits_and_leaves_room_for_what_waits(qtbot, screen, chain):
    newest = tuple(reversed(chain.chain))
    fitting = len(screen.strip.drawn)
    screen.strip.show_blocks(newest, 3, Surroundings())
    assert len(screen.strip.drawn) == fitting - 1
    assert [b.height for b in screen.strip.drawn] == list(range(11 - fitting, 10))
    assert screen.strip.grab().toImage().size() == screen.strip.size()


def test_others_may_ask_for_a_block_or_a_transaction(qtbot, screen, chain):
    screen.grant(ShowTransaction(chain.all[8].id))
    qtbot.waitUntil(
        lambda: (
            isinstance(screen.inspector.panel, TransactionPanel)
            and screen.inspector.panel.transaction == chain.all[8]
        )
    )
    screen.grant(ShowBlock(2))
    qtbot.waitUntil(lambda: isinstance(screen.inspector.panel, BlockPanel))
    assert screen.inspector.panel.block.height == 2


def test_an_unknown_transaction_is_said_to_be_gone(qtbot, screen, asked):
    screen.grant(ShowTransaction("00" * 32))
    qtbot.waitUntil(lambda: asked.notes == ["That is no longer there."])


def test_everything_focusable_has_a_name_and_no_label_renders_markup(qtbot, screen, clinic, chain):
    proved(qtbot, choose(qtbot, screen, "opened the record"))
    nameless = [
        widget
        for widget in screen.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]
    assert nameless == []
    assert all(x.textFormat() == Qt.TextFormat.PlainText for x in screen.findChildren(QLabel))


# models and proofs


def entries_of(chain, *, newest_first=True):
    rows = [transaction_entry(t, Surroundings()) for t in chain.all]
    return rows[::-1] if newest_first else rows


def test_the_model_keeps_the_rules_of_models(chain):
    model = LedgerEntries()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rows = entries_of(chain)
    model.show(rows[:5], more=True)
    model.append(rows[5:], more=False)
    assert model.last_place == 0
    model.show((), more=False)
    assert model.at(0) is None


def test_a_fresh_page_is_put_before_what_is_held(chain):
    rows = entries_of(chain)
    assert merged(rows[:5], rows[2:], page_full=True) == rows
    assert merged(rows[:5], rows[5:], page_full=True) == rows[:5]
    assert merged(rows, rows[3:], page_full=False) == rows


def test_a_list_never_has_a_hole(chain):
    rows = entries_of(chain)
    places = [entry.place for entry in merged(rows[:4], rows[3:], page_full=True)]
    assert all(newer == older + 1 for newer, older in pairwise(places))


def test_a_workstation_without_a_name_is_told_by_its_id():
    around = Surroundings(None, {DeviceId("ab" * 16): "Room 2"})
    assert around.workstation(DeviceId("ab" * 16)) == "Room 2"
    assert around.workstation(DeviceId("cd" * 16)) == "workstation cdcd…"


@pytest.mark.parametrize("position", range(ALL))
def test_every_path_is_walked_to_the_root_and_no_other_place_is_believed(position):
    import asyncio

    from tests.support.memory_clinic import MemoryClinic

    clinic = MemoryClinic()
    chain = MemoryChain(clinic.world, NOON)
    asked = chain.proof(clinic.actor("tom.hale"), chain.all[position].id)
    proof = asyncio.run(asked)
    path = walk(proof)
    assert path.reaches_root
    assert path.reached == proof.root
    assert not walk(replace(proof, leaf="00" * 32)).reaches_root
    assert not walk(replace(proof, index=proof.tree_size)).reaches_root
    assert not walk(replace(proof, path=(*proof.path, "00" * 32))).reaches_root


def test_the_strip_ignores_clicks_between_blocks(qtbot, screen):
    gap = screen.strip.place_of(7).topRight().toPoint() + QPoint(12, 20)
    qtbot.mouseClick(screen.strip, Qt.MouseButton.LeftButton, pos=gap)
    assert not screen.only_button.isVisible()
