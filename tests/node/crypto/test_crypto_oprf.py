"""The threshold OPRF: the same for the same input, whoever answers; nothing with too few."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings

from ehr_desktop.node.crypto import oprf
from ehr_desktop.node.crypto.errors import UnusableKeyError, UnusableSharesError
from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.crypto.oprf import blind, evaluate, finish, outputs
from ehr_desktop.node.crypto.sharing import random_scalar, split

PIN = b"pin 471102"
SMALL_ORDER = [
    (1).to_bytes(32, "little"),
    bytes(32),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
]


def ask(key_shares, text):
    blinded, blinding = blind(text)
    return blinding, [(place, evaluate(share, blinded)) for place, share in key_shares]


@given(
    st.binary(max_size=40),
    st.integers(1, 7).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))),
)
@settings(max_examples=30)
def test_any_threshold_of_answers_give_what_the_whole_key_gives(text, size):
    threshold, count = size
    key = random_scalar()
    shares = split(key, threshold, count)
    blinding, answers = ask(shares, text)
    whole, alone = ask([(1, key)], text)
    expected = finish(text, whole, alone, 1)
    assert len(expected) == 32
    assert finish(text, blinding, answers[-threshold:], threshold) == expected
    assert finish(text, blinding, answers[::-1], threshold) == expected


def test_it_is_the_point_of_the_input_times_the_key_hashed_with_the_input():
    key = random_scalar()
    blinding, answers = ask(split(key, 2, 3), PIN)
    point = bindings.crypto_scalarmult_ed25519_noclamp(key, oprf._point_of(PIN))
    assert finish(PIN, blinding, answers[1:], 2) == digest("ehr/oprf-output/v1", PIN, point)


def test_too_few_answers_give_nothing_of_it():
    for _ in range(20):
        shares = split(random_scalar(), 3, 5)
        blinding, answers = ask(shares, PIN)
        right = finish(PIN, blinding, answers, 3)
        for two in itertools.combinations(answers, 2):
            assert finish(PIN, blinding, two, 2) != right
            with pytest.raises(UnusableSharesError):
                finish(PIN, blinding, two, 3)


def test_another_input_key_or_blinding_gives_another_output():
    shares, others = split(random_scalar(), 2, 2), split(random_scalar(), 2, 2)
    blinding, answers = ask(shares, PIN)
    right = finish(PIN, blinding, answers, 2)
    assert finish(b"pin 471103", *ask(shares, b"pin 471103"), 2) != right
    assert finish(PIN, *ask(others, PIN), 2) != right
    assert finish(b"pin 471103", blinding, answers, 2) != right
    assert finish(PIN, random_scalar(), answers, 2) != right


def test_what_is_asked_says_nothing_of_the_input():
    asked = {blind(PIN)[0] for _ in range(20)}
    assert len(asked) == 20
    assert all(bindings.crypto_core_ed25519_is_valid_point(point) for point in asked)


@pytest.mark.parametrize("point", [*SMALL_ORDER, b"", b"\x02" * 31, b"\xff" * 32])
def test_a_guard_answers_for_points_of_the_group_only(point):
    with pytest.raises(UnusableKeyError):
        evaluate(random_scalar(), point)


def test_a_point_with_a_small_order_part_is_not_answered():
    """Else the answer told the share modulo 8."""
    blinded, _ = blind(PIN)
    mixed = bindings.crypto_core_ed25519_add(blinded, SMALL_ORDER[2])
    with pytest.raises(UnusableKeyError):
        evaluate(random_scalar(), mixed)


@pytest.mark.parametrize("share", [b"", bytes(32), b"\xff" * 32])
def test_only_a_share_of_a_key_answers(share):
    with pytest.raises(UnusableKeyError):
        evaluate(share, blind(PIN)[0])


@pytest.mark.parametrize("wrong", [*SMALL_ORDER, b"", b"\xff" * 32])
def test_answers_that_are_no_points_are_refused(wrong):
    blinding, answers = ask(split(random_scalar(), 2, 2), PIN)
    with pytest.raises(UnusableSharesError):
        finish(PIN, blinding, [answers[0], (2, wrong)], 2)


def test_answers_that_cancel_out_are_refused():
    """Whoever knows the others' answers can make them add up to nothing."""
    blinding, ((_, point), _) = ask(split(random_scalar(), 2, 2), PIN)
    # at 0 the shares of places 1 and 2 count by 2 and -1
    doubled = bindings.crypto_core_ed25519_add(point, point)
    with pytest.raises(UnusableSharesError):
        finish(PIN, blinding, [(1, point), (2, doubled)], 2)


@pytest.mark.parametrize(("threshold", "count", "liars"), [(2, 3, 1), (3, 4, 1), (5, 7, 2)])
def test_liars_among_the_answers_are_survived(threshold, count, liars):
    shares = split(random_scalar(), threshold, count)
    blinding, honest = ask(shares, PIN)
    right = finish(PIN, blinding, honest, threshold)
    for lying in itertools.combinations(range(count), liars):
        answers = list(honest)
        for at in lying:
            answers[at] = at + 1, blind(b"a lie")[0]
        assert right in outputs(PIN, blinding, answers, threshold)


def test_a_liar_who_answers_with_no_point_or_in_anothers_place_is_survived():
    blinding, honest = ask(split(random_scalar(), 2, 3), PIN)
    right = finish(PIN, blinding, honest, 2)
    answers = [(3, b"\xff" * 32), (1, blind(b"a lie")[0]), *honest[:2]]
    assert right in outputs(PIN, blinding, answers, 2)


def test_nothing_comes_of_nothing():
    blinding, answers = ask(split(random_scalar(), 3, 3), PIN)
    for few in ([], answers[:2], [*answers[:2], (3, bytes(32))]):
        with pytest.raises(UnusableSharesError):
            list(outputs(PIN, blinding, few, 3))
