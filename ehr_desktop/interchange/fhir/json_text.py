"""JSON without loss: decimals keep their literals, and nothing that two readers could understand
differently passes unseen.
"""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from typing_extensions import override

LONGEST_NUMBER = 64
LARGEST_EXPONENT = 400


class DecimalLiteral(Decimal):
    """A JSON number that is not a plain integer; `str()` gives it to the letter (`7.50`,
    `1.0E-6`), arithmetic and comparison are Decimal's.
    """

    __slots__ = ("_literal",)
    _literal: str

    def __new__(cls, literal: str) -> Self:
        """Make the number that `literal` writes.

        Raises: decimal.InvalidOperation where it is no number.
        """
        number = super().__new__(cls, literal)
        number._literal = literal
        return number

    @override
    def __str__(self) -> str:
        return self._literal


class LosslessDecoder:
    """Decodes JSON values. What JSON allows and a record may not hold is decoded all the same
    and named in `faults` (codes), so that reading can go on after it: `duplicate-key`,
    `not-a-number`, `number-too-large`. Empty `faults` before the next value.
    """

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=self._decimal,
            parse_int=self._integer,
            parse_constant=self._constant,
        )

    def decode(self, text: str, at: int) -> tuple[Any, int]:
        """Decode the value that starts at `text[at]`; give it and the index after its end.

        Raises: json.JSONDecodeError where there is no whole value; RecursionError where it is
        nested deeper than the interpreter goes (some 1,000 levels).
        """
        return self._decoder.raw_decode(text, at)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            self.faults.append("duplicate-key")
        return members

    def _decimal(self, literal: str) -> Decimal:
        try:
            number = DecimalLiteral(literal if len(literal) <= LONGEST_NUMBER else "NaN")
        except InvalidOperation:
            number = DecimalLiteral("NaN")
        if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
            self.faults.append("number-too-large")
        return number

    def _integer(self, literal: str) -> int | Decimal:
        if len(literal) > LONGEST_NUMBER:
            self.faults.append("number-too-large")
            return 0
        return DecimalLiteral(literal) if literal == "-0" else int(literal)

    def _constant(self, _name: str) -> None:
        self.faults.append("not-a-number")


def holds_lone_surrogate(value: Any) -> bool:
    """Tell whether a decoded value holds half of a UTF-16 pair, which no UTF-8 can carry."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            try:
                one.encode()
            except UnicodeEncodeError:
                return True
        elif isinstance(one, dict):
            waiting.extend(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return False


def write_json(value: Any) -> bytes:
    """Give `value` as compact JSON in UTF-8, members in their order, decimals to the letter."""
    return "".join(_parts(value)).encode()


def _parts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        separator = "{"
        for name, member in value.items():
            yield f"{separator}{json.dumps(name, ensure_ascii=False)}:"
            yield from _parts(member)
            separator = ","
        yield "}" if value else "{}"
    elif isinstance(value, list | tuple):
        separator = "["
        for element in value:
            yield separator
            yield from _parts(element)
            separator = ","
        yield "]" if value else "[]"
    elif isinstance(value, Decimal):
        yield str(value)
    else:
        yield json.dumps(value, ensure_ascii=False)
