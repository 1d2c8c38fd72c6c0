"""Who decides, who may see what and why, in words: the one place where screens for staff say it.

Every sentence here has to be true of the contracts in `node/contracts`, also where that sounds
less good.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    EMERGENCY_MINUTES,
    MOST_GUESSES,
    REVIEW_HOURS,
    AccessRequest,
    Basis,
    CardStatus,
    EndingProgress,
    Erasure,
    Finding,
    GranteeKind,
    GrantState,
    GuardRule,
    RequestState,
    Share,
)
from ehr_desktop.domain.people import Team
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.theme.tokens import Tone

CATEGORY_NAMES: Final[Mapping[Category, str]] = {
    Category.EMERGENCY: "Allergies and medicines",
    Category.DEMOGRAPHICS: "Name and contacts",
    Category.APPOINTMENTS: "Appointments",
    Category.GENERAL: "Problems and visits",
    Category.LABS: "Laboratory results",
    Category.IMAGING: "Imaging",
    Category.NOTES: "Notes",
    Category.DOCUMENTS: "Documents and letters",
    Category.MENTAL_HEALTH: "Mental health",
    Category.SEXUAL_HEALTH: "Sexual health",
    Category.SUBSTANCE_USE: "Alcohol and drugs",
    Category.GENETICS: "Genetics",
    Category.BILLING: "Insurance and bills",
}
CATEGORY_HOLDS: Final[Mapping[Category, str]] = {
    Category.EMERGENCY: "What is opened in an emergency; also implants and whom to call",
    Category.DEMOGRAPHICS: "Birth date, address, phone",
    Category.APPOINTMENTS: "When and with whom",
    Category.GENERAL: "Diagnoses, procedures, vital signs, immunizations",
    Category.LABS: "Blood, urine and other tests",
    Category.IMAGING: "X-ray, ultrasound and other images",
    Category.NOTES: "What doctors and nurses write",
    Category.DOCUMENTS: "Letters and files from elsewhere",
    Category.MENTAL_HEALTH: "Kept apart from everything else",
    Category.SEXUAL_HEALTH: "Kept apart from everything else",
    Category.SUBSTANCE_USE: "Kept apart from everything else",
    Category.GENETICS: "Kept apart from everything else",
    Category.BILLING: "Insurance id, claims",
}
PURPOSES: Final[Mapping[str, str]] = {
    "treatment": "Treatment",
    "second-opinion": "Second opinion",
    "referral": "Referral to another clinic",
    "report": "A report the patient asked for",
    "research": "Research",
}
"""What one may ask for, by code, in the order it is offered."""
REASONS: Final[Mapping[str, str]] = {
    "unconscious": "Unconscious or not responding",
    "life-threatening": "Life or limb in danger",
    "cannot-be-asked": "Cannot be asked: confused, too young, no common language",
    "other": "Another emergency",
}
"""Reasons for emergency access, by code, in the order they are offered."""
NEEDS_WORDS: Final = "other"
ERASURE_BASES: Final[Mapping[str, str]] = {
    "patient-asked": "The patient asked for it",
    "guardian-asked": "The patient's guardian asked for it",
    "retention-over": "The time the law has records kept is over",
    "court-order": "A court ordered it",
}
_BASES: Final[Mapping[Basis, str]] = {
    Basis.POLICY: "Clinic policy",
    Basis.PATIENT: "Allowed by the patient",
    Basis.RULE: "The patient's standing rule",
    Basis.EMERGENCY: "Emergency access",
}
_REQUESTS: Final[Mapping[RequestState, tuple[str, Tone]]] = {
    RequestState.OPEN: ("Waiting for the patient", Tone.NOTE),
    RequestState.GRANTED: ("Allowed", Tone.SUCCESS),
    RequestState.REFUSED: ("Refused by the patient", Tone.WARNING),
    RequestState.WITHDRAWN: ("Withdrawn", Tone.NEUTRAL),
    RequestState.EXPIRED: ("Expired without an answer", Tone.NEUTRAL),
}
_GRANTS: Final[Mapping[GrantState, tuple[str, Tone]]] = {
    GrantState.ACTIVE: ("Open", Tone.SUCCESS),
    GrantState.ENDING: ("Ended, keys being destroyed", Tone.WARNING),
    GrantState.REVOKED: ("Stopped by the patient", Tone.NEUTRAL),
    GrantState.EXPIRED: ("Expired", Tone.NEUTRAL),
}
_FINDINGS: Final[Mapping[Finding, tuple[str, Tone]]] = {
    Finding.JUSTIFIED: ("Justified", Tone.SUCCESS),
    Finding.QUESTIONED: ("Questioned", Tone.DANGER),
}
_TEAMS: Final[Mapping[str, str]] = {
    Team.CLINICAL: "The care team",
    Team.FRONT_DESK: "The front desk",
}
_MANNERS: Final[Mapping[str, str]] = {
    "open": "Opened",
    "print": "Printed",
    "export": "Exported",
    "claim": "Emergency key released",
}
_ENOUGH: Final = 4
_HOUR_S: Final = 3600

CARD_MEANS: Final = (
    "With a card the patient decides who sees the medical record: what is not ticked below closes "
    "for everybody here until the patient opens it again. The card and its PIN together are the "
    "patient's key; nobody in the clinic knows the PIN or can look it up."
)
KEEP_MEANS: Final = "The care team keeps"
TURN_TO_PATIENT: Final = "Turn the screen to the patient and look away."
EMERGENCY_MEANS: Final = (
    f"{CATEGORY_NAMES[Category.EMERGENCY]} open for {EMERGENCY_MINUTES} minutes, and close by "
    "themselves. It is written to the ledger with your name and your reason; the patient is told, "
    f"and somebody else reviews it within {REVIEW_HOURS} hours."
)
LOCKED_TITLE: Final = "Locked: this record is to be erased"
ERASED_TITLE: Final = "This record was erased"
POLICY_DECIDES: Final = "The clinic's policy decides"
NOBODY_DECIDES: Final = "Nobody decides at the moment"
PATIENT_DECIDES: Final = "The patient decides"


def category_words(category: Category) -> str:
    """Name a category within a sentence."""
    name = CATEGORY_NAMES[category]
    return name[:1].lower() + name[1:]


def in_order(categories: Iterable[Category]) -> list[Category]:
    """Give categories in the order they are always shown in."""
    wanted = set(categories)
    return [category for category in CATEGORY_NAMES if category in wanted]


def listed(categories: Iterable[Category]) -> str:
    """Name categories in one line, such as *Notes; mental health*; empty for none.

    Semicolons, as names of categories have an *and* of their own.
    """
    words = "; ".join(category_words(category) for category in in_order(categories))
    return words[:1].upper() + words[1:]


def purpose_words(purpose: str) -> str:
    """Name what somebody asks for."""
    return PURPOSES.get(purpose, purpose.replace("-", " ").capitalize())


def reason_words(reason: str) -> str:
    """Name the reason of an emergency access."""
    return REASONS.get(reason, reason.replace("-", " ").capitalize())


def basis_words(basis: Basis) -> str:
    """Say on whose word somebody may read."""
    return _BASES[basis]


def request_words(state: RequestState) -> tuple[str, Tone]:
    """Say what became of a request."""
    return _REQUESTS[state]


def grant_words(state: GrantState) -> tuple[str, Tone]:
    """Say whether a grant still holds."""
    return _GRANTS[state]


def finding_words(finding: Finding | None) -> tuple[str, Tone]:
    """Say what a review found, or that there was none yet."""
    return _FINDINGS[finding] if finding else ("Not reviewed yet", Tone.WARNING)


def overdue_words(due: datetime, now: datetime) -> str:
    """Say how long there still is for a review, or that it is overdue."""
    hours = round((due - now).total_seconds() / _HOUR_S)
    if due <= now:
        return f"Overdue for {-hours} hours" if hours < -1 else "Overdue"
    return f"{hours} hours left" if hours > 1 else "1 hour left"


def erasure_basis_words(basis: str) -> str:
    """Say on what ground a record is erased."""
    return ERASURE_BASES.get(basis, basis.replace("-", " ").capitalize())


def locked_words(erasure: Erasure, zone: tzinfo) -> tuple[str, str]:
    """Say that a record is locked or gone, in a title and a text."""
    ground = erasure_basis_words(erasure.basis)
    if erasure.confirmed is None:
        when = shown_date(erasure.not_before)
        return LOCKED_TITLE, (
            f"{ground}. Nobody reads it, not even in an emergency. It can be confirmed from {when} "
            "on."
        )
    done = progress_words([name for name, _ in erasure.acknowledged], erasure.waiting)
    return ERASED_TITLE, f"{ground}. {shown_moment(erasure.confirmed, zone)}; {done}."


def manner_words(manner: str) -> str:
    """Say what somebody did with a record."""
    return _MANNERS.get(manner, manner.replace("-", " ").capitalize())


def grantee_words(share: Share) -> str:
    """Name to whom something is shared."""
    if share.grantee_kind is GranteeKind.TEAM:
        return _TEAMS.get(share.grantee, share.name or share.grantee)
    return share.name or "Somebody no longer known here"


def ending_words(ending: EndingProgress) -> str:
    """Say how far the keys of an ended grant are destroyed."""
    if not ending.resealed:
        return "the records are being encrypted anew"
    return progress_words(ending.done, ending.waiting)


def progress_words(done: Sequence[str], waiting: Sequence[str]) -> str:
    """Say on how many workstations something is done: *done on 3 of 4; waiting for Room 2*."""
    words = f"done on {len(done)} of {len(done) + len(waiting)}"
    return f"{words}; waiting for {', '.join(waiting)}" if waiting else words


def until_words(until: datetime | None, zone: tzinfo) -> str:
    """Say when it ends."""
    return f"until {shown_moment(until, zone)}" if until else "without end"


def keep_words(keep_until: datetime | None, zone: tzinfo) -> str:
    """Say how long what was read may be kept elsewhere."""
    if keep_until is None:
        return "no copies"
    return f"copies kept until {shown_date(keep_until.astimezone(zone).date())}"


def asked_words(request: AccessRequest, zone: tzinfo) -> str:
    """Say what was asked for in one line."""
    parts = (
        listed(request.categories),
        purpose_words(request.purpose).lower(),
        until_words(request.until, zone),
        keep_words(request.keep_until, zone),
    )
    return " · ".join(parts)


def decides(status: CardStatus, zone: tzinfo) -> tuple[str, str]:
    """Say who decides about a patient's medical record, and what follows from it."""
    since = f" since {shown_moment(status.since, zone)}" if status.since else ""
    if status.decides:
        return f"{PATIENT_DECIDES}{since}", _card_text(status, zone)
    if status.guardians:
        guardian = status.guardians[0]
        name = guardian.name or "A guardian"
        until = shown_date(guardian.until.astimezone(zone).date())
        return f"{name} decides for the patient{since}", f"Until {until}, with an own card."
    if not status.is_policy:
        return NOBODY_DECIDES, (
            "A guardian's time is over. What was allowed stays as it was, and nothing more opens "
            "until the patient has a card."
        )
    text = "The care team sees the medical record, and every reading is noted."
    return POLICY_DECIDES, text if status.taken else f"There is no card. {text}"


def _card_text(status: CardStatus, zone: tzinfo) -> str:
    if status.lost_since is not None:
        lost = f"The card is noted as lost since {shown_moment(status.lost_since, zone)}."
        opens = "It opens nothing any more; what the patient allowed stays as it was."
        if status.replaceable_from is None:
            return f"{lost} {opens}"
        return (
            f"{lost} {opens} A new one can be made from "
            f"{shown_moment(status.replaceable_from, zone)}."
        )
    if not status.guesses_left:
        return "The card is locked after too many wrong PINs. Only a new card helps."
    words = f"Card {status.generation}."
    if status.guesses_left < MOST_GUESSES:
        words += f" {status.guesses_left} of {MOST_GUESSES} tries for the PIN are left."
    if not status.keys_reached:
        words += (
            " The patient's own keys are not complete yet; they will be when a doctor or nurse "
            "signs in, or a former guardian shows a card at the kiosk."
        )
    return words


def pin_rule_words(rule: GuardRule) -> str:
    """Say how PINs are guarded, and against what that does not help."""
    limit = f"After {MOST_GUESSES} wrong PINs the card is locked."
    if rule.workstations < 2:
        return (
            "This clinic has one PC, and it checks the PIN alone. Somebody who steals it and opens "
            f"its files could try PINs without limit, if the card is there, too. {limit}"
        )
    if rule.threshold >= rule.workstations:
        return (
            f"All {rule.workstations} workstations together check the PIN: no single stolen PC can "
            f"try PINs, but cards work only while all of them are on. {limit}"
        )
    return (
        f"Any {rule.threshold} of the {rule.workstations} workstations together check the PIN: "
        f"{_no_fewer(rule)} can try PINs. {limit}"
    )


def emergency_rule_words(rule: GuardRule) -> str:
    """Say how many workstations have to agree, and what weaker rule holds with fewer than four."""
    if rule.workstations < 2:
        return (
            "This clinic has one PC, and it alone holds the emergency key: nothing but the entry "
            "in the ledger stands between you and the record."
        )
    if rule.threshold >= rule.workstations:
        return (
            f"All {rule.workstations} workstations have to release their part of the key. With one "
            "of them off there is no emergency access."
        )
    words = (
        f"{rule.threshold} of the {rule.workstations} workstations have to release their part of "
        "the key."
    )
    if rule.workstations < _ENOUGH:
        words += f" Whoever holds {rule.threshold} PCs holds the key; with four it takes three."
    return words


def is_weak(rule: GuardRule) -> bool:
    """Tell whether the clinic has too few workstations for the full rule."""
    return rule.workstations < _ENOUGH


def _no_fewer(rule: GuardRule) -> str:
    if rule.threshold == 2:
        return "no single stolen PC"
    return f"no {rule.threshold - 1} stolen PCs"
