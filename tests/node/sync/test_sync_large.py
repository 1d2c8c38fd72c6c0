from ehr_desktop.node.net.messages import ContainerHave
from ehr_desktop.node.sync.effects import Fetch
from ehr_desktop.node.sync.large import homes
from ehr_desktop.node.sync.limits import COPIES, FETCH_AGAIN_MS, FETCH_LOST_MS
from ehr_desktop.node.sync.port import LargeContainer
from tests.support.paper_sync import Office, device, hashed

SIZE = 5_000_000
NAME = hashed(b"a scan")


def sign_large(office, name=NAME):
    office.sign(0, large=[(name, SIZE)])
    office.settle(3)


def fetching(office):
    return {station.me for station in office.stations if station.fetches}


def home_and_other(office):
    container = LargeContainer(NAME, SIZE, device(0))
    home = next(d for d in homes(container, office[0].store.roster) if d != device(0))
    other = next(d for d in office[0].store.roster if d not in (home, device(0)))
    return office.station(home), office.station(other)


def test_two_workstations_keep_each_large_container_the_author_among_them():
    office = Office(5)
    sign_large(office)

    home, _ = home_and_other(office)
    assert fetching(office) == {home.me}
    assert home.fetches[0] == Fetch(NAME, SIZE, home.fetches[0].peers)
    assert home.fetches[0].peers[0] == device(0)
    assert len(home.fetches) == 1


def test_homes_are_spread_and_hardly_move_when_somebody_leaves():
    roster = [device(number) for number in range(6)]
    names = [hashed(b"%d" % number) for number in range(300)]

    def of(devices):
        return {name: homes(LargeContainer(name, SIZE, device(0)), devices)[1:] for name in names}

    before, after = of(roster), of(roster[:-1])
    shares = [sum(device(n) in found for found in before.values()) for n in range(1, 6)]
    moved = [name for name in names if before[name] != after[name]]
    assert min(shares) > 300 / 5 / 2
    assert all(before[name] == [roster[-1]] for name in moved)


def test_when_the_author_was_removed_two_others_keep_it():
    roster = [device(number) for number in range(4)]
    assert len(homes(LargeContainer(NAME, SIZE, device(9)), roster)) == COPIES
    assert homes(LargeContainer(NAME, SIZE, device(9)), roster[:1]) == roster[:1]


def test_the_others_fetch_what_somebody_wants_to_read():
    office = Office(5)
    sign_large(office)
    _, other = home_and_other(office)

    office.carry_out(other, other.sync.want_large(NAME))

    assert [fetch.name for fetch in other.fetches] == [NAME]


def test_who_said_that_it_has_it_is_asked_first():
    office = Office(5)
    sign_large(office)
    home, other = home_and_other(office)
    third = next(s for s in office.stations if s.me not in (home.me, other.me, device(0)))
    office.carry_out(other, other.sync.received(third.me, ContainerHave((NAME,))))

    office.carry_out(other, other.sync.want_large(NAME))

    assert other.fetches[0].peers[0] == third.me


def test_what_is_wanted_while_nobody_is_there_is_fetched_when_somebody_comes():
    office = Office(3)
    sign_large(office)
    _, other = home_and_other(office)
    number = office.stations.index(other)
    others = [n for n in range(3) if n != number]
    for one in others:
        office.cut(one, number)
    office.carry_out(other, other.sync.want_large(NAME))
    assert other.fetches == []

    office.link(others[0], number)
    office.settle(2)

    assert [fetch.name for fetch in other.fetches] == [NAME]


def test_a_download_that_failed_is_tried_again_later():
    office = Office(3)
    sign_large(office)
    home, _ = home_and_other(office)
    office.carry_out(home, home.sync.fetched(NAME, stored=False))
    office.settle(5)
    assert len(home.fetches) == 1

    office.settle(FETCH_AGAIN_MS // 1000)

    assert len(home.fetches) == 2


def test_a_download_that_succeeded_is_told():
    office = Office(3)
    sign_large(office)
    home, _ = home_and_other(office)
    del home.store.large_awaited[NAME]

    office.carry_out(home, home.sync.fetched(NAME, stored=True))
    office.settle(60)

    assert office.sent["ContainerHave"] == 2
    assert len(home.fetches) == 1


def test_no_more_than_two_are_fetched_at_a_time():
    office = Office(2)
    for number in range(5):
        office.sign(0, large=[(hashed(b"%d" % number), SIZE)])
    office.settle(5)

    assert len(office[1].fetches) == 2
    done = office[1].fetches[0].name
    del office[1].store.large_awaited[done]
    office.carry_out(office[1], office[1].sync.fetched(done, stored=True))
    office.settle(2)
    assert len(office[1].fetches) == 3


def test_a_fetch_that_nobody_ever_heard_of_is_wanted_again():
    office = Office(3)
    sign_large(office)
    home, _ = home_and_other(office)
    home.fetches.clear()  # the turn that wanted it was rolled back

    office.settle(FETCH_LOST_MS // 1000 + 1)

    assert [fetch.name for fetch in home.fetches] == [NAME]
