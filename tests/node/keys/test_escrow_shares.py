"""Category keys that enough workstations give back to a claim."""

import itertools
from dataclasses import replace

import pytest

from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.sharing import random_scalar
from ehr_desktop.node.keys.escrow import ESCROW, deal_escrow, recover, release
from ehr_desktop.node.keys.guarding import (
    Guard,
    deal_guards,
    open_guard_share,
    seal_share,
    threshold_of,
)
from ehr_desktop.node.keys.teams import category_key_commitment, new_category_key

PATIENT, CLAIM = bytes(16), b"c" * 16
DEVICES = [BoxKey(bytes([number]) * 32) for number in range(7)]
CLAIMANT, OTHER = BoxKey(b"\x70" * 32), BoxKey(b"\x71" * 32)


class Dealt:
    def __init__(self, count, category="allergies", epoch=70):
        guards = [Guard(bytes([n]) * 16, n + 1, DEVICES[n].public) for n in range(count)]
        self.key = new_category_key()
        self.commitment = category_key_commitment(self.key)
        self.threshold = threshold_of(count)
        self.sealed, self.boxes = deal_escrow(
            self.key, PATIENT, category, epoch, guards, self.threshold
        )

    def released(self):
        return [
            release(box, DEVICES[n], CLAIM, CLAIMANT.public) for n, box in enumerate(self.boxes)
        ]

    def recovered(self, released, claimant=CLAIMANT, commitment=b""):
        commitment = commitment or self.commitment
        return recover(self.sealed, released, claimant, self.threshold, commitment)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_enough_workstations_give_the_key_and_one_fewer_does_not(count):
    dealt = Dealt(count)
    released = dealt.released()
    for some in itertools.islice(itertools.combinations(released, dealt.threshold), 5):
        assert dealt.recovered(some) == dealt.key
        with pytest.raises(OpenFailedError):
            dealt.recovered(some[1:])
        with pytest.raises(OpenFailedError):
            dealt.recovered([*some[1:], *some[1:]])


def test_boxes_say_what_they_are_for():
    dealt = Dealt(2)
    box, given = dealt.boxes[1], dealt.released()[1]
    assert (dealt.sealed.purpose, dealt.sealed.recipient) == ("allergies", ESCROW)
    assert (box.purpose, box.recipient, box.generation) == ("share:allergies", b"\1" * 16, 2)
    assert (given.purpose, given.recipient, given.generation) == ("release:allergies", CLAIM, 2)
    assert {b.epoch for b in (dealt.sealed, box, given)} == {70}
    assert {b.subject for b in (dealt.sealed, box, given)} == {PATIENT}


@pytest.mark.parametrize(("count", "liars"), [(3, 1), (4, 1), (7, 2)])
def test_liars_among_those_who_release_do_no_harm(count, liars):
    dealt = Dealt(count)
    honest = dealt.released()
    lie = [
        seal_share(
            (n + 1, random_scalar()), CLAIMANT.public, PATIENT, "release:allergies", 70, CLAIM
        )
        for n in range(count)
    ]
    for lying in itertools.combinations(range(count), liars):
        given = [lie[n] if n in lying else honest[n] for n in range(count)]
        assert dealt.recovered(given) == dealt.key
    twice = [lie[1], *honest]
    assert dealt.recovered(twice) == dealt.key


def test_what_was_released_of_other_categories_does_not_stand_in_the_way():
    dealt = Dealt(7)
    others = [Dealt(7, name).released() for name in ("labs", "notes", "vitals")]
    a_guard_at_a_time = zip(*others, dealt.released(), strict=True)
    assert dealt.recovered([*itertools.chain(*a_guard_at_a_time)]) == dealt.key


def test_what_was_released_opens_with_the_claims_own_key_only():
    dealt = Dealt(3)
    with pytest.raises(OpenFailedError):
        dealt.recovered(dealt.released(), OTHER)


def test_another_key_than_the_ledger_names_is_not_taken():
    dealt = Dealt(3)
    with pytest.raises(OpenFailedError):
        dealt.recovered(dealt.released(), commitment=category_key_commitment(new_category_key()))


@pytest.mark.parametrize(
    "wrong", [{"subject": b"\1" * 16}, {"purpose": "labs"}, {"epoch": 71}, {"box": b"\1" * 61}]
)
def test_a_sealed_key_is_for_one_patient_category_and_epoch(wrong):
    dealt = Dealt(3)
    released = dealt.released()
    given = [replace(box, **{k: v for k, v in wrong.items() if k != "box"}) for box in released]
    if "purpose" in wrong:
        given = [replace(box, purpose="release:labs") for box in released]
    sealed = replace(dealt.sealed, **wrong)
    for shares in (released, given):
        with pytest.raises(OpenFailedError):
            recover(sealed, shares, CLAIMANT, dealt.threshold, dealt.commitment)


def test_every_bit_of_the_sealed_key_counts():
    dealt = Dealt(1)
    released = dealt.released()
    for bit in range(8 * len(dealt.sealed.box)):
        changed = bytearray(dealt.sealed.box)
        changed[bit // 8] ^= 1 << bit % 8
        sealed = replace(dealt.sealed, box=bytes(changed))
        with pytest.raises(OpenFailedError):
            recover(sealed, released, CLAIMANT, 1, dealt.commitment)


def test_shares_of_another_deal_do_not_mix():
    one, two = Dealt(3), Dealt(3)
    with pytest.raises(OpenFailedError):
        one.recovered([one.released()[0], *two.released()[1:]])


def test_a_workstation_releases_shares_of_category_keys_only():
    pin = deal_guards(PATIENT, 1, random_scalar(), [Guard(bytes(16), 1, DEVICES[0].public)], 1)[0]
    share = Dealt(1).boxes[0]
    for box, key in ((pin, DEVICES[0]), (share, DEVICES[1])):
        with pytest.raises(OpenFailedError):
            release(box, key, CLAIM, CLAIMANT.public)
    with pytest.raises(OpenFailedError):
        open_guard_share(share, DEVICES[0])
