import pytest

from ehr_desktop.node.net.address import Address, parse_address
from ehr_desktop.node.net.address_book import AddressBook, Hint, Rung, SavedAddress
from ehr_desktop.node.net.bucket import TokenBucket
from ehr_desktop.node.net.discovery import network_tag
from ehr_desktop.node.net.gate import Gate
from ehr_desktop.node.net.interfaces import is_dialable, own_addresses
from ehr_desktop.node.net.limits import Limits

HERE, THERE = Address("10.0.0.1", 7801), Address("10.0.0.2", 7801)
KEY, OTHER = b"k" * 32, b"o" * 32


class Disk:
    def __init__(self, *saved):
        self.saved = list(saved)

    def book(self, most=256):
        return AddressBook(lambda: self.saved, self._save, most)

    def _save(self, saved):
        self.saved = list(saved)


def test_the_ladder_orders_what_is_tried():
    book = Disk(SavedAddress(Address("10.0.0.9", 1), KEY, typed=False)).book()
    for number, rung in enumerate((Rung.TYPED, Rung.TOLD, Rung.ANNOUNCED), 1):
        book.note(Address("10.0.0.1", number), rung)
    assert [hint.rung for hint in book.hints()] == [
        Rung.REMEMBERED,
        Rung.ANNOUNCED,
        Rung.TOLD,
        Rung.TYPED,
    ]


def test_a_proved_address_is_remembered_and_a_hint_is_not():
    disk = Disk()
    book = disk.book()
    book.note(HERE, Rung.ANNOUNCED)
    assert disk.saved == []
    book.prove(HERE, KEY)
    assert disk.saved == [SavedAddress(HERE, KEY, typed=False)]
    assert disk.book().hints() == [Hint(HERE, KEY, Rung.REMEMBERED)]


def test_a_typed_address_survives_a_restart_even_if_it_never_worked():
    disk = Disk()
    disk.book().note(HERE, Rung.TYPED)
    assert disk.book().hints() == [Hint(HERE, None, Rung.TYPED)]


def test_a_claim_does_not_override_what_was_proved():
    book = Disk().book()
    book.prove(HERE, KEY)
    book.note(HERE, Rung.TOLD, OTHER)
    assert book.hints()[0].key == KEY


def test_an_address_somebody_else_has_now_is_not_remembered_any_more():
    disk = Disk(SavedAddress(HERE, KEY, typed=False))
    book = disk.book()
    book.disprove(HERE)
    assert disk.saved == []
    assert book.hints() == [Hint(HERE, KEY, Rung.REMEMBERED)]


def test_a_retracted_announcement_leaves_what_is_known_otherwise():
    book = Disk().book()
    for address in (HERE, THERE):
        book.note(address, Rung.ANNOUNCED)
    book.note(HERE, Rung.TYPED)
    for address in (HERE, THERE):
        book.retract(address, Rung.ANNOUNCED)
    assert book.hints() == [Hint(HERE, None, Rung.TYPED)]


def test_a_flood_of_hints_pushes_out_hints_only():
    book = Disk(SavedAddress(HERE, KEY, typed=False)).book(most=10)
    book.note(THERE, Rung.TYPED)
    for number in range(1, 500):
        book.note(Address("10.9.9.9", number), Rung.ANNOUNCED)
    addresses = [hint.address for hint in book.hints()]
    assert len(addresses) == 10
    assert {HERE, THERE} <= set(addresses)


def test_a_workstation_that_wanders_is_remembered_at_its_newest_addresses():
    disk = Disk()
    book = disk.book()
    for number in range(1, 10):
        book.prove(Address(f"10.0.0.{number}", 7801), KEY)
    assert [address.host for address in book.of(KEY)] == [f"10.0.0.{n}" for n in (9, 8, 7, 6)]
    assert len(disk.saved) == 4


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.5", Address("10.0.0.5", 7801)),
        (" reception-2:9000 ", Address("reception-2", 9000)),
        ("[fe80::1]:9000", Address("fe80::1", 9000)),
        ("[fe80::1]", Address("fe80::1", 7801)),
        ("fe80::1", Address("fe80::1", 7801)),
    ],
)
def test_an_address_is_read_as_people_type_it(text, address):
    assert parse_address(text, 7801) == address


@pytest.mark.parametrize(
    "text", ["", ":9000", "a:0", "a:65536", "a:b", "a b", "[::1]9", "[]", "x" * 300]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match=r"address|invalid literal"):
        parse_address(text, 7801)


def test_an_address_is_shown_as_it_can_be_typed():
    for text in ("10.0.0.5:1", "[fe80::1]:9000"):
        assert str(parse_address(text, 7801)) == text


def test_a_bucket_lets_a_burst_through_and_then_its_rate():
    bucket = TokenBucket(rate=10, burst=5, now=0)
    assert [bucket.take(1, 0) for _ in range(5)] == [0] * 5
    assert bucket.take(1, 0) == pytest.approx(0.1)
    assert bucket.take(1, 0) == pytest.approx(0.2)
    assert bucket.take(1, 100) == 0


def test_a_gate_counts_connections_by_host_and_handshakes_in_all():
    gate = Gate(Limits(connects_per_s=3, unproven=5, unproven_per_host=3))
    assert [gate.enter("10.0.0.1", 0) for _ in range(4)] == [True, True, True, False]
    assert [gate.enter("10.0.0.2", 0) for _ in range(3)] == [True, True, False]
    gate.leave("10.0.0.2")
    assert gate.enter("10.0.0.3", 0)
    for _ in range(3):
        gate.leave("10.0.0.1")
    assert not gate.enter("10.0.0.1", 0)  # three a second is its rate
    assert gate.enter("10.0.0.1", 1)


def test_the_announced_tag_tells_members_and_says_nothing_to_others():
    tag = network_tag(b"n" * 32)
    assert tag == network_tag(b"n" * 32) != network_tag(b"m" * 32)
    assert len(tag) == 16


@pytest.mark.parametrize(
    "host", ["224.0.0.251", "0.0.0.0", "255.255.255.255", "clinic.example", ""]
)
def test_a_host_no_workstation_can_have_is_not_dialled(host):
    assert not is_dialable(host)


def test_this_pc_has_an_address():
    assert all(map(is_dialable, own_addresses()))
    assert own_addresses()
