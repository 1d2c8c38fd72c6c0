"""What people come to the kiosk for, with real touches, in every language."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.ui.kiosk.language import CODES, language
from tests.support.memory_kiosk import CODE, DOCTOR, NURSE, PIN
from tests.support.memory_world import NOON, made_id


@pytest.mark.parametrize("code", CODES)
def test_a_request_is_decided_in_at_most_six_touches_after_the_pin(finger, clinic, code):
    finger.come_in(code)
    finger.touch(finger.say("home.requests"))
    asked = finger.say("look.person", who=DOCTOR, role=finger.say("role.doctor"))
    finger.touch(finger.button(asked_row(finger, asked)))
    finger.touch(finger.say("category.mental-health"))
    finger.touch(finger.say("until.week"))
    finger.touch(finger.say("request.share"))
    finger.read(finger.say("answered.shared-title", who=DOCTOR))
    assert finger.taps <= 6
    (said,) = clinic.kiosk.said
    assert said[0] == "approve"
    assert said[2] == {Category.LABS, Category.IMAGING}
    assert said[3] == NOON + timedelta(days=7)


def asked_row(finger, name):
    """Give the accessible name of the first request's row."""
    which = (Category.LABS, Category.IMAGING, Category.MENTAL_HEALTH)
    words = language(finger.code).listed(finger.say(f"category.{one.value}") for one in which)
    return f"{name}. {words}"


@pytest.mark.parametrize("code", CODES)
def test_a_share_is_stopped_in_at_most_three_touches(finger, clinic, code):
    finger.come_in(code)
    finger.touch(finger.say("home.shares"))
    finger.touch(finger.say("shares.stop"))
    finger.read(finger.say("stop.title", who=NURSE))
    finger.touch(finger.say("shares.stop"))
    finger.read(finger.say("stop.done-title", who=NURSE))
    finger.read(finger.say("share.progress", done=3, total=4, names="Room 2"))
    assert finger.taps == 3
    assert [said[0] for said in clinic.kiosk.said] == ["stop"]


@pytest.mark.parametrize("code", CODES)
def test_a_card_nobody_has_confirmed_checks_in_and_is_told_why_no_more(finger, clinic, code):
    clinic.kiosk.confirmed = False
    finger.come_in(code)
    finger.read(finger.say("home.unconfirmed"))
    assert list(finger.window.page.tiles) == ["home.check-in", "home.pin"]
    finger.touch(finger.say("home.check-in"))
    finger.touch(finger.say("arrive.yes"))
    finger.read(finger.say("arrive.done-title"))
    assert clinic.kiosk.today[0].status is AppointmentStatus.ARRIVED


def test_a_confirmed_card_is_told_nothing_of_it(finger):
    finger.come_in()
    assert finger.say("home.unconfirmed") not in finger.shown()
    assert len(finger.window.page.tiles) == 8


@pytest.mark.parametrize("code", CODES)
def test_a_share_may_be_passed_on_after_three_touches_and_no_longer_after_three_more(
    finger, clinic, code
):
    finger.come_in(code)
    finger.touch(finger.say("home.shares"))
    finger.touch(finger.say("pass.change"))
    finger.read(finger.say("pass.title", who=NURSE))
    finger.read(finger.say("pass.text"))
    finger.read(finger.say("pass.is-off"))
    finger.touch(finger.say("pass.allow"))
    what = finger.say("category.labs"), finger.say("category.notes")
    what = language(code).listed(what)
    finger.read(finger.say("pass.done-on", who=NURSE, what=what))
    assert finger.taps == 3
    share = clinic.kiosk.said[0][1]
    assert clinic.kiosk.said == [("reshare", share, True)]

    # somebody passes it on; the patient sees to whom, and ends both with one no
    (allowed,) = [one for one in clinic.kiosk.shared.values() if one.reshare]
    clinic.kiosk.hand_on(allowed.id)
    finger.touch(finger.say("common.home"))
    finger.taps = 0
    finger.touch(finger.say("home.shares"))
    finger.read(finger.say("share.may-pass-on"))
    finger.read(finger.say("share.passed-on-to", names="Dr Chidi Okafor"))
    finger.read(finger.say("share.handed-on", who=NURSE))
    finger.touch(finger.say("pass.change"))
    finger.read(finger.say("pass.is-on"))
    finger.touch(finger.say("pass.refuse"))
    finger.read(finger.say("pass.done-off", who=NURSE))
    finger.read(finger.say("pass.ended", names="Dr Chidi Okafor"))
    assert finger.taps == 3
    assert clinic.kiosk.said[1] == ("reshare", allowed.id, False)


@pytest.mark.parametrize("code", CODES)
def test_what_the_care_team_sees_it_may_pass_on_only_where_that_is_ticked(finger, clinic, code):
    finger.come_in(code)
    for ticks in (1, 0, 1):
        finger.touch(finger.say("home.shares"))
        finger.touch(finger.say("team.change"))
        for _ in range(ticks):
            finger.touch(finger.window.page.pass_on)
        finger.touch(finger.say("team.save"))
        finger.read(finger.say("team.done-title"))
        finger.touch(finger.say("common.home"))
    assert [said[2:] for said in clinic.kiosk.said] == [("reshare",), ("reshare",), ()]


def test_stopping_says_for_whom_it_ends_too(finger, clinic):
    first = next(iter(clinic.kiosk.shared.values()))
    clinic.kiosk.shared[first.id] = replace(first, reshare=True)
    clinic.kiosk.hand_on(first.id)
    finger.come_in()
    finger.touch(finger.say("home.shares"))
    finger.touch(finger.say("shares.stop"))
    finger.read(finger.say("stop.passed-on", names="Dr Chidi Okafor"))
    finger.touch(finger.say("shares.stop"))
    finger.read(finger.say("stop.done-title", who=NURSE))


def test_what_was_passed_on_is_stopped_by_itself_and_passed_on_no_further(finger, clinic):
    first = next(iter(clinic.kiosk.shared.values()))
    clinic.kiosk.shared = {first.id: first}
    clinic.kiosk.shared = {(child := clinic.kiosk.hand_on(first.id)): clinic.kiosk.shared[child]}
    finger.come_in()
    finger.touch(finger.say("home.shares"))
    finger.read("Dr Chidi Okafor")
    assert finger.say("pass.change") not in finger.shown()
    finger.touch(finger.say("shares.stop"))
    finger.read(finger.say("stop.title", who="Dr Chidi Okafor"))
    finger.touch(finger.say("shares.stop"))
    finger.read(finger.say("stop.done-title", who="Dr Chidi Okafor"))


def test_a_choice_that_took_the_place_of_another_is_told_apart_from_an_end(finger):
    finger.come_in()
    finger.touch(finger.say("home.shares"))
    finger.read(NURSE)
    assert finger.say("share.replaced") not in finger.shown()
    finger.touch(finger.say("pass.change"))
    finger.touch(finger.say("pass.allow"))
    finger.touch(finger.say("common.home"))
    finger.touch(finger.say("home.shares"))
    finger.read(finger.say("share.replaced"))
    assert finger.shown().count(finger.say("share.replaced")) == 1


@pytest.mark.parametrize("code", CODES)
def test_a_delegate_whose_name_is_not_known_is_told_by_the_card_and_the_day(finger, clinic, code):
    (known,) = clinic.kiosk.delegated.values()
    other = replace(known, id=made_id("guardian"), name="", since=NOON, guardian=True)
    clinic.kiosk.delegated = {
        known.id: replace(known, name="", since=NOON - timedelta(days=40)), other.id: other
    }  # fmt: skip
    finger.come_in(code)
    finger.touch(finger.say("home.delegates"))
    day = language(code).day
    finger.read(finger.say("delegates.by-card", date=day(date(2026, 7, 5))))
    finger.read(finger.say("delegates.by-desk", date=day(date(2026, 8, 14))))
    finger.touch(finger.window.page.ends[0])
    finger.read(finger.say("delegates.by-card", date=day(date(2026, 7, 5))))
    finger.touch(finger.say("delegates.end"))
    finger.read(finger.say("delegates.ended-title"))
    assert clinic.kiosk.said == [("end-delegation", known.id)]


@pytest.mark.parametrize("code", CODES)
def test_checking_in_names_the_time_and_with_whom(finger, clinic, code):
    finger.come_in(code)
    finger.touch(finger.say("home.check-in"))
    finger.read(finger.say("arrive.appointment", time="10:20", who="Dr Amara Osei"))
    finger.touch(finger.say("arrive.yes"))
    finger.read(finger.say("arrive.done-title"))
    assert finger.taps == 2
    assert clinic.kiosk.today[0].status is AppointmentStatus.ARRIVED


@pytest.mark.parametrize("code", CODES)
def test_who_saw_it_is_told_and_can_be_asked_about(finger, clinic, code):
    finger.come_in(code)
    finger.touch(finger.say("home.looks"))
    finger.read(finger.say("look.emergency"))
    emergency = next(
        row for row in finger.window.page.rows if finger.say("look.emergency") in row.detail
    )
    finger.touch(emergency)
    finger.read(finger.say("look.reason", reason=finger.say("reason.unconscious")))
    finger.touch(finger.say("look.ask"))
    finger.touch(finger.say("ask.why"))
    finger.read(finger.say("ask.done-title"))
    ((_, look, question),) = clinic.kiosk.said
    assert look == clinic.kiosk.seen[1].transaction
    assert question.startswith(finger.say("ask.why"))
    assert "Why was my record opened?" in question


@pytest.mark.parametrize("code", CODES)
def test_a_question_is_written_on_the_keys_of_the_language(finger, clinic, code):
    finger.come_in(code)
    finger.touch(finger.say("home.looks"))
    finger.read(NURSE)
    finger.touch(finger.window.page.rows[0])
    finger.touch(finger.say("look.ask"))
    finger.touch(finger.say("ask.own"))
    keys = language(code).keyboard
    first, second = keys[0][0][0], keys[1][0][0]
    finger.touch(first)
    finger.touch(finger.say("common.space"))
    finger.touch(finger.say("common.other-keys"))
    finger.touch(second)
    finger.touch(second)
    finger.touch(finger.say("common.delete"))
    finger.touch(finger.say("ask.send"))
    finger.read(finger.say("ask.done-title"))
    assert clinic.kiosk.said[0][2] == f"{first} {second}"


@pytest.mark.parametrize("code", CODES)
def test_the_summary_is_printed_and_the_record_is_saved(finger, clinic, around, code):
    finger.come_in(code)
    finger.touch(finger.say("home.summary"))
    finger.read("Penicillin")
    finger.touch(finger.say("home.keep"))
    finger.touch(finger.say("keep.print"))
    finger.read(finger.say("keep.printed-title"))
    assert "HbA1c: 48 mmol/mol" in around.printed[0]
    finger.touch(finger.say("common.home"))
    finger.touch(finger.say("home.keep"))
    finger.touch(finger.window.page.bundle)
    finger.touch("STICK")
    finger.read(finger.say("keep.take"))
    assert clinic.kiosk.said == [("save", "my-record-2026-08-14.json")]


def test_a_refusal_needs_three_touches_and_leaves_a_receipt(finger, clinic):
    finger.come_in()
    finger.touch(finger.say("home.requests"))
    finger.read(DOCTOR)
    finger.touch(finger.window.page.rows[0])
    finger.touch(finger.say("request.refuse"))
    finger.read(finger.say("answered.refused-title"))
    assert finger.taps == 3
    assert clinic.kiosk.said[0][0] == "refuse"
    assert "Receipt " in finger.shown()


def test_yes_and_no_are_of_the_same_size_and_look(finger):
    finger.come_in()
    finger.touch(finger.say("home.requests"))
    finger.read(DOCTOR)
    finger.touch(finger.window.page.rows[0])
    page = finger.window.page
    assert finger.button(finger.say("request.share")).size() == page.refuse.size()
    assert page.share.font() == page.refuse.font()
    assert page.share.look is page.refuse.look


def test_nothing_ticked_shares_nothing(finger, clinic):
    finger.come_in()
    finger.touch(finger.say("home.requests"))
    finger.read(DOCTOR)
    finger.touch(finger.window.page.rows[1])
    for tick in finger.window.page.ticks.values():
        finger.touch(tick)
    finger.touch(finger.say("request.share"))
    finger.read(finger.say("request.none-ticked"))
    assert clinic.kiosk.said == []


def test_deciding_later_changes_nothing(finger, clinic):
    finger.come_in()
    finger.touch(finger.say("home.requests"))
    finger.read(DOCTOR)
    finger.touch(finger.window.page.rows[0])
    finger.touch(finger.say("request.later"))
    finger.read(finger.say("home.waiting", count=2))
    assert clinic.kiosk.said == []


def test_the_care_team_and_the_rule_for_appointments_are_chosen(finger, clinic):
    finger.come_in()
    finger.touch(finger.say("home.shares"))
    finger.touch(finger.say("team.change"))
    finger.touch(finger.say("category.labs"))
    finger.touch(finger.say("team.save"))
    finger.read(finger.say("team.done-title"))
    finger.touch(finger.say("common.home"))
    finger.touch(finger.say("home.shares"))
    finger.read(finger.say("rule.off"))
    finger.touch(finger.window.page.rule)
    finger.touch(finger.say("rule.allow"))
    finger.read(finger.say("team.done-title"))
    finger.touch(finger.say("common.home"))
    finger.touch(finger.say("home.shares"))
    finger.read(finger.say("shares.now"))
    finger.touch(finger.window.page.rule)
    finger.touch(finger.say("rule.refuse"))
    finger.read(finger.say("rule.done-off"))
    team, rule, ended = clinic.kiosk.said
    assert team == ("team", {Category.EMERGENCY, Category.GENERAL, Category.LABS})
    assert rule == ("rule", {Category.EMERGENCY, Category.GENERAL})
    assert ended[0] == "end-rule"


def test_somebody_else_is_allowed_to_speak_until_a_day_and_no_longer(finger, clinic):
    finger.come_in()
    finger.touch(finger.say("home.delegates"))
    finger.touch(finger.say("delegates.add"))
    finger.read(finger.say("delegate.card"))
    finger.scan("SOMEBODYELSESCARD")
    finger.touch(finger.say("delegates.until", date="14 November 2026"))
    finger.read(finger.say("delegate.done-title"))
    assert clinic.kiosk.said == [("delegate", "SOMEBODYELSESCARD", date(2026, 11, 14))]
    finger.touch(finger.say("common.home"))
    finger.touch(finger.say("home.delegates"))
    finger.read("Owen Ashworth")
    finger.touch(finger.window.page.ends[0])
    finger.touch(finger.say("delegates.end"))
    finger.read(finger.say("delegates.ended", who="Owen Ashworth"))


def test_the_pin_is_changed_after_it_was_entered_twice_the_same(finger, clinic):
    finger.come_in()
    finger.touch(finger.say("home.pin"))
    finger.enter_pin("123456")
    finger.read(finger.say("new-pin.again"))
    finger.enter_pin("123456")
    finger.read(finger.say("new-pin.simple"))
    finger.enter_pin("604719")
    finger.read(finger.say("new-pin.again"))
    finger.enter_pin("604718")
    finger.read(finger.say("new-pin.differ"))
    finger.enter_pin("604719")
    finger.read(finger.say("new-pin.again"))
    finger.enter_pin("604719")
    finger.read(finger.say("new-pin.done-title"))
    assert clinic.kiosk.said == [("pin", "604719")]


def test_a_parent_chooses_for_whom_and_cannot_change_the_childs_pin(finger, clinic):
    child = clinic.kiosk.child()
    finger.code = "en"
    finger.touch("English")
    finger.scan(CODE)
    finger.read(finger.say("pin.title"))
    finger.enter_pin(PIN)
    finger.read(finger.say("whom.title"))
    finger.touch(finger.window.page.tiles[0])
    finger.read(finger.say("home.speaking", name=child))
    assert "home.pin" not in finger.window.page.tiles
    assert len(clinic.kiosk.open_sessions) == 2
    finger.touch(finger.say("common.finish"))
    finger.read(finger.say("attract.choose"))
    finger.settled(lambda: clinic.kiosk.open_sessions == {})


def test_the_staff_can_be_asked_from_every_page(finger):
    finger.come_in()
    for place in ("home.check-in", "home.looks", "home.keep"):
        finger.touch(finger.say(place))
        finger.touch(finger.say("header.staff"))
        finger.read(finger.say("staff.title"))
        finger.touch(finger.say("staff.back"))
        finger.touch(finger.say("common.home"))
