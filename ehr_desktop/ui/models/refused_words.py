"""Work that was refused later, as sentences."""

from datetime import datetime

from ehr_desktop.domain.refusals import RefusedBooking, RefusedWork
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.sentences import REFUSALS
from ehr_desktop.ui.models.day_words import LOOKS
from ehr_desktop.ui.shell.days import weekday_text

_TAKEN = "the time was taken on another workstation"
_KINDS = {
    "patient.register": "Registration",
    "epoch.open": "New key",
    "record.commit": "Entry in the record",
    "appointment.status": "Change of status",
}


def refused_title(work: RefusedWork) -> str:
    """Say whom it was about."""
    return work.patient_name or _KINDS.get(work.kind, "A change")


def refused_words(work: RefusedWork) -> str:
    """Say what was wanted and why it did not happen.

    Such as *Friday 14-Aug-2026 10:00 with Dr Ruiz: the time was taken on another workstation.*
    """
    known = REFUSALS.get(work.rule, f"the rule \u201c{work.rule}\u201d does not hold")
    why = _TAKEN if work.rule == "slot-taken" else known
    return f"{_wanted(work)}: {why}."


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
