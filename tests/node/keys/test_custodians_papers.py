"""The recovery key on paper: typed back, with slips, by the right people of the right clinic."""

import itertools
import os
import random
from dataclasses import replace

import pytest

from ehr_desktop.domain.errors import SharesWrongError
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError, UnusableSharesError
from ehr_desktop.node.keys.custody import (
    CUSTODIANS,
    box_for_custodians,
    custody_keys,
    new_recovery_seed,
    open_for_custodians,
)
from ehr_desktop.node.keys.paper_shares import _words, paper_shares, read_share, read_shares

NETWORK = bytes(range(32))
SEED = new_recovery_seed()
PUBLIC = custody_keys(SEED).signing.public
PAPERS = paper_shares(SEED, 3, 5, NETWORK)


def read(texts, network=NETWORK, public=PUBLIC, threshold=3):
    return read_shares(texts, threshold, network, public)


def reason(texts, **how):
    with pytest.raises(SharesWrongError) as wrong:
        read(texts, **how)
    return wrong.value.reason


def test_any_threshold_of_papers_give_the_seed_back():
    for some in itertools.combinations(PAPERS, 3):
        assert read(some) == SEED
    assert read(PAPERS[::-1]) == SEED


@pytest.mark.parametrize(("threshold", "count"), [(1, 1), (2, 2), (2, 3), (4, 7), (16, 16)])
def test_papers_are_of_any_number_a_clinic_can_set(threshold, count):
    papers = paper_shares(SEED, threshold, count, NETWORK)
    assert len(papers) == count
    assert read(papers[-threshold:], threshold=threshold) == SEED


def test_a_paper_is_25_words_of_small_letters():
    for paper in PAPERS:
        words = paper.split(" ")
        assert len(words) == 25
        assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    assert len(set(PAPERS)) == 5


def test_papers_are_read_however_they_were_typed():
    first, second, third = PAPERS[:3]
    numbered = "\n".join(f"{at:2}. {word}" for at, word in enumerate(first.split(), 1))
    assert read([numbered, second.upper(), f"  {third.replace(' ', ' - ')}\t"]) == SEED


def test_one_slip_in_every_word_is_mended_or_told_but_never_misread():
    rng = random.Random(5)
    mended = 0
    words = PAPERS[0].split()
    for at, word in enumerate(words):
        cut = rng.randrange(len(word))
        for slip in (
            word[:cut] + word[cut + 1 :],
            word[:cut] + "q" + word[cut:],
            word[:cut] + "q" + word[cut + 1 :],
        ):
            typed = " ".join((*words[:at], slip, *words[at + 1 :]))
            try:
                assert read_share(typed) == read_share(PAPERS[0])
                mended += 1
            except SharesWrongError:
                continue
    assert mended > 60


def test_every_word_taken_for_another_of_the_list_is_noticed():
    rng = random.Random(6)
    words = PAPERS[0].split()
    for at in range(25):
        for other in rng.sample(_words(), 40):
            if other != words[at]:
                typed = " ".join((*words[:at], other, *words[at + 1 :]))
                with pytest.raises(SharesWrongError):
                    read_share(typed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abacus",
        PAPERS[0].rsplit(" ", 1)[0],
        PAPERS[0] + " abacus",
        " ".join(reversed(PAPERS[0].split())),
        " ".join(["zoom"] * 25),
        " ".join(["abacus"] * 25),
        " ".join(["xxxxxxxxx"] * 25),
        "عشرون",
    ],
)
def test_what_is_no_share_is_unreadable(text):
    assert reason([PAPERS[1], PAPERS[2], text]) == "unreadable"


def test_too_few_papers_are_told_and_so_is_one_typed_twice():
    assert reason([]) == "few"
    assert reason(PAPERS[:2]) == "few"
    assert reason([PAPERS[0], PAPERS[1], PAPERS[1].upper()]) == "few"


def test_papers_of_another_clinic_or_of_an_earlier_key_are_told():
    earlier = paper_shares(new_recovery_seed(), 3, 5, NETWORK)
    elsewhere = paper_shares(SEED, 3, 5, os.urandom(32))
    for other in (earlier, elsewhere):
        assert reason([*PAPERS[:2], other[2]]) == "other-key"
        assert reason(other) == "other-key"


def test_two_papers_are_not_enough_for_any_key():
    two = paper_shares(SEED, 3, 5, NETWORK)[:2]
    assert reason(two, threshold=2) == "other-key"


def test_papers_dealt_twice_do_not_mix_but_enough_of_one_deal_are_found():
    again = paper_shares(SEED, 3, 5, NETWORK)
    assert reason([*PAPERS[:2], again[2]]) == "other-key"
    assert read([*PAPERS[:2], again[3], again[4], PAPERS[2]]) == SEED
    assert read([PAPERS[0], again[0], *PAPERS[1:3]]) == SEED


@pytest.mark.parametrize(("threshold", "count"), [(0, 1), (3, 2)])
def test_there_are_no_papers_of_an_impossible_rule(threshold, count):
    with pytest.raises(UnusableSharesError):
        paper_shares(SEED, threshold, count, NETWORK)
    with pytest.raises(UnusableKeyError):
        paper_shares(b"\xff" * 32, 1, 1, NETWORK)


def test_the_keys_of_a_seed_are_always_the_same_and_differ_from_each_other():
    again = custody_keys(SEED)
    assert (again.signing.public, again.box.public) == (PUBLIC, custody_keys(SEED).box.public)
    assert again.seed[:32] != again.seed[32:]
    assert SEED not in again.seed
    assert custody_keys(new_recovery_seed()).signing.public != PUBLIC


def test_what_is_sealed_for_custodians_opens_with_their_key_as_what_it_is():
    keys, secret = custody_keys(SEED), os.urandom(32)
    box = box_for_custodians(secret, "read-key", bytes(16), 2, keys.box.public)
    assert open_for_custodians(box, keys.box) == secret
    assert (box.subject, box.purpose, box.recipient) == (bytes(16), "read-key", CUSTODIANS)
    assert (box.epoch, box.generation) == (2, 2)
    for wrong in ({"subject": b"\1" * 16}, {"purpose": "team"}, {"epoch": 1}):
        with pytest.raises(OpenFailedError):
            open_for_custodians(replace(box, **wrong), keys.box)
    with pytest.raises(OpenFailedError):
        open_for_custodians(box, BoxKey(bytes(32)))
