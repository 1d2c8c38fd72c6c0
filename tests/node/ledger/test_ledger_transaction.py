import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.crypto.hashes import digest, frame
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.ledger.transaction import (
    MAX_BODY,
    MAX_CONTAINERS,
    MAX_SIGNATURES,
    MAX_TRANSACTION,
    NO_PREVIOUS,
    SEQUENCE_START,
    ContainerRef,
    Payload,
    Signature,
    Transaction,
    device_id_of,
    sign,
    signatures_hold,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "ledger.json").read_text())
KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
PAYLOAD = Payload(
    network=b"n" * 32,
    kind="record.add",
    device=device_id_of(KEY.public),
    person=b"p" * 16,
    sequence=SEQUENCE_START,
    previous=NO_PREVIOUS,
    valid_until=0,
    time_ms=1_700_000_000_000,
    body=("code", 1, b"\x01\x02", (True, None), {"k": -1}),
    containers=(ContainerRef(b"c" * 32, 4096), ContainerRef(b"d" * 32, 0)),
)


def test_a_signed_transaction_is_read_as_it_was_written():
    transaction = sign(PAYLOAD, [KEY])
    assert transaction.payload == PAYLOAD
    assert Transaction.decode(transaction.wire) == transaction
    assert signatures_hold(transaction)


def test_a_transaction_has_the_bytes_and_the_id_earlier_builds_gave_it():
    transaction = sign(PAYLOAD, [KEY])
    assert transaction.wire.hex() == VECTORS["transaction"]
    assert transaction.id.hex() == VECTORS["transaction_id"]
    assert device_id_of(KEY.public).hex() == VECTORS["device"]


def test_the_id_is_over_the_signed_bytes_and_not_over_the_signatures():
    one, both = sign(PAYLOAD, [KEY]), sign(PAYLOAD, [KEY, OTHER])
    assert one.id == both.id == digest("ehr/transaction/v1", one.signed)
    assert one.wire != both.wire


def test_signatures_stand_in_ascending_order_of_key_whoever_signs_first():
    forward, backward = sign(PAYLOAD, [KEY, OTHER]), sign(PAYLOAD, [OTHER, KEY])
    assert forward == backward
    assert signatures_hold(forward)
    turned = encode((forward.signed, tuple((s.key, s.value) for s in reversed(forward.signatures))))
    with pytest.raises(CodecError, match="order"):
        Transaction.decode(turned)


def test_a_device_is_named_by_the_start_of_the_hash_of_its_key():
    assert len(PAYLOAD.device) == 16
    assert digest("ehr/device/v1", KEY.public).startswith(PAYLOAD.device)
    assert device_id_of(OTHER.public) != PAYLOAD.device


@pytest.mark.parametrize(
    "change",
    [
        {"network": bytes(31)},
        {"network": b""},
        {"kind": ""},
        {"kind": "k" * 65},
        {"kind": "records.h\u00e4ufig"},
        {"kind": "two\nlines"},
        {"device": bytes(15)},
        {"device": b""},
        {"person": bytes(15)},
        {"sequence": 0},
        {"sequence": -1},
        {"sequence": 2**63},
        {"sequence": True},
        {"previous": bytes(16)},
        {"valid_until": -1},
        {"valid_until": 2**63},
        {"time_ms": -1},
        {"time_ms": 1.5},
        {"body": (bytes(MAX_BODY),)},
        {"body": ("x",) * (MAX_BODY + 1)},
        {"body": (1.5,)},
        {"body": "text"},
        {"containers": (ContainerRef(bytes(31), 1),)},
        {"containers": (ContainerRef(bytes(32), -1),)},
        {"containers": (ContainerRef(bytes(32), 1),) * (MAX_CONTAINERS + 1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_field_out_of_bounds_cannot_be_signed(change):
    with pytest.raises(CodecError):
        sign(replace(PAYLOAD, **change), [KEY])


@pytest.mark.parametrize(
    "change",
    [
        {"person": b""},
        {"kind": "k" * 64},
        {"sequence": 2**63 - 1, "valid_until": 2**63 - 1, "time_ms": 2**63 - 1},
        {"body": (), "containers": ()},
        {"body": (bytes(MAX_BODY - 4),)},
    ],
)
def test_a_field_at_its_bound_can_be_signed(change):
    payload = replace(PAYLOAD, **change)
    assert Transaction.decode(sign(payload, [KEY]).wire).payload == payload


def test_the_largest_transaction_fits_its_limit():
    largest = replace(
        PAYLOAD,
        kind="k" * 64,
        body=(bytes(MAX_BODY - 4),),
        containers=(ContainerRef(bytes(32), 2**63 - 1),) * MAX_CONTAINERS,
    )
    keys = [KEY, *(SigningKey(bytes([n]) * 32) for n in range(1, MAX_SIGNATURES))]
    assert len(sign(largest, keys).wire) <= MAX_TRANSACTION


@pytest.mark.parametrize(
    "keys",
    [[], [KEY, KEY], [KEY, OTHER, OTHER], [OTHER]],
    ids=["nobody", "the device twice", "a person twice", "another device"],
)
def test_nobody_one_key_twice_or_another_device_cannot_sign(keys):
    with pytest.raises(CodecError):
        sign(PAYLOAD, keys)


def test_more_keys_than_the_limit_cannot_sign():
    keys = [KEY, *(SigningKey(bytes([n]) * 32) for n in range(1, MAX_SIGNATURES + 1))]
    with pytest.raises(CodecError):
        sign(PAYLOAD, keys)


def written(*, signed=None, signatures=None):
    good = sign(PAYLOAD, [KEY])
    pairs = tuple((s.key, s.value) for s in good.signatures)
    return encode((good.signed if signed is None else signed, signatures or pairs))


def fields_of(payload):
    return list(decode(sign(payload, [KEY]).signed))


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_version_is_refused(version):
    fields = fields_of(PAYLOAD)
    fields[0] = version
    with pytest.raises(CodecError):
        Transaction.decode(written(signed=encode(fields)))


def test_a_field_too_many_or_too_few_is_refused():
    fields = fields_of(PAYLOAD)
    for wrong in ([*fields, 0], fields[:-1], []):
        with pytest.raises(CodecError):
            Transaction.decode(written(signed=encode(wrong)))


def test_a_payload_in_another_encoding_is_refused_though_it_says_the_same():
    signed = sign(PAYLOAD, [KEY]).signed
    assert signed[1] == 1
    longer = signed[:1] + b"\x18\x01" + signed[2:]
    with pytest.raises(CodecError):
        Transaction.decode(written(signed=longer))


@pytest.mark.parametrize(
    "signatures",
    [
        ((KEY.public, bytes(63)),),
        ((KEY.public[:31], bytes(64)),),
        ((KEY.public,),),
        ((KEY.public, bytes(64), 0),),
        (KEY.public,),
    ],
)
def test_a_signature_of_another_form_is_refused(signatures):
    with pytest.raises(CodecError):
        Transaction.decode(written(signatures=signatures))


def test_a_transaction_longer_than_the_limit_is_refused_unread():
    with pytest.raises(CodecError, match="longer"):
        Transaction.decode(bytes(MAX_TRANSACTION + 1))


def test_signatures_do_not_hold_when_one_of_them_is_wrong_missing_or_repeated():
    transaction = sign(PAYLOAD, [KEY, OTHER])
    first, second = transaction.signatures
    stolen = sign(replace(PAYLOAD, sequence=2), [KEY, OTHER]).signatures[0]
    for signatures in [
        (),
        (first, first),
        (Signature(first.key, second.value), second),
        (first, Signature(second.key, bytes(64))),
        (stolen, second),
        (first, second, Signature(bytes(32), bytes(64))),
    ]:
        assert not signatures_hold(replace(transaction, signatures=signatures))


THIRD = SigningKey(bytes(range(2, 34)))


def test_nobody_but_its_device_adds_takes_away_or_swaps_a_signature():
    alone, two = sign(PAYLOAD, [KEY]), sign(PAYLOAD, [KEY, OTHER])
    by_other, by_third = (
        Signature(key.public, key.sign("ehr/transaction-signature/v1", two.signed))
        for key in (OTHER, THIRD)
    )
    assert by_other in two.signatures
    (of_alone,) = alone.signatures
    (of_two,) = (s for s in two.signatures if s.key == KEY.public)
    for signatures in [
        (of_alone, by_third),
        (of_two, by_other, by_third),
        (of_two,),
        (of_two, by_third),
        (by_other,),
        (by_other, by_third),
    ]:
        ordered = tuple(sorted(signatures, key=lambda signature: signature.key))
        assert not signatures_hold(replace(two, signatures=ordered))


def test_a_device_that_signs_like_a_person_has_not_signed():
    value = KEY.sign("ehr/transaction-signature/v1", sign(PAYLOAD, [KEY]).signed)
    as_person = Signature(KEY.public, value)
    assert not signatures_hold(replace(sign(PAYLOAD, [KEY]), signatures=(as_person,)))


def test_no_device_signs_in_the_name_of_another():
    of_other = sign(replace(PAYLOAD, device=device_id_of(OTHER.public)), [OTHER])
    named = sign(PAYLOAD, [KEY])
    stolen = replace(named, signatures=of_other.signatures)
    bound = frame("ehr/transaction-device/v1", named.signed)
    own = Signature(OTHER.public, OTHER.sign("ehr/transaction-device/v1", bound))
    assert not signatures_hold(stolen)
    assert not signatures_hold(replace(named, signatures=(own,)))


def test_a_signature_under_another_label_does_not_hold():
    transaction = sign(PAYLOAD, [KEY])
    value = KEY.sign("ehr/vote/v1", transaction.signed)
    assert not signatures_hold(replace(transaction, signatures=(Signature(KEY.public, value),)))


def test_the_identity_key_signs_no_transaction():
    identity = bytes([1]) + bytes(31)
    forged = Signature(identity, identity + bytes(32))
    assert not signatures_hold(replace(sign(PAYLOAD, [KEY]), signatures=(forged,)))


def test_every_flipped_bit_is_refused_or_breaks_the_signature():
    wire = sign(PAYLOAD, [KEY]).wire
    for bit in range(8 * len(wire)):
        changed = bytearray(wire)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            transaction = Transaction.decode(bytes(changed))
        except CodecError:
            continue
        assert not signatures_hold(transaction)


@given(st.binary(max_size=300))
def test_random_bytes_are_no_transaction(noise):
    with pytest.raises(CodecError):
        Transaction.decode(noise)


@given(
    st.builds(
        Payload,
        network=st.binary(min_size=32, max_size=32),
        kind=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64),
        device=st.just(PAYLOAD.device),
        person=st.just(b"") | st.binary(min_size=16, max_size=16),
        sequence=st.integers(1, 2**63 - 1),
        previous=st.binary(min_size=32, max_size=32),
        valid_until=st.integers(0, 2**63 - 1),
        time_ms=st.integers(0, 2**63 - 1),
        body=st.lists(st.integers(-5, 5) | st.text(max_size=5) | st.none(), max_size=4).map(tuple),
        containers=st.lists(
            st.builds(ContainerRef, st.binary(min_size=32, max_size=32), st.integers(0, 2**63 - 1)),
            max_size=3,
        ).map(tuple),
    )
)
def test_whatever_is_signed_comes_back(payload):
    transaction = Transaction.decode(sign(payload, [KEY]).wire)
    assert transaction.payload == payload
    assert signatures_hold(transaction)
