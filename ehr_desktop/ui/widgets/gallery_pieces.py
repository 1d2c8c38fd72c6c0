"""The gallery's page of small pieces."""

from PySide6.QtWidgets import (
    QProgressBar,
    QWidget,
)

from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.avatar import Avatar
from ehr_desktop.ui.widgets.buttons import (
    danger_button,
    ghost_button,
    icon_button,
    primary_button,
    secondary_button,
)
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.card import Card, Rule
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.gallery_charts import made_trend
from ehr_desktop.ui.widgets.gallery_page import page_of
from ehr_desktop.ui.widgets.key_values import KeyValueList
from ehr_desktop.ui.widgets.labels import Body, Caption, ElidedLabel, Heading, Level, Mono
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.pill import Pill
from ehr_desktop.ui.widgets.progress_panel import ProgressPanel
from ehr_desktop.ui.widgets.shortcut_hint import ShortcutHint
from ehr_desktop.ui.widgets.skeleton import Skeleton
from ehr_desktop.ui.widgets.sparkline import Sparkline
from ehr_desktop.ui.widgets.status_dot import StatusDot
from ehr_desktop.ui.widgets.tabs import Tabs


def pieces_page() -> QWidget:
    """Return text, buttons, pills, messages and other small pieces."""
    text = Card("Text")
    text.add(
        Heading("Good morning, Dr Osei", size=TypeSize.DISPLAY),
        Heading("Problems and history"),
        Heading("Medications", size=TypeSize.MEDIUM),
        Body("Takes metformin twice a day and reports no side effects since the last visit."),
        Body("Second in rank: reviewed by the practice nurse.", level=Level.MUTED),
        Caption("Saved here at 09:41 and copied to 3 workstations"),
        Mono("9f2c 41d0 77ab e618 03c5 5be1"),
        ElidedLabel("A line that gives way in the middle where the room is short " * 3),
    )
    return page_of(
        (text, _buttons()), (_states(), _values()), (_messages(), _progress()), (_tabs(), _empty())
    )


def _buttons() -> Card:
    card = Card("Buttons", actions=(ghost_button("See all"), icon_button("ellipsis", "More")))
    off = [primary_button("Primary"), secondary_button("Secondary"), ghost_button("Ghost")]
    for button in off:
        button.setEnabled(False)
    card.add(
        row(primary_button("Save visit", icon_name="check"), secondary_button("Cancel"), SPRING),
        row(ghost_button("Add", icon_name="plus"), danger_button("Erase"), SPRING),
        row(secondary_button("Print", icon_name="printer", shortcut="Ctrl+P"), SPRING),
        row(*off, SPRING),
        row(
            icon_button("pencil", "Edit"),
            icon_button("copy", "Copy"),
            icon_button("trash-2", "Delete"),
            ShortcutHint("Ctrl+K"),
            ShortcutHint("F9"),
            SPRING,
        ),
        SPRING,
    )
    return card


def _states() -> Card:
    card = Card("States")
    pills = [Pill(tone.value.title(), tone) for tone in Tone]
    sugar = made_trend("Glucose", "mmol/L", (6.1, 6.8, 7.9, 9.4, 8.2, 7.0, 6.6, 8.4), 4.0, 7.8)
    calm = made_trend("Weight", "kg", (81.4, 80.9, 80.2, 79.1, 78.8), 70, 85)
    card.add(
        row(*pills, SPRING),
        row(
            StatusDot("Online", Tone.SUCCESS),
            StatusDot("2 items only here", Tone.WARNING),
            StatusDot("Away"),
            SPRING,
            spacing=Space.TWO,
        ),
        row(Avatar("Ama Osei"), Avatar("Ingrid"), Avatar("Jiří Dvořák", size_px=48), SPRING),
        row(Body("8.4 mmol/L"), Sparkline(sugar), Body("78.8 kg"), Sparkline(calm), SPRING),
        Skeleton(2),
        SPRING,
    )
    return card


def _values() -> Card:
    card = Card("Coverage")
    card.add(
        KeyValueList(
            (
                ("Insurer", "Northern Mutual"),
                ("Member", "NM 4471 0029 81"),
                ("Valid until", "31-Dec-2026"),
                ("Phone", ""),
                ("Address", "12 Harbour Street, second floor, left door, 9008 Tromsø"),
            )
        ),
        Rule(),
        Caption("Checked with the insurer on 03-Nov-2026"),
        SPRING,
    )
    return card


def _messages() -> Card:
    card = Card("Messages")
    card.add(
        Callout(Tone.NOTE, "Akosua changed what she shares", "Imaging is no longer shared."),
        Callout(Tone.SUCCESS, "All 36,206 records agree with the ledger"),
        Callout(Tone.WARNING, "Two patients share this birth date", "", ghost_button("Compare")),
        Callout(Tone.DANGER, "Record 7f31 was changed on disk", "It was restored from Front desk."),
    )
    return card


def _progress() -> Card:
    card = Card("Work in progress")
    running, done = ProgressPanel(), ProgressPanel()
    running.start("Checking records", 36_206)
    running.advance(21_480, 36_206)
    done.start("Importing")
    done.finish("Imported 123 patients", "36,206 records taken, none refused.")
    bar = QProgressBar()
    bar.setAccessibleName("Free space")
    bar.setTextVisible(False)
    bar.setValue(70)
    card.add(running, Rule(), done, bar, SPRING)
    return card


def _tabs() -> Card:
    card = Card()
    tabs = Tabs("Chart")
    for title in ("Summary", "Results", "Medications", "Documents"):
        inside = QWidget()
        inside.setLayout(column(Body(f"{title} of the patient."), SPRING, margin=Space.ONE))
        tabs.addTab(inside, title)
    card.add(tabs)
    return card


def _empty() -> Card:
    card = Card()
    add = secondary_button("Add a document", icon_name="upload")
    card.add(EmptyState("file-text", "No documents yet", "Scans and letters stand here.", add))
    return card
