import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.ledger.validators import MAX_VALIDATORS, MAX_WEIGHT
from ehr_desktop.node.ledger.vote import (
    NO_BLOCK,
    Certificate,
    SignedVote,
    Validator,
    ValidatorSet,
    Vote,
    VoteKind,
    certificate_holds,
    sign_vote,
    vote_holds,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "ledger.json").read_text())
KEYS = sorted(
    (SigningKey(bytes([n]) * 32) for n in range(1, 8)), key=lambda key: device_id_of(key.public)
)
VOTE = Vote(b"n" * 32, 3, VoteKind.FINAL, 42, b"b" * 32)


def member(key, weight=1):
    return Validator(device_id_of(key.public), key.public, weight)


def validators(*weights):
    return ValidatorSet(tuple(map(member, KEYS, weights)))


def certificate(*keys, vote=VOTE):
    signed = [sign_vote(vote, key) for key in keys]
    return Certificate.of(vote, {s.validator: s.signature for s in signed})


FOUR = validators(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("count", "faulty", "quorum"),
    [
        (1, 0, 1),
        (2, 0, 2),
        (3, 0, 2),
        (4, 1, 3),
        (5, 1, 4),
        (6, 1, 4),
        (7, 2, 5),
    ],
)
def test_the_quorum_of_equal_workstations_is_the_table_in_the_design(count, faulty, quorum):
    equal = validators(*[1] * count)
    assert (equal.faulty, equal.quorum) == (faulty, quorum)


@pytest.mark.parametrize("weight", [1, 2, 3, 7, 10, 1000])
@pytest.mark.parametrize("count", range(1, 31))
def test_equal_weights_need_as_many_workstations_whatever_the_weight(count, weight):
    public = KEYS[0].public
    equal = ValidatorSet(tuple(Validator(bytes([n]) * 16, public, weight) for n in range(count)))
    faulty = (count - 1) // 3
    assert -(-equal.quorum // weight) == (count + faulty) // 2 + 1


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=7).filter(any))
def test_two_quorums_share_more_than_all_liars_and_the_honest_reach_one(weights):
    some = validators(*weights)
    assert 2 * some.quorum - some.total > some.faulty
    assert some.quorum <= some.total - some.faulty
    assert 3 * some.faulty < some.total


def test_members_in_any_order_make_the_same_set():
    forward = ValidatorSet.of(map(member, KEYS))
    assert ValidatorSet.of(map(member, reversed(KEYS))) == forward
    assert ValidatorSet.decode(forward.encode()) == forward
    assert forward.hash.hex() == VECTORS["validators_hash"]


def test_the_hash_of_a_set_covers_every_field():
    first, *rest = FOUR.members
    hashes = {
        FOUR.hash,
        ValidatorSet((replace(first, weight=2), *rest)).hash,
        ValidatorSet((replace(first, public=bytes(32)), *rest)).hash,
        ValidatorSet((replace(first, device=bytes(16)), *rest)).hash,
        ValidatorSet(tuple(rest)).hash,
    }
    assert len(hashes) == 5


@pytest.mark.parametrize(
    "members",
    [
        (),
        (member(KEYS[0], 0),),
        (member(KEYS[1]), member(KEYS[0])),
        (member(KEYS[0]), member(KEYS[0])),
    ],
    ids=["nobody", "no weight", "out of order", "twice"],
)
def test_a_set_that_cannot_decide_is_none(members):
    with pytest.raises(ValueError, match="validators"):
        ValidatorSet(members)
    with pytest.raises(CodecError):
        ValidatorSet.decode(encode(tuple((m.device, m.public, m.weight) for m in members)))


@pytest.mark.parametrize(
    "entry",
    [
        (bytes(15), bytes(32), 1),
        (bytes(16), bytes(31), 1),
        (bytes(16), bytes(32), -1),
        (bytes(16), bytes(32), MAX_WEIGHT + 1),
        (bytes(16), bytes(32)),
        (bytes(16), bytes(32), 1, 1),
    ],
)
def test_a_member_out_of_bounds_is_refused(entry):
    with pytest.raises(CodecError):
        ValidatorSet.decode(encode((entry,)))


def test_more_members_than_the_limit_are_refused():
    entries = tuple((n.to_bytes(16, "big"), bytes(32), 1) for n in range(MAX_VALIDATORS + 1))
    assert len(ValidatorSet.decode(encode(entries[:-1])).members) == MAX_VALIDATORS
    with pytest.raises(CodecError):
        ValidatorSet.decode(encode(entries))


@pytest.mark.parametrize(
    "vote",
    [VOTE, replace(VOTE, kind=VoteKind.NOTAR), Vote(b"n" * 32, 0, VoteKind.SKIP, 0, NO_BLOCK)],
)
def test_votes_and_certificates_are_read_as_they_were_written(vote):
    signed = sign_vote(vote, KEYS[0])
    assert Vote.decode(vote.encode()) == vote
    assert SignedVote.decode(signed.encode()) == signed
    proof = certificate(*KEYS, vote=vote)
    assert Certificate.decode(proof.encode()) == proof


def test_a_vote_has_the_bytes_and_signature_earlier_builds_gave_it():
    key = SigningKey(bytes(range(32)))
    assert sign_vote(VOTE, key).encode().hex() == VECTORS["signed_vote"]


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (0, 2),
        (1, bytes(31)),
        (2, -1),
        (3, "maybe"),
        (3, 1),
        (4, -1),
        (4, 2**63),
        (5, bytes(16)),
        (5, NO_BLOCK),
        (3, "skip"),
    ],
)
def test_a_vote_with_a_wrong_field_is_refused(place, wrong):
    fields = list(decode(VOTE.encode()))
    fields[place] = wrong
    with pytest.raises(CodecError):
        Vote.decode(encode(fields))


def test_a_vote_holds_for_a_member_with_weight_only():
    assert vote_holds(sign_vote(VOTE, KEYS[0]), FOUR)
    assert not vote_holds(sign_vote(VOTE, KEYS[4]), FOUR)
    assert not vote_holds(sign_vote(VOTE, KEYS[0]), validators(0, 1, 1, 1))


@pytest.mark.parametrize(
    "change",
    [
        {"network": b"m" * 32},
        {"epoch": 4},
        {"kind": VoteKind.NOTAR},
        {"slot": 43},
        {"block": b"c" * 32},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_signature_holds_for_its_own_vote_only(change):
    other = replace(VOTE, **change)
    signed = sign_vote(VOTE, KEYS[0])
    assert not vote_holds(replace(signed, vote=other), FOUR)
    assert not certificate_holds(replace(certificate(*KEYS[:4]), vote=other), FOUR)


def test_a_vote_cannot_be_claimed_by_another_member():
    signed = sign_vote(VOTE, KEYS[0])
    assert not vote_holds(replace(signed, validator=device_id_of(KEYS[1].public)), FOUR)


def test_a_certificate_needs_a_quorum():
    assert certificate_holds(certificate(*KEYS[:3]), FOUR)
    assert certificate_holds(certificate(*KEYS[:4]), FOUR)
    assert not certificate_holds(certificate(*KEYS[:2]), FOUR)
    assert not certificate_holds(Certificate(VOTE, ()), FOUR)


def test_weights_count_and_not_heads():
    heavy = validators(7, 1, 1, 1)
    assert heavy.quorum == 7
    assert certificate_holds(certificate(KEYS[0]), heavy)
    assert not certificate_holds(certificate(*KEYS[1:4]), heavy)


def test_one_signature_counted_twice_makes_no_quorum():
    first, second = certificate(*KEYS[:2]).signatures
    assert not certificate_holds(Certificate(VOTE, (first, first, second)), FOUR)


def test_one_key_under_two_names_makes_no_quorum():
    alias = Validator(b"\xff" * 16, KEYS[0].public, 1)
    two = ValidatorSet.of([member(KEYS[0]), alias])
    (device, signature), *_ = certificate(KEYS[0]).signatures
    both = Certificate.of(VOTE, {device: signature, alias.device: signature})
    assert two.quorum == 2
    assert not certificate_holds(both, two)


def test_a_stranger_or_a_member_without_weight_spoils_a_certificate():
    assert not certificate_holds(certificate(*KEYS[:3], KEYS[5]), FOUR)
    assert not certificate_holds(certificate(*KEYS[:4]), validators(1, 1, 1, 0))


def test_one_wrong_signature_spoils_a_certificate():
    *good, (device, _) = certificate(*KEYS[:4]).signatures
    assert not certificate_holds(Certificate(VOTE, (*good, (device, bytes(64)))), FOUR)


@pytest.mark.parametrize(
    "signatures",
    [
        (),
        (((bytes(15)), bytes(64)),),
        ((bytes(16), bytes(63)),),
        ((bytes(16),),),
        ((b"b" * 16, bytes(64)), (b"a" * 16, bytes(64))),
        ((b"a" * 16, bytes(64)), (b"a" * 16, bytes(64))),
    ],
    ids=["none", "device", "signature", "half", "order", "twice"],
)
def test_a_certificate_of_another_form_is_refused(signatures):
    with pytest.raises(CodecError):
        Certificate.decode(encode((VOTE.encode(), signatures)))


@given(st.binary(max_size=200))
def test_random_bytes_are_no_vote(noise):
    for kind in (Vote, SignedVote, Certificate, ValidatorSet):
        with pytest.raises(CodecError):
            kind.decode(noise)
