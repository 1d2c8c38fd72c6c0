"""Shamir's sharing over the scalar field, held against plain integers."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.crypto.errors import UnusableKeyError, UnusableSharesError
from ehr_desktop.node.crypto.sharing import (
    SCALAR_SIZE,
    choices,
    combine,
    is_scalar,
    random_scalar,
    split,
)

L = 2**252 + 27742317777372353535851937790883648493

secrets = st.integers(1, L - 1).map(lambda n: n.to_bytes(SCALAR_SIZE, "little"))
sizes = st.integers(1, 9).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))


def number(scalar):
    return int.from_bytes(scalar, "little")


def at(shares, place):
    """Where the polynomial through shares is at a place."""
    total = 0
    for x, y in shares:
        factor = number(y)
        for other, _ in shares:
            if other != x:
                factor = factor * (place - other) * pow(x - other, -1, L) % L
        total += factor
    return total % L


@given(secrets, sizes, st.data())
def test_any_threshold_of_shares_give_the_secret_in_any_order(secret, size, data):
    threshold, count = size
    shares = split(secret, threshold, count)
    assert [place for place, _ in shares] == list(range(1, count + 1))
    some = data.draw(st.permutations(shares))
    assert combine(some[:threshold], threshold) == secret
    assert combine(some, threshold) == secret
    assert at(shares[:threshold], 0) == number(secret)


@given(secrets, secrets, st.integers(2, 6), st.data())
def test_one_share_too_few_fits_every_secret_alike(secret, other, threshold, data):
    """Whatever the secret, there is a last share that makes it of the others."""
    shares = list(split(secret, threshold, threshold))
    shares.pop(data.draw(st.integers(0, threshold - 1)))
    place = ({*range(1, threshold + 1)} - {p for p, _ in shares}).pop()
    last = at([(0, other), *shares], place)
    made = (*shares, (place, last.to_bytes(SCALAR_SIZE, "little")))
    assert combine(made, threshold) == other
    if shares:
        assert combine(shares, threshold - 1) != secret


def test_fewer_than_all_the_shares_of_many_secrets_never_give_one():
    for _ in range(200):
        secret = random_scalar()
        shares = split(secret, 3, 5)
        assert secret not in (combine(two, 2) for two in itertools.combinations(shares, 2))


@given(secrets, st.integers(0, 2), st.integers(0, 251))
def test_a_wrong_share_gives_another_secret(secret, which, bit):
    shares = list(split(secret, 3, 3))
    place, scalar = shares[which]
    wrong = (number(scalar) ^ 1 << bit).to_bytes(SCALAR_SIZE, "little")
    shares[which] = place, wrong
    try:
        assert combine(shares, 3) != secret
    except UnusableSharesError:
        assert not is_scalar(wrong)


@pytest.mark.parametrize(
    "pick",
    [
        lambda s: s[:2],
        lambda s: [],
        lambda s: [s[0], s[1], s[1]],
        lambda s: [s[0], s[1], (2, s[2][1])],
        lambda s: [*s[:2], (0, s[2][1])],
        lambda s: [*s[:2], (-1, s[2][1])],
        lambda s: [*s[:2], (256, s[2][1])],
        lambda s: [*s[:2], (3, s[2][1][:-1])],
        lambda s: [*s[:2], (3, b"\xff" * SCALAR_SIZE)],
        lambda s: [*s[:2], (3, bytes(SCALAR_SIZE))],
        lambda s: [*s[:2], (3, L.to_bytes(SCALAR_SIZE, "little"))],
    ],
)
def test_too_few_repeated_or_impossible_shares_are_refused(pick):
    with pytest.raises(UnusableSharesError):
        combine(pick(split(random_scalar(), 3, 4)), 3)


@pytest.mark.parametrize(("threshold", "count"), [(0, 3), (4, 3), (1, 256), (-1, 2), (1, 0)])
def test_there_is_no_sharing_out_to_fewer_than_are_needed(threshold, count):
    with pytest.raises(UnusableSharesError):
        split(random_scalar(), threshold, count)


@pytest.mark.parametrize(
    "secret",
    [b"", bytes(32), b"\x01" * 31, b"\xff" * 32, L.to_bytes(32, "little"), b"\x01" * 33],
)
def test_only_a_scalar_can_be_shared_out(secret):
    with pytest.raises(UnusableKeyError):
        split(secret, 1, 1)


def test_secrets_and_their_shares_are_fresh_each_time():
    secret = random_scalar()
    assert is_scalar(secret)
    assert secret != random_scalar()
    assert split(secret, 2, 2) != split(secret, 2, 2)


@given(sizes)
def test_the_choices_are_all_there_are_each_once(size):
    threshold, count = size
    chosen = list(choices(range(count), threshold))
    assert sorted(chosen) == sorted(itertools.combinations(range(count), threshold))


def test_one_liar_among_many_is_left_out_within_the_first_few_choices():
    for count, threshold in ((4, 3), (7, 5), (30, 20)):
        first = list(itertools.islice(choices(range(count), threshold), count))
        for liar in range(count):
            assert any(liar not in chosen for chosen in first)


def test_the_choices_are_bounded():
    assert len(list(itertools.islice(choices(range(30), 20), 1001))) == 1000
    assert list(choices(range(2), 3)) == []
    assert list(choices(range(2), 0)) == []
