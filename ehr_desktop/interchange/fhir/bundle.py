"""Reads the resources of a file one by one, however large the file is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from ehr_desktop.domain.errors import BadFileError
from ehr_desktop.interchange.fhir.json_stream import (
    LARGEST_VALUE,
    JsonStream,
    UnreadableError,
    end_of_space,
    member_name,
    step_over,
)
from ehr_desktop.interchange.fhir.json_text import holds_lone_surrogate
from ehr_desktop.interchange.fhir.problem import Problem
from ehr_desktop.interchange.fhir.text_window import Progress, TextWindow

TEXTS = {
    "not-json": "This entry is not JSON.",
    "too-deep": "This entry is nested too deeply.",
    "too-large": "This entry is larger than 32 MiB.",
    "too-many-elements": "This entry has more than half a million elements.",
    "duplicate-key": "An object names the same element twice.",
    "not-a-number": "NaN and Infinity are not JSON.",
    "number-too-large": "A number is larger or longer than any record needs.",
    "not-utf-8": "The text is not UTF-8.",
    "lone-surrogate": "A text holds half of a Unicode character.",
    "no-resource": "This entry holds no resource.",
    "wrong-type": "This entry is not a FHIR resource.",
}

Members = dict[str, tuple[tuple[int, int], Any]]
"""A member's name to where its value stands in the text, and the value."""

# List is the other resource with `entry`; its entries have these members
_LIST_ENTRY = re.compile(r'\s*\[\s*\{\s*"(?:flag|deleted|date|item)"')


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """One resource. `body` are the exact bytes it stood as in the file; `resource` is the same
    decoded, with decimals as `DecimalLiteral`. `index` counts the entries from 0.
    """

    index: int
    full_url: str
    resource: dict[str, Any]
    body: bytes


@dataclass(frozen=True, slots=True)
class BadEntry:
    """One entry that was refused, and why. `reference` is its fullUrl or `Type/id`, if known."""

    index: int
    reference: str
    problems: tuple[Problem, ...]


def ignore_progress(_bytes_read: int) -> None:
    """Stand in for a progress bar where there is none."""


def read_entries(
    stream: BinaryIO, *, progress: Progress = ignore_progress
) -> Iterator[BundleEntry | BadEntry]:
    """Read a Bundle, or a file of one resource, from a seekable `stream`, gzipped or plain.

    Holds one entry at a time. A refused entry does not stop the others. To cancel, stop
    iterating, or raise from `progress`.

    Raises: BadFileError where the file cannot be read from there on: `empty`, `not-json`,
    `not-utf-8`, `bad-gzip`, `truncated`, `too-large`, `too-deep`, `duplicate-key`,
    `wrong-type`, `trailing-text`; entries before the break have been given by then.
    """
    json_stream = JsonStream(TextWindow(stream, progress))
    first = json_stream.peek()
    if not first:
        raise BadFileError("empty", 0)
    if first != "{":
        raise BadFileError("wrong-type" if first == "[" else "not-json", 0)
    if _is_bundle(json_stream):
        yield from _BundleReader(json_stream).entries()
    else:
        yield _single(json_stream)
    if json_stream.peek():
        raise _broken(json_stream, "trailing-text")


def _broken(json_stream: JsonStream, code: str) -> BadFileError:
    window = json_stream.window
    return BadFileError(code, window.position(window.at))


def _is_bundle(json_stream: JsonStream) -> bool:
    """Look at the first members, which mostly is to look at `resourceType`."""

    def decode(text: str, at: int) -> tuple[bool, int]:
        end = step_over(text, at, "{")
        while True:
            name, start = member_name(json_stream.decoder, text, end)
            if name == "entry":
                return _LIST_ENTRY.match(text, start) is None, start
            value, end = json_stream.decoder.decode(text, start)
            if name == "resourceType":
                return value == "Bundle", end
            end = step_over(text, end, ",}")
            if text[end - 1] == "}":
                return False, end

    try:
        return json_stream.look(decode)[0]
    except UnreadableError:
        # whatever it is, reading it as one resource says what is wrong with it
        return False


def _single(json_stream: JsonStream) -> BundleEntry | BadEntry:
    window = json_stream.window
    try:
        resource, end = json_stream.look(json_stream.decoder.decode)
    except UnreadableError as error:
        return _passed_over(json_stream, 0, error.code)
    start, window.at = window.at, end
    return _entry(json_stream, 0, "", resource, (start, end))


def _passed_over(json_stream: JsonStream, index: int, code: str) -> BadEntry:
    """Step over what cannot be decoded; name it by its place.

    Raises: BadFileError where its end cannot be found.
    """
    json_stream.skip()
    return BadEntry(index, "", (Problem("", code, TEXTS[code]),))


def _entry(
    json_stream: JsonStream, index: int, full_url: str, resource: Any, span: tuple[int, int]
) -> BundleEntry | BadEntry:
    body = json_stream.window.bytes_of(*span)
    codes = list(dict.fromkeys(json_stream.decoder.faults))
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(kind, str):
        codes.append("wrong-type")
    if len(body) > LARGEST_VALUE:
        codes.append("too-large")
    if not _is_utf_8(body):
        codes.append("not-utf-8")
    elif b"\\u" in body and holds_lone_surrogate(resource):
        codes.append("lone-surrogate")
    if codes:
        problems = tuple(Problem("", code, TEXTS[code]) for code in codes)
        return BadEntry(index, full_url or _own_reference(resource), problems)
    return BundleEntry(index, full_url, resource, body)


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _own_reference(resource: Any) -> str:
    if not isinstance(resource, dict):
        return ""
    kind, own_id = resource.get("resourceType"), resource.get("id")
    named = isinstance(kind, str) and isinstance(own_id, str)
    return f"{kind}/{own_id}" if named else ""


class _BundleReader:
    """Walks the members of a Bundle and the elements of its `entry`."""

    def __init__(self, json_stream: JsonStream) -> None:
        self._json = json_stream

    def entries(self) -> Iterator[BundleEntry | BadEntry]:
        stream = self._json
        seen: set[str] = set()
        kind: Any = None
        stream.expect("{")
        while True:
            name = self._value()
            if not isinstance(name, str):
                raise _broken(stream, "not-json")
            if name in seen:
                raise _broken(stream, "duplicate-key")
            seen.add(name)
            stream.expect(":")
            if name == "entry":
                yield from self._elements()
            else:
                value = self._value()
                kind = value if name == "resourceType" else kind
            if stream.expect(",}") == "}":
                break
        if kind != "Bundle":
            raise BadFileError("wrong-type", 0)

    def _value(self) -> Any:
        try:
            return self._json.value()
        except UnreadableError as error:
            broken = _broken(self._json, error.code)
            if error.code == "not-json":
                # the end of the file within a value looks the same to the decoder
                self._json.skip()
            raise broken from None

    def _elements(self) -> Iterator[BundleEntry | BadEntry]:
        stream = self._json
        if stream.peek() not in {"[", ""}:
            raise _broken(stream, "wrong-type")
        stream.expect("[")
        if stream.peek() == "]":
            stream.expect("]")
            return
        index = 0
        while True:
            yield self._element(index)
            index += 1
            if stream.expect(",]") == "]":
                return

    def _element(self, index: int) -> BundleEntry | BadEntry:
        stream = self._json
        try:
            if stream.peek() != "{":
                stream.value()
                return BadEntry(index, "", (Problem("", "wrong-type", TEXTS["wrong-type"]),))
            members, end = stream.look(self._decode_members)
        except UnreadableError as error:
            return _passed_over(stream, index, error.code)
        _, full_url = members.get("fullUrl", ((0, 0), ""))
        full_url = full_url if isinstance(full_url, str) else ""
        found: BundleEntry | BadEntry
        if "resource" in members:
            span, resource = members["resource"]
            found = _entry(stream, index, full_url, resource, span)
        else:
            problem = Problem("", "no-resource", TEXTS["no-resource"])
            found = BadEntry(index, full_url, (problem,))
        stream.window.at = end
        return found

    def _decode_members(self, text: str, at: int) -> tuple[Members, int]:
        decoder = self._json.decoder
        members: Members = {}
        end = end_of_space(text, step_over(text, at, "{"))
        if text.startswith("}", end):
            return members, end + 1
        while True:
            name, start = member_name(decoder, text, end)
            value, end = decoder.decode(text, start)
            if name in members:
                decoder.faults.append("duplicate-key")
            members[name] = ((start, end), value)
            end = step_over(text, end, ",}")
            if text[end - 1] == "}":
                return members, end
