"""Writes records out as they came in."""

import json
from collections.abc import Iterable
from typing import BinaryIO


def write_bundle(stream: BinaryIO, entries: Iterable[tuple[str, bytes]]) -> int:
    """Write a collection Bundle of (fullUrl, resource body) pairs and give their number.

    Every body stands in the file byte for byte. Nothing but the pair at hand is kept in memory.
    """
    stream.write(b'{"resourceType":"Bundle","type":"collection"')
    count = 0
    for full_url, body in entries:
        # FHIR has no empty lists, so `entry` begins with the first of them
        stream.write(b',"entry":[\n' if count == 0 else b",\n")
        head = f'{{"fullUrl":{json.dumps(full_url)},' if full_url else "{"
        stream.write(head.encode() + b'"resource":' + body + b"}")
        count += 1
    stream.write(b"\n]}\n" if count else b"}\n")
    return count
