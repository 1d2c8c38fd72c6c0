import pytest

from ehr_desktop.node.net.messages import FeedHead, Have, Transactions, Want
from ehr_desktop.node.sync.limits import MOST_PUSHED
from tests.support.paper_sync import Office, Paper, device, hashed


def chains(station):
    return station.store.chains


def test_a_transaction_signed_here_is_everywhere_at_once_without_being_asked_for():
    office = Office(4)
    office.settle()
    office.sent.clear()

    wire = office.sign(0, b"a note")
    office.settle()

    assert all(chains(station) == {device(0): [wire]} for station in office.stations)
    assert office.sent["Transactions"] == 3
    assert office.sent["Want"] == 0


def test_its_parcels_come_first_and_nobody_asks_for_them():
    office = Office(2)
    office.settle()
    office.log.clear()

    office.sign(0, b"a note", b"another")
    office.settle()

    assert [type(m).__name__ for _, to, m in office.log if to == device(1)] == [
        "Parcels", "Transactions",
    ]  # fmt: skip
    assert office.sent["GetParcels"] == 0
    assert office[1].store.here == office[0].store.here


def test_copies_count_who_said_that_it_is_stored():
    office = Office(4)
    office.settle()
    for number in range(3):
        office.cut(number, 3)

    wire = office.sign(0)
    assert office[0].sync.copies(device(0), 1) == 0
    office.settle()

    assert wire in chains(office[1])[device(0)]
    assert office[0].sync.copies(device(0), 1) == 2
    assert office[0].sync.copies(device(0), 2) == 0


def test_who_lacks_a_parcel_does_not_count_as_a_copy_until_it_has_come():
    office = Office(2)
    office.settle()
    office.spoil = lambda _s, _r, m: None if type(m).__name__ == "Parcels" else m

    office.sign(0, b"a note")
    office.settle()

    assert chains(office[1])[device(0)]
    assert office[0].sync.copies(device(0), 1) == 0
    office.spoil = lambda _s, _r, m: m
    office.settle(20)
    assert office[0].sync.copies(device(0), 1) == 1


def test_a_copy_on_a_workstation_that_is_switched_off_is_still_one_until_it_is_removed():
    office = Office(3)
    office.sign(0)
    office.settle()
    office.cut(0, 1)

    assert office[0].sync.copies(device(0), 1) == 2
    office[0].store.roster.remove(device(1))
    assert office[0].sync.copies(device(0), 1) == 1


def test_who_comes_back_gets_what_it_missed_and_gives_what_it_has():
    office = Office(3)
    office.settle()
    office.cut(0, 2)
    office.cut(1, 2)
    for _ in range(5):
        office.sign(0)
        office.sign(2, b"alone")
    office.settle()
    assert device(0) not in chains(office[2])

    office.link(0, 2)
    office.settle(2)

    assert chains(office[0]) == chains(office[1]) == chains(office[2])
    assert [len(chain) for chain in chains(office[1]).values()] == [5, 5]


def test_in_a_chain_of_workstations_everything_is_passed_on():
    office = Office(4, mesh=False)
    for number in range(3):
        office.link(number, number + 1)
    office.settle()

    wire = office.sign(0, b"passed on")
    office.settle()

    assert chains(office[3]) == {device(0): [wire]}
    assert office[3].store.awaited == {}


def test_a_long_feed_comes_in_ranges_one_after_the_other():
    office = Office(2, mesh=False)
    for _ in range(1300):
        office[0].store.sign()

    office.link(0, 1)
    office.settle()

    assert len(chains(office[1])[device(0)]) == 1300
    assert office.sent["Want"] == 3


def test_what_does_not_come_is_asked_of_somebody_else():
    office = Office(3)
    office.settle()
    office.cut(0, 2)
    office.cut(1, 2)
    office.sign(0)
    office.settle()
    office.spoil = lambda s, _r, m: None if s == device(0) and isinstance(m, Transactions) else m
    office.link(0, 2)
    office.link(1, 2)
    office.settle()
    assert device(0) not in chains(office[2])

    office.settle(4)

    assert len(chains(office[2])[device(0)]) == 1


def test_a_push_that_got_lost_is_noticed_when_everything_is_said_again():
    office = Office(2)
    office.settle()
    office.spoil = lambda _s, _r, _m: None
    office.sign(0)
    office.settle()
    office.spoil = lambda _s, _r, m: m

    office.settle(20)

    assert len(chains(office[1])[device(0)]) == 1


def test_a_gap_is_filled():
    office = Office(2)
    office.settle()
    office.spoil = lambda _s, _r, _m: None
    office.sign(0)
    office.settle()
    office.spoil = lambda _s, _r, m: m

    office.sign(0)
    office.settle()

    assert len(chains(office[1])[device(0)]) == 2


def test_a_fork_is_counted_and_what_came_first_stays():
    office = Office(3)
    first = office.sign(0)
    office.settle()
    other = Paper(device(0), 1, bytes(32), text="another").write()
    assert first != other

    office.carry_out(office[1], office[1].sync.received(device(2), Transactions((other,))))
    office.settle(40)

    assert chains(office[1])[device(0)] == [first]
    assert office[1].sync.forks == 1


def test_who_follows_another_fork_is_not_asked_without_end():
    office = Office(2, mesh=False)
    office[0].store.sign()
    chain = chains(office[1]).setdefault(device(5), [])
    office[0].store.chains[device(5)] = [Paper(device(5), 1, bytes(32), text="a").write()]
    office[0].store.roster.append(device(5))
    for sequence in (1, 2):
        previous = hashed(chain[-1]) if chain else bytes(32)
        chain.append(Paper(device(5), sequence, previous, text="b").write())
    office.link(0, 1)

    office.settle(60)

    assert office.sent["Want"] < 10
    assert office[0].sync.forks >= 1


def test_transactions_of_a_workstation_that_is_not_on_the_roster_are_not_taken():
    office = Office(3)
    office.settle()
    office[1].store.roster.remove(device(2))

    office.sign(2)
    office.settle(5)

    assert device(2) not in chains(office[1])
    assert device(2) in chains(office[0])
    assert office[1].distrusted == []


def test_a_workstation_that_joins_is_heard_once_its_enrolment_is_final_here():
    office = Office(2)
    office.settle()
    office[1].store.roster.remove(device(0))
    office.sign(0)
    office.settle(3)
    assert device(0) not in chains(office[1])

    office[1].store.roster.append(device(0))
    office.carry_out(office[1], office[1].sync.head_moved())
    office.settle(2)

    assert len(chains(office[1])[device(0)]) == 1


def test_rubbish_makes_its_sender_distrusted():
    office = Office(2)
    office.settle()

    office.carry_out(office[0], office[0].sync.received(device(1), Transactions((b"rubbish",))))

    assert office[0].distrusted == [(device(1), "transactions")]


def test_a_restored_disk_learns_that_it_has_forgotten_what_it_signed():
    office = Office(2)
    office.sign(0)
    office.sign(0)
    office.settle()
    restored = Office(1)[0]
    restored.store.sign()
    assert not restored.sync.forgotten
    office.cut(0, 1)
    office.stations[0] = restored

    office.link(0, 1)
    office.settle()

    assert restored.sync.forgotten
    assert len(chains(restored)[device(0)]) == 1


def test_a_claim_alone_makes_nobody_forgetful():
    office = Office(2)
    office.sign(0)
    office.settle()

    claim = Have(0, bytes(32), (FeedHead(device(0), 99, b"i" * 32, 99),))
    office.carry_out(office[0], office[0].sync.received(device(1), claim))
    office.settle(20)

    assert not office[0].sync.forgotten
    assert office.sent["Want"] <= 3


def test_who_does_not_keep_up_must_ask():
    office = Office(2)
    office.settle()
    office.spoil = lambda s, _r, m: None if s == device(1) else m

    for _ in range(20):
        office.sign(0, bytes(MOST_PUSHED // 8))
    office.settle()

    pushed = [m for s, _, m in office.log if s == device(0) and isinstance(m, Transactions)]
    assert len(pushed) < 12
    office.spoil = lambda _s, _r, m: m
    office.settle(20)
    assert len(chains(office[1])[device(0)]) == 20


def test_a_ring_of_workstations_that_have_everything_says_little():
    office = Office(4)
    office.sign(0, b"a note")
    office.settle(20)
    office.sent.clear()

    office.settle(30)

    assert set(office.sent) <= {"Have"}
    assert office.sent["Have"] <= 4 * 3 * 2


@pytest.mark.parametrize("sender", [0, 1])
def test_one_turn_says_at_most_one_have_to_each(sender):
    office = Office(2)
    office.settle()
    wires = [office[0].store.sign(b"%d" % number) for number in range(3)]
    office.carry_out(office[0], office[0].sync.grew(wires))
    office.log.clear()
    office.settle()

    assert sum(isinstance(m, Have) for s, _, m in office.log if s == device(sender)) <= 1
    assert not any(isinstance(m, Want) for _, _, m in office.log)
