"""The certificate of an erasure, on paper: what the ledger says of it, and no name."""

from datetime import datetime, tzinfo
from typing import Final

from PySide6.QtGui import QTextCursor, QTextDocument

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.consent import Erasure
from ehr_desktop.domain.people import Clinic
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.models.consent_words import erasure_basis_words
from ehr_desktop.ui.screens.paper_text import Style, spaced, write_pairs
from ehr_desktop.ui.theme.fonts import ui_font

WHAT: Final = (
    "Each workstation that is confirmed below has destroyed the keys to this record and every copy "
    "of it, with its views and what was being written. What is left in the ledger are commitments "
    "and the statements below; without the keys nothing can be read from them, nor from backups "
    "made before."
)
BY_HAND: Final = "Name, if the clinic chooses to write it: ______________________________"
_UNFINISHED: Final = (
    "This is not finished: the workstations marked as waiting still hold their copy. Print the "
    "certificate again when they have confirmed."
)


def certificate(
    erasure: Erasure, clinic: Clinic, number: str, printed_by: str, now: datetime, zone: tzinfo
) -> QTextDocument:
    """Give the page. `number` is the record id, if it is still known; `now` when it is printed.

    Text is put in as text, so nothing in it can become markup.
    """
    document = QTextDocument()
    document.setDefaultFont(ui_font())
    style = Style.for_paper()
    cursor = QTextCursor(document)
    cursor.insertText("Certificate of erasure", style.title)
    cursor.insertBlock()
    cursor.insertText(clinic.name, style.body)
    cursor.insertBlock(spaced(12))
    cursor.insertText(WHAT, style.body)
    write_pairs(cursor, style, _pairs(erasure, number, zone))
    cursor.insertBlock(spaced(12))
    cursor.insertText("Workstations", style.title)
    done = [(name, f"confirmed {shown_moment(when, zone)}") for name, when in erasure.acknowledged]
    waiting = [(name, "waiting: still holds its copy") for name in erasure.waiting]
    write_pairs(cursor, style, done + waiting)
    if erasure.waiting:
        cursor.insertBlock(spaced(12))
        cursor.insertText(_UNFINISHED, style.body)
    cursor.insertBlock(spaced(12))
    cursor.insertText("Transactions in the ledger", style.title)
    for transaction in erasure.transactions:
        cursor.insertBlock()
        cursor.insertText(transaction, style.mono)
    cursor.insertBlock(spaced(24))
    cursor.insertText(BY_HAND, style.body)
    cursor.insertBlock(spaced(12))
    cursor.insertText(f"Printed by {printed_by}, {shown_moment(now, zone)}.", style.small)
    return document


def _pairs(erasure: Erasure, number: str, zone: tzinfo) -> list[tuple[str, str]]:
    confirmed = "not confirmed yet"
    if erasure.confirmed is not None:
        confirmed = f"{shown_moment(erasure.confirmed, zone)} by {erasure.confirmed_by}"
    return [
        ("Pseudonym", erasure.patient),
        ("Record id", number or "no longer known here"),
        ("Ground", erasure_basis_words(erasure.basis)),
        ("Ordered", f"{shown_moment(erasure.ordered, zone)} by {erasure.ordered_by}"),
        ("Not before", shown_date(erasure.not_before)),
        ("Confirmed", confirmed),
    ]
