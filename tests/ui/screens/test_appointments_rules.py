"""Days that pass, cards beside each other, steps between statuses: values in, values out."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ehr_desktop.domain.people import OpeningHours
from ehr_desktop.domain.schedule import Appointment, AppointmentStatus, Slot
from ehr_desktop.ui.models.day_wall import hours_shown, moments_of, open_minutes, span_of
from ehr_desktop.ui.models.day_words import sentence, steps_to, taken_text, waiting_minutes
from ehr_desktop.ui.screens.appointments.columns import Column, cards_of, stops_of
from ehr_desktop.ui.screens.appointments.hold import Hold, taken_up
from tests.support.memory_world import made_id

LONDON = ZoneInfo("Europe/London")
SPRING = date(2026, 3, 29)
AUTUMN = date(2026, 10, 25)
ALL_DAY = (0, 24)


def booked(start, minutes=20, day=date(2026, 8, 14), name="ASHWORTH, Margaret"):
    wall = datetime.combine(day, time.fromisoformat(start), LONDON)
    return Appointment(
        id=made_id(f"{day} {start} {name}"),
        provider=made_id("osei"),
        patient=made_id(name),
        patient_name=name,
        slot=Slot(wall.astimezone(UTC), timedelta(minutes=minutes)),
        wall_start=f"{day.isoformat()}T{start}",
        time_zone="Europe/London",
        provider_name="Dr Osei",
    )


def column(*appointments, day=date(2026, 8, 14), hours=(8, 18)):
    span = span_of(day, LONDON, hours)
    cards = cards_of(appointments, span)
    return Column(made_id("osei"), "Dr Osei", "", span, span.full_hours(), (0, 600), cards)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 8, 14), 24)])
def test_a_day_is_as_long_as_it_really_is(day, hours):
    assert span_of(day, LONDON, ALL_DAY).minutes == hours * 60


def test_the_skipped_hour_has_no_line_and_the_repeated_one_has_two():
    spring = [wall for _, wall in span_of(SPRING, LONDON, ALL_DAY).full_hours()]
    autumn = [wall for _, wall in span_of(AUTUMN, LONDON, ALL_DAY).full_hours()]
    assert spring[:3] == ["00:00", "02:00", "03:00"]
    assert autumn[:4] == ["00:00", "01:00", "01:00", "02:00"]


def test_a_wall_time_happens_once_never_or_twice():
    assert len(moments_of(SPRING, time(9), LONDON)) == 1
    assert moments_of(SPRING, time(1, 30), LONDON) == ()
    first, second = moments_of(AUTUMN, time(1, 30), LONDON)
    assert second - first == timedelta(hours=1)


def test_nine_o_clock_after_the_change_is_drawn_at_nine():
    span = span_of(SPRING, LONDON, ALL_DAY)
    nine = booked("09:00", day=SPRING)
    (card,) = cards_of((nine,), span)
    assert span.wall_at(card.minute) == "09:00"
    assert card.minute == 8 * 60


def test_the_grid_grows_for_what_lies_outside_the_opening_hours():
    day, hours = date(2026, 8, 14), OpeningHours()
    late = booked("19:30", 45)
    assert hours_shown((day,), hours, (), LONDON) == (8, 18)
    assert hours_shown((day,), hours, (late,), LONDON) == (8, 21)


def test_a_closed_day_has_no_open_minutes():
    saturday = span_of(date(2026, 8, 15), LONDON, (8, 18))
    assert open_minutes(saturday, OpeningHours()) is None


def test_cards_that_overlap_share_the_column_and_others_do_not():
    cards = cards_of(
        (booked("09:00", 30), booked("09:10", 20, name="B"), booked("09:30", name="C")),
        span_of(date(2026, 8, 14), LONDON, (8, 18)),
    )
    assert [(card.lane, card.lanes) for card in cards] == [(0, 2), (1, 2), (0, 1)]


def test_a_lane_is_used_again_as_soon_as_it_is_free():
    cards = cards_of(
        (booked("09:00", 60), booked("09:00", 20, name="B"), booked("09:20", 40, name="C")),
        span_of(date(2026, 8, 14), LONDON, (8, 18)),
    )
    assert {card.lanes for card in cards} == {2}
    assert {card.appointment.patient_name: card.lane for card in cards}["C"] == 1


def test_arrow_keys_stop_at_cards_and_free_cells_only():
    nine = booked("09:00", 30)
    stops = stops_of(column(nine), 0, 10)
    assert [stop.minute for stop in stops if 50 <= stop.minute <= 100] == [50, 60, 90, 100]
    assert [stop.card for stop in stops if stop.minute == 60] == [nine.id]


def test_a_card_in_the_hand_moves_by_five_minutes_and_stays_in_the_day():
    nine = booked("09:00", 30)
    columns = (column(nine),)
    hold = taken_up(nine, columns)
    assert hold.moved_to(columns, 0, 63).minute == 65
    assert hold.moved_to(columns, 5, 9999) == Hold(nine, 0, 570, 30)
    assert hold.dropped(columns).changes_anything is False


def test_undoing_a_no_show_or_a_cancelled_arrival_finds_its_way():
    status = AppointmentStatus
    assert steps_to(status.NO_SHOW, status.BOOKED) == (status.BOOKED,)
    assert steps_to(status.CANCELLED, status.ARRIVED) == (status.BOOKED, status.ARRIVED)
    assert steps_to(status.BOOKED, status.DONE) == (status.ARRIVED, status.IN_ROOM, status.DONE)


def test_an_appointment_is_told_in_one_sentence():
    told = replace(booked("10:20"), reason="Cough", override_reason="urgent")
    assert sentence(told) == (
        "10:20\u201310:40, ASHWORTH, Margaret, Dr Osei, Cough, booked, booked over another: urgent"
    )


def test_a_collision_says_who_has_what():
    assert taken_text(booked("10:20")) == "Dr Osei already has 10:20\u201310:40."


def test_only_those_who_have_arrived_wait():
    now = datetime(2026, 8, 14, 10, tzinfo=UTC)
    since = replace(booked("10:20"), status_since=now - timedelta(minutes=12))
    assert waiting_minutes(since, now) is None
    assert waiting_minutes(replace(since, status=AppointmentStatus.ARRIVED), now) == 12
