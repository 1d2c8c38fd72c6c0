"""The appointments contract: one provider is never booked twice at once unless someone says why."""

from dataclasses import replace

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.people import Action, Role
from ehr_desktop.domain.schedule import FREES_THE_SLOT, NEXT_STATUSES, AppointmentStatus
from ehr_desktop.node.contracts import visits
from ehr_desktop.node.contracts.category_keys import count_sealed, sealed_by_those_here
from ehr_desktop.node.contracts.consent_basis import speakers
from ehr_desktop.node.contracts.consent_rules import put
from ehr_desktop.node.contracts.consent_state import entry
from ehr_desktop.node.contracts.records import current_epoch
from ehr_desktop.node.contracts.rules import (
    Context,
    Refusal,
    allow,
    container_count,
    known_patient,
)
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    MoveAppointment,
)
from ehr_desktop.node.contracts.visits import DAY_MS, Booking


def book(statement: BookAppointment, context: Context) -> None:
    """Book a slot."""
    allow(context, Action.BOOK)
    known_patient(context, statement.patient)
    container_count(context, 1)
    _seal_words(context, statement.patient, statement.epoch)
    if context.state.get("appointment", statement.appointment) is not None:
        raise Refusal("already-booked", appointment=statement.appointment.hex())
    _provider_works_here(context, statement.provider)
    end_ms = statement.start_ms + statement.minutes * 60_000
    if not statement.override:
        _slot_is_free(context.state, statement.provider, statement.start_ms, end_ms, b"")
    _occupy(context.state, statement.provider, statement.start_ms, end_ms, statement.appointment)
    booked = Booking(
        statement.provider, statement.patient, statement.start_ms, end_ms,
        AppointmentStatus.BOOKED, visits.midnight_before(statement), context.person,
    )  # fmt: skip
    _put(context, statement.appointment, booked)


def move(statement: MoveAppointment, context: Context) -> None:
    """Move a booking that has not begun."""
    allow(context, Action.BOOK)
    found = _appointment(context, statement.appointment)
    _words(context, found.patient, statement.epoch)
    if statement.override and not statement.epoch:
        raise Refusal("override-reason")
    if found.status not in (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED):
        raise Refusal("status-order", current=found.status, wanted="moved")
    _provider_works_here(context, statement.provider)
    new_end_ms = statement.start_ms + statement.minutes * 60_000
    if not statement.override:
        _slot_is_free(
            context.state, statement.provider, statement.start_ms, new_end_ms, statement.appointment
        )
    _release(context.state, found.provider, found.start_ms, found.end_ms, statement.appointment)
    _occupy(
        context.state, statement.provider, statement.start_ms, new_end_ms, statement.appointment
    )
    day_ms = visits.midnight_before(statement)
    stays = (statement.provider, day_ms) == (found.provider, found.day_ms)
    moved = replace(
        found, provider=statement.provider, start_ms=statement.start_ms, end_ms=new_end_ms,
        day_ms=day_ms, arranged_by=found.arranged_by if stays else context.person,
    )  # fmt: skip
    _put(context, statement.appointment, moved)


def change_status(statement: ChangeAppointmentStatus, context: Context) -> None:
    """Take an appointment to its next status; one that was freed needs its slot back first."""
    found = _appointment(context, statement.appointment)
    if context.is_patient:
        _at_the_kiosk(statement, context, found)
    else:
        allow(context, Action.BOOK)
    _words(context, found.patient, statement.epoch)
    current, wanted = AppointmentStatus(found.status), AppointmentStatus(statement.status)
    if wanted not in NEXT_STATUSES[current]:
        raise Refusal("status-order", current=current, wanted=wanted)
    slot = found.provider, found.start_ms, found.end_ms, statement.appointment
    if current in FREES_THE_SLOT:
        _slot_is_free(context.state, *slot)
        _occupy(context.state, *slot)
    if wanted in FREES_THE_SLOT:
        _release(context.state, *slot)
    comes = wanted == AppointmentStatus.ARRIVED and _may_vouch(context, found)
    arranged_by = context.person if current in FREES_THE_SLOT or comes else found.arranged_by
    _put(context, statement.appointment, replace(found, status=wanted, arranged_by=arranged_by))


def _put(context: Context, appointment: bytes, booking: Booking) -> None:
    put(context, "appointment", appointment, value=booking)
    visits.note(context, appointment, booking)


def _at_the_kiosk(statement: ChangeAppointmentStatus, context: Context, found: Booking) -> None:
    """Refuse anything a patient says but having arrived, without words, on the day."""
    if statement.status != AppointmentStatus.ARRIVED or statement.epoch:
        raise Refusal("role", action=Action.BOOK)
    if not found.is_on_its_day(context.now_ms):
        raise Refusal("not-today", day_ms=found.day_ms)


def _may_vouch(context: Context, found: Booking) -> bool:
    """Tell whether it says something to the provider's credit that the signer saw the patient come:
    their own word does not, nor a card that nobody has confirmed and they may have made.
    """
    if context.is_patient:
        return context.person in speakers(context.state.get, found.patient, context.now_ms)
    return context.person != found.provider


def _words(context: Context, patient: bytes, epoch: int) -> None:
    """New words come in one container under the patient's newest key, or there are none."""
    container_count(context, 1 if epoch else 0)
    if epoch:
        known_patient(context, patient)
        _seal_words(context, patient, epoch)


def _seal_words(context: Context, patient: bytes, epoch: int) -> None:
    current_epoch(context, patient, Category.APPOINTMENTS, epoch)
    sealed_by_those_here(context, patient, Category.APPOINTMENTS, epoch)
    count_sealed(context, patient, Category.APPOINTMENTS, epoch, 1)


def _appointment(context: Context, appointment: bytes) -> Booking:
    found = entry(context.state.get, Booking, "appointment", appointment)
    if found is None:
        raise Refusal("unknown-appointment", appointment=appointment.hex())
    return found


def _provider_works_here(context: Context, provider: bytes) -> None:
    member = context.state.get("member", provider)
    if member is None or not member[3] or Role(member[0]) not in (Role.DOCTOR, Role.NURSE):
        raise Refusal("not-a-provider", provider=provider.hex())


def _slot_is_free(state: State, provider: bytes, start_ms: int, end_ms: int, own: bytes) -> None:
    for day in _days(start_ms, end_ms):
        for other_start, other_end, other in state.get("day", provider, day) or ():
            if other != own and start_ms < other_end and other_start < end_ms:
                raise Refusal(
                    "slot-taken",
                    provider=provider.hex(),
                    appointment=other.hex(),
                    start_ms=other_start,
                    end_ms=other_end,
                )


def _occupy(state: State, provider: bytes, start_ms: int, end_ms: int, appointment: bytes) -> None:
    for day in _days(start_ms, end_ms):
        taken = [tuple(row) for row in state.get("day", provider, day) or ()]
        rows = sorted({*taken, (start_ms, end_ms, appointment)})
        state.put("day", provider, day, value=[list(row) for row in rows])


def _release(state: State, provider: bytes, start_ms: int, end_ms: int, appointment: bytes) -> None:
    for day in _days(start_ms, end_ms):
        rows = [row for row in state.get("day", provider, day) or () if row[2] != appointment]
        if rows:
            state.put("day", provider, day, value=rows)
        else:
            state.remove("day", provider, day)


def _days(start_ms: int, end_ms: int) -> range:
    """The UTC days a span touches; a booking is found under each of them."""
    return range(start_ms // DAY_MS, (end_ms - 1) // DAY_MS + 1)
