"""Who lets workstations in and out, who of them votes, and what a liar loses."""

from dataclasses import replace

import pytest

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.people import Role
from ehr_desktop.node.contracts import roster
from ehr_desktop.node.contracts.state import key
from ehr_desktop.node.contracts.statements import (
    EnrolMember,
    LeaveDevice,
    RemoveDevice,
    ReturnDevice,
    SetWeights,
)
from ehr_desktop.node.ledger.codec import CodecError, encode
from ehr_desktop.node.ledger.transaction import sign
from ehr_desktop.node.ledger.vote import NO_BLOCK, Vote, VoteKind, sign_vote
from tests.support.paper_ledger import (
    ADMIN,
    BOX,
    DESK,
    NETWORK,
    Device,
    PaperLedger,
    Person,
    founding,
    registration,
    seeded,
)
from tests.support.paper_network import (
    PaperNetwork,
    enrolment,
    evidence,
    two_stories,
    vote,
)
from tests.support.paper_statements import LOW_ORDER, NEW

TWO, THREE, FOUR, FIVE = (Device(f"PC {n}") for n in (2, 3, 4, 5))


@pytest.fixture
def network():
    return PaperNetwork()


@pytest.fixture
def four(network):
    network.join(TWO, THREE, FOUR)
    return network


def known(network, device):
    return roster.device(network.get, device.id)


def test_a_clinic_begins_with_one_workstation_that_decides_alone(network):
    first = known(network, network.first)
    assert roster.devices(network.get) == (first,)
    assert (first.public, first.box_key, first.name) == (network.first.key.public, BOX, "PC 1")
    assert (first.active, first.weight, first.away, first.accused) == (True, 1, False, False)
    assert (network.epoch, network.voting) == (0, {network.first.id})
    assert roster.proposer_mode(network.get) is ProposerMode.STAKE


def test_a_workstation_let_in_votes_from_the_next_block_on_in_the_next_epoch(network):
    assert network.tell(enrolment(TWO, network.first), network.first, ADMIN).accepted
    assert (network.epoch, network.voting) == (1, {network.first.id, TWO.id})
    assert network.validators.find(TWO.id).public == TWO.key.public
    assert [entry.name for entry in roster.devices(network.get)] == ["PC 1", "PC 2"]


def test_who_decided_in_earlier_epochs_can_be_looked_up(four):
    voted = [len(roster.validators_of(four.get, epoch).members) for epoch in range(4)]
    assert voted == [1, 2, 3, 4]
    with pytest.raises(CodecError):
        roster.validators_of(four.get, 4)


def test_the_eighth_workstation_only_follows(four):
    newcomers = [Device(f"PC {n}") for n in range(5, 10)]
    four.join(*newcomers)
    assert [known(four, newcomer).weight for newcomer in newcomers] == [1, 1, 1, 0, 0]
    assert len(four.voting) == 7


def test_the_place_of_a_workstation_that_votes_no_more_is_taken_by_the_next(four):
    four.join(*(Device(f"PC {n}") for n in range(5, 8)))
    assert four.tell(RemoveDevice(TWO.id), four.first, ADMIN).accepted
    four.join(Device("PC 8"))
    assert known(four, Device("PC 8")).weight == 1


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("weak-key", {"key": LOW_ORDER}),
        ("device-name", {"device": NEW}),
        ("device-known", {"device": FOUR.id, "key": FOUR.key.public}),
        ("not-accepted", {"acceptance": bytes(64)}),
        ("not-accepted", {"box_key": b"b" * 1216}),
        ("malformed", {"name": ""}),
        ("malformed", {"name": "x" * 101}),
    ],
)
def test_nothing_but_a_willing_new_workstation_is_let_in(four, rule, changes):
    said = enrolment(FIVE, four.first, **changes)
    before = four.without_feed()
    assert four.tell(said, four.first, ADMIN).rule == rule
    four.values = {k: v for k, v in four.values.items() if b"outcomes" not in k}
    before = {k: v for k, v in before.items() if b"outcomes" not in k}
    assert four.without_feed() == before


def test_an_acceptance_holds_for_one_clinic_one_author_and_one_administrator(four):
    assert four.tell(enrolment(FIVE, TWO), four.first, ADMIN).rule == "not-accepted"
    second = Person("second")
    enrol = EnrolMember(second.id, str(Role.ADMINISTRATOR), second.key.public, BOX)
    four.device.sequence, four.device.previous = four.get("feed", four.first.id)
    assert four.say(enrol, ADMIN, 1).accepted
    assert four.tell(enrolment(FIVE, four.first), four.first, second).rule == "not-accepted"
    assert four.tell(enrolment(FIVE, four.first), four.first, ADMIN).accepted


def test_only_an_administrator_changes_the_workstations(four):
    four.device.sequence, four.device.previous = four.get("feed", four.first.id)
    desk = EnrolMember(DESK.id, str(Role.RECEPTIONIST), DESK.key.public, BOX)
    assert four.say(desk, ADMIN, 1).accepted
    for statement in (
        enrolment(FIVE, four.first),
        RemoveDevice(TWO.id),
        SetWeights(((TWO.id, 3),)),
    ):
        assert four.tell(statement, four.first, DESK).rule == "role"


def test_a_workstation_that_was_removed_says_nothing_votes_no_more_and_never_comes_back(four):
    assert four.tell(RemoveDevice(TWO.id), four.first, ADMIN).accepted
    assert TWO.id not in four.voting
    assert four.tell(registration(NEW), TWO, ADMIN).rule == "device-removed"
    assert four.tell(ReturnDevice(), TWO).rule == "device-removed"
    assert four.tell(enrolment(TWO, four.first), four.first, ADMIN).rule == "device-known"
    assert four.tell(RemoveDevice(TWO.id), four.first, ADMIN).rule == "device-removed"
    assert four.tell(SetWeights(((TWO.id, 3),)), four.first, ADMIN).rule == "device-removed"


def test_a_workstation_is_removed_from_another_one_only(four):
    assert four.tell(RemoveDevice(four.first.id), four.first, ADMIN).rule == "own-device"
    assert four.tell(RemoveDevice(NEW), four.first, ADMIN).rule == "unknown-device"
    assert four.tell(RemoveDevice(four.first.id), TWO, ADMIN).accepted
    assert four.voting == {TWO.id, THREE.id, FOUR.id}


def test_weights_are_set_by_an_administrator_where_lots_are_drawn_by_weight(four):
    weights = SetWeights(((TWO.id, 1000), (THREE.id, 0)))
    assert four.tell(weights, four.first, ADMIN).accepted
    assert {m.device: m.weight for m in four.validators.members} == {
        four.first.id: 1, TWO.id: 1000, FOUR.id: 1,
    }  # fmt: skip
    for rows, rule in (
        (((TWO.id, 1001),), "malformed"),
        (((TWO.id, -1),), "malformed"),
        ((), "malformed"),
        (((TWO.id, 1), (TWO.id, 2)), "malformed"),
        (((NEW, 1),), "unknown-device"),
        (((four.first.id, 0), (TWO.id, 0), (FOUR.id, 0)), "no-validators"),
    ):
        assert four.tell(SetWeights(rows), four.first, ADMIN).rule == rule
    assert len(four.voting) == 3


@pytest.mark.parametrize("mode", [ProposerMode.AUTHORITY, ProposerMode.WORK])
def test_weights_stay_equal_where_everyone_takes_turns_or_works(mode):
    network = PaperNetwork(mode)
    network.join(TWO)
    assert network.tell(SetWeights(((TWO.id, 2),)), network.first, ADMIN).rule == "not-stake"


def test_seven_workstations_vote_at_most(four):
    newcomers = [Device(f"PC {n}") for n in range(5, 10)]
    four.join(*newcomers)
    more = SetWeights(((newcomers[3].id, 1),))
    assert four.tell(more, four.first, ADMIN).rule == "too-many-validators"
    swap = SetWeights(((newcomers[3].id, 1), (TWO.id, 0)))
    assert four.tell(swap, four.first, ADMIN).accepted
    assert len(four.voting) == 7


def test_a_workstation_signs_off_and_comes_back_by_itself(four):
    assert four.tell(ReturnDevice(), TWO).rule == "not-away"
    assert four.tell(LeaveDevice(), TWO).accepted
    assert (known(four, TWO).away, TWO.id in four.voting) == (True, False)
    assert four.tell(LeaveDevice(), TWO).rule == "already-away"
    assert four.tell(ReturnDevice(), TWO).accepted
    assert four.voting == {four.first.id, TWO.id, THREE.id, FOUR.id}


def test_the_last_three_voting_workstations_never_sign_off(four):
    assert four.tell(LeaveDevice(), FOUR).accepted
    refused = four.tell(LeaveDevice(), THREE)
    assert (refused.rule, refused.details) == ("core-set", (("needed", "3"),))
    assert four.tell(LeaveDevice(), four.first).rule == "core-set"


@pytest.mark.parametrize("newcomers", [(), (TWO,), (TWO, THREE)])
def test_where_no_more_than_three_vote_none_of_them_signs_off(network, newcomers):
    network.join(*newcomers)
    for device in (network.first, *newcomers):
        assert network.tell(LeaveDevice(), device).rule == "core-set"


def test_one_that_only_follows_comes_and_goes_as_it_likes(four):
    assert four.tell(SetWeights(((FOUR.id, 0),)), four.first, ADMIN).accepted
    before = four.epoch
    assert four.tell(LeaveDevice(), FOUR).accepted
    assert four.tell(ReturnDevice(), FOUR).accepted
    assert four.epoch == before


def test_what_a_workstation_says_by_itself_is_signed_by_nobody_else(four):
    assert four.tell(LeaveDevice(), TWO, ADMIN).rule == "signer"
    assert four.tell(registration(NEW), TWO).rule == "not-a-member"
    payload = replace(four.signed((LeaveDevice(), TWO, None))[0].payload, person=ADMIN.id)
    assert four.run_as_block([sign(payload, [TWO.key])])[0].rule == "signer"
    assert not known(four, TWO).away


def test_a_workstation_that_told_two_stories_loses_its_vote_for_good(four):
    assert four.tell(two_stories(TWO), THREE).accepted
    assert (known(four, TWO).accused, known(four, TWO).weight) == (True, 0)
    assert TWO.id not in four.voting
    assert four.tell(two_stories(TWO), FOUR).rule == "already-accused"
    assert four.tell(SetWeights(((TWO.id, 5),)), four.first, ADMIN).rule == "device-accused"


def test_a_skipped_and_final_slot_is_evidence_too(four):
    skip = sign_vote(Vote(NETWORK, 0, VoteKind.SKIP, 4, NO_BLOCK), TWO.key)
    final = sign_vote(Vote(NETWORK, 0, VoteKind.FINAL, 4, seeded("one", 32)), TWO.key)
    assert four.tell(evidence(skip, final), THREE).accepted


@pytest.mark.parametrize(
    "said",
    [
        evidence(vote(TWO, "one"), vote(TWO, "one")),
        evidence(vote(TWO, "one"), vote(TWO, "another", slot=5)),
        evidence(vote(TWO, "one"), vote(THREE, "another")),
        evidence(vote(TWO, "one"), replace(vote(TWO, "another"), validator=THREE.id)),
        evidence(vote(TWO, "one", NEW * 2), vote(TWO, "another", NEW * 2)),
        evidence(vote(TWO, "one"), replace(vote(TWO, "another"), signature=bytes(64))),
        evidence(replace(vote(TWO, "one"), signature=bytes(64)), vote(TWO, "another")),
        evidence(vote(FIVE, "one"), vote(FIVE, "another")),
        replace(two_stories(TWO), first=b"nonsense"),
        replace(two_stories(TWO), second=b"nonsense"),
    ],
)
def test_votes_that_prove_nothing_accuse_nobody(four, said):
    assert four.tell(said, THREE).rule == "no-evidence"
    assert not any(entry.accused for entry in roster.devices(four.get))


def test_the_last_vote_is_taken_from_nobody(network):
    assert network.tell(two_stories(network.first), network.first).rule == "no-validators"
    network.join(TWO)
    assert network.tell(two_stories(TWO), network.first).accepted
    assert network.tell(RemoveDevice(network.first.id), TWO, ADMIN).rule == "no-validators"
    assert network.voting == {network.first.id}


def test_several_changes_in_one_block_begin_one_epoch(network):
    said = [(enrolment(d, network.first), network.first, ADMIN) for d in (TWO, THREE, FOUR)]
    assert all(verdict.accepted for verdict in network.block(*said))
    assert (network.epoch, len(network.voting)) == (1, 4)


def test_what_is_changed_back_within_the_block_begins_none(four):
    before = four.epoch
    verdicts = four.block((LeaveDevice(), TWO, None), (ReturnDevice(), TWO, None))
    assert [verdict.rule for verdict in verdicts] == ["", ""]
    assert four.epoch == before


def test_a_refused_change_and_an_empty_block_begin_none(four):
    before = four.epoch
    assert four.tell(LeaveDevice(), TWO, ADMIN).rule == "signer"
    four.run_as_block([])
    assert four.epoch == before


def test_before_the_founding_a_block_settles_nothing():
    ledger = PaperLedger()
    with pytest.raises(CodecError):
        roster.validator_set(ledger.get)
    assert roster.devices(ledger.get) == ()


@pytest.mark.parametrize("mode", list(ProposerMode))
def test_a_clinic_says_once_and_for_all_how_proposers_are_chosen(mode):
    ledger = PaperLedger()
    assert ledger.say(founding(ledger.device, mode=mode), ADMIN, 1).accepted
    assert roster.proposer_mode(ledger.get) is mode


def test_what_is_damaged_on_the_disk_is_no_workstation_and_no_validator(four):
    sound = dict(four.values)
    stored = four.get("device", TWO.id)
    for parts, value, read in (
        (("device", TWO.id), [1], roster.devices),
        (("device", TWO.id), [*stored[:-1], 1], roster.devices),
        (("device", TWO.id), [*stored, 0], roster.devices),
        (("devices",), [NEW], roster.devices),
        (("devices",), 7, roster.devices),
        (("validators",), [3], roster.validator_set),
        (("validators",), [3, []], roster.validator_set),
        (("validators",), [3, [[TWO.id, TWO.key.public, 0]]], roster.validator_set),
        (("validators",), [3, [[TWO.id, TWO.key.public, 1]] * 2], roster.validator_set),
        (("proposers",), "dice", roster.proposer_mode),
        (("work",), [b"short", 0, 0], roster.work_target),
    ):
        four.values = sound | {key(*parts): encode(value)}
        with pytest.raises(CodecError):
            read(four.get)
