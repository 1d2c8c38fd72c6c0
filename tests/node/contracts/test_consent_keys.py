"""Category keys: for whom they are opened and boxed, who may seal under them, and how old ones go."""

from dataclasses import replace

import pytest

from ehr_desktop.node.contracts.consent_state import CategoryKey, RecordVersion, entry
from ehr_desktop.node.contracts.consent_statements import BoxKeys, RevokeAccess
from ehr_desktop.node.contracts.custody_statements import (
    AcknowledgeClosed,
    CloseEpochs,
    ConfirmErasure,
    OrderErasure,
    ResealRecords,
)
from ehr_desktop.node.contracts.statements import OpenEpochs, RemoveDevice
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    DORA,
    FIRST,
    KEPT,
    PCS,
    SECOND,
    SURGEON,
    dealing,
    granting,
    writing,
)
from tests.support.paper_ledger import ADMIN, DESK, DOCTOR, NURSE, seeded

THIRD = SECOND + FIRST
NOTE = seeded("anna's note")


def version(consent, *place) -> RecordVersion:
    found = entry(consent.get, RecordVersion, *place)
    assert found
    return found


def key_of(consent, category, epoch, patient=ANNA) -> CategoryKey:
    found = entry(consent.get, CategoryKey, "key", patient.id, category, epoch)
    assert found
    return found


def resealing(consent, *places, epoch=SECOND, category="notes", **changes) -> ResealRecords:
    found = [version(consent, *place) for place in places or (("record", NOTE),)]
    rows = tuple(
        (place[1], one.version, one.first, one.commitment)
        for place, one in zip(places or (("record", NOTE),), found, strict=True)
    )
    return replace(ResealRecords(ANNA.id, category, epoch, rows), **changes)


def test_a_key_is_opened_for_exactly_those_who_may_read(consent):
    said = consent.epochs(ANNA, "notes", SECOND)
    category, epoch, commitment, teams, readers = said.epochs[0]
    assert [team for team, _, _ in teams] == ["clinical"]
    assert {name for name, _ in readers} == {ANNA.id, CLARA.id, DOCTOR.id}

    def opened(teams=teams, readers=readers):
        return OpenEpochs(ANNA.id, ((category, epoch, commitment, teams, readers),))

    for wrong in (
        opened(readers=readers[1:]),
        opened(readers=(*readers, (NURSE.id, bytes(32)))),
        opened(readers=(*readers, readers[0])),
        opened(readers=(*readers[1:], (NURSE.id, bytes(32)))),
        opened(teams=()),
        opened(teams=(*teams, teams[0])),
        opened(teams=(*teams, ("front-desk", 1, bytes(32)))),
    ):
        assert consent.refuse(wrong, DOCTOR) == "policy"
    stale = opened(teams=(("clinical", 2, bytes(32)),))
    assert consent.refuse(stale, DOCTOR) == "stale-generation"
    consent.accept(said, ANNA)
    stored = consent.get("epoch", ANNA.id, "notes")
    assert stored[0] == SECOND
    assert stored[4] == tuple(sorted((ANNA.id, CLARA.id, DOCTOR.id)))
    assert key_of(consent, "notes", SECOND) == CategoryKey(
        commitment, stored[4], ("clinical",), ANNA.id, 0
    )


def test_who_speaks_for_the_patient_opens_keys_and_nobody_elses(consent):
    consent.accept(consent.epochs(ANNA, "notes", SECOND), CLARA)
    assert consent.refuse(consent.epochs(BEN, "notes", SECOND), BEN) == "not-a-speaker"
    assert consent.refuse(consent.epochs(CLARA, "notes", FIRST), ANNA) == "not-a-speaker"


def test_front_desk_keys_are_for_the_policys_teams_and_the_patient(consent):
    said = consent.epochs(ANNA, "demographics", SECOND)
    assert {team for team, _, _ in said.epochs[0][3]} == {"clinical", "front-desk"}
    consent.accept(said, DESK)
    consent.accept(writing("address", category="demographics", epoch=SECOND), DESK, 1)


def test_what_somebody_drew_who_may_not_read_seals_only_what_they_write(consent):
    consent.accept(consent.epochs(ANNA, "labs", THIRD), SURGEON)
    assert key_of(consent, "labs", THIRD).foreign == 1
    own = writing("a result", category="labs", epoch=THIRD)
    consent.accept(own, SURGEON, 1)
    for person in (NURSE, DOCTOR):
        other = writing("another", category="labs", epoch=THIRD)
        assert consent.refuse(other, person, 1) == "foreign-key"
    assert consent.refuse(dealing("labs", THIRD), ANNA) == "foreign-key"
    assert consent.refuse(CloseEpochs(ANNA.id, "labs", THIRD), ANNA) == "foreign-key"
    fourth = THIRD + FIRST
    consent.accept(consent.epochs(ANNA, "labs", fourth), DOCTOR)
    assert key_of(consent, "labs", fourth).foreign == 0
    consent.accept(writing("another", category="labs", epoch=fourth), NURSE, 1)


def test_nothing_is_sealed_again_under_a_key_drawn_by_who_may_not_read(consent):
    consent.accept(RevokeAccess(seeded("kept")), ANNA)
    consent.accept(RevokeAccess(seeded("given")), ANNA)
    consent.accept(consent.epochs(ANNA, "notes", SECOND), DOCTOR)
    assert consent.refuse(resealing(consent), ANNA, 1) == "foreign-key"
    assert consent.refuse(resealing(consent), DOCTOR, 1) == "no-grant"


def test_a_policys_writer_who_may_not_read_draws_a_key_for_all(consent):
    consent.accept(consent.epochs(BEN, "notes", SECOND), ADMIN)
    assert key_of(consent, "notes", SECOND, BEN).foreign == 0
    consent.accept(writing("a note", BEN, epoch=SECOND), NURSE, 1)


def test_after_somebody_is_shut_out_nothing_is_written_before_the_next_round(consent):
    consent.accept(RevokeAccess(seeded("given")), ANNA)
    late = writing("late", category="labs", epoch=SECOND)
    assert consent.refuse(late, DOCTOR, 1) == "stale-epoch"
    beside = consent.epochs(ANNA, "labs", SECOND + 5)
    assert consent.refuse(beside, ANNA) == "stale-epoch"
    consent.accept(consent.epochs(ANNA, "labs", THIRD), ANNA)
    consent.accept(writing("late", category="labs", epoch=THIRD), NURSE, 1)


def boxing(*rows, patient=ANNA) -> BoxKeys:
    return BoxKeys(patient.id, rows)


def box(reader=ANNA.id, what="reader", category="notes", epoch=FIRST) -> tuple:
    return (category, epoch, what, reader, bytes(32))


def test_holders_seal_keys_for_those_let_in_since(consent):
    consent.accept(boxing(box(), box(CLARA.id)), NURSE)
    assert key_of(consent, "notes", FIRST).readers == tuple(sorted((ANNA.id, CLARA.id)))
    # again, for whoever has a new key by now
    consent.accept(boxing(box()), DOCTOR)
    consent.accept(boxing(box(DOCTOR.id)), ANNA)
    assert len(key_of(consent, "notes", FIRST).readers) == 3


def test_keys_are_sealed_for_nobody_else_and_by_nobody_who_cannot_hold_them(consent):
    for wrong in (
        box(NURSE.id), box(BEN.id), box(b"", "reader"), box(b"", "front-desk"),
        box(ANNA.id, "clinical"), box(ANNA.id, "writer"), box(b"", "nobody"),
    ):  # fmt: skip
        assert consent.refuse(boxing(wrong), DOCTOR) == "policy"
    assert consent.refuse(boxing(box()), DESK) == "no-grant"
    assert consent.refuse(boxing(box()), BEN) == "not-a-speaker"
    assert consent.refuse(boxing(box(epoch=SECOND)), DOCTOR) == "stale-epoch"
    assert consent.refuse(boxing(box(category="genetics")), DOCTOR) == "stale-epoch"
    assert consent.refuse(boxing(box(), patient=DORA), DOCTOR) == "stale-epoch"
    assert consent.refuse(replace(boxing(box()), patient=seeded("x")), DOCTOR) == "unknown-patient"
    assert consent.refuse(boxing(box(category="labs", epoch=SECOND)), NURSE) == "no-grant"
    consent.accept(boxing(box(category="labs", epoch=SECOND)), DOCTOR)


def test_a_teams_box_is_sealed_for_a_team_let_in_later(consent):
    consent.accept(RevokeAccess(seeded("kept")), ANNA)
    team = granting("again", grantee_kind="team", grantee=b"clinical".ljust(16, b"\0"))
    consent.accept(team, ANNA)
    assert key_of(consent, "notes", FIRST).teams == ()
    consent.accept(boxing(box(b"", "clinical")), ANNA)
    assert key_of(consent, "notes", FIRST).teams == ("clinical",)


def test_whoever_drew_a_key_may_seal_it_for_others(consent):
    consent.accept(consent.epochs(BEN, "genetics", FIRST), ADMIN)
    consent.give_card(BEN)
    consent.accept(boxing(box(BEN.id, category="genetics"), patient=BEN), ADMIN)


def test_a_record_keeps_where_it_was_first_written(consent):
    first = version(consent, "record", NOTE)
    assert (first.patient, first.category, first.version, first.epoch) == (
        ANNA.id, "notes", 1, FIRST,
    )  # fmt: skip
    consent.accept(writing("anna's note", version=2), NURSE, 1)
    assert version(consent, "superseded", NOTE, 1) == first
    newest = version(consent, "record", NOTE)
    assert newest.first == consent.said[-1][0].id
    assert consent.get("sealed", ANNA.id, "notes") == ((FIRST, 2),)


def reseal_everything(consent, by=ANNA):
    consent.accept(consent.epochs(ANNA, "notes", SECOND), by)
    return consent.accept(resealing(consent), by, 1)


def test_resealed_records_keep_all_but_container_and_epoch(consent):
    consent.accept(writing("anna's note", version=2), NURSE, 1)
    consent.accept(consent.epochs(ANNA, "notes", SECOND), DOCTOR)
    places = ("superseded", NOTE, 1), ("record", NOTE)
    before = [version(consent, *place) for place in places]
    said = consent.accept(resealing(consent, *places), NURSE, 2)
    for place, old, container in zip(places, before, said.payload.containers, strict=True):
        assert version(consent, *place) == replace(
            old, commitment=container.commitment, epoch=SECOND
        )
    assert consent.get("sealed", ANNA.id, "notes") == ((FIRST, 0), (SECOND, 2))


def test_resealing_is_for_those_who_may_read_on(consent):
    consent.accept(consent.epochs(ANNA, "notes", SECOND), DOCTOR)
    assert consent.refuse(resealing(consent), DESK, 1) == "no-grant"
    assert consent.refuse(resealing(consent), BEN, 1) == "not-a-speaker"
    assert consent.refuse(resealing(consent), ANNA, 0) == "containers"
    assert consent.refuse(resealing(consent), ANNA, 2) == "containers"
    assert consent.refuse(resealing(consent, records=()), ANNA, 0) == "containers"
    consent.accept(resealing(consent), CLARA, 1)


def test_a_reseal_names_the_very_record_it_replaces(consent):
    consent.accept(consent.epochs(ANNA, "notes", SECOND), DOCTOR)
    consent.accept(consent.epochs(BEN, "notes", SECOND), DOCTOR)
    ((record, number, first, commitment),) = resealing(consent).records

    def refused(*row, **changes):
        return consent.refuse(resealing(consent, records=(row,), **changes), DOCTOR, 1)

    assert refused(record, number, first, bytes(32)) == "stale-version"
    assert refused(record, number, bytes(32), commitment) == "stale-version"
    assert refused(record, 2, first, commitment) == "unknown-record"
    assert refused(seeded("x"), 1, first, commitment) == "unknown-record"
    ben = version(consent, "record", seeded("ben's note"))
    assert refused(seeded("ben's note"), 1, ben.first, ben.commitment) == "another-patient"
    consent.accept(consent.epochs(ANNA, "general", FIRST), DOCTOR)
    assert refused(record, number, first, commitment, category="general", epoch=FIRST) == (
        "another-category"
    )
    assert refused(record, number, first, commitment, epoch=FIRST) == "stale-epoch"
    assert refused(record, number, first, commitment, epoch=THIRD) == "stale-epoch"
    twice = resealing(consent, ("record", NOTE), ("record", NOTE))
    assert consent.refuse(twice, DOCTOR, 2) == "stale-version"


def test_a_record_is_resealed_to_a_later_round_only(consent):
    reseal_everything(consent)
    beside = SECOND + 7
    consent.accept(consent.epochs(ANNA, "notes", beside), DOCTOR)
    assert consent.refuse(resealing(consent, epoch=beside), DOCTOR, 1) == "stale-epoch"
    assert consent.refuse(resealing(consent, epoch=SECOND), DOCTOR, 1) == "stale-epoch"


def test_a_record_is_resealed_to_the_newest_round_only(consent):
    consent.accept(consent.epochs(ANNA, "notes", SECOND), DOCTOR)
    consent.accept(consent.epochs(ANNA, "notes", THIRD), DOCTOR)
    assert consent.refuse(resealing(consent, epoch=SECOND), DOCTOR, 1) == "stale-epoch"
    consent.accept(resealing(consent, epoch=THIRD), DOCTOR, 1)


CLOSE = CloseEpochs(ANNA.id, "notes", SECOND)
GONE = AcknowledgeClosed(ANNA.id, "notes", SECOND)


def test_old_keys_are_closed_once_nothing_is_sealed_under_them(consent):
    consent.accept(consent.epochs(ANNA, "notes", SECOND), ANNA)
    assert consent.refuse(CLOSE, ANNA) == "still-sealed"
    consent.accept(resealing(consent), ANNA, 1)
    assert consent.refuse(CLOSE, DESK) == "no-grant"
    assert consent.refuse(CLOSE, BEN) == "not-a-speaker"
    assert consent.refuse(replace(CLOSE, epoch=FIRST), ANNA) == "stale-epoch"
    consent.accept(CLOSE, DOCTOR)
    assert consent.get("key", ANNA.id, "notes", FIRST) is None
    assert consent.get("sealed", ANNA.id, "notes") == ((SECOND, 1),)
    assert consent.get("closing", ANNA.id, "notes") == (
        SECOND, tuple(pc.id for pc in PCS), (),
    )  # fmt: skip
    assert consent.refuse(CLOSE, DOCTOR) == "nothing-owed"
    assert consent.refuse(boxing(box()), ANNA) == "stale-epoch"


def test_a_superseded_version_under_the_old_key_keeps_it_open(consent):
    consent.accept(writing("anna's note", version=2), NURSE, 1)
    consent.accept(consent.epochs(ANNA, "notes", SECOND), ANNA)
    consent.accept(resealing(consent), ANNA, 1)
    assert consent.refuse(CLOSE, ANNA) == "still-sealed"
    consent.accept(resealing(consent, ("superseded", NOTE, 1)), ANNA, 1)
    consent.accept(CLOSE, ANNA)


def test_words_of_bookings_keep_their_key_open(consent):
    consent.accept(consent.epochs(ANNA, "appointments", SECOND), DOCTOR)
    close = CloseEpochs(ANNA.id, "appointments", SECOND)
    assert consent.refuse(close, DOCTOR) == "still-sealed"


def test_closing_takes_the_shares_of_the_old_key_along(consent):
    assert consent.get("escrow", ANNA.id, "labs")
    consent.accept(consent.epochs(ANNA, "labs", THIRD), ANNA)
    consent.accept(CloseEpochs(ANNA.id, "labs", THIRD), ANNA)
    assert consent.get("escrow", ANNA.id, "labs") is None
    # those of a key that stays are kept
    consent.accept(consent.epochs(ANNA, "emergency", THIRD), ANNA)
    consent.accept(dealing("emergency", THIRD), ANNA)
    consent.accept(CloseEpochs(ANNA.id, "emergency", THIRD), ANNA)
    assert consent.get("escrow", ANNA.id, "emergency")


def test_each_workstation_says_once_that_old_keys_are_gone(consent):
    assert consent.refuse(GONE, pc=PCS[1]) == "nothing-owed"
    reseal_everything(consent)
    consent.accept(RemoveDevice(PCS[3].id), ADMIN)
    consent.accept(CLOSE, ANNA)
    assert consent.refuse(replace(GONE, epoch=FIRST), pc=PCS[1]) == "nothing-owed"
    assert consent.refuse(replace(GONE, category="labs"), pc=PCS[1]) == "nothing-owed"
    for pc in PCS[:3]:
        consent.accept(GONE, pc=pc)
        assert consent.refuse(GONE, pc=pc) == "already-done"
    assert consent.get("closing", ANNA.id, "notes")[1:] == (
        tuple(pc.id for pc in PCS[:3]), tuple(pc.id for pc in PCS[:3]),
    )  # fmt: skip
    assert consent.refuse(GONE, DOCTOR) == "signer"


def test_a_workstation_that_joined_later_owes_nothing(consent):
    from tests.support.paper_ledger import Device
    from tests.support.paper_network import enrolment

    reseal_everything(consent)
    consent.accept(CLOSE, ANNA)
    late = Device("late")
    consent.accept(enrolment(late, PCS[0]), ADMIN)
    assert consent.say(GONE, pc=late).rule == "nothing-owed"


@pytest.mark.parametrize("category", ["notes", "general"])
def test_nothing_is_written_or_opened_for_a_patient_who_was_erased(consent, category):
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    consent.accept(consent.epochs(ANNA, category, {"notes": SECOND, "general": FIRST}[category]),
                   DOCTOR)  # fmt: skip
    consent.accept(ConfirmErasure(ANNA.id), ADMIN)
    assert consent.refuse(writing("x"), DOCTOR, 1) == "erased"
    assert consent.refuse(consent.epochs(ANNA, category, THIRD), DOCTOR) == "erased"
    assert consent.refuse(boxing(box()), DOCTOR) == "erased"
    assert consent.refuse(resealing(consent), DOCTOR, 1) == "erased"
    assert consent.refuse(CLOSE, DOCTOR) == "erased"


def test_the_team_keeps_its_first_grants_keys(consent):
    assert consent.get("grant", seeded("kept"))[3] == KEPT


def test_every_key_counts_what_is_sealed_under_it_from_the_start(consent):
    consent.accept(consent.epochs(ANNA, "genetics", FIRST), ANNA)
    consent.accept(consent.epochs(ANNA, "genetics", SECOND), ANNA)
    assert consent.get("sealed", ANNA.id, "genetics") == ((FIRST, 0), (SECOND, 0))
    consent.accept(CloseEpochs(ANNA.id, "genetics", SECOND), ANNA)
    assert consent.get("key", ANNA.id, "genetics", FIRST) is None


def test_a_team_stays_in_when_a_member_of_its_own_is_shut_out(consent):
    consent.accept(boxing(box(DOCTOR.id)), ANNA)
    assert not key_of(consent, "notes", FIRST).spent
    consent.accept(RevokeAccess(seeded("given")), ANNA)
    assert key_of(consent, "notes", FIRST).spent == 1
    assert key_of(consent, "notes", FIRST).teams == ("clinical",)
    assert key_of(consent, "notes", FIRST).readers == ()
    assert consent.get("epoch", ANNA.id, "notes")[3] == ()
    assert consent.refuse(consent.epochs(ANNA, "notes", FIRST + 5), ANNA) == "stale-epoch"
