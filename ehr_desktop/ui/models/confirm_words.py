"""What waits for a clinician's word, a card or a guardian, in words."""

from datetime import tzinfo
from typing import Final

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.consent import TurnedAway, UnconfirmedCard
from ehr_desktop.ui.models.chart_times import shown_moment

LATER: Final = (
    "A clinician who did not make it confirms the card at the next visit; until then nothing "
    "changes."
)
GUARDIAN_LATER: Final = (
    "A clinician who did not name them confirms the guardian at the next visit; until then nothing "
    "changes."
)
_NOBODY: Final = "somebody no longer known here"


def waiting_words(one: UnconfirmedCard, zone: tzinfo) -> tuple[str, str]:
    """Say in a title and a text what waits, and what holds meanwhile."""
    if one.is_guardian:
        who = one.speaker_name or "A guardian"
        return f"{who} waits to be confirmed as guardian", (
            f"Named {_by(one, zone)}. Until a doctor or nurse confirms it, the guardian has no say."
        )
    return f"Card {one.generation} waits for a clinician", (
        f"Made {_by(one, zone)}. Until a doctor or nurse confirms it, the card can only check in."
    )


def waiting_title(count: int) -> str:
    """Say how many wait."""
    return "1 card waits for a clinician" if count == 1 else f"{count} cards wait for a clinician"


def waiting_line(one: UnconfirmedCard, zone: tzinfo) -> tuple[str, str]:
    """Say the same in a list of several patients: whose it is, and who made it."""
    what = "Guardian named" if one.is_guardian else "Card made"
    return one.patient_name or "A patient", f"{what} {_by(one, zone)}"


def confirm_words(one: UnconfirmedCard, zone: tzinfo) -> tuple[str, str]:
    """Ask in a title and a text whether it is the right person with the right card."""
    whose = one.patient_name or "this patient"
    number = f"card\N{NO-BREAK SPACE}{one.generation}"
    if one.is_guardian:
        who = one.speaker_name or "this person"
        return f"Confirm {who} as guardian of {whose}?", (
            f"Named {_by(one, zone)}. On the card stands “{number}”. Confirm only if the person "
            "with you is the patient's parent or carer and shows this card. From then on they "
            "decide who sees the medical record."
        )
    day = shown_date(one.made.astimezone(zone).date())
    return f"Confirm the card of {whose}?", (
        f"Made {_by(one, zone)}. On the card stands “{number} · {day}”. Confirm only if the person "
        "with you is the patient and shows this card. From then on the patient decides who sees "
        "the medical record."
    )


def confirmed_words(one: UnconfirmedCard) -> str:
    """Say that it was done."""
    return "The guardian decides from now on" if one.is_guardian else "The card is confirmed"


def not_this_one(one: UnconfirmedCard) -> str:
    """Say the other answer to what is asked by `confirm_words`."""
    return "This is not the guardian…" if one.is_guardian else "This is not the patient…"


def reject_words(one: UnconfirmedCard, zone: tzinfo) -> tuple[str, str]:
    """Ask in a title and a text whether it is to be turned away."""
    whose = one.patient_name or "this patient"
    if one.is_guardian:
        who = one.speaker_name or "this person"
        return f"Turn {who} away as guardian of {whose}?", (
            f"Named {_by(one, zone)}. They never get a say then, and nothing else changes. "
            "The front desk can name somebody again."
        )
    return f"Turn the card of {whose} away?", (
        f"Card {one.generation}, made {_by(one, zone)}, then opens nothing any more, and the "
        "clinic's rules stay. The front desk can make another card."
    )


def rejected_words(one: UnconfirmedCard) -> str:
    """Say that it was done."""
    return "The guardian was turned away" if one.is_guardian else "The card was turned away"


def turned_away_words(gone: TurnedAway, zone: tzinfo) -> str:
    """Say what was turned away last, and by whom: whoever makes another should ask."""
    if gone.is_guardian:
        what = f"{gone.speaker_name or 'Somebody'} was turned away as guardian"
    else:
        what = f"Card {gone.generation} was turned away"
    return f"{what} by {gone.by_name or _NOBODY}, {shown_moment(gone.when, zone)}."


def _by(one: UnconfirmedCard, zone: tzinfo) -> str:
    return f"by {one.made_by_name or _NOBODY}, {shown_moment(one.made, zone)}"
