from ehr_desktop.node.net.messages import Blocks, CertifiedBlock, GetBlocks, Have
from ehr_desktop.node.sync.limits import BLOCKS_RETRY_MS, MOST_BLOCKS
from tests.support.paper_sync import Office, certified, device


def grow(station, blocks, size=0):
    for number in range(blocks):
        station.store.make_final(station.store.sign(text=bytes(size) + b"%d" % number))


def heights(office):
    return [station.store.tip()[0] for station in office.stations]


def test_who_is_far_behind_catches_up_from_any_height_and_sees_how_far_it_is():
    office = Office(2, mesh=False)
    grow(office[0], 450)
    office.link(0, 1)
    seen = []
    office.spoil = lambda _s, _r, m: seen.append(office[1].sync.progress) or m

    office.settle(2)

    assert heights(office) == [450, 450]
    assert office[1].store.final == office[0].store.final
    progress = [one for one in seen if one]
    assert progress[0] == (0, 450)
    assert (MOST_BLOCKS, 450) in progress
    assert office[1].sync.progress is None
    assert office.sent["Want"] == 0


def test_an_answer_fits_a_frame():
    office = Office(2, mesh=False)
    grow(office[0], 20, size=200_000)
    office.link(0, 1)

    office.settle(2)

    answers = [m for _, _, m in office.log if isinstance(m, Blocks)]
    assert heights(office) == [20, 20]
    assert all(sum(len(b.block) for b in m.blocks) < 1 << 20 for m in answers)
    assert len(answers) > 3


def test_one_block_behind_is_left_to_the_consensus_for_a_moment():
    office = Office(2)
    office.settle()
    grow(office[0], 1)
    office.settle(2)
    assert heights(office) == [1, 0]

    office.settle(4)

    assert heights(office) == [1, 1]


def test_the_consensus_may_ask_for_it_at_once():
    office = Office(2)
    office.settle()
    grow(office[0], 1)

    office.carry_out(office[1], office[1].sync.catch_up(device(0)))
    office.settle()

    assert heights(office) == [1, 1]


def test_who_lies_about_blocks_is_distrusted_and_another_is_asked():
    office = Office(3, mesh=False)
    for number in (0, 1):
        grow(office[number], 3)
    office[1].store.final = list(office[0].store.final)
    rubbish = CertifiedBlock(b"rubbish", b"")
    office.spoil = lambda s, _r, m: (
        Blocks(m.first, (rubbish,)) if s == device(0) and isinstance(m, Blocks) else m
    )
    office.link(0, 2)
    office.link(1, 2)

    office.settle(3)

    assert office[2].distrusted == [(device(0), "blocks")]
    assert office[2].store.final == office[1].store.final


def test_blocks_before_the_bad_one_are_kept():
    office = Office(2, mesh=False)
    grow(office[0], 3)
    bad = certified(3, bytes(32), ())
    office.spoil = lambda _s, _r, m: (
        Blocks(m.first, (*m.blocks[:2], bad)) if isinstance(m, Blocks) else m
    )
    office.link(0, 1)

    office.settle(2)

    assert heights(office)[1] >= 2
    assert (device(0), "blocks") in office[1].distrusted


def test_who_claims_what_it_cannot_show_holds_nobody_up():
    office = Office(3)
    office.settle()
    office.cut(1, 2)
    grow(office[0], 5)
    office.carry_out(office[2], office[2].sync.received(device(1), Have(10**6, bytes(32), ())))

    office.settle(4)

    assert heights(office)[2] == 5


def test_when_no_answer_comes_another_is_asked():
    office = Office(3, mesh=False)
    grow(office[0], 3)
    office[1].store.final = list(office[0].store.final)
    office.link(0, 2)
    office.link(1, 2)
    office.spoil = lambda s, _r, m: None if s == device(0) and isinstance(m, Blocks) else m

    office.settle(BLOCKS_RETRY_MS // 1000 + 3)

    assert heights(office)[2] == 3


def test_when_the_link_goes_down_another_is_asked_at_once():
    office = Office(3, mesh=False)
    grow(office[0], 3)
    office[1].store.final = list(office[0].store.final)
    office.link(0, 2)
    office.link(1, 2)
    office.spoil = lambda _s, _r, m: None if isinstance(m, GetBlocks) else m
    office.settle(2)
    asked = office[2].sync.progress
    office.spoil = lambda _s, _r, m: m

    office.cut(0, 2)
    office.settle()

    assert asked == (0, 3)
    assert heights(office)[2] == 3


def test_blocks_nobody_asked_for_are_ignored():
    office = Office(2)
    office.settle()
    grow(office[0], 3)

    unasked = Blocks(1, tuple(office[0].store.final[1:]))
    office.carry_out(office[1], office[1].sync.received(device(0), unasked))

    assert heights(office)[1] == 0


def test_parcels_of_blocks_are_fetched_after_them():
    office = Office(2, mesh=False)
    for number in range(900):
        office[0].store.make_final(office[0].store.sign(b"parcel %d" % number))
    office.link(0, 1)

    office.settle(3)

    assert heights(office) == [900, 900]
    assert office[1].store.here == office[0].store.here
