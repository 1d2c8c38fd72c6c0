import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.ledger.block import (
    MAX_BLOCK,
    MAX_BLOCK_TRANSACTIONS,
    MAX_HEADER,
    MAX_PROOF,
    Block,
    Header,
)
from ehr_desktop.node.ledger.codec import CodecError, decode, encode

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "ledger.json").read_text())
HEADER = Header(
    network=b"n" * 32,
    height=7,
    slot=9,
    epoch=1,
    parent=b"p" * 32,
    tree_size=1000,
    merkle_root=b"m" * 32,
    transactions=2,
    state_root=b"s" * 32,
    validators=b"v" * 32,
    time_ms=1_700_000_000_000,
    proposer=b"d" * 16,
    proof=b"nonce",
)
BLOCK = Block(HEADER, (b"first", b"second"))


def test_headers_and_blocks_are_read_as_they_were_written():
    assert Header.decode(HEADER.encode()) == HEADER
    assert Block.decode(BLOCK.encode()) == BLOCK
    empty = Block(replace(HEADER, transactions=0), ())
    assert Block.decode(empty.encode()) == empty


def test_a_block_has_the_bytes_and_the_id_earlier_builds_gave_it():
    assert BLOCK.encode().hex() == VECTORS["block"]
    assert HEADER.id.hex() == VECTORS["block_id"]


def test_the_id_covers_every_field_of_the_header():
    changed = {
        name: b"\xff" * len(value) if isinstance(value, bytes) else value + 1
        for name, value in ((field.name, getattr(HEADER, field.name)) for field in fields(Header))
    }
    ids = {replace(HEADER, **{name: value}).id for name, value in changed.items()}
    assert len(ids | {HEADER.id}) == len(changed) + 1
    assert HEADER.id == digest("ehr/block/v1", HEADER.encode())


@pytest.mark.parametrize(
    "change",
    [
        {"network": bytes(31)},
        {"height": -1},
        {"height": 2**63},
        {"slot": -1},
        {"epoch": -1},
        {"parent": b""},
        {"tree_size": -1},
        {"merkle_root": bytes(33)},
        {"transactions": -1},
        {"transactions": MAX_BLOCK_TRANSACTIONS + 1},
        {"state_root": bytes(31)},
        {"validators": bytes(31)},
        {"time_ms": -1},
        {"proposer": bytes(15)},
        {"proof": bytes(MAX_PROOF + 1)},
        {"proof": None},
        {"height": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_header_field_out_of_bounds_is_refused(change):
    with pytest.raises(CodecError):
        Header.decode(replace(HEADER, **change).encode())


def test_the_longest_header_fits_its_limit():
    longest = replace(
        HEADER, height=2**63 - 1, slot=2**63 - 1, tree_size=2**63 - 1, proof=bytes(MAX_PROOF)
    )
    assert len(longest.encode()) <= MAX_HEADER
    assert Header.decode(longest.encode()) == longest


def test_another_version_or_number_of_fields_is_refused():
    parts = list(decode(HEADER.encode()))
    for wrong in ([2, *parts[1:]], [*parts, 0], parts[:-1]):
        with pytest.raises(CodecError):
            Header.decode(encode(wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        (HEADER.encode(),),
        (HEADER.encode(), (), ()),
        (HEADER.encode(), ("text",)),
        (HEADER.encode(), ((b"nested",),)),
        (HEADER.encode(), (b"",) * (MAX_BLOCK_TRANSACTIONS + 1)),
        (b"", ()),
        "text",
    ],
)
def test_a_block_of_another_form_is_refused(wrong):
    with pytest.raises(CodecError):
        Block.decode(encode(wrong))


def test_a_block_may_hold_as_many_transactions_as_the_limit_says():
    full = Block(HEADER, (b"",) * MAX_BLOCK_TRANSACTIONS)
    assert Block.decode(full.encode()) == full


def test_a_block_longer_than_the_limit_is_neither_written_nor_read():
    large = Block(HEADER, (bytes(200_000),) * 5)
    with pytest.raises(CodecError, match="longer"):
        large.encode()
    with pytest.raises(CodecError, match="longer"):
        Block.decode(bytes(MAX_BLOCK + 1))


@given(st.binary(max_size=300))
def test_random_bytes_are_no_block(noise):
    for kind in (Header, Block):
        with pytest.raises(CodecError):
            kind.decode(noise)
