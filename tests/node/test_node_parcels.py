"""What transactions bring: promised, sent and taken in, between two real databases."""

import os
from dataclasses import replace

import pytest

from ehr_desktop.domain.people import Team
from ehr_desktop.node.contracts.statements import (
    CommitRecords,
    EnrolMember,
    OpenEpochs,
    RegisterPatient,
    ReplaceTeamKey,
    WelcomeMembers,
)
from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.keys.boxes import box_hash
from ehr_desktop.node.keys.records import RecordHeader, commitment_of, vault_commitment
from ehr_desktop.node.ledger.codec import decode, encode
from ehr_desktop.node.ledger.transaction import ContainerRef, Payload, sign
from ehr_desktop.node.net.messages import FeedHead
from ehr_desktop.node.net.wire import MAX_PARCEL
from ehr_desktop.node.pipeline.parcels import keep, parcel
from ehr_desktop.node.pipeline.promises import (
    feed_heads,
    large,
    missing,
    missing_large,
    names_brought,
    promise,
    settle,
)
from ehr_desktop.node.store import awaited, containers, secrets
from ehr_desktop.node.store.containers import LARGEST_ROW, ContainerFiles, StoredContainer
from ehr_desktop.node.store.engine import migrate, open_database
from ehr_desktop.node.store.secrets import KeyBox
from ehr_desktop.node.store.tables import STEPS
from ehr_desktop.node.sync.port import Keeping, LargeContainer
from tests.support.paper_ledger import BOX, NETWORK, Device, seeded

PATIENT, PERSON, RECORD = seeded("patient"), seeded("person"), seeded("record")
VAULT_KEY = b"v" * 32
SEALED = b"sealed " * 100
DEVICE = Device("PC 1")


class Disk:
    def __init__(self, folder):
        folder.mkdir()
        self.database = open_database(folder / "ledger.db", b"k" * 32)
        migrate(self.database, STEPS)
        self.files = ContainerFiles(folder / "containers")

    def do(self, work, *args, **named):
        with self.database.writing() as connection:
            return work(connection, *args, **named)

    def parcel(self, name):
        return self.do(parcel, self.files, name)


@pytest.fixture
def disks(tmp_path):
    both = Disk(tmp_path / "author"), Disk(tmp_path / "other")
    yield both
    for disk in both:
        disk.database.close()


def said(statement, *refs, sequence=1):
    payload = Payload(
        NETWORK, statement.KIND, DEVICE.id, PERSON, sequence, bytes(32), 0, 1_800_000_000_000,
        statement.body(), tuple(refs),
    )  # fmt: skip
    return sign(payload, [DEVICE.key])


def record_header():
    return RecordHeader(PATIENT, "notes", 1, RECORD, 2, PERSON, b"").encode()


def container(sealed=SEALED, header=None, wrapped=b"w" * 40):
    header = record_header() if header is None else header
    name = commitment_of(b"s" * 16, header, sha256(sealed), wrapped, b"f" * 32)
    return StoredContainer(
        name, b"", RECORD, 2, header, b"s" * 16, wrapped, b"f" * 32, len(sealed), sealed
    )


def box(content=b"sealed key", **changes):
    fields = {"subject": PATIENT, "purpose": "notes", "epoch": 1, "recipient": b"clinical",
              "generation": 3} | changes  # fmt: skip
    return KeyBox(hash=box_hash(content, **fields), box=content, **fields)


def brought_by_everything():
    """Statements of every kind that brings something, and how to store what each brings."""
    kept = container()
    account = container(b"sealed account", b"ehr/account/v1", b"")
    account = replace(account, record=PERSON, version=0)
    category_box = box()
    welcome = box(
        b"for somebody", subject=b"", purpose="clinical", epoch=2, recipient=PERSON, generation=1
    )
    new_key = box(
        b"new team key", subject=b"", purpose="clinical", epoch=3, recipient=PERSON, generation=1
    )
    commitment = vault_commitment(PATIENT, VAULT_KEY)
    row = ("notes", 1, b"c" * 32, ((str(Team.CLINICAL), 3, category_box.hash),), ())
    return [
        (CommitRecords(PATIENT, ((RECORD, 2, "notes", 1),), "form"), kept),
        (EnrolMember(PERSON, "nurse", b"k" * 32, BOX), account),
        (OpenEpochs(PATIENT, (row,)), category_box),
        (WelcomeMembers("clinical", 2, ((PERSON, welcome.hash),)), welcome),
        (ReplaceTeamKey("clinical", 3, BOX, (new_key.hash,)), new_key),
        (RegisterPatient(PATIENT, commitment), (commitment, VAULT_KEY)),
    ]


def transaction_of(statement, thing):
    if isinstance(thing, StoredContainer):
        return said(statement, ContainerRef(thing.commitment, thing.size))
    return said(statement)


def store(disk, thing, transaction):
    if isinstance(thing, StoredContainer):
        disk.do(containers.add_containers, [placed(thing, transaction)])
    elif isinstance(thing, KeyBox):
        disk.do(secrets.add_boxes, [replace(thing, transaction=transaction.id)])
    else:
        disk.do(secrets.put_vault_key, PATIENT, thing[1], thing[0])


def placed(thing, transaction):
    return replace(thing, transaction=transaction.id)


def stored(disk, thing, name):
    if isinstance(thing, StoredContainer):
        return disk.do(containers.container, name)
    if isinstance(thing, KeyBox):
        return disk.do(secrets.box_named, name)
    return disk.do(secrets.vault_named, name)


@pytest.mark.parametrize(
    ("statement", "thing"), brought_by_everything(), ids=lambda v: getattr(v, "KIND", "")
)
def test_what_a_statement_brings_arrives_as_it_was_stored(disks, statement, thing):
    author, other = disks
    transaction = transaction_of(statement, thing)
    store(author, thing, transaction)
    [name] = names_brought([transaction])
    sent = author.parcel(name)

    assert other.do(keep, sent) == (Keeping.UNNAMED, name)
    other.do(promise, [transaction])
    assert other.do(missing, b"", 10) == [name]
    assert other.do(keep, sent) == (Keeping.KEPT, name)

    assert stored(other, thing, name) == stored(author, thing, name) is not None
    assert other.do(missing, b"", 10) == []
    assert other.do(keep, sent) == (Keeping.KNOWN, name)
    assert other.parcel(name) == sent
    assert len(sent) <= MAX_PARCEL


@pytest.mark.parametrize(
    ("statement", "thing"), brought_by_everything(), ids=lambda v: getattr(v, "KIND", "")
)
def test_a_parcel_with_any_changed_byte_that_its_name_stands_for_is_wrong(disks, statement, thing):
    author, other = disks
    transaction = transaction_of(statement, thing)
    store(author, thing, transaction)
    [name] = names_brought([transaction])
    other.do(promise, [transaction])
    parts = list(decode(author.parcel(name)))

    for place in range(2, len(parts)):
        content = parts[place]
        if not isinstance(content, bytes) or not content:
            continue
        changed = [*parts]
        changed[place] = content[:-1] + bytes([content[-1] ^ 1])
        assert other.do(keep, encode(tuple(changed))) == (Keeping.WRONG, name)
    assert other.do(missing, b"", 10) == [name]


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"rubbish", encode(("box", b"n" * 31)), encode(("nothing", b"n" * 32)), encode((1, 2))],
)
def test_rubbish_is_wrong(disks, rubbish):
    assert disks[0].do(keep, rubbish)[0] is Keeping.WRONG


def test_a_parcel_of_another_kind_under_a_promised_name_is_wrong(disks):
    _, other = disks
    thing = box()
    row = ("notes", 1, b"c" * 32, (("clinical", 3, thing.hash),))
    other.do(promise, [said(OpenEpochs(PATIENT, (row,)))])

    assert other.do(keep, encode(("vault", thing.hash, PATIENT, VAULT_KEY)))[0] is Keeping.WRONG


def test_a_header_of_garbage_types_belongs_to_no_record(disks):
    _, other = disks
    thing = container(header=encode(("ehr/rec/v1", PATIENT, "notes", 1, "text", 2, PERSON, b"")))
    transaction = transaction_of(CommitRecords(PATIENT, ((RECORD, 2, "notes", 1),), "form"), thing)
    other.do(promise, [transaction])
    sent = ("container", thing.commitment, thing.header, thing.salt, thing.wrapped_key,
            thing.fingerprint, thing.sealed)  # fmt: skip

    assert other.do(keep, encode(sent)) == (Keeping.UNNAMED, thing.commitment)


@pytest.mark.parametrize(
    ("statement", "thing"), brought_by_everything(), ids=lambda v: getattr(v, "KIND", "")
)
def test_a_false_promise_neither_hides_a_true_one_nor_makes_its_parcel_wrong(
    disks, statement, thing
):
    author, other = disks
    transaction = transaction_of(statement, thing)
    store(author, thing, transaction)
    [name] = names_brought([transaction])
    sent = author.parcel(name)
    row = ("notes", 7, b"c" * 32, (("front-desk", 9, name),))
    rows = ((seeded("another record"), 1, "notes", 1),)
    lies = [
        said(CommitRecords(PATIENT, rows, "form"), ContainerRef(name, 3)),
        said(EnrolMember(seeded("nobody"), "nurse", b"k" * 32, BOX), ContainerRef(name, 4)),
        said(CommitRecords(PATIENT, rows, "form"), ContainerRef(name, LARGEST_ROW + 1)),
        said(OpenEpochs(seeded("another"), (row,))),
        said(RegisterPatient(seeded("another"), name)),
    ]
    for lie in lies:
        other.do(promise, [lie])
        other.do(settle, lie.id, statement, accepted=False)
        other.do(promise, [lie])
    assert other.do(missing, b"", 10) == [name]

    other.do(promise, [transaction])
    assert other.do(missing, b"", 10) == [name]
    assert other.do(keep, sent) == (Keeping.KEPT, name)

    kept = stored(other, thing, name)
    if isinstance(thing, KeyBox):
        kept = replace(kept, transaction=transaction.id)
    assert kept == stored(author, thing, name)
    assert other.do(missing, b"", 10) == other.do(missing_large, b"", 10) == []


def test_the_right_bytes_under_a_false_promise_alone_are_never_wrong(disks):
    author, other = disks
    for statement, thing in brought_by_everything()[2:]:
        transaction = transaction_of(statement, thing)
        store(author, thing, transaction)
        [name] = names_brought([transaction])
        rows = ((seeded("another record"), 1, "notes", 1),)
        other.do(promise, [said(CommitRecords(PATIENT, rows, "form"), ContainerRef(name, 3))])

        assert other.do(keep, author.parcel(name)) == (Keeping.UNNAMED, name)
        other.do(promise, [transaction])
        assert other.do(keep, author.parcel(name)) == (Keeping.KEPT, name)


def test_a_box_that_two_transactions_name_is_not_taken_back_with_one_of_them(disks):
    author, other = disks
    statement, thing = brought_by_everything()[3]
    honest, lie = said(statement), said(statement, sequence=2)
    store(author, thing, honest)
    other.do(promise, [lie])
    assert other.do(keep, author.parcel(thing.hash))[0] is Keeping.KEPT
    other.do(promise, [honest])

    other.do(secrets.remove_boxes, lie.id)

    assert other.do(secrets.box_named, thing.hash) is not None


def test_a_damaged_container_is_not_sent(disks):
    author, _ = disks
    thing = container()
    transaction = transaction_of(CommitRecords(PATIENT, ((RECORD, 2, "notes", 1),), "form"), thing)
    damaged = StoredContainer(
        *[
            b"x" + SEALED[1:] if field == "sealed" else getattr(placed(thing, transaction), field)
            for field in StoredContainer.__slots__
        ]
    )
    author.do(containers.add_containers, [damaged])

    assert author.parcel(thing.commitment) is None


def test_a_small_attachment_in_a_file_of_its_own_travels_as_a_parcel(disks):
    author, other = disks
    thing = container()
    transaction = transaction_of(CommitRecords(PATIENT, ((RECORD, 2, "notes", 1),), "form"), thing)
    author.files.path(thing.commitment).write_bytes(SEALED)
    row = StoredContainer(
        *[
            None if field == "sealed" else getattr(placed(thing, transaction), field)
            for field in StoredContainer.__slots__
        ]
    )
    author.do(containers.add_containers, [row])
    other.do(promise, [transaction])

    assert other.do(keep, author.parcel(thing.commitment))[0] is Keeping.KEPT
    assert other.do(containers.container, thing.commitment) == placed(thing, transaction)


def test_the_largest_container_of_a_row_fits_a_parcel(disks):
    author, _ = disks
    thing = container(os.urandom(LARGEST_ROW))
    author.do(containers.add_containers, [thing])

    assert len(author.parcel(thing.commitment)) <= MAX_PARCEL


def test_large_containers_are_awaited_apart(disks):
    _, other = disks
    ref = ContainerRef(b"c" * 32, LARGEST_ROW + 1)
    other.do(promise, [said(CommitRecords(PATIENT, ((RECORD, 1, "notes", 1),), "form"), ref)])

    expected = LargeContainer(b"c" * 32, LARGEST_ROW + 1, DEVICE.id)
    assert other.do(missing, b"", 10) == []
    assert other.do(missing_large, b"", 10) == [expected]
    assert other.do(large, b"c" * 32) == expected
    assert other.do(feed_heads, {DEVICE.id: (1, b"i" * 32)})[DEVICE.id].whole == 1


def test_a_feed_is_whole_up_to_its_first_transaction_that_awaits_something(disks):
    _, other = disks
    head = {DEVICE.id: (9, b"i" * 32), b"o" * 16: (4, b"j" * 32)}
    assert other.do(feed_heads, head)[DEVICE.id].whole == 9
    for sequence in (7, 5):
        name = vault_commitment(seeded(f"patient {sequence}"), VAULT_KEY)
        statement = RegisterPatient(seeded(f"patient {sequence}"), name)
        other.do(promise, [said(statement, sequence=sequence)])

    assert other.do(feed_heads, head) == {
        DEVICE.id: FeedHead(DEVICE.id, 9, b"i" * 32, 4),
        b"o" * 16: FeedHead(b"o" * 16, 4, b"j" * 32, 4),
    }


def test_what_a_refused_statement_would_bring_is_not_wanted_any_more(disks):
    _, other = disks
    for statement, thing in brought_by_everything()[2:]:
        refused = transaction_of(statement, thing)
        other.do(promise, [refused])
        assert len(other.do(missing, b"", 10)) == 1
        other.do(settle, b"another" * 4, statement, accepted=False)
        assert len(other.do(missing, b"", 10)) == 1
        other.do(settle, refused.id, statement, accepted=False)
        assert other.do(missing, b"", 10) == []


def test_boxes_that_a_new_team_key_replaces_are_not_wanted_any_more(disks):
    _, other = disks
    statements = [statement for statement, _ in brought_by_everything()]
    epochs, welcome, replacing = statements[2:5]
    other.do(promise, [said(epochs), said(welcome), said(replacing)])

    other.do(settle, b"", replacing, accepted=True)

    assert other.do(missing, b"", 10) == sorted(
        [*names_brought([said(epochs)]), replacing.boxes[0]]
    )
    other.do(settle, b"", ReplaceTeamKey("clinical", 4, BOX, ()), accepted=True)
    assert other.do(missing, b"", 10) == []


def test_a_page_of_what_is_missing_goes_on_where_the_last_one_ended(disks):
    _, other = disks
    refs = [ContainerRef(bytes([number]) * 32, 9) for number in range(20)]
    rows = tuple((seeded(f"r{number}"), 1, "notes", 1) for number in range(20))
    other.do(promise, [said(CommitRecords(PATIENT, rows, "form"), *refs)])

    first = other.do(missing, b"", 12)
    assert first + other.do(missing, first[-1], 12) == [ref.commitment for ref in refs]
    assert other.do(awaited.count) == 20
