"""Teams' keys after somebody has left: who renews them, for whom, and what is sealed meanwhile."""

from dataclasses import replace

import pytest

from ehr_desktop.domain.people import Team
from ehr_desktop.node.contracts.custody_statements import (
    RenewMember,
)
from ehr_desktop.node.contracts.rounds import ROUND_BITS
from ehr_desktop.node.contracts.statements import (
    DeactivateMember,
    EnrolMember,
    OpenEpochs,
    RemoveDevice,
    RenewTeamKey,
    ReplaceTeamKey,
    ResealKeys,
)
from ehr_desktop.node.contracts.team_keys import (
    TeamStanding,
    departures,
    generations,
    is_closed,
    is_closed_to,
    public_key,
    standing,
    unlinked,
)
from ehr_desktop.node.crypto.box import BoxKey
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLERK,
    FIRST,
    LEFT,
    PCS,
    SECOND,
    SURGEON,
    new_key,
    writing,
)
from tests.support.paper_ledger import ADMIN, BOX, DESK, DOCTOR, NURSE, seeded

CLINICAL, FRONT_DESK = Team.CLINICAL, Team.FRONT_DESK
SEALED, SECOND_KEY = 2, BoxKey(seeded("a second key", 32)).public
RENEWED, AGAIN = 1 << ROUND_BITS | 5, 2 << ROUND_BITS | 9
THIRD = SECOND + FIRST
HASH = bytes(32)
UNUSABLE = bytes(1216)


def a_team(consent):
    """The clinical team has its own key, the second generation of it."""
    consent.accept(ReplaceTeamKey("clinical", SEALED, BOX, ()), ADMIN)
    return consent


def renewing(team=CLINICAL, *people, **changes) -> RenewTeamKey:
    of = people or ((DOCTOR, NURSE, SURGEON) if team is CLINICAL else (ADMIN, DESK, DOCTOR))
    linked = (SEALED,) if team is CLINICAL else (1,)
    whole = RenewTeamKey(
        str(team), RENEWED, SECOND_KEY, tuple((person.id, HASH) for person in of),
        tuple((generation, HASH) for generation in linked),
    )  # fmt: skip
    return replace(whole, **changes)


def leaves(consent, person=SURGEON):
    consent.accept(DeactivateMember(person.id), ADMIN)


def test_whoever_leaves_closes_the_keys_of_the_own_teams_and_of_no_other(consent):
    a_team(consent)
    leaves(consent, DESK)
    assert is_closed(consent.get, FRONT_DESK)
    assert not is_closed(consent.get, CLINICAL)
    assert departures(consent.get) == 1
    leaves(consent, SURGEON)
    assert standing(consent.get, CLINICAL) == TeamStanding(ADMIN.id, spent=1)
    assert departures(consent.get) == 2


def test_a_workstation_that_is_removed_closes_all_of_them(consent):
    a_team(consent)
    consent.accept(RemoveDevice(PCS[3].id), ADMIN)
    assert all(is_closed(consent.get, team) for team in Team)
    assert departures(consent.get) == 1


@pytest.mark.parametrize("said", [
    DeactivateMember(ADMIN.id), RenewMember(ADMIN.id, new_key("admin").public, SECOND_KEY),
])  # fmt: skip
def test_with_whoever_kept_it_in_trust_a_key_is_gone_and_the_first_member_begins_another(
    consent, said
):
    consent.accept(said, CLERK, int(said.KIND == "member.renew"))
    assert standing(consent.get, CLINICAL) == TeamStanding(ADMIN.id, spent=1)
    assert consent.refuse(consent.epochs(BEN, "notes", SECOND), DOCTOR) == "stale-generation"
    consent.accept(renewing(links=()), DOCTOR)
    assert not is_closed(consent.get, CLINICAL)
    consent.accept(consent.epochs(BEN, "notes", SECOND), DOCTOR)


def test_another_administrator_takes_nothing_in_trust_along(consent):
    leaves(consent, CLERK)
    assert not is_closed(consent.get, CLINICAL)
    a_team(consent)
    assert not is_closed(consent.get, CLINICAL)
    consent.accept(EnrolMember(LEFT.id, "administrator", LEFT.key.public, BOX), ADMIN, 1)
    consent.accept(DeactivateMember(ADMIN.id), LEFT)
    assert not is_closed(consent.get, CLINICAL)


def test_a_key_handed_over_late_is_as_good_as_any(consent):
    consent.accept(DeactivateMember(ADMIN.id), CLERK)
    a_team_of = ReplaceTeamKey("clinical", SEALED, BOX, ())
    consent.accept(a_team_of, DOCTOR)
    assert not is_closed(consent.get, CLINICAL)


def test_a_key_that_is_held_in_trust_is_handed_over_and_not_renewed(consent):
    leaves(consent)
    assert not is_closed(consent.get, CLINICAL)
    assert consent.refuse(renewing(links=((1, HASH),)), DOCTOR) == "nothing-owed"
    assert is_closed(consent.get, FRONT_DESK)
    # what was drawn before is closed to writing all the same
    assert consent.refuse(writing("late", BEN), DOCTOR, 1) == "stale-epoch"


def test_the_founding_key_is_handed_over_by_the_administrator_or_the_team_and_no_other_key(consent):
    assert consent.refuse(ReplaceTeamKey("clinical", SEALED, BOX, ()), DESK) == "not-of-the-team"
    assert consent.refuse(ReplaceTeamKey("front-desk", 2, BOX, ()), ADMIN) == "nothing-owed"
    assert consent.refuse(ResealKeys("front-desk", 2, (HASH,)), DESK) == "nothing-owed"
    consent.accept(ResealKeys("clinical", SEALED, (HASH,)), ADMIN)
    consent.accept(ReplaceTeamKey("clinical", SEALED, SECOND_KEY, ()), NURSE)
    assert generations(consent.get, CLINICAL) == (SEALED,)
    assert public_key(consent.get, CLINICAL, SEALED) == SECOND_KEY
    assert public_key(consent.get, CLINICAL, 1) is None
    assert consent.refuse(ReplaceTeamKey("clinical", 3, BOX, ()), ADMIN) == "not-of-the-team"
    assert consent.refuse(ReplaceTeamKey("clinical", 3, BOX, ()), DOCTOR) == "nothing-owed"
    assert consent.refuse(ResealKeys("clinical", 3, (HASH,)), DOCTOR) == "nothing-owed"


def test_a_renewed_key_stands_beside_the_earlier_ones(consent):
    a_team(consent)
    assert consent.refuse(renewing(), DOCTOR) == "nothing-owed"
    leaves(consent)
    consent.accept(renewing(CLINICAL, DOCTOR, NURSE), NURSE)
    assert consent.get("team", CLINICAL) == (RENEWED, SECOND_KEY)
    assert generations(consent.get, CLINICAL) == (SEALED, RENEWED)
    assert public_key(consent.get, CLINICAL, SEALED) == BOX
    assert public_key(consent.get, CLINICAL, RENEWED) == SECOND_KEY
    assert standing(consent.get, CLINICAL) == TeamStanding(NURSE.id, 0, 0, (SEALED,))
    assert unlinked(consent.get, CLINICAL) == frozenset()
    assert not is_closed_to(consent.get, CLINICAL, DOCTOR.id)
    assert is_closed(consent.get, FRONT_DESK)
    again = renewing(CLINICAL, DOCTOR, NURSE, generation=AGAIN)
    assert consent.refuse(again, DOCTOR) == "nothing-owed"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"generation": SEALED + 1}, "stale-generation"),
        ({"generation": AGAIN}, "stale-generation"),
        ({"generation": (1 << ROUND_BITS) - 1}, "stale-generation"),
        ({"key": UNUSABLE}, "weak-key"),
        ({"boxes": ((SURGEON.id, HASH), (NURSE.id, HASH))}, "not-of-the-team"),
        ({"boxes": ((DESK.id, HASH),)}, "not-of-the-team"),
        ({"boxes": ((seeded("nobody"), HASH),)}, "not-of-the-team"),
        ({"boxes": ((NURSE.id, HASH), (NURSE.id, bytes(31) + b"1"))}, "boxes"),
        ({"boxes": ()}, "malformed"),
        ({"links": ((SEALED, HASH), (SEALED, HASH))}, "stale-generation"),
        ({"links": ((1, HASH),)}, "stale-generation"),
        ({"links": ((RENEWED, HASH),)}, "stale-generation"),
    ],
)
def test_what_is_wrong_with_a_renewal(consent, changes, rule):
    a_team(consent)
    leaves(consent)
    good = renewing(CLINICAL, DOCTOR, NURSE)
    assert consent.refuse(replace(good, **changes), DOCTOR) == rule
    consent.accept(good, DOCTOR)


def test_only_the_team_and_an_administrator_without_earlier_keys_renew(consent):
    a_team(consent)
    leaves(consent)
    good = renewing(CLINICAL, DOCTOR, NURSE)
    assert consent.refuse(good, DESK) == "role"
    assert consent.refuse(replace(good, links=()), DESK) == "role"
    assert consent.refuse(good, SURGEON) == "not-a-member"
    assert consent.refuse(good, ANNA) == "not-a-member"
    assert consent.refuse(good, ADMIN) == "not-of-the-team"
    bare = replace(good, links=())
    consent.accept(bare, ADMIN)
    assert standing(consent.get, CLINICAL) == TeamStanding(ADMIN.id, 1, 0, ())
    assert unlinked(consent.get, CLINICAL) == {SEALED}
    assert is_closed(consent.get, CLINICAL)
    assert not is_closed_to(consent.get, CLINICAL, ADMIN.id)
    assert is_closed_to(consent.get, CLINICAL, CLERK.id)
    assert consent.refuse(replace(bare, generation=AGAIN), ADMIN) == "nothing-owed"
    # another one draws another, and the team takes over with all that was
    consent.accept(replace(bare, generation=AGAIN), CLERK)
    links = ((SEALED, HASH), (RENEWED, HASH), (AGAIN, HASH))
    third = 3 << ROUND_BITS
    consent.accept(replace(good, generation=third, links=links), DOCTOR)
    assert standing(consent.get, CLINICAL) == TeamStanding(
        DOCTOR.id, 0, 0, (SEALED, RENEWED, AGAIN)
    )
    assert not is_closed(consent.get, CLINICAL)


def test_a_member_without_the_earlier_keys_renews_and_a_colleague_brings_them_back(consent):
    a_team(consent)
    leaves(consent)
    good = renewing(CLINICAL, DOCTOR, NURSE)
    consent.accept(replace(good, links=()), DOCTOR)
    assert unlinked(consent.get, CLINICAL) == {SEALED}
    nothing_back = replace(good, generation=AGAIN, links=())
    assert consent.refuse(nothing_back, NURSE) == "nothing-owed"
    still = replace(good, generation=AGAIN, links=((RENEWED, HASH),))
    assert consent.refuse(still, NURSE) == "nothing-owed"
    consent.accept(replace(still, links=((SEALED, HASH), (RENEWED, HASH))), NURSE)
    assert unlinked(consent.get, CLINICAL) == frozenset()


def test_two_renewals_of_one_round_and_only_the_first_counts(consent):
    a_team(consent)
    leaves(consent)
    good = renewing(CLINICAL, DOCTOR, NURSE)
    consent.accept(good, DOCTOR)
    other = replace(good, generation=RENEWED + 1)
    assert consent.refuse(other, NURSE, pc=PCS[1]) == "nothing-owed"
    # what the loser sealed to its own key is refused, whoever comes to say it
    said = to_generation(consent.epochs(BEN, "notes", SECOND), CLINICAL, RENEWED + 1)
    assert consent.refuse(said, NURSE, pc=PCS[1]) == "stale-generation"
    assert consent.refuse(writing("late", BEN, epoch=SECOND), NURSE, 1) == "stale-epoch"


def to_generation(said, team, generation) -> OpenEpochs:
    ((category, epoch, commitment, teams, readers),) = said.epochs
    rows = tuple((t, generation if t == team else g, box) for t, g, box in teams)
    return replace(said, epochs=((category, epoch, commitment, rows, readers),))


def without(said, team) -> OpenEpochs:
    ((category, epoch, commitment, teams, readers),) = said.epochs
    rows = tuple(row for row in teams if row[0] != team)
    return replace(said, epochs=((category, epoch, commitment, rows, readers),))
