"""The day book: nobody is booked twice by mistake, and free slots are free and within hours."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr_desktop.domain.errors import InvalidInputError, RefusedError
from ehr_desktop.domain.people import Clinic, OpeningHours
from ehr_desktop.domain.schedule import AppointmentStatus, Slot
from ehr_desktop.services.appointments import free_slots, midnight
from ehr_desktop.services.values import Booking, SlotTakenError
from tests.support.one_pc import ANNA, ZONE, OnePc, opened, story

LONDON = ZoneInfo(ZONE)
MONDAY = date(2027, 3, 1)
QUARTER = timedelta(minutes=15)


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON)


async def booking(pc: OnePc, start: datetime, length: timedelta = QUARTER, **rest) -> Booking:
    found = (await pc.clinic.patients.search(pc.actors["rae"], "")).matches
    patient = found[0].patient if found else await pc.clinic.patients.register(
        pc.actors["rae"], ANNA)  # fmt: skip
    return Booking(await pc.person("lee"), patient.id, start, length, **rest)


def test_a_taken_slot_is_refused_with_free_ones_within_hours_and_nothing_changes(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        rae, book = pc.actors["rae"], pc.clinic.appointments.book
        first = await book(rae, await booking(pc, at(17, 30), 2 * QUARTER, reason="Cough"))
        with pytest.raises(SlotTakenError) as taken:
            await book(rae, await booking(pc, at(17, 45)))
        assert taken.value.taken == first
        starts = [slot.start for slot in taken.value.alternatives]
        assert starts[0] == at(8, day=date(2027, 3, 2))
        assert len(starts) == 5
        assert await pc.clinic.appointments.day(rae, MONDAY) == (first,)
        again = await book(rae, await booking(pc, starts[0]))
        assert again.slot.start == starts[0]


def test_an_override_says_why_and_both_are_shown(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        rae, book = pc.actors["rae"], pc.clinic.appointments.book
        await book(rae, await booking(pc, at(9)))
        second = await book(rae, await booking(pc, at(9), override_reason="emergency"))
        assert second.override_reason == "emergency"
        assert len(await pc.clinic.appointments.day(rae, MONDAY)) == 2
        with pytest.raises(SlotTakenError):
            await book(rae, await booking(pc, at(9), override_reason="  "))


def test_a_move_and_its_undo_leave_everything_as_it_was(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        rae, diary = pc.actors["rae"], pc.clinic.appointments
        lee = await pc.person("lee")
        first = await diary.book(rae, await booking(pc, at(9), reason="Cough", comment="late"))
        other = await diary.book(rae, await booking(pc, at(10)))
        moved = await diary.move(rae, first.id, await pc.person("nia"), at(11), 2 * QUARTER)
        assert (moved.slot, moved.reason) == (
            Slot(at(11).astimezone(UTC), 2 * QUARTER), "Cough",
        )  # fmt: skip
        with pytest.raises(SlotTakenError) as taken:
            await diary.move(rae, first.id, lee, at(10), QUARTER)
        assert taken.value.taken.id == other.id
        back = await diary.move(rae, first.id, lee, at(9), QUARTER)
        assert back == first
        over = await diary.move(rae, first.id, lee, at(10), QUARTER, "both at once")
        assert (over.override_reason, over.comment) == ("both at once", "late")


def test_a_cancelled_slot_is_free_and_cancelling_is_undone_while_it_is(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        rae, diary = pc.actors["rae"], pc.clinic.appointments
        first = await diary.book(rae, await booking(pc, at(9), comment="bring X-ray"))
        gone = await diary.cancel(rae, first.id, "rang to say")
        assert gone.status is AppointmentStatus.CANCELLED
        assert gone.comment == "bring X-ray\nCancelled: rang to say"
        back = await diary.change_status(rae, first.id, AppointmentStatus.BOOKED)
        assert back.status is AppointmentStatus.BOOKED
        await diary.cancel(rae, first.id)
        other = await diary.book(rae, await booking(pc, at(9)))
        with pytest.raises(SlotTakenError) as taken:
            await diary.change_status(rae, first.id, AppointmentStatus.BOOKED)
        assert taken.value.taken.id == other.id


def test_a_day_follows_its_order_and_no_other(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        rae, diary = pc.actors["rae"], pc.clinic.appointments
        one = await diary.book(rae, await booking(pc, at(9)))
        with pytest.raises(RefusedError) as refused:
            await diary.change_status(rae, one.id, AppointmentStatus.DONE)
        assert refused.value.outcome.rule == "status-order"
        for status in (
            AppointmentStatus.ARRIVED, AppointmentStatus.IN_ROOM, AppointmentStatus.DONE,
            AppointmentStatus.IN_ROOM,
        ):  # fmt: skip
            assert (await diary.change_status(rae, one.id, status)).status is status
        with pytest.raises(RefusedError):
            await diary.cancel(rae, one.id)


@pytest.mark.parametrize(
    ("start", "length", "field"),
    [
        (datetime(2027, 3, 1, 9), QUARTER, "start"),  # noqa: DTZ001 - that is the point
        (datetime(1969, 7, 20, 9, tzinfo=UTC), QUARTER, "start"),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), QUARTER, "start"),
        (at(9), timedelta(0), "length"),
        (at(9), timedelta(days=2), "length"),
        (at(9), -QUARTER, "length"),
    ],
)
def test_a_booking_that_cannot_be_is_told_before_it_is_signed(homes, start, length, field):
    @story(homes.staffed(), "rae")
    async def _(pc):
        before = (await pc.clinic.session.status()).refused
        wanted = replace(await booking(pc, at(9)), start=start, length=length)
        with pytest.raises(InvalidInputError) as wrong:
            await pc.clinic.appointments.book(pc.actors["rae"], wanted)
        assert wrong.value.field == field
        assert (await pc.clinic.session.status()).refused == before


def test_days_on_which_the_clocks_change_have_all_their_hours(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        rae, diary = pc.actors["rae"], pc.clinic.appointments
        for day, hours in ((date(2027, 3, 28), 23), (date(2027, 10, 31), 25)):
            first, last = midnight(day, LONDON), midnight(day + timedelta(days=1), LONDON)
            assert last - first == timedelta(hours=hours)
            for start in (first, first + timedelta(hours=1), last - QUARTER):
                await diary.book(rae, await booking(pc, start))
            shown = await diary.day(rae, day)
            assert [a.slot.start for a in shown] == [
                first, first + timedelta(hours=1), last - QUARTER,
            ]  # fmt: skip
            assert shown[-1].wall_start == f"{day}T23:45"
            assert await diary.day(rae, day + timedelta(days=1)) == ()


hours = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 22), st.integers(1, 23)), max_size=7,
    unique_by=lambda row: row[0],
).map(
    lambda rows: OpeningHours(
        tuple((day, time(min(a, b)), time(max(a, b))) for day, a, b in rows if a != b)
    )
)  # fmt: skip
moments = st.datetimes(datetime(2027, 3, 20), datetime(2027, 11, 10), timezones=st.just(UTC))  # noqa: DTZ001
lengths = st.integers(5, 180).map(lambda minutes: timedelta(minutes=minutes))
spans = st.lists(st.tuples(st.integers(0, 5000), st.integers(5, 600)), max_size=30)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(hours, moments, lengths, spans, st.sampled_from((ZONE, "Asia/Kolkata", "America/St_Johns")))
def test_free_slots_are_free_within_hours_in_order_and_apart(hours, after, length, spans, zone):
    clinic = Clinic("Test", zone, hours)
    busy = tuple(
        sorted(
            Slot(after + timedelta(minutes=start), timedelta(minutes=span)) for start, span in spans
        )
    )
    found = free_slots(clinic, busy, length, after, 5)
    for slot in found:
        assert slot.start >= after
        assert not any(taken.overlaps(slot) for taken in busy)
        local, end = slot.start.astimezone(ZoneInfo(zone)), slot.end.astimezone(ZoneInfo(zone))
        opens, closes = hours.on(local.weekday())
        assert opens <= local.timetz().replace(tzinfo=None)
        assert end.date() == local.date()
        assert end.timetz().replace(tzinfo=None) <= closes
    assert all(a.end <= b.start for a, b in pairwise(found))
    if any(
        datetime.combine(date(2027, 1, 1), b) - datetime.combine(date(2027, 1, 1), a) >= length
        for _, a, b in hours.days
    ):
        assert len(found) == 5


def test_two_receptionists_at_once_get_one_slot_between_them(homes):
    async def work():
        async with opened(homes.staffed(), "rae", "nia") as pc:
            wanted = await booking(pc, at(9))
            found = await asyncio.gather(
                *(pc.clinic.appointments.book(pc.actors[name], wanted)
                  for name in ("rae", "nia", "rae")),
                return_exceptions=True,
            )  # fmt: skip
            assert sorted(type(one) is SlotTakenError for one in found) == [False, True, True]
            assert len(await pc.clinic.appointments.day(pc.actors["rae"], MONDAY)) == 1

    asyncio.run(work())
