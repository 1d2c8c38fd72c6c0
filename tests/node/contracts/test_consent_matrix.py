"""Whatever somebody hostile says of consent is refused on every node, and changes nothing."""

from collections import Counter

import pytest

from ehr_desktop.node.contracts.state import key
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.transaction import Transaction, sign, signatures_hold
from tests.support.consent_bends import SEMANTIC
from tests.support.consent_clinic import ANNA, DOCTOR, PCS, granting, recomputed
from tests.support.consent_honest import honest
from tests.support.consent_hostile import BENDS, hostile
from tests.support.consent_traffic import Traffic

HONEST_EVERY = 6


def besiege(seed: int, attacks: int) -> tuple[Traffic, Counter[str], Counter[str]]:
    """Run honest and hostile statements; give how many there were, by what is hostile and kind."""
    traffic = Traffic(seed)
    tried: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    feeds = {key("feed", pc.id) for pc in PCS}
    while sum(tried.values()) < attacks:
        said = honest(traffic)
        for _ in range(HONEST_EVERY):
            attack = hostile(traffic, said)
            if attack is None:
                continue
            verdict = traffic.clinic.run(attack.transaction)
            assert not verdict.accepted, (seed, attack)
            assert traffic.clinic.written <= feeds, (seed, attack)
            tried[attack.name] += 1
            if attack.name == "bent":
                kinds[said.statement.KIND] += 1
        traffic.say(said)
    return traffic, tried, kinds


def require_that_all_was_tried(traffic: Traffic, tried: Counter[str], kinds: Counter[str]) -> None:
    assert set(tried) == {name for name, _ in BENDS}
    assert set(kinds) == {kind.KIND for kind in SEMANTIC}
    assert min(tried.values()) > 100, tried
    assert set(traffic.accepted) == {kind.KIND for kind in SEMANTIC}, traffic.accepted


def test_of_20_000_hostile_transactions_none_is_accepted_and_none_changes_the_state():
    traffic, tried, kinds = besiege(1, 20_000)
    require_that_all_was_tried(traffic, tried, kinds)
    assert sum(tried.values()) >= 20_000
    assert sum(traffic.accepted.values()) > 3_000


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 7))
def test_of_100_000_hostile_transactions_none_is_accepted(seed):
    traffic, tried, kinds = besiege(seed, 20_000)
    require_that_all_was_tried(traffic, tried, kinds)


def test_another_workstation_comes_to_the_same_state_from_the_beginning():
    traffic, _, _ = besiege(9, 1_500)
    assert recomputed(traffic.clinic) == traffic.clinic.values


def test_bytes_changed_anywhere_are_no_transaction_anybody_signed():
    traffic = Traffic(3)
    said = granting("real")
    payload = traffic.clinic.signed(said, ANNA.id, PCS[0], (PCS[0].key, ANNA.key)).payload
    real = sign(payload, [PCS[0].key, ANNA.key])
    assert signatures_hold(real)
    wire = real.wire
    for _ in range(500):
        place = traffic.draw.randrange(len(wire))
        changed = bytearray(wire)
        changed[place] ^= 1 << traffic.draw.randrange(8)
        assert not _holds(bytes(changed))
        assert not _holds(wire[:place])
    assert not _holds(wire + b"\0")


def test_what_was_signed_for_another_clinic_is_not_signed_for_this_one():
    traffic = Traffic(4)
    said = granting("elsewhere")
    here = traffic.clinic.signed(said, ANNA.id, PCS[0], (PCS[0].key, ANNA.key))
    there = traffic.clinic.signed(said, ANNA.id, PCS[0], (PCS[0].key, ANNA.key), network=b"M" * 32)
    elsewhere = sign(there.payload, [PCS[0].key, ANNA.key])
    assert signatures_hold(elsewhere)
    moved = Transaction(here.payload, here.signed, elsewhere.signatures)
    assert not signatures_hold(moved)
    swapped = sign(here.payload, [PCS[0].key, DOCTOR.key])
    assert traffic.clinic.run(swapped).rule == "signer"


def _holds(wire: bytes) -> bool:
    try:
        return signatures_hold(Transaction.decode(wire))
    except CodecError:
        return False
