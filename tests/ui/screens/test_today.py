"""Today: the queue, what waits, and what changes by itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ehr_desktop.domain.events import AppointmentsChanged
from ehr_desktop.domain.schedule import AppointmentStatus, Slot
from ehr_desktop.services.values import Booking, Draft
from ehr_desktop.ui.models.day_queue import counts_of, queue_of, without_outcome
from ehr_desktop.ui.screens.today.screen import TodayScreen, greeting
from ehr_desktop.ui.screens.today.waiting import check_text, waiting_work
from ehr_desktop.ui.shell.context import Place, ShowDay
from tests.support.memory_world import NOON, made_id

Key = Qt.Key


@pytest.fixture
def open_today(qtbot, context_for):
    """Open Today for an account name."""

    def make(account_name, size=(1150, 660)):
        screen = TodayScreen(context_for(account_name))
        qtbot.addWidget(screen)
        screen.resize(*size)
        screen.show()
        qtbot.waitExposed(screen)
        qtbot.waitUntil(lambda: screen.date.text() != "")
        screen.table.setFocus()
        return screen

    return make


def of(clinic, name):
    return next(a for a in clinic.world.appointments.values() if a.patient_name.startswith(name))


def put(clinic, appointment):
    clinic.world.appointments[appointment.id] = appointment


def earlier(clinic, name, days, status=AppointmentStatus.BOOKED):
    known = of(clinic, name)
    start = known.slot.start - timedelta(days=days)
    day = date.fromisoformat(known.wall_start[:10]) - timedelta(days=days)
    old = replace(
        known,
        id=made_id(f"{name} {days}"),
        slot=Slot(start, known.slot.length),
        wall_start=day.isoformat() + known.wall_start[10:],
        status=status,
    )
    put(clinic, old)
    return old


def names(screen):
    return [a.patient_name.split(",")[0] for a in screen.model.rows]


def tells_of_appointments(event):
    return isinstance(event, AppointmentsChanged)


def buttons(card):
    return {
        button.accessibleName(): button
        for button in card.findChildren(QPushButton)
        if button.isVisible()
    }


def test_the_longest_wait_comes_first_then_the_rooms_then_who_is_still_to_come(clinic):
    fern, erik = of(clinic, "FERN"), of(clinic, "ERIK")
    put(clinic, replace(fern, status_since=NOON - timedelta(minutes=26)))
    put(clinic, replace(erik, status_since=NOON - timedelta(minutes=7)))
    queue = queue_of(clinic.world.appointments.values())
    assert [a.patient_name[:4] for a in queue][:4] == ["FERN", "ERIK", "CHEN", "WHIT"]
    assert all(a.status not in {"noshow", "cancelled", "fulfilled"} for a in queue)


def test_the_day_is_counted(clinic):
    put(clinic, replace(of(clinic, "FERN"), status_since=NOON - timedelta(minutes=26)))
    counts = counts_of(clinic.world.appointments.values(), NOON)
    assert (counts.waiting, counts.in_room, counts.to_come, counts.done) == (2, 1, 5, 3)
    assert counts.longest == 26


def test_only_what_ended_earlier_and_has_no_outcome_is_an_open_end(clinic):
    old = earlier(clinic, "GHOSH", 2)
    earlier(clinic, "CHEN", 2, AppointmentStatus.NO_SHOW)
    earlier(clinic, "WHIT", 2, AppointmentStatus.DONE)
    midnight = datetime(2026, 8, 13, 23, tzinfo=UTC)
    assert without_outcome(clinic.world.appointments.values(), midnight) == (old,)


@pytest.mark.parametrize(
    ("hour", "words"), [(8, "Good morning"), (13, "Good afternoon"), (19, "Good evening")]
)
def test_the_greeting_follows_the_hour(hour, words):
    assert greeting(datetime(2026, 8, 14, hour, tzinfo=UTC)) == words


def test_the_front_desk_sees_everybody_and_a_doctor_their_own(open_today):
    desk, doctor = open_today("ines.duarte"), open_today("karin.lindqvist")
    assert len(names(desk)) == 8
    assert desk.greeting.text() == "Good morning, Inês Duarte"
    assert names(doctor) == ["FERNÁNDEZ DE CÓRDOBA Y ÁLVAREZ DE TOLEDO", "CHEN", "<B>HUGHES</B>"]
    doctor.whose.choose("all")
    assert len(names(doctor)) == 8


def test_alt_1_opens_the_chart_of_the_next_waiting_patient(open_today, clinic, asked):
    screen = open_today("karin.lindqvist")
    QTest.keyClick(screen.table, Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert asked.charts == [of(clinic, "FERN").patient]


def test_alt_1_says_when_nobody_waits(open_today, asked):
    screen = open_today("tom.hale")
    QTest.keyClick(screen.table, Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert asked.charts == []
    assert asked.notes == ["Nobody is waiting."]


def test_f9_takes_the_chosen_person_one_step_on(qtbot, open_today, clinic, asked):
    screen = open_today("karin.lindqvist")
    QTest.keyClick(screen.table, Key.Key_F9)
    qtbot.waitUntil(lambda: asked.notes != [])
    assert of(clinic, "FERN").status is AppointmentStatus.IN_ROOM
    asked.actions[0][1]()
    qtbot.waitUntil(lambda: of(clinic, "FERN").status is AppointmentStatus.ARRIVED)


def test_an_arrival_at_the_front_desk_appears_by_itself(qtbot, open_today, clinic, node):
    screen = open_today("tom.hale")
    assert names(screen)[0] == "WHITFIELD"
    whitfield = of(clinic, "WHIT")
    arrived = clinic.appointments.change_status(
        clinic.actor("ines.duarte"), whitfield.id, AppointmentStatus.ARRIVED
    )
    node.submit(arrived).result(60)
    qtbot.waitUntil(lambda: screen.tiles.waiting.accessibleName().startswith("Waiting: 1"))
    assert screen.model.rows[0].status is AppointmentStatus.ARRIVED


def test_a_booking_elsewhere_appears_by_itself(qtbot, open_today, clinic, node):
    screen = open_today("ines.duarte")
    wanted = Booking(
        clinic.staff("tom.hale").id,
        made_id("patient 3"),
        datetime(2026, 8, 14, 14, tzinfo=UTC),
        timedelta(minutes=10),
    )
    node.submit(clinic.appointments.book(clinic.actor("tom.hale"), wanted)).result(60)
    qtbot.waitUntil(lambda: len(names(screen)) == 9)


def test_what_happens_behind_a_lock_is_there_afterwards(
    qtbot, open_today, clinic, node, bridge, asked
):
    screen = open_today("tom.hale")
    session = screen._context.actor.session
    screen.hide()
    del clinic.world.unlocked[session]
    whitfield = of(clinic, "WHIT")
    arrived = clinic.appointments.change_status(
        clinic.actor("ines.duarte"), whitfield.id, AppointmentStatus.ARRIVED
    )
    with qtbot.waitSignal(bridge.node_event, check_params_cb=tells_of_appointments):
        node.submit(arrived)
    clinic.world.unlocked[session] = screen._context.actor.id
    screen.show()
    qtbot.waitUntil(lambda: screen.tiles.waiting.accessibleName().startswith("Waiting: 1"))
    assert asked.notes == []


def test_an_open_end_is_settled_with_one_click(qtbot, open_today, clinic):
    old = earlier(clinic, "GHOSH", 2)
    screen = open_today("ines.duarte")
    qtbot.waitUntil(lambda: "No show: GHOSH, Arjun" in buttons(screen.waiting))
    buttons(screen.waiting)["Done: GHOSH, Arjun was seen"].click()
    qtbot.waitUntil(lambda: clinic.world.appointments[old.id].status is AppointmentStatus.DONE)
    qtbot.waitUntil(lambda: "No show: GHOSH, Arjun" not in buttons(screen.waiting))


def test_an_unfinished_note_is_offered_to_the_one_who_wrote_it(qtbot, open_today, clinic, asked):
    chen = of(clinic, "CHEN")
    karin = clinic.staff("karin.lindqvist")
    clinic.drafts.kept[karin.id, f"note/{chen.patient}"] = Draft("Headache since", NOON)
    desk, doctor = open_today("chidi.okafor"), open_today("karin.lindqvist")
    go_on = "Go on with the note about CHEN, Mei-Ling"
    qtbot.waitUntil(lambda: go_on in buttons(doctor.waiting))
    assert go_on not in buttons(desk.waiting)
    buttons(doctor.waiting)[go_on].click()
    assert asked.charts == [chen.patient]


def test_a_check_that_is_old_or_found_faults_is_said(clinic, node):
    status = node.submit(clinic.session.status()).result(60)
    assert check_text(status, NOON, UTC)[0] == ("This workstation has never been checked in full.")
    recent = replace(status, last_check=NOON - timedelta(days=6), last_check_faults=0)
    assert check_text(recent, NOON, UTC) == ("", False)
    old = replace(recent, last_check=NOON - timedelta(days=8))
    assert check_text(old, NOON, UTC) == ("The last full check was on 06-Aug-2026.", False)
    bad = replace(recent, last_check_faults=2)
    assert check_text(bad, NOON, UTC) == ("The check of 08-Aug-2026 found 2 faults.", True)


def test_what_waits_for_a_provider_is_their_own(clinic, node):
    own = earlier(clinic, "GHOSH", 2)
    earlier(clinic, "WHIT", 9)
    doctor = clinic.actor("chidi.okafor")
    work = node.submit(waiting_work(clinic, doctor, NOON, doctor.id)).result(60)
    assert work.open_ends == (own,)
    everybody = node.submit(waiting_work(clinic, doctor, NOON, None)).result(60)
    assert len(everybody.open_ends) == 2


def test_quick_actions_lead_where_they_say(qtbot, open_today, asked):
    screen = open_today("ines.duarte")
    qtbot.waitUntil(lambda: "Go to the integrity check" in buttons(screen.waiting))
    screen.main_button.click()
    buttons(screen.waiting)["Go to the integrity check"].click()
    assert asked.places == [
        (Place.APPOINTMENTS, ShowDay(date(2026, 8, 14))),
        (Place.INTEGRITY, None),
    ]


def test_every_piece_has_a_name_and_no_label_renders_markup(qtbot, open_today, clinic):
    earlier(clinic, "<B>HUGHES", 2)
    screen = open_today("karin.lindqvist", (700, 500))
    qtbot.waitUntil(lambda: len(buttons(screen.waiting)) > 1)
    nameless = [
        type(widget).__name__
        for widget in screen.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.focusProxy() is None
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]
    rich = [
        label.text()
        for label in screen.findChildren(QLabel)
        if label.textFormat() != Qt.TextFormat.PlainText
    ]
    assert nameless == []
    assert rich == []
