"""The appointments contract: one provider is never booked twice at once unless someone says why."""

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.people import Action, Role
from ehr_desktop.domain.schedule import FREES_THE_SLOT, NEXT_STATUSES, AppointmentStatus
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

_DAY_MS = 24 * 60 * 60 * 1000


def book(statement: BookAppointment, context: Context) -> None:
    """Book a slot."""
    allow(context, Action.BOOK)
    known_patient(context, statement.patient)
    container_count(context, 1)
    current_epoch(context, statement.patient, Category.APPOINTMENTS, statement.epoch)
    if context.state.get("appointment", statement.appointment) is not None:
        raise Refusal("already-booked", appointment=statement.appointment.hex())
    _provider_works_here(context, statement.provider)
    end_ms = statement.start_ms + statement.minutes * 60_000
    if not statement.override:
        _slot_is_free(context.state, statement.provider, statement.start_ms, end_ms, b"")
    _occupy(context.state, statement.provider, statement.start_ms, end_ms, statement.appointment)
    context.state.put(
        "appointment",
        statement.appointment,
        value=[statement.provider, statement.patient, statement.start_ms, end_ms,
               AppointmentStatus.BOOKED],
    )  # fmt: skip


def move(statement: MoveAppointment, context: Context) -> None:
    """Move a booking that has not begun."""
    allow(context, Action.BOOK)
    provider, patient, start_ms, end_ms, status = _appointment(context, statement.appointment)
    _words(context, patient, statement.epoch)
    if statement.override and not statement.epoch:
        raise Refusal("override-reason")
    if status not in (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED):
        raise Refusal("status-order", current=status, wanted="moved")
    _provider_works_here(context, statement.provider)
    new_end_ms = statement.start_ms + statement.minutes * 60_000
    if not statement.override:
        _slot_is_free(
            context.state, statement.provider, statement.start_ms, new_end_ms, statement.appointment
        )
    _release(context.state, provider, start_ms, end_ms, statement.appointment)
    _occupy(
        context.state, statement.provider, statement.start_ms, new_end_ms, statement.appointment
    )
    context.state.put(
        "appointment",
        statement.appointment,
        value=[statement.provider, patient, statement.start_ms, new_end_ms, status],
    )


def change_status(statement: ChangeAppointmentStatus, context: Context) -> None:
    """Take an appointment to its next status; one that was freed needs its slot back first."""
    allow(context, Action.BOOK)
    provider, patient, start_ms, end_ms, status = _appointment(context, statement.appointment)
    _words(context, patient, statement.epoch)
    current, wanted = AppointmentStatus(status), AppointmentStatus(statement.status)
    if wanted not in NEXT_STATUSES[current]:
        raise Refusal("status-order", current=current, wanted=wanted)
    if current in FREES_THE_SLOT:
        _slot_is_free(context.state, provider, start_ms, end_ms, statement.appointment)
        _occupy(context.state, provider, start_ms, end_ms, statement.appointment)
    if wanted in FREES_THE_SLOT:
        _release(context.state, provider, start_ms, end_ms, statement.appointment)
    context.state.put(
        "appointment", statement.appointment, value=[provider, patient, start_ms, end_ms, wanted]
    )


def _words(context: Context, patient: bytes, epoch: int) -> None:
    """New words come in one container under the patient's newest key, or there are none."""
    container_count(context, 1 if epoch else 0)
    if epoch:
        current_epoch(context, patient, Category.APPOINTMENTS, epoch)


def _appointment(context: Context, appointment: bytes) -> tuple[bytes, bytes, int, int, str]:
    found = context.state.get("appointment", appointment)
    if found is None:
        raise Refusal("unknown-appointment", appointment=appointment.hex())
    provider, patient, start_ms, end_ms, status = found
    return provider, patient, start_ms, end_ms, status


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
    return range(start_ms // _DAY_MS, (end_ms - 1) // _DAY_MS + 1)
