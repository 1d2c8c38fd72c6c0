"""A block is final by a certificate for it, or for a block built on it."""

from dataclasses import replace

import pytest

from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.block import MAX_BLOCK, Header
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.ledger.finality import (
    MAX_DESCENDANTS,
    MAX_FINALITY,
    Finality,
    finality_holds,
)
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.ledger.validators import MAX_VALIDATORS, Validator, ValidatorSet
from ehr_desktop.node.ledger.vote import Certificate, Vote, VoteKind, sign_vote

KEYS = [SigningKey(bytes([n]) * 32) for n in range(1, 6)]
MEMBERS = [Validator(device_id_of(key.public), key.public, 1) for key in KEYS[:4]]
FOUR = ValidatorSet.of(MEMBERS)
FIRST = Header(
    network=b"n" * 32, height=7, slot=9, epoch=1, parent=b"p" * 32, tree_size=1000,
    merkle_root=b"m" * 32, transactions=2, state_root=b"s" * 32, validators=FOUR.hash,
    time_ms=1_700_000_000_000, proposer=MEMBERS[0].device,
)  # fmt: skip


def child(parent, **changes):
    following = replace(
        parent, height=parent.height + 1, slot=parent.slot + 1, parent=parent.id, transactions=0
    )
    return replace(following, **changes)


def certificate(header, keys=KEYS[:3], **changes):
    vote = Vote(header.network, header.epoch, VoteKind.FINAL, header.slot, header.id)
    vote = replace(vote, **changes)
    signed = [sign_vote(vote, key) for key in keys]
    return Certificate.of(vote, {s.validator: s.signature for s in signed})


SECOND = child(FIRST)
THIRD = child(SECOND, slot=40)


def test_a_certificate_for_the_block_itself_makes_it_final():
    assert finality_holds(FIRST, Finality((), certificate(FIRST)), FOUR)


def test_a_certificate_for_a_descendant_makes_it_final():
    assert finality_holds(FIRST, Finality((SECOND,), certificate(SECOND)), FOUR)
    assert finality_holds(FIRST, Finality((SECOND, THIRD), certificate(THIRD)), FOUR)


@pytest.mark.parametrize(
    "finality",
    [
        Finality((), certificate(FIRST, KEYS[:2])),
        Finality((), certificate(FIRST, [*KEYS[:2], KEYS[4]])),
        Finality((), certificate(FIRST, kind=VoteKind.NOTAR)),
        Finality((), certificate(FIRST, slot=8)),
        Finality((), certificate(FIRST, epoch=2)),
        Finality((), certificate(FIRST, network=b"x" * 32)),
        Finality((), certificate(SECOND)),
        Finality((SECOND,), certificate(FIRST)),
        Finality((THIRD,), certificate(THIRD)),
        Finality((SECOND, SECOND), certificate(SECOND)),
    ],
)
def test_any_other_certificate_proves_nothing(finality):
    assert not finality_holds(FIRST, finality, FOUR)


@pytest.mark.parametrize(
    "changes",
    [
        {"parent": b"x" * 32},
        {"network": b"x" * 32},
        {"epoch": 2},
        {"slot": FIRST.slot},
        {"height": FIRST.height},
        {"height": FIRST.height + 2},
    ],
)
def test_a_chain_that_breaks_proves_nothing(changes):
    stranger = replace(child(FIRST), **changes)
    assert not finality_holds(FIRST, Finality((stranger,), certificate(stranger)), FOUR)


def test_it_is_read_as_it_was_written():
    for finality in (
        Finality((), certificate(FIRST)),
        Finality((SECOND, THIRD), certificate(THIRD)),
    ):
        assert Finality.decode(finality.encode()) == finality


def test_it_is_bounded_both_ways():
    full = [FIRST]
    while len(full) <= MAX_DESCENDANTS:
        full.append(child(full[-1], proof=bytes(8)))
    longest = Finality(tuple(full[1:]), certificate(full[-1]))
    assert Finality.decode(longest.encode()) == longest
    with pytest.raises(CodecError):
        Finality((*longest.headers, child(full[-1])), longest.certificate).encode()
    with pytest.raises(CodecError):
        Finality((child(FIRST, proof=bytes(4096)),) * 13, longest.certificate).encode()
    version, headers, signed = decode(longest.encode())
    with pytest.raises(CodecError):
        Finality.decode(encode((version, (*headers, headers[0]), signed)))


def test_the_longest_with_the_longest_block_fits_a_frame():
    everybody = MAX_VALIDATORS * (16 + 64 + 5)
    headers = MAX_DESCENDANTS * (len(child(FIRST, proof=bytes(8)).encode()) + 40)
    assert headers + everybody < MAX_FINALITY
    assert MAX_BLOCK + MAX_FINALITY < 1 << 20


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        encode(()),
        encode((2, (), b"")),
        encode((1, (), b"no certificate")),
        encode((1, (b"no header",), certificate(FIRST).encode())),
        encode((1, (), certificate(FIRST).encode(), 0)),
        encode((1, certificate(FIRST).encode())),
    ],
)
def test_anything_else_is_refused(wire):
    with pytest.raises(CodecError):
        Finality.decode(wire)
