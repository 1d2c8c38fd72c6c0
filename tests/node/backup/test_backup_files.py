"""Sealed files: who opens them, and that a changed or cut one never counts."""

import io
import os

import pytest

from ehr_desktop.domain.errors import BadFileError, SharesWrongError
from ehr_desktop.node.keys.custody import custody_keys, new_recovery_seed
from ehr_desktop.node.recovery.backup.envelope import (
    BACKUP,
    VAULT_KEYS,
    Label,
    Recipients,
    SealedReader,
    SealedWriter,
)
from ehr_desktop.node.recovery.backup.folder import keep_instead

SITE = os.urandom(32)
CUSTODIANS = custody_keys(new_recovery_seed())
LABEL = Label(BACKUP, bytes(32), 1_790_000_000_000, 7, 3, CUSTODIANS.signing.public)
VALUES = [("clinic", "Quayside"), ("rows", "blocks", ((1, b"x" * 5000, None),) * 40), ("end",)]


def sealed(*values, recipients=None) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, LABEL, recipients or Recipients(SITE, CUSTODIANS.box.public))
    for value in values:
        writer.put(value)
    writer.finish()
    return file.getvalue()


def read(content: bytes, kind=BACKUP) -> list:
    reader = SealedReader(io.BytesIO(content), kind)
    return list(reader.values(reader.key_for_site(SITE)))


def test_the_workstations_and_the_custodians_open_the_same():
    content = sealed(*VALUES)
    reader = SealedReader(io.BytesIO(content), BACKUP)
    assert reader.label == LABEL
    assert list(reader.values(reader.key_for_custodians(CUSTODIANS.box))) == read(content) == VALUES


def test_nobody_else_does():
    reader = SealedReader(io.BytesIO(sealed(*VALUES)), BACKUP)
    with pytest.raises(SharesWrongError, match="other-key"):
        reader.key_for_custodians(custody_keys(new_recovery_seed()).box)
    with pytest.raises(BadFileError, match="other-clinic"):
        reader.key_for_site(os.urandom(32))
    alone = SealedReader(io.BytesIO(sealed(*VALUES, recipients=Recipients(SITE))), BACKUP)
    with pytest.raises(BadFileError, match="no-custodians"):
        alone.key_for_custodians(CUSTODIANS.box)


def test_no_byte_can_be_changed_and_none_cut_off():
    content = sealed(*VALUES)
    assert read(content) == VALUES
    for place in range(0, len(content), 997):
        changed = bytearray(content)
        changed[place] ^= 1
        with pytest.raises(BadFileError):
            read(bytes(changed))
    for size in range(0, len(content), 9973):
        with pytest.raises(BadFileError):
            read(content[:size])
    with pytest.raises(BadFileError):
        read(content + b"x")


def test_one_kind_is_not_taken_for_the_other():
    with pytest.raises(BadFileError, match="no-backup"):
        read(sealed(*VALUES), VAULT_KEYS)
    with pytest.raises(BadFileError, match="no-backup"):
        read(b"PK\x03\x04 a picture of something")


def test_what_a_file_held_before_is_overwritten(tmp_path):
    target, part = tmp_path / "keys", tmp_path / "keys.part"
    target.write_bytes(b"old" * 50_000)
    with target.open("rb") as held:
        part.write_bytes(b"new")
        keep_instead(part, target)
        assert held.read() == bytes(150_000)
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]
