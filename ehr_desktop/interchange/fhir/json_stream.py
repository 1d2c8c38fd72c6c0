"""Steps through one long JSON text, value by value, in bounded memory."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from ehr_desktop.domain.errors import BadFileError
from ehr_desktop.interchange.fhir.json_text import LosslessDecoder
from ehr_desktop.interchange.fhir.text_window import CHUNK, TextWindow

LARGEST_VALUE = 32 * 1024 * 1024
"""Bytes of one entry, and of any other value kept in memory."""

LONGEST_SKIP = 4 * LARGEST_VALUE
"""Bytes of a refused value that are passed over before the file is given up."""

MOST_COMMAS = 500_000
"""In one value: small elements take 25 times their text in memory."""

_MANY = 4 * CHUNK
_SPACE = re.compile(r"[ \t\n\r]*")
_BRACKET_OR_STRING = re.compile(r'["\[\]{}]')
_END_OF_SCALAR = re.compile(r"[,\]}]")
_QUOTE_OR_ESCAPE = re.compile(r'["\\]')
_ANY = re.compile(r".", re.DOTALL)

Found = TypeVar("Found")
Decode = Callable[[str, int], tuple[Found, int]]


class UnreadableError(Exception):
    """A value cannot be decoded; `code` says why: `not-json`, `too-deep`, `too-large` or
    `too-many-elements`. The cursor still stands at its start.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class JsonStream:
    """A cursor in a JSON text. `decoder.faults` tells about the value decoded last."""

    def __init__(self, window: TextWindow) -> None:
        self.window = window
        self.decoder = LosslessDecoder()

    def peek(self) -> str:
        """Pass over white space and give the next character; empty at the end of the file.

        Raises: BadFileError `too-large` for endless white space.
        """
        window = self.window
        passed = 0
        while True:
            end = end_of_space(window.text, window.at)
            passed += end - window.at
            window.at = end
            if end < len(window.text):
                return window.text[end]
            if passed > LARGEST_VALUE:
                raise BadFileError("too-large", window.position(window.at))
            if not window.read_more(CHUNK):
                return ""

    def expect(self, characters: str) -> str:
        """Step over the next character, which must be one of `characters`, and give it.

        Raises: BadFileError `not-json`, or `truncated` at the end of the file.
        """
        found = self.peek()
        if not found:
            raise BadFileError("truncated", self.window.position(self.window.at))
        if found not in characters:
            raise BadFileError("not-json", self.window.position(self.window.at))
        self.window.at += 1
        return found

    def value(self) -> Any:
        """Step over the next value and give it.

        Raises: UnreadableError.
        """
        return self.take(self.decoder.decode)

    def take(self, decode: Decode[Found]) -> Found:
        """Step over what `decode` reads at the cursor, giving it more text until it has enough.

        Raises: UnreadableError.
        """
        found, end = self.look(decode)
        self.window.at = end
        return found

    def look(self, decode: Decode[Found]) -> tuple[Found, int]:
        """Like `take`, but leave the cursor where it is and give the end as well.

        Raises: UnreadableError.
        """
        self.peek()
        window = self.window
        while True:
            self.decoder.faults.clear()
            try:
                found, end = decode(window.text, window.at)
            except RecursionError:
                raise UnreadableError("too-deep") from None
            except json.JSONDecodeError:
                if not self._grow():
                    raise UnreadableError("not-json") from None
            else:
                # at the very end of the window a number may be cut short
                if end < len(window.text) or not self._grow():
                    return found, end

    def _grow(self) -> bool:
        window = self.window
        if window.pending > LARGEST_VALUE:
            raise UnreadableError("too-large")
        if window.pending > _MANY and window.text.count(",", window.at) > MOST_COMMAS:
            raise UnreadableError("too-many-elements")
        return window.read_more(max(CHUNK, min(window.pending, LARGEST_VALUE)))

    def skip(self) -> None:
        """Step over a value that cannot be decoded, by its brackets and quotes alone.

        Raises: BadFileError `truncated` where it has no end, `too-large` where it is too long
        to look for one.
        """
        first = self.peek()
        start = self.window.position(self.window.at)
        if first == '"':
            self.window.at += 1
            self._skip_string(start)
        elif first in "[{":
            self._skip_brackets(start)
        else:
            self._step_past(_END_OF_SCALAR, start)
            self.window.at -= 1

    def _skip_brackets(self, start: int) -> None:
        depth = 0
        while True:
            found = self._step_past(_BRACKET_OR_STRING, start)
            if found == '"':
                self._skip_string(start)
            elif found in "[{":
                depth += 1
            else:
                depth -= 1
                if depth == 0:
                    return

    def _skip_string(self, start: int) -> None:
        while self._step_past(_QUOTE_OR_ESCAPE, start) == "\\":
            self._step_past(_ANY, start)

    def _step_past(self, pattern: re.Pattern[str], start: int) -> str:
        window = self.window
        while True:
            match = pattern.search(window.text, window.at)
            if match is not None:
                window.at = match.end()
                return match[0]
            window.at = len(window.text)
            position = window.position(window.at)
            if position - start > LONGEST_SKIP:
                raise BadFileError("too-large", start)
            if not window.read_more(CHUNK):
                raise BadFileError("truncated", position)


def end_of_space(text: str, at: int) -> int:
    """Give the index of the first character at or after `at` that is no JSON white space."""
    match = _SPACE.match(text, at)
    return match.end() if match else at


def step_over(text: str, at: int, characters: str) -> int:
    """Give the index after the next character, which must be one of `characters`.

    Raises: json.JSONDecodeError where it is not, or `text` ends before it.
    """
    at = end_of_space(text, at)
    if at == len(text) or text[at] not in characters:
        raise json.JSONDecodeError("unexpected character", text, at)
    return at + 1


def member_name(decoder: LosslessDecoder, text: str, at: int) -> tuple[str, int]:
    """Decode the name of an object's member; give it and the index where its value starts.

    Raises: json.JSONDecodeError.
    """
    name, end = decoder.decode(text, end_of_space(text, at))
    if not isinstance(name, str):
        raise json.JSONDecodeError("a name is needed", text, at)
    return name, end_of_space(text, step_over(text, end, ":"))
