"""The day book in a team's view: who is booked when, and which time is taken."""

from datetime import UTC, datetime, timedelta

import pytest

from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import AppointmentId
from ehr_desktop.domain.schedule import AppointmentStatus, Slot
from ehr_desktop.node.store.views.changes import (
    AppointmentMoved,
    AppointmentStatusChanged,
    AppointmentWords,
)
from tests.support.view_changes import (
    ADA,
    BOB,
    DAY,
    DOCTOR,
    MINUTE,
    NAMES,
    NINE,
    NURSE,
    booked,
    registered,
)


def test_a_day_shows_its_appointments_by_provider_and_start_with_names(views):
    views.apply(
        [
            registered(),
            booked(1, NINE + 30 * MINUTE),
            booked(2, NINE),
            booked(3, NINE, provider=NURSE, patient=BOB),
            booked(4, NINE + DAY),
        ],
        1,
    )
    day = views.appointments.between(NINE, NINE + DAY, NAMES)
    assert [int(one.id, 16) for one in day] == [2, 1, 3]
    assert [one.patient_name for one in day] == ["LOVELACE, Ada", "LOVELACE, Ada", ""]
    assert [one.provider_name for one in day] == ["Dr Grace Hopper"] * 2 + ["Nurse Joy"]
    only_nurse = views.appointments.between(NINE, NINE + DAY, NAMES, [NURSE])
    assert [int(one.id, 16) for one in only_nurse] == [3]


def test_an_appointment_comes_back_as_it_was_booked(views):
    views.apply([registered(), booked(minutes=20, override_reason="emergency", override=True)], 1)
    found = views.appointments.appointment(booked().id, NAMES)
    assert found.slot == Slot(datetime(2026, 8, 14, 9, tzinfo=UTC), timedelta(minutes=20))
    assert (found.wall_start, found.time_zone) == ("2026-08-14T11:00:00", "Europe/Berlin")
    assert (found.reason, found.comment) == ("Check-up", "brings letters")
    assert found.override_reason == "emergency"
    assert found.status_since == datetime(2026, 8, 13, 9, tzinfo=UTC)
    with pytest.raises(NotFoundError):
        views.appointments.appointment(AppointmentId("f" * 32), NAMES)


def test_a_long_appointment_reaches_into_the_span(views):
    views.apply([booked(1, NINE, minutes=180), booked(2, NINE, minutes=15)], 1)
    later = views.appointments.between(NINE + 60 * MINUTE, NINE + 61 * MINUTE, NAMES)
    assert [int(one.id, 16) for one in later] == [1]
    assert views.appointments.between(NINE + 180 * MINUTE, NINE + DAY, NAMES) == ()


def test_moving_takes_the_old_time_free_and_the_new_one_taken(views):
    views.apply([booked()], 1)
    moved = AppointmentMoved(
        booked().id, NURSE, NINE + DAY, 30, "2026-08-15T11:00:00", "Europe/Berlin", override=False
    )
    views.apply([moved], 2)
    assert views.appointments.busy(DOCTOR, NINE, NINE + DAY) == ()
    assert views.appointments.busy(NURSE, NINE, NINE + 2 * DAY) == (
        Slot(datetime(2026, 8, 15, 9, tzinfo=UTC), timedelta(minutes=30)),
    )
    assert views.appointments.appointment(booked().id, NAMES).reason == "Check-up"


@pytest.mark.parametrize(
    ("status", "taken"),
    [
        (status, status not in {AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW})
        for status in AppointmentStatus
    ],
)
def test_only_a_cancelled_or_missed_appointment_frees_its_time(views, status, taken):
    views.apply([booked(), AppointmentStatusChanged(booked().id, status, NINE + 5)], 1)
    assert bool(views.appointments.busy(DOCTOR, NINE, NINE + 1)) is taken
    found = views.appointments.between(NINE, NINE + 1, NAMES)
    assert [one.status for one in found] == [status]


def test_new_words_of_an_appointment_replace_the_old_ones(views):
    views.apply([booked(), AppointmentWords(booked().id, "Fever", "", "sees her today")], 1)
    found = views.appointments.of_patient(ADA, NAMES)[0]
    assert (found.reason, found.comment, found.override_reason) == ("Fever", "", "sees her today")


def test_a_patients_appointments_come_latest_first(views):
    views.apply([booked(1, NINE), booked(2, NINE + DAY), booked(3, NINE, patient=BOB)], 1)
    found = views.appointments.of_patient(ADA, NAMES)
    assert [int(one.id, 16) for one in found] == [2, 1]
