import gzip
import io
import json
import tracemalloc

import pytest

from ehr_desktop.domain.errors import BadFileError, CancelledError
from ehr_desktop.interchange.fhir.bundle import BadEntry, BundleEntry, read_entries
from ehr_desktop.interchange.fhir.json_stream import LARGEST_VALUE
from ehr_desktop.interchange.fhir.text_window import CHUNK

GOOD = b'{"resourceType":"Basic","id":"ok","code":{"text":"x"}}'


def bundle(*resources):
    entries = b",".join(
        b'{"fullUrl":"urn:uuid:%d","resource":%s}' % (index, resource)
        for index, resource in enumerate(resources)
    )
    return b'{"resourceType":"Bundle","type":"collection","entry":[' + entries + b"]}"


def read(raw):
    return list(read_entries(io.BytesIO(raw)))


def read_until_break(raw):
    """Give the entries before the break, and the error."""
    found = []
    with pytest.raises(BadFileError) as error:
        found.extend(iter_into(found, raw))
    return found, error.value


def iter_into(found, raw):
    for entry in read_entries(io.BytesIO(raw)):
        found.append(entry)
    return ()


def codes(entry):
    return [problem.code for problem in entry.problems]


def test_a_body_is_the_bytes_as_they_stood():
    body = b'{ "resourceType" : "Basic",\r\n\t"id":"a", "x": 7.50, "name": "Zo\xc3\xab \\u00e9" }'
    (entry,) = read(b'  {"entry" : [ {"resource" :  ' + body + b' } ] , "resourceType":"Bundle"} ')
    assert isinstance(entry, BundleEntry)
    assert entry.body == body
    assert str(entry.resource["x"]) == "7.50"
    assert entry.resource["name"] == "Zoë é"


def test_entries_carry_their_place_and_full_url():
    first, second = read(bundle(GOOD, GOOD))
    assert (first.index, first.full_url) == (0, "urn:uuid:0")
    assert (second.index, second.full_url) == (1, "urn:uuid:1")


def test_a_file_of_one_resource_is_one_entry():
    (entry,) = read(b"\n" + GOOD + b"\n")
    assert entry == BundleEntry(0, "", json.loads(GOOD), GOOD)


def test_a_list_resource_is_no_bundle_though_it_has_entries():
    body = b'{"entry":[{"item":{"reference":"Basic/1"}}],"mode":"working","resourceType":"List"}'
    (entry,) = read(body)
    assert entry.resource["resourceType"] == "List"
    assert entry.body == body


def test_gzip_is_told_by_its_first_bytes():
    assert read(gzip.compress(bundle(GOOD, GOOD))) == read(bundle(GOOD, GOOD))


def test_gzip_of_several_members_is_one_file():
    raw = bundle(GOOD, GOOD)
    assert len(read(gzip.compress(raw[:70]) + gzip.compress(raw[70:]))) == 2


def test_a_byte_order_mark_is_passed_over():
    (entry,) = read(b"\xef\xbb\xbf" + GOOD)
    assert entry.body == GOOD


def test_an_empty_bundle_has_no_entries():
    assert read(b'{"resourceType":"Bundle","type":"collection"}') == []
    assert read(b'{"resourceType":"Bundle","type":"collection","entry":[]}') == []


def test_entries_across_chunk_borders_are_whole():
    texts = ["é" * size for size in (10, CHUNK // 3, CHUNK - 7, 2 * CHUNK + 1, 5)]
    bodies = [
        json.dumps({"resourceType": "Basic", "t": text}, ensure_ascii=False).encode()
        for text in texts
    ]
    assert [entry.body for entry in read(bundle(*bodies))] == bodies


def test_a_number_across_a_chunk_border_is_whole():
    head = b'{"resourceType":"Bundle",'
    raw = head + b" " * (CHUNK - len(head) - 10) + b'"total":123456,"entry":[]}'
    assert raw.index(b"456") > CHUNK > raw.index(b"123")
    assert read(raw) == []


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        (b'{"resourceType":"Basic","id":"a","id":"b"}', "duplicate-key"),
        (b'{"resourceType":"Basic","a":[{"b":{"c":1,"c":1}}]}', "duplicate-key"),
        (b'{"resourceType":"Basic","id":"\\u0061","i\\u0064":"b"}', "duplicate-key"),
        (b'{"resourceType":"Basic","x":NaN}', "not-a-number"),
        (b'{"resourceType":"Basic","x":-Infinity}', "not-a-number"),
        (b'{"resourceType":"Basic","x":1e999999999}', "number-too-large"),
        (b'{"resourceType":"Basic","x":1e9999999999999999999999}', "number-too-large"),
        (b'{"resourceType":"Basic","x":' + b"9" * 10_000 + b"}", "number-too-large"),
        (b'{"resourceType":"Basic","x":"\\ud83d"}', "lone-surrogate"),
        (b'{"resourceType":"Basic","\\udc00":1}', "lone-surrogate"),
        (b'{"resourceType":"Basic","x":"\xff"}', "not-utf-8"),
        (b'{"resourceType":"Basic","x":"\xed\xa0\x80"}', "not-utf-8"),
        (b'{"resourceType":"Basic","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "too-deep"),
        (b'{"resourceType":"Basic","x":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001, "too-deep"),
        (b'{"resourceType":"Basic","x":tru}', "not-json"),
        (b'{"resourceType":"Basic",}', "not-json"),
        (b"{'resourceType':'Basic'}", "not-json"),
        (b'{"resourceType":"Basic","x":01}', "not-json"),
        (b'{"resourceType":"Basic","x":"\x01"}', "not-json"),
        (b'{"resourceType":"Basic","x":"\\x"}', "not-json"),
        (b'{"resourceType":5}', "wrong-type"),
        (b'{"id":"a"}', "wrong-type"),
        (b"[1]", "wrong-type"),
        (b"null", "wrong-type"),
    ],
)
def test_a_bad_resource_is_refused_and_the_others_are_read(resource, code):
    before, bad, after = read(bundle(GOOD, resource, GOOD))
    assert isinstance(bad, BadEntry)
    assert (bad.index, code in codes(bad)) == (1, True)
    assert (before.body, after.body, after.index) == (GOOD, GOOD, 2)


def test_a_refused_resource_is_named_by_its_full_url_or_its_id():
    (bad,) = read(bundle(b'{"resourceType":"Basic","id":"a","x":NaN}'))
    assert bad.reference == "urn:uuid:0"
    (alone,) = read(b'{"resourceType":"Basic","id":"a","x":NaN}')
    assert alone.reference == "Basic/a"


@pytest.mark.parametrize("entry", [b"1", b"null", b'"x"', b"[]", b"{}", b'{"fullUrl":"u"}', b"tru"])
def test_an_entry_without_a_resource_is_refused(entry):
    raw = b'{"resourceType":"Bundle","entry":[' + entry + b',{"resource":' + GOOD + b"}]}"
    bad, good = read(raw)
    assert codes(bad) in (["wrong-type"], ["no-resource"], ["not-json"])
    assert good.body == GOOD


def test_a_truncated_bundle_gives_what_came_before_the_break():
    raw = bundle(GOOD, GOOD, GOOD)
    for length in range(len(raw) - 1, 80, -1):
        found, error = read_until_break(raw[:length])
        assert error.reason == "truncated"
        assert error.position == length
        assert all(entry.body == GOOD for entry in found)
        assert len(found) == raw[:length].count(GOOD + b"}")


def test_a_truncated_gzip_gives_what_came_before_the_break():
    bodies = [b'{"resourceType":"Basic","id":"%d"}' % number for number in range(20_000)]
    packed = gzip.compress(bundle(*bodies))
    found, error = read_until_break(packed[: len(packed) // 2])
    assert error.reason == "truncated"
    assert len(found) > 5_000
    assert [entry.body for entry in found] == bodies[: len(found)]


def test_a_gzip_with_a_flipped_byte_is_told():
    packed = bytearray(gzip.compress(bundle(*[GOOD] * 50)))
    packed[-6] ^= 1
    found, error = read_until_break(bytes(packed))
    assert error.reason == "bad-gzip"
    assert len(found) == 50


def test_a_break_between_entries_says_where():
    raw = bundle(GOOD, GOOD).replace(b"},{", b"} oops {")
    found, error = read_until_break(raw)
    assert (error.reason, error.position) == ("not-json", raw.index(b"oops"))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"<Bundle/>", "not-json"),
        (b"%PDF-1.7", "not-json"),
        (b"\x00\x01\x02\x03", "not-json"),
        (b'[{"resourceType":"Basic"}]', "wrong-type"),
        ('{"resourceType":"Basic"}'.encode("utf-16"), "not-utf-8"),
        (b'{"resourceType":"Bundle","entry":{}}', "wrong-type"),
        (b'{"resourceType":"Bundle","resourceType":"Bundle"}', "duplicate-key"),
        (b'{"resourceType":"Bundle","entry":[],"entry":[]}', "duplicate-key"),
        (b'{"resourceType":"Bundle"} {}', "trailing-text"),
        (GOOD + GOOD, "trailing-text"),
        (b'{"resourceType":"Bundle","a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "too-deep"),
        (b'{"resourceType":"Bundle",5:1}', "not-json"),
        (b'{"entry":[],"resourceType":"Patient"}', "wrong-type"),
        (b'{"resourceType":"Patient"', "truncated"),
        (gzip.compress(b"", mtime=0), "empty"),
    ],
)
def test_a_file_that_is_no_bundle_is_refused_by_a_code(raw, code):
    _, error = read_until_break(raw)
    assert error.reason == code
    assert error.position is not None


def test_an_entry_over_32_mib_is_refused_and_the_next_is_read():
    large = b'{"resourceType":"Binary","data":"' + b"QUJD" * (LARGEST_VALUE // 4) + b'"}'
    bad, good = read(bundle(large, GOOD))
    assert codes(bad) == ["too-large"]
    assert good.body == GOOD


def test_an_entry_of_two_million_numbers_is_refused():
    many = b'{"resourceType":"Basic","x":[' + b"0," * 4_500_000 + b"0]}"
    bad, good = read(bundle(many, GOOD))
    assert codes(bad) == ["too-many-elements"]
    assert good.body == GOOD


class Endless(io.RawIOBase):
    """A stream that goes on for `size` bytes without holding them."""

    def __init__(self, head, filling, size):
        super().__init__()
        self.head, self.filling, self.size, self.at = head, filling, size, 0

    def readable(self):
        return True

    def seek(self, offset, whence=0):
        self.at = self.at + offset if whence == 1 else offset
        return self.at

    def tell(self):
        return self.at

    def read(self, most=-1):
        most = min(most, self.size - self.at)
        start, self.at = self.at, self.at + max(most, 0)
        if start < len(self.head):
            wanted = self.head[start : start + most]
            return wanted + self.filling * ((most - len(wanted)) // len(self.filling))
        return self.filling * (most // len(self.filling))


def test_endless_white_space_is_given_up():
    stream = Endless(b"{", b" ", 2**40)
    with pytest.raises(BadFileError) as error:
        list(read_entries(stream))
    assert error.value.reason == "too-large"


def test_an_endless_text_is_given_up():
    stream = Endless(b'{"resourceType":"Bundle","entry":[{"resource":"', b"a", 2**40)
    with pytest.raises(BadFileError) as error:
        list(read_entries(stream))
    assert error.value.reason == "too-large"


def test_memory_does_not_grow_with_the_file():
    entry = b'{"resource":' + GOOD + b" " * 65_000 + b"},"
    stream = Endless(b'{"resourceType":"Bundle","entry":[', entry, 48 * 1024 * 1024)
    reader = read_entries(stream)
    tracemalloc.start()
    try:
        found = sum(isinstance(next(reader), BundleEntry) for _ in range(700))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == 700
    assert stream.tell() > 40 * CHUNK
    assert peak < 12 * CHUNK


def test_progress_counts_the_bytes_on_disk_and_may_cancel():
    packed = gzip.compress(bundle(*[GOOD] * 1000))
    seen = []
    list(read_entries(io.BytesIO(packed), progress=seen.append))
    assert seen == sorted(seen)
    assert seen[-1] == len(packed)

    def cancel(_bytes_read):
        raise CancelledError

    with pytest.raises(CancelledError):
        list(read_entries(io.BytesIO(packed), progress=cancel))
