"""Records under a newer key: the same words, the same names, nothing left for the old key."""

import io
from dataclasses import replace

import pytest

from ehr_desktop.domain.errors import CancelledError
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.keys.containers import keep_file, stored_container
from ehr_desktop.node.keys.records import (
    PIECE,
    Envelope,
    RecordHeader,
    commitment_of,
    fingerprint_of,
    open_file,
    open_record,
    opens,
    pieces_of,
    seal_file,
    seal_record,
)
from ehr_desktop.node.keys.reseal import is_same_plaintext, reseal
from ehr_desktop.node.store.containers import ContainerFiles

OLD, NEW, VAULT = bytes(32), b"\x01" * 32, b"\x02" * 32
HEADER = RecordHeader(
    patient=b"p" * 16,
    category="notes",
    epoch=70,
    record=b"r" * 16,
    version=2,
    author=b"a" * 16,
    previous=b"c" * 32,
)
ENVELOPE = Envelope("DocumentReference", "urn:uuid:1", "elsewhere", b'{"a": 1}')
LARGE = bytes(range(256)) * (PIECE // 128) + b"end"


@pytest.fixture
def files(tmp_path):
    return ContainerFiles(tmp_path / "containers")


@pytest.fixture
def row():
    sealed = seal_record(HEADER, ENVELOPE, OLD, VAULT)
    return stored_container(HEADER.record, HEADER.version, sealed)


def filed(files, body=LARGE):
    lead = replace(ENVELOPE, body=b"")
    sealed = keep_file(
        files,
        lambda target: seal_file(
            HEADER, lead, pieces_of(io.BytesIO(body)), target, OLD, VAULT, lambda _: None
        ),
    )
    return stored_container(HEADER.record, HEADER.version, sealed)


def again(stored, files, *, old=OLD, vault=VAULT, progress=lambda _: None):
    return reseal(stored, old, NEW, 150, vault, files, progress)


def body_of(sealed, files, key):
    with files.path(sealed.commitment).open("rb") as source:
        lead, *pieces = open_file(sealed.header, sealed.wrapped_key, source, key, VAULT)
    return Envelope.decode(lead), b"".join(pieces)


def test_a_resealed_record_says_the_same_under_the_new_key(row, files):
    sealed = again(row, files)
    assert open_record(sealed.header, sealed.wrapped_key, sealed.sealed, NEW, VAULT) == ENVELOPE
    assert RecordHeader.decode(sealed.header) == replace(HEADER, epoch=150)
    assert sealed.fingerprint == row.fingerprint
    assert sealed.size == len(sealed.sealed) == row.size
    assert sealed.commitment == commitment_of(
        sealed.salt, sealed.header, sha256(sealed.sealed), sealed.wrapped_key, sealed.fingerprint
    )


def test_the_old_key_opens_nothing_of_what_was_resealed(row, files):
    sealed = again(row, files)
    assert not opens(sealed.header, sealed.wrapped_key, OLD, VAULT)
    assert opens(row.header, row.wrapped_key, OLD, VAULT)
    assert sealed.salt != row.salt
    assert sealed.sealed != row.sealed
    with pytest.raises(OpenFailedError):
        open_record(row.header, sealed.wrapped_key, sealed.sealed, OLD, VAULT)
    with pytest.raises(OpenFailedError):
        open_record(row.header, row.wrapped_key, sealed.sealed, OLD, VAULT)


def test_a_large_record_goes_through_in_pieces_and_is_kept_as_a_file(files):
    stored = filed(files)
    heard = []
    sealed = again(stored, files, progress=heard.append)
    assert sealed.sealed is None
    assert body_of(sealed, files, NEW) == (replace(ENVELOPE, body=b""), LARGE)
    assert sealed.fingerprint == stored.fingerprint
    assert sealed.commitment != stored.commitment
    assert files.path(sealed.commitment).stat().st_size == sealed.size == stored.size
    assert heard[-1] == len(LARGE)
    assert len(heard) > 2
    with pytest.raises(OpenFailedError):
        body_of(sealed, files, OLD)


def test_a_file_has_a_fingerprint_of_its_own_bytes(files):
    stored = filed(files)
    assert stored.fingerprint == fingerprint_of(VAULT, "DocumentReference", sha256(LARGE))
    assert filed(files, LARGE[:-1]).fingerprint != stored.fingerprint


def test_an_empty_file_goes_through_too(files):
    stored = filed(files, b"")
    assert body_of(again(stored, files), files, NEW)[1] == b""


@pytest.mark.parametrize("keys", [{"old": NEW}, {"vault": NEW}])
def test_without_both_old_keys_nothing_is_resealed_and_nothing_left_behind(row, files, keys):
    stored = filed(files)
    for each in (row, stored):
        with pytest.raises(OpenFailedError):
            again(each, files, **keys)
    assert list(files.names()) == [files.path(stored.commitment)]


def test_a_damaged_record_is_not_resealed(row, files):
    with pytest.raises(OpenFailedError):
        again(replace(row, sealed=row.sealed[:-1] + b"\0"), files)
    stored = filed(files)
    path = files.path(stored.commitment)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(OpenFailedError):
        again(stored, files)
    assert list(files.names()) == [path]


def test_a_record_that_is_not_what_its_fingerprint_says_is_not_resealed(row, files):
    stored = filed(files)
    for each in (row, stored):
        with pytest.raises(OpenFailedError):
            again(replace(each, fingerprint=bytes(32)), files)
    assert list(files.names()) == [files.path(stored.commitment)]


def test_a_file_sealed_before_files_had_fingerprints_gets_one(files):
    stored = filed(files)
    sealed = again(replace(stored, fingerprint=b""), files)
    assert sealed.fingerprint == stored.fingerprint
    assert is_same_plaintext(replace(stored, fingerprint=b""), sealed)
    assert not is_same_plaintext(replace(stored, fingerprint=bytes(32)), sealed)


def test_resealing_that_is_stopped_leaves_nothing_behind(files):
    def stop(done):
        if done > PIECE:
            raise CancelledError

    stored = filed(files)
    with pytest.raises(CancelledError):
        again(stored, files, progress=stop)
    assert list(files.names()) == [files.path(stored.commitment)]
