"""What two paired workstations tell each other survives the wire, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.address_book import SavedAddress
from ehr_desktop.node.net.errors import PairingError
from ehr_desktop.node.net.joining_terms import JoiningAnswer, JoiningTerms, JoiningVerdict
from ehr_desktop.node.net.told_addresses import (
    MOST_ADDRESSES,
    read_addresses,
    write_addresses,
)

SAVED = st.builds(
    SavedAddress,
    st.builds(Address, st.text(min_size=1, max_size=40), st.integers(1, 65535)),
    st.sampled_from([b"", b"k" * 32]),
    st.booleans(),
)
TERMS = JoiningTerms(
    network=b"n" * 32,
    genesis=b"g" * 32,
    device=b"d" * 16,
    administrator=b"a" * 16,
    site_secret=b"s" * 32,
    clinic="Quayside",
    mode="authority",
    addresses=(SavedAddress(Address("10.0.0.7", 47411), b"k" * 32, typed=False),),
)
MESSAGES = (TERMS, JoiningAnswer(b"x" * 64), JoiningVerdict(""), JoiningVerdict("role"))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_is_read_as_it_was_written(message):
    assert type(message).decode(message.encode()) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_that_is_cut_off_or_goes_on_is_refused(message):
    encoded = message.encode()
    for wrong in (b"", encoded[:-1], encoded + b"\0"):
        with pytest.raises(PairingError):
            type(message).decode(wrong)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_with_a_field_too_many_or_of_another_version_is_refused(message):
    fields = decode(message.encode())
    for wrong in ((*fields, 0), (fields[0] + 1, *fields[1:])):
        with pytest.raises(PairingError):
            type(message).decode(encode(wrong))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_are_what_a_message_would_be_written_as(encoded):
    for kind in (JoiningTerms, JoiningAnswer, JoiningVerdict):
        try:
            message = kind.decode(encoded)
        except PairingError:
            continue
        assert message.encode() == encoded


@given(st.lists(SAVED, max_size=MOST_ADDRESSES))
def test_addresses_are_read_as_they_were_written(saved):
    assert read_addresses(write_addresses(saved)) == tuple(saved)


def test_more_addresses_than_are_kept_are_left_out():
    one = SavedAddress(Address("10.0.0.7", 1), b"", typed=True)
    assert len(read_addresses(write_addresses([one] * (MOST_ADDRESSES + 5)))) == MOST_ADDRESSES


def test_an_address_with_a_key_of_the_wrong_size_is_refused():
    bad = write_addresses([SavedAddress(Address("10.0.0.7", 1), b"short", typed=False)])
    with pytest.raises(CodecError):
        read_addresses(bad)
