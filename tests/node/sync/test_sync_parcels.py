from ehr_desktop.node.net.messages import GetParcels, Parcels, Transactions
from ehr_desktop.node.sync.limits import MOST_HELD_PARCELS, PARCEL_ROOM
from tests.support.paper_sync import Office, device, parcel_of


def without(kind):
    return lambda _s, _r, m: None if isinstance(m, kind) else m


def here(office, number):
    return office[number].store.here


def test_a_parcel_that_got_lost_is_asked_for():
    office = Office(2)
    office.settle()
    office.spoil = without(Parcels)
    office.sign(0, b"a note")
    office.settle()
    assert here(office, 1) == {}
    office.spoil = lambda _s, _r, m: m

    office.settle(20)

    assert here(office, 1) == here(office, 0)


def test_many_parcels_come_in_several_answers():
    office = Office(2)
    office.spoil = without(Parcels)
    for number in range(12):
        office.sign(0, bytes([number]) * 200_000)
    office.settle()
    office.spoil = lambda _s, _r, m: m

    office.settle(20)

    answers = [m for _, _, m in office.log if isinstance(m, Parcels)]
    assert len(here(office, 1)) == 12
    assert all(sum(map(len, m.parcels)) < PARCEL_ROOM + 256 * 1024 for m in answers)


def test_who_lacks_one_says_so_and_another_is_asked_at_once():
    office = Office(3, mesh=False)
    office.link(0, 1)
    office.link(1, 2)
    office.spoil = lambda s, _r, m: None if s == device(0) and isinstance(m, Parcels) else m
    office.sign(0, b"a note")
    office.settle()
    assert here(office, 1) == here(office, 2) == {}
    office.spoil = lambda _s, _r, m: m

    office.log.clear()
    office.link(0, 2)
    office.settle(5)

    assert here(office, 2) == here(office, 0)


def test_a_parcel_no_transaction_names_is_not_kept_but_may_come_just_before_it():
    office = Office(2)
    office.settle()
    name, parcel = parcel_of(b"a note")
    office.carry_out(office[1], office[1].sync.received(device(0), Parcels((parcel,))))
    assert here(office, 1) == {}
    assert office[1].distrusted == []

    wire = office[0].store.sign(b"a note")
    office.carry_out(office[1], office[1].sync.received(device(0), Transactions((wire,))))

    assert here(office, 1) == {name: parcel}
    assert office[1].store.awaited == {}


def test_what_is_held_for_a_transaction_to_come_is_bounded():
    office = Office(2)
    office.settle()
    wires = []
    for number in range(9):
        content = bytes([number]) * (MOST_HELD_PARCELS // 8)
        wires.append(office[0].store.sign(content))
        parcel = Parcels((parcel_of(content)[1],))
        office.carry_out(office[1], office[1].sync.received(device(0), parcel))
    office.queue.clear()

    office.carry_out(office[1], office[1].sync.received(device(0), Transactions(tuple(wires))))

    assert 0 < len(here(office, 1)) < 9


def test_a_wrong_parcel_is_refused_and_another_is_asked_at_once():
    office = Office(3, mesh=False)
    for number in (0, 1):
        office[number].store.chains[device(0)] = []
    office[0].store.sign(b"a note")
    office[1].store.chains, office[1].store.here = office[0].store.chains, dict(here(office, 0))

    def lie(sender, _receiver, message):
        if sender == device(0) and isinstance(message, Parcels):
            return Parcels(tuple(parcel[:-1] + b"?" for parcel in message.parcels))
        return message

    office.spoil = lie
    office.link(0, 2)
    office.link(1, 2)
    office.settle()

    assert office[2].distrusted == [(device(0), "parcel")]
    assert here(office, 2) == here(office, 0)


def test_parcels_nobody_has_do_not_hold_up_the_others():
    office = Office(2, mesh=False)
    for number in range(600):
        wire = office[0].store.sign(b"lost %d" % number)
        office[0].store.take(wire)
    lost = dict(office[0].store.here)
    office[0].store.here.clear()
    wanted = [office[0].store.sign(b"kept %d" % number) for number in range(300)]

    office.link(0, 1)
    office.settle(60)

    assert len(here(office, 1)) == len(wanted)
    assert set(office[1].store.awaited) == set(lost)
    office.sent.clear()
    office.settle(30)
    assert office.sent["GetParcels"] == 0


def test_one_that_was_lacking_everywhere_comes_once_somebody_has_it():
    office = Office(2)
    office.settle()
    office.sign(0, b"a note")
    kept = dict(here(office, 0))
    here(office, 0).clear()
    office.queue = type(office.queue)(e for e in office.queue if not isinstance(e[2], Parcels))
    office.settle(5)
    assert here(office, 1) == {}

    here(office, 0).update(kept)
    office.settle(40)

    assert here(office, 1) == kept


def test_the_load_is_spread_over_all_who_may_have_them():
    office = Office(3, mesh=False)
    for number in range(200):
        office[0].store.sign(b"parcel %d" % number)
    office.link(0, 1)
    office.settle(3)
    office.link(0, 2)
    office.link(1, 2)
    office.log.clear()

    office.settle(5)

    asked = {r for s, r, m in office.log if s == device(2) and isinstance(m, GetParcels)}
    assert asked == {device(0), device(1)}
    assert here(office, 2) == here(office, 0)
