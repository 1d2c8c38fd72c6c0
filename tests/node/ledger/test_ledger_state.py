import hashlib
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.node.ledger.state import (
    EMPTY,
    LEVELS,
    StateTree,
    bucket_of,
    key_hash_of,
    value_hash_of,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "ledger.json").read_text())

# Keys that share a bucket are found by trying: with a hash of 16 bits it takes few tries.
BY_BUCKET: dict[int, list[bytes]] = {}
for number in range(2000):
    name = b"key %d" % number
    BY_BUCKET.setdefault(bucket_of(key_hash_of(name)), []).append(name)
NEIGHBOURS = next(names for names in BY_BUCKET.values() if len(names) > 1)[:2]


class Store:
    """Keeps what a node keeps: the entries by bucket, the nodes, and the tree over them."""

    def __init__(self):
        self.tree, self.buckets, self.nodes = StateTree(), {}, {}

    def bucket(self, index):
        return self.buckets.get(index, {})

    def change(self, changes):
        delta = self.tree.update(changes, self.bucket)
        for bucket, key, value in delta.entries:
            entries = self.buckets.setdefault(bucket, {})
            if value is None:
                del entries[key]
            else:
                entries[key] = value
        for level, place, hashed in delta.nodes:
            if hashed == EMPTY:
                del self.nodes[level, place]
            else:
                self.nodes[level, place] = hashed
        self.tree.apply(delta)
        assert self.tree.root == delta.root
        return delta


def labelled(label, content):
    return hashlib.sha256(len(label).to_bytes(4, "big") + label + content).digest()


def naive_root(state):
    """A second implementation: the whole tree from the whole state, from the top down."""
    entries = sorted(
        (labelled(b"ehr/state-key/v1", key), labelled(b"ehr/state-value/v1", value))
        for key, value in state.items()
    )

    def over(entries, depth):
        if not entries:
            return bytes(32)
        if depth == 16:
            return labelled(b"ehr/state-bucket/v1", b"".join(k + v for k, v in entries))
        sides = [[], []]
        for key, value in entries:
            sides[key[depth // 8] >> (7 - depth % 8) & 1].append((key, value))
        left, right = (over(side, depth + 1) for side in sides)
        return labelled(b"ehr/state-node/v1", left + right)

    return over(entries, 0)


keys = st.sampled_from([*NEIGHBOURS, *(b"k%d" % n for n in range(12))])
batches = st.lists(st.dictionaries(keys, st.none() | st.binary(max_size=3), max_size=6), max_size=8)


def test_a_state_without_keys_has_the_empty_root():
    assert StateTree().root == EMPTY == naive_root({})


def test_a_state_has_the_root_earlier_builds_gave_it():
    store = Store()
    store.change({b"key %d" % n: b"value %d" % n for n in range(100)})
    assert store.tree.root.hex() == VECTORS["state_root"]


@given(batches)
def test_the_root_is_that_of_the_state_whatever_its_history(history):
    store, state = Store(), {}
    for changes in history:
        store.change(changes)
        state.update(changes)
        state = {key: value for key, value in state.items() if value is not None}
        assert store.tree.root == naive_root(state)


@given(st.dictionaries(keys, st.binary(max_size=3), max_size=10), st.randoms())
def test_one_batch_or_many_in_any_order_give_the_same_nodes(state, random):
    at_once, one_by_one = Store(), Store()
    at_once.change(state)
    entries = list(state.items())
    random.shuffle(entries)
    for key, value in entries:
        one_by_one.change({key: b"something before"})
        one_by_one.change({key: value})
    assert one_by_one.tree.root == at_once.tree.root
    assert one_by_one.nodes == at_once.nodes


def test_what_is_stored_rebuilds_the_tree():
    store = Store()
    store.change({b"key %d" % n: b"" for n in range(500)})
    rebuilt = StateTree((level, place, h) for (level, place), h in store.nodes.items())
    assert rebuilt.root == store.tree.root
    changes = {b"key 7": None, b"new": b"x"}
    assert rebuilt.update(changes, store.bucket) == store.tree.update(changes, store.bucket)


def test_removing_everything_leaves_nothing_behind():
    store = Store()
    names = [b"key %d" % n for n in range(300)]
    store.change(dict.fromkeys(names, b"v"))
    store.change(dict.fromkeys(names, None))
    assert store.tree.root == EMPTY
    assert store.nodes == {}
    assert not any(store.buckets.values())


def test_a_single_key_makes_one_node_a_level():
    store = Store()
    delta = store.change({b"key": b"value"})
    bucket = bucket_of(key_hash_of(b"key"))
    assert [(level, place) for level, place, _ in delta.nodes] == [
        (level, bucket >> level) for level in range(LEVELS + 1)
    ]
    assert delta.entries == ((bucket, key_hash_of(b"key"), value_hash_of(b"value")),)


def test_upper_nodes_are_hashed_once_a_batch():
    store = Store()
    delta = store.change({b"key %d" % n: b"" for n in range(1000)})
    named = [(level, place) for level, place, _ in delta.nodes]
    assert len(set(named)) == len(named)
    assert named.count((LEVELS, 0)) == 1
    assert delta.nodes[-1].hash == delta.root


def test_changes_that_change_nothing_say_so():
    store = Store()
    store.change({NEIGHBOURS[0]: b"v"})
    for changes in ({}, {NEIGHBOURS[0]: b"v"}, {b"not there": None}, {NEIGHBOURS[1]: None}):
        delta = store.tree.update(changes, store.bucket)
        assert (delta.root, delta.nodes, delta.entries) == (store.tree.root, (), ())


def test_keys_that_share_a_bucket_are_told_apart():
    one, other = NEIGHBOURS
    roots = set()
    for state in ({one: b"a", other: b"b"}, {one: b"b", other: b"a"}, {one: b"a"}, {other: b"a"}):
        store = Store()
        store.change(state)
        roots.add(store.tree.root)
    assert len(roots) == 4


def test_working_out_a_change_changes_nothing():
    store = Store()
    store.change({b"key": b"value"})
    before = store.tree.root
    delta = store.tree.update({b"key": b"other"}, store.bucket)
    assert store.tree.root == before != delta.root


def test_a_copy_changes_on_its_own():
    store = Store()
    store.change({b"key": b"value"})
    twin = store.tree.copy()
    twin.apply(twin.update({b"key": b"other"}, store.bucket))
    assert twin.root != store.tree.root


def test_a_value_of_no_bytes_is_not_the_same_as_no_value():
    store = Store()
    store.change({b"key": b""})
    assert store.tree.root == naive_root({b"key": b""}) != EMPTY
