"""A patient's appointments to come: what they open on their day, and arriving at the kiosk."""

from dataclasses import replace

from ehr_desktop.node.contracts.consent_state import Claim, entry
from ehr_desktop.node.contracts.custody_statements import (
    ClaimShares,
)
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    MoveAppointment,
)
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    DAY,
    DORA,
    FIRST,
    HOUR,
    MINUTE,
    SURGEON,
    dealing,
    ruling,
    taking,
)
from tests.support.paper_ledger import BOX, DESK, DOCTOR, NOW, seeded

MIDNIGHT = NOW - NOW % DAY


def claiming(name="claim", **changes) -> ClaimShares:
    whole = ClaimShares(
        seeded(name), ANNA.id, "emergency", ("emergency",), BOX, "unconscious", bytes(32), b""
    )
    return replace(whole, **changes)


def by_rule(name="claim", **changes) -> ClaimShares:
    whole = claiming(name, claim_kind="rule", categories=("labs",), basis=seeded("rule"))
    return replace(whole, **changes)


def claim(consent, name="claim") -> Claim:
    found = entry(consent.get, Claim, "claim", seeded(name))
    assert found
    return found


def booking(name, start_ms, wall, patient=ANNA, provider=SURGEON) -> BookAppointment:
    return BookAppointment(
        seeded(name), provider.id, patient.id, start_ms, 30, wall, "Asia/Kolkata", "", FIRST
    )


def test_the_day_is_the_clinics(consent):
    # nine in the evening before in UTC is half past two of the next day there
    consent.accept(booking("early", MIDNIGHT - 3 * HOUR + DAY, "2027-01-16T02:30"), DESK, 1)
    assert consent.refuse(by_rule(), SURGEON) == "no-appointment"
    day_ms = MIDNIGHT - 3 * HOUR + DAY - 150 * MINUTE
    consent.now_ms = day_ms - 1
    assert consent.refuse(by_rule(), SURGEON) == "no-appointment"
    consent.now_ms = day_ms
    consent.accept(by_rule(), SURGEON)
    assert claim(consent).until_ms == day_ms + DAY


def test_a_wall_time_nobody_can_read_makes_a_day_from_its_beginning(consent):
    consent.accept(booking("odd", NOW, "soon"), DESK, 1)
    assert [row[0] for row in consent.get("visits", ANNA.id)] == [seeded("odd"), seeded("visit")]
    assert consent.get("visits", ANNA.id)[0] == (
        seeded("odd"), SURGEON.id, NOW, NOW + 30 * MINUTE, NOW, DESK.id,
    )  # fmt: skip
    for number, wall in enumerate(("2027-01-15T9:00", "2027-01-15T+1:00", "2027-01-15T09:0x")):
        start_ms = NOW + (number + 1) * HOUR
        consent.accept(booking(wall, start_ms, wall), DESK, 1)
        assert seeded(wall) in {row[0] for row in consent.get("visits", ANNA.id)}
        found = next(row for row in consent.get("visits", ANNA.id) if row[0] == seeded(wall))
        assert found[4] == start_ms
    consent.accept(booking("late", NOW + 9 * HOUR, "2027-01-15T99:99"), DESK, 1)
    found = next(row for row in consent.get("visits", ANNA.id) if row[0] == seeded("late"))
    assert found[4] == NOW + 9 * HOUR - (23 * 60 + 59) * MINUTE


def test_visits_follow_the_appointment(consent):
    visit = seeded("visit")
    start_ms = MIDNIGHT + 10 * HOUR
    row = (visit, DOCTOR.id, start_ms, start_ms + 30 * MINUTE, MIDNIGHT, DESK.id)
    assert consent.get("visits", ANNA.id) == (row,)
    consent.accept(ChangeAppointmentStatus(visit, "cancelled", 0), DESK)
    assert consent.get("visits", ANNA.id) is None
    assert consent.refuse(by_rule(), DOCTOR) == "no-appointment"
    consent.accept(ChangeAppointmentStatus(visit, "booked", 0), DESK)
    assert consent.get("visits", ANNA.id) == (row,)
    moved = MoveAppointment(visit, SURGEON.id, NOW + DAY, 30, "2027-01-16T08:00", "Etc/UTC", "", 0)
    consent.accept(moved, DESK)
    assert consent.refuse(by_rule(), DOCTOR) == "no-appointment"
    assert consent.get("visits", ANNA.id) == (
        (visit, SURGEON.id, NOW + DAY, NOW + DAY + 30 * MINUTE, MIDNIGHT + DAY, DESK.id),
    )
    consent.accept(ChangeAppointmentStatus(visit, "arrived", 0), DESK)
    consent.now_ms += DAY
    consent.accept(by_rule(), SURGEON)


def test_visits_of_days_that_are_over_are_dropped_and_the_earliest_fifty_listed(consent):
    consent.now_ms = MIDNIGHT + DAY
    for number in range(51):
        start = MIDNIGHT + (60 - number) * DAY
        consent.accept(booking(f"{number}", start, "2027-01-15T00:00"), DESK, 1)
    listed = consent.get("visits", ANNA.id)
    assert len(listed) == 50
    assert listed[0][0] == seeded("50")
    assert seeded("0") not in {row[0] for row in listed}
    assert seeded("visit") not in {row[0] for row in listed}


def test_a_patient_says_at_the_kiosk_that_they_have_arrived_today(consent):
    visit = seeded("visit")
    for status in ("in-room", "cancelled", "noshow"):
        said = ChangeAppointmentStatus(visit, status, 0)
        assert consent.refuse(said, ANNA) == "role"
    arrived = ChangeAppointmentStatus(visit, "arrived", 0)
    assert consent.refuse(replace(arrived, epoch=FIRST), ANNA, 1) == "role"
    assert consent.refuse(arrived, BEN) == "not-a-speaker"
    for day in (MIDNIGHT - 1, MIDNIGHT + DAY):
        consent.now_ms = day
        assert consent.refuse(arrived, ANNA) == "not-today"
    consent.now_ms = MIDNIGHT
    consent.accept(arrived, ANNA)
    assert consent.get("appointment", visit)[4] == "arrived"
    assert consent.refuse(arrived, ANNA) == "status-order"


OWN = seeded("own")


def moving(appointment, start_ms, wall, provider=SURGEON) -> MoveAppointment:
    return MoveAppointment(appointment, provider.id, start_ms, 30, wall, "Etc/UTC", "", 0)


def at(hour: int, day: int = 0) -> tuple[int, str]:
    return MIDNIGHT + day * DAY + hour * HOUR, f"2027-01-{15 + day}T{hour:02}:00"


def test_an_appointment_of_their_own_making_lets_nobody_in(consent):
    consent.accept(booking("own", *at(11)), SURGEON, 1)
    assert consent.refuse(by_rule(), SURGEON) == "own-appointment"
    # nor does their own word that the patient came, or that it stands after all
    for status in ("arrived", "booked", "cancelled", "booked", "noshow", "booked"):
        consent.accept(ChangeAppointmentStatus(OWN, status, 0), SURGEON)
        assert consent.refuse(by_rule(), SURGEON) in ("own-appointment", "no-appointment")
    consent.accept(booking("desk's", *at(14)), DESK, 1)
    consent.accept(by_rule(), SURGEON)


def test_moving_an_appointment_to_oneself_or_to_today_lets_nobody_in(consent):
    consent.accept(moving(seeded("visit"), *at(10)), SURGEON)
    assert consent.refuse(by_rule(), SURGEON) == "own-appointment"
    consent.accept(booking("tomorrow", *at(9, day=1)), DESK, 1)
    consent.accept(moving(seeded("tomorrow"), *at(9)), SURGEON)
    assert consent.refuse(by_rule(), SURGEON) == "own-appointment"
    # to and fro is no way around it
    consent.accept(moving(seeded("tomorrow"), *at(9, day=1)), SURGEON)
    consent.now_ms += DAY
    assert consent.refuse(by_rule(), SURGEON) == "own-appointment"


def test_bringing_back_what_was_cancelled_lets_nobody_in(consent):
    visit = seeded("visit")
    for status in ("cancelled", "noshow"):
        consent.accept(ChangeAppointmentStatus(visit, status, 0), DESK)
        consent.accept(ChangeAppointmentStatus(visit, "booked", 0), DOCTOR)
        assert consent.refuse(by_rule(), DOCTOR) == "own-appointment"
    consent.accept(ChangeAppointmentStatus(visit, "cancelled", 0), DOCTOR)
    consent.accept(ChangeAppointmentStatus(visit, "booked", 0), DESK)
    consent.accept(by_rule(), DOCTOR)


def test_what_others_arranged_stays_so_within_the_day_and_as_it_goes_on(consent):
    visit = seeded("visit")
    consent.accept(moving(visit, *at(15), DOCTOR), DOCTOR)
    for number, status in enumerate(("arrived", "in-room", "fulfilled")):
        consent.accept(ChangeAppointmentStatus(visit, status, 0), DOCTOR)
        consent.accept(by_rule(f"{number}"), DOCTOR)


def test_their_own_appointment_counts_once_somebody_else_saw_the_patient_come(consent):
    for number, by in enumerate((DESK, ANNA)):
        name = f"own {number}"
        consent.accept(booking(name, *at(11 + number)), SURGEON, 1)
        consent.accept(ChangeAppointmentStatus(seeded(name), "arrived", 0), by)
        consent.accept(by_rule(name), SURGEON)
        consent.accept(ChangeAppointmentStatus(seeded(name), "in-room", 0), SURGEON)
        consent.accept(ChangeAppointmentStatus(seeded(name), "arrived", 0), SURGEON)
        assert consent.get("appointment", seeded(name))[6] == by.id
        consent.accept(ChangeAppointmentStatus(seeded(name), "cancelled", 0), DESK)
        assert consent.refuse(by_rule("again"), SURGEON) == "no-appointment"
    # what somebody else may do without having seen anybody does not
    consent.accept(booking("own", *at(13)), SURGEON, 1)
    consent.accept(moving(OWN, *at(14)), DESK)
    assert consent.refuse(by_rule(), SURGEON) == "own-appointment"
    consent.accept(moving(OWN, *at(14, day=1)), DESK)
    consent.accept(moving(OWN, *at(14)), DESK)
    consent.accept(by_rule(), SURGEON)


def test_a_card_nobody_has_confirmed_does_not_vouch_that_the_patient_came(consent):
    """Else a doctor lets themselves in with an appointment and a card of their own making."""
    consent.accept(ruling("dora's rule", DORA), CLARA)
    consent.accept(consent.epochs(DORA, "appointments"), DESK)
    consent.accept(consent.epochs(DORA, "labs"), CLARA)
    consent.accept(dealing("labs", FIRST, DORA), CLARA)
    consent.accept(booking("own", *at(11), patient=DORA), SURGEON, 1)
    consent.accept(taking(DORA), SURGEON, 1, keys=(DORA.key,))
    arrived = ChangeAppointmentStatus(OWN, "arrived", 0)
    said = by_rule(patient=DORA.id, basis=seeded("dora's rule"))
    by_the_guardian = consent.copy()
    consent.accept(arrived, DORA)
    assert consent.get("appointment", OWN)[4::2] == ("arrived", SURGEON.id)
    assert consent.refuse(said, SURGEON) == "own-appointment"
    by_the_guardian.accept(arrived, CLARA)
    by_the_guardian.accept(said, SURGEON)
