import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    range_root,
    root,
    verify_consistency,
    verify_inclusion,
)

LARGEST = 64

# The eight entries, and the roots over the first 1 to 8 of them, that Certificate Transparency
# implementations have tested with since RFC 6962.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


# A second implementation, written from the definitions (RFC 9162, 2.1.1, 2.1.3.1, 2.1.4.1).
def naive_split(count):
    half = 1
    while 2 * half < count:
        half *= 2
    return half


def naive_root(entries):
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    half = naive_split(len(entries))
    return hashlib.sha256(
        b"\x01" + naive_root(entries[:half]) + naive_root(entries[half:])
    ).digest()


def naive_path(index, entries):
    if len(entries) == 1:
        return []
    half = naive_split(len(entries))
    if index < half:
        return [*naive_path(index, entries[:half]), naive_root(entries[half:])]
    return [*naive_path(index - half, entries[half:]), naive_root(entries[:half])]


def naive_proof(old, entries, whole=True):
    if old == len(entries):
        return [] if whole else [naive_root(entries)]
    half = naive_split(len(entries))
    if old <= half:
        return [*naive_proof(old, entries[:half], whole), naive_root(entries[half:])]
    return [*naive_proof(old - half, entries[half:], False), naive_root(entries[:half])]


class Tree:
    def __init__(self, entries):
        self.entries, self.nodes, self.frontier = entries, {}, Frontier()
        for entry in entries:
            for level, place, hashed in self.frontier.append(leaf_hash(entry)):
                assert (level, place) not in self.nodes
                self.nodes[level, place] = hashed

    def node(self, level, place):
        return self.nodes[level, place]


def made_up_entries(count):
    return [b"entry %d" % n for n in range(count)]


TREE = Tree(made_up_entries(LARGEST))


def test_the_published_roots_come_out():
    frontier = Frontier()
    assert frontier.root().hex() == hashlib.sha256().hexdigest()
    for entry, expected in zip(ENTRIES, ROOTS, strict=True):
        frontier.append(leaf_hash(entry))
        assert frontier.root().hex() == expected
    assert root(map(leaf_hash, ENTRIES)).hex() == ROOTS[-1]


def test_the_published_inclusion_path_comes_out():
    path = inclusion_path(5, 8, Tree(ENTRIES).node)
    assert [step.hex() for step in path] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@pytest.mark.parametrize("size", range(LARGEST + 1))
def test_the_frontier_agrees_with_the_definition(size):
    entries = made_up_entries(size)
    tree = Tree(entries)
    assert tree.frontier.size == size
    assert tree.frontier.root() == naive_root(entries)
    assert Frontier.at(size, TREE.node).root() == naive_root(entries)


def test_each_leaf_finishes_the_nodes_over_full_powers_of_two():
    frontier = Frontier()
    finished = [
        [(level, place) for level, place, _ in frontier.append(leaf_hash(b""))] for _ in range(8)
    ]
    assert finished == [
        [(0, 0)],
        [(0, 1), (1, 0)],
        [(0, 2)],
        [(0, 3), (1, 1), (2, 0)],
        [(0, 4)],
        [(0, 5), (1, 2)],
        [(0, 6)],
        [(0, 7), (1, 3), (2, 1), (3, 0)],
    ]


@pytest.mark.parametrize("size", [0, 1, 6, 7, 33])
def test_a_rebuilt_frontier_grows_like_the_one_that_was_never_stored(size):
    rebuilt = Frontier.at(size, TREE.node)
    for entry in TREE.entries[size:]:
        rebuilt.append(leaf_hash(entry))
    assert rebuilt.root() == TREE.frontier.root()


def test_a_copy_grows_on_its_own():
    frontier = Frontier.at(5, TREE.node)
    before = frontier.root()
    frontier.copy().append(leaf_hash(b"more"))
    assert (frontier.size, frontier.root()) == (5, before)


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_inclusion_path_is_the_defined_one_and_holds(size):
    entries = TREE.entries[:size]
    expected = naive_root(entries)
    for index in range(size):
        path = inclusion_path(index, size, TREE.node)
        assert path == naive_path(index, entries)
        assert verify_inclusion(leaf_hash(entries[index]), index, size, path, expected)


@pytest.mark.parametrize("new", range(LARGEST + 1))
def test_every_consistency_path_is_the_defined_one_and_holds(new):
    roots = [naive_root(TREE.entries[:size]) for size in range(new + 1)]
    for old in range(new + 1):
        path = consistency_path(old, new, TREE.node)
        if old:
            assert path == naive_proof(old, TREE.entries[:new])
        assert verify_consistency(old, new, roots[old], roots[new], path)


@pytest.mark.parametrize("size", range(1, 18))
def test_a_path_proves_no_other_leaf_place_size_or_root(size):
    expected = naive_root(TREE.entries[:size])
    leaves = [leaf_hash(entry) for entry in TREE.entries[:size]]
    for index in range(size):
        path = inclusion_path(index, size, TREE.node)
        for other in range(-1, size + 2):
            if other != index:
                assert not verify_inclusion(leaves[index], other, size, path, expected)
        for other in {*range(-1, 20)} - {size}:
            # a path says nothing of the size where the shape is the same; then the leaf is in both
            if verify_inclusion(leaves[index], index, other, path, expected):
                assert same_shape(index, size, other)
        assert not verify_inclusion(leaf_hash(b"other"), index, size, path, expected)
        assert not verify_inclusion(leaves[index], index, size, path, leaf_hash(b"other"))


def same_shape(index, size, other):
    """Tell whether the way from a leaf to the root turns alike in trees of two sizes."""

    def turns(count):
        low, high, way = 0, count, []
        while high - low > 1:
            middle = low + naive_split(high - low)
            way.append(index < middle)
            low, high = (low, middle) if index < middle else (middle, high)
        return way

    return index < other and turns(size) == turns(other)


def test_a_path_claimed_for_another_place_and_size_must_at_least_be_as_long_as_theirs():
    for size in range(1, 10):
        expected = naive_root(TREE.entries[:size])
        for index in range(size):
            path = inclusion_path(index, size, TREE.node)
            for other_size in range(1, 18):
                for other in range(other_size):
                    if verify_inclusion(
                        leaf_hash(TREE.entries[index]), other, other_size, path, expected
                    ):
                        assert len(inclusion_path(other, other_size, TREE.node)) == len(path)


def test_a_path_claimed_for_two_other_sizes_must_at_least_be_as_long_as_theirs():
    roots = [naive_root(TREE.entries[:size]) for size in range(10)]
    for new in range(2, 10):
        for old in range(1, new):
            path = consistency_path(old, new, TREE.node)
            for other_new in range(2, 18):
                for other_old in range(1, other_new):
                    if verify_consistency(other_old, other_new, roots[old], roots[new], path):
                        expected = consistency_path(other_old, other_new, TREE.node)
                        assert len(expected) == len(path)


@pytest.mark.parametrize(("size", "index"), [(1, 0), (2, 1), (7, 6), (8, 3), (13, 12)])
def test_a_cut_lengthened_shuffled_or_bent_inclusion_path_does_not_hold(size, index):
    expected = naive_root(TREE.entries[:size])
    leaf = leaf_hash(TREE.entries[index])
    path = inclusion_path(index, size, TREE.node)
    bent = [
        path[:-1] if path else [leaf],
        path[1:] if path else [expected],
        [*path, leaf],
        [leaf, *path],
        [*path, *path, leaf],
        [step[:-1] for step in path] or [b""],
        [step + b"\0" for step in path] or [b"\0"],
        [b""] * len(path) or [b""],
        [leaf] * 64,
        [leaf] * 100_000,
    ]
    if len(path) > 1:
        bent.append(path[::-1])
    for hostile in bent:
        assert not verify_inclusion(leaf, index, size, hostile, expected)


def test_an_inner_node_is_no_leaf():
    expected = naive_root(TREE.entries[:4])
    inner = range_root(0, 2, TREE.node)
    sibling = range_root(2, 4, TREE.node)
    assert node_hash(inner, sibling) == expected
    assert not verify_inclusion(inner, 0, 4, [sibling], expected)


def test_sizes_that_cannot_be_do_not_hold_and_do_not_raise():
    leaf = leaf_hash(b"")
    for index, size in [(0, 0), (-1, 1), (1, 1), (0, -1), (2**70, 2**71), (0, 2**70)]:
        assert not verify_inclusion(leaf, index, size, [], leaf)
    for old, new in [(-1, 0), (1, 0), (-2, -1), (2**70, 2**71), (1, 2**70)]:
        assert not verify_consistency(old, new, leaf, leaf, [])


def test_an_empty_tree_is_a_prefix_of_every_tree_and_of_nothing_else():
    some = naive_root(TREE.entries[:3])
    assert verify_consistency(0, 3, EMPTY_ROOT, some, [])
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not verify_consistency(0, 3, some, some, [])
    assert not verify_consistency(0, 0, EMPTY_ROOT, some, [])
    assert not verify_consistency(0, 3, EMPTY_ROOT, some, [some])


def test_a_tree_is_consistent_with_itself_and_no_other_of_its_size():
    one, other = naive_root(TREE.entries[:3]), naive_root(ENTRIES[:3])
    assert verify_consistency(3, 3, one, one, [])
    assert not verify_consistency(3, 3, one, other, [])
    assert not verify_consistency(3, 3, one, one, [one])


@pytest.mark.parametrize("new", range(2, 18))
def test_history_that_was_rewritten_is_not_consistent(new):
    for old in range(1, new):
        for changed in range(old):
            rewritten = Tree(
                [
                    b"forged" if place == changed else entry
                    for place, entry in enumerate(TREE.entries[:new])
                ]
            )
            path = consistency_path(old, new, rewritten.node)
            old_root = naive_root(TREE.entries[:old])
            assert not verify_consistency(old, new, old_root, rewritten.frontier.root(), path)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 7), (4, 8), (6, 8), (7, 13)])
def test_a_cut_lengthened_or_bent_consistency_path_does_not_hold(old, new):
    old_root, new_root = naive_root(TREE.entries[:old]), naive_root(TREE.entries[:new])
    path = consistency_path(old, new, TREE.node)
    for hostile in [
        [],
        path[:-1],
        path[1:],
        [*path, new_root],
        [old_root, *path],
        [*path, *path],
        [step[:-1] for step in path],
        [b""] * len(path),
        [old_root] * 65,
        [old_root] * 100_000,
    ]:
        assert not verify_consistency(old, new, old_root, new_root, hostile)
    assert not verify_consistency(old, new, new_root, old_root, path)
    assert not verify_consistency(old, new, old_root[:-1], new_root, path)


@given(st.data())
def test_a_flipped_bit_anywhere_breaks_either_proof(data):
    new = data.draw(st.integers(2, LARGEST))
    old = data.draw(st.integers(1, new - 1))
    new_root = naive_root(TREE.entries[:new])
    leaf = leaf_hash(TREE.entries[old])

    def flipped(hashes):
        place = data.draw(st.integers(0, len(hashes) - 1))
        bit = data.draw(st.integers(0, 255))
        changed = bytearray(hashes[place])
        changed[bit // 8] ^= 1 << bit % 8
        return [*hashes[:place], bytes(changed), *hashes[place + 1 :]]

    hostile_leaf, *path, hostile_root = flipped(
        [leaf, *inclusion_path(old, new, TREE.node), new_root]
    )
    assert not verify_inclusion(hostile_leaf, old, new, path, hostile_root)
    old_root = naive_root(TREE.entries[:old])
    hostile_old, *path, hostile_new = flipped(
        [old_root, *consistency_path(old, new, TREE.node), new_root]
    )
    assert not verify_consistency(old, new, hostile_old, hostile_new, path)


@given(
    st.integers(-5, 2**65),
    st.integers(-5, 2**65),
    st.lists(st.binary(max_size=33) | st.binary(min_size=32, max_size=32), max_size=70),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
)
def test_made_up_proofs_never_hold_and_never_raise(first, second, path, one, other):
    assert not verify_inclusion(one, first, second, path, other) or (second == 1 and one == other)
    assert not verify_consistency(first, second, one, other, path) or (
        first == second and one == other
    )


def test_makers_refuse_what_is_not_in_the_tree():
    for index, size in [(0, 0), (3, 3), (-1, 3)]:
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_path(index, size, TREE.node)
    for old, new in [(3, 2), (-1, 2)]:
        with pytest.raises(ValueError, match="cannot become"):
            consistency_path(old, new, TREE.node)


def test_a_path_in_a_tree_of_many_leaves_is_as_long_as_the_tree_is_high():
    def node(level, place):
        return hashlib.sha256(b"%d/%d" % (level, place)).digest()

    path = inclusion_path(777_777, 1_000_000, node)
    assert len(path) == 20
    assert verify_inclusion(
        node(0, 777_777), 777_777, 1_000_000, path, path_root(node(0, 777_777), 777_777, path)
    )


def path_root(hashed, index, path):
    last = 1_000_000 - 1
    for step in path:
        while index == last and not index & 1:
            index, last = index >> 1, last >> 1
        hashed = node_hash(step, hashed) if index & 1 else node_hash(hashed, step)
        index, last = index >> 1, last >> 1
    return hashed
