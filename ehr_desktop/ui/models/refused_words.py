"""Work that was refused later, as sentences."""

from datetime import datetime, tzinfo
from typing import Final

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.refusals import RefusedBooking, RefusedWork
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.sentences import REFUSALS
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.models.day_words import LOOKS
from ehr_desktop.ui.shell.days import weekday_text

_TAKEN = "the time was taken on another workstation"
_KINDS = {
    "patient.register": "Registration",
    "epoch.open": "New key",
    "record.commit": "Entry in the record",
    "appointment.status": "Change of status",
}
_KEPT = {
    Category.NOTES: "A note you wrote while cut off",
    Category.DEMOGRAPHICS: "What you changed in the registration while cut off",
}
_KEPT_ELSE = "What you wrote while cut off"
KEPT_MEANS: Final = (
    "Nobody else has it. It stays here, for you alone, until you write it again or discard it."
)
NOT_KEPT: Final = "It is not kept here any more."
DISCARD_TITLE: Final = "Discard what you wrote?"
DISCARD_MEANS: Final = "It is in no record, and nobody can bring it back."
OVERTAKEN_TITLE: Final = "The note says something else by now"
OVERTAKEN: Final = (
    "Above is what you wrote while cut off. Somebody else's version came first; it stays readable "
    "under Versions. Take over from it what is still right before you save."
)
AMENDING_TITLE: Final = "You are amending this note already"
AMENDING: Final = "What you wrote while cut off is not in here; you still find it in Today."


def refused_title(work: RefusedWork) -> str:
    """Say whom it was about."""
    return work.patient_name or _KINDS.get(work.kind, "A change")


def refused_words(work: RefusedWork) -> str:
    """Say what was wanted and why it did not happen.

    Such as *Friday 14-Aug-2026 10:00 with Dr Ruiz: the time was taken on another workstation.*
    """
    if work.kept is not None:
        return f"{_KEPT.get(work.kept, _KEPT_ELSE)} could not be added: {_why(work)}."
    return f"{_wanted(work)}: {_why(work)}."


def amendment_reason(written: datetime, zone: tzinfo) -> str:
    """Give the reason for amending a note with what was written while cut off."""
    return f"Written {shown_moment(written, zone)} while cut off"


def _why(work: RefusedWork) -> str:
    known = REFUSALS.get(work.rule, f"the rule \u201c{work.rule}\u201d does not hold")
    return _TAKEN if work.rule == "slot-taken" else known


def when_words(booking: RefusedBooking) -> str:
    """Say when and with whom, in the time the person was told."""
    wall = datetime.fromisoformat(booking.wall_start)
    whom = f" with {booking.provider_name}" if booking.provider_name else ""
    return f"{weekday_text(wall.date())} {wall:%H:%M}{whom}"


def _wanted(work: RefusedWork) -> str:
    if work.booking is not None:
        when = when_words(work.booking)
        return f"Move to {when}" if work.booking.moved else when
    if work.kind == "appointment.status" and work.title:
        return f"\u201c{LOOKS[AppointmentStatus(work.title)].word}\u201d"
    return work.title or _KINDS.get(work.kind, "A change")
