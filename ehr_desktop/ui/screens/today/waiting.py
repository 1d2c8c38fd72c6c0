"""What waits for the person who has signed in, found out piece by piece."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.ledger import NodeStatus
from ehr_desktop.domain.people import Action, Actor, may
from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.ui.clinic_port import ClinicPort
from ehr_desktop.ui.models.day_queue import without_outcome

DAYS_BETWEEN_CHECKS: Final = 7
_WEEKS_BACK: Final = 2
_MOST_PATIENTS: Final = 20


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A note begun and not saved, of a patient by name."""

    patient: PatientId
    name: str
    saved: datetime


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """All that waits. `check` is a sentence, empty when the last full check is recent."""

    unfinished: tuple[Unfinished, ...]
    open_ends: tuple[Appointment, ...]
    check: str
    check_is_bad: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing waits."""
        return not (self.unfinished or self.open_ends or self.check)


async def waiting_work(
    clinic: ClinicPort, actor: Actor, now: datetime, provider: PersonId | None
) -> WaitingWork:
    """Ask for everything that waits for `actor`; only the appointments of `provider`, if given."""
    zone = ZoneInfo((await clinic.session.clinic()).time_zone)
    today = now.astimezone(zone).date()
    begins = datetime.combine(today, time(), zone).astimezone(UTC)
    only = () if provider is None else (provider,)
    monday = today - timedelta(days=today.weekday())
    earlier: list[Appointment] = []
    for week in range(_WEEKS_BACK):
        first = monday - timedelta(days=7 * week)
        earlier += await clinic.appointments.week(actor, first, only)
    status = await clinic.session.status()
    unfinished = await _unfinished(clinic, actor, earlier, today)
    check, bad = check_text(status, now, zone)
    return WaitingWork(unfinished, without_outcome(earlier, begins), check, bad)


def check_text(status: NodeStatus, now: datetime, zone: ZoneInfo) -> tuple[str, bool]:
    """Say what is wrong with the last full check, and whether it found faults."""
    if status.last_check is None:
        return "This workstation has never been checked in full.", False
    when = shown_date(status.last_check.astimezone(zone).date())
    if status.last_check_faults:
        count = status.last_check_faults
        return f"The check of {when} found {count} fault{'s' if count > 1 else ''}.", True
    if now - status.last_check > timedelta(days=DAYS_BETWEEN_CHECKS):
        return f"The last full check was on {when}.", False
    return "", False


async def _unfinished(
    clinic: ClinicPort, actor: Actor, appointments: Iterable[Appointment], today: date
) -> tuple[Unfinished, ...]:
    """Look for notes begun: of today's patients, and of those last worked with."""
    if not may(actor.role, Action.WRITE_CLINICAL):
        return ()
    names = {p.id: p.name for p in await clinic.patients.recent(actor)}
    for appointment in appointments:
        if appointment.provider == actor.id and appointment.wall_start[:10] == today.isoformat():
            names[appointment.patient] = appointment.patient_name
    found = []
    for patient, name in list(names.items())[:_MOST_PATIENTS]:
        draft = await clinic.drafts.load(actor, f"note/{patient}")
        if draft is not None and draft.text.strip():
            found.append(Unfinished(patient, name, draft.saved))
    return tuple(sorted(found, key=lambda note: note.saved, reverse=True))
