"""Mining in a process of its own: hashing would take the interpreter from screens and links.

Run as `python -m ehr_desktop.node.lan.miner`: orders come in by lines, answers go out by lines,
until the orders end.
"""

import queue
import sys
import threading
import time
from dataclasses import dataclass
from typing import Final, TextIO

from ehr_desktop.node.consensus.work import mine

SLICE: Final = 20_000
"""Tries between two looks at the clock and at new orders."""
REPORT_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Order:
    """What to mine from now on, under a number that answers repeat."""

    number: int
    header: bytes
    target: int


def read_order(line: str) -> Order | None:
    """Read `NUMBER HEADER TARGET`, the last two in hexadecimal; None for `rest`."""
    if line.strip() == "rest":
        return None
    number, header, target = line.split()
    return Order(int(number), bytes.fromhex(header), int(target, 16))


def serve(orders: TextIO, answers: TextIO) -> None:
    """Mine what the newest line of `orders` says, until they end.

    Answers are `rate NUMBER NONCE TRIES SECONDS` now and then, and `found` with the same at last.
    """
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders, lines), daemon=True).start()
    order: Order | None = None
    while True:
        # with nothing to mine there is nothing to do but to wait
        while order is None or not lines.empty():
            line = lines.get()
            if not line:
                return
            order = read_order(line)
        _mine(order, lines, answers)
        order = None


def _mine(order: Order, lines: "queue.SimpleQueue[str]", answers: TextIO) -> None:
    started = told = time.monotonic()
    nonce = 0
    while lines.empty():
        mined = mine(order.header, order.target, nonce, SLICE)
        nonce += mined.tries
        now = time.monotonic()
        if mined.nonce is not None:
            _answer(answers, "found", order, mined.nonce, nonce, now - started)
            return
        if now - told >= REPORT_S:
            told = now
            _answer(answers, "rate", order, nonce, nonce, now - started)


def _answer(
    answers: TextIO, word: str, order: Order, nonce: int, tries: int, seconds: float
) -> None:
    answers.write(f"{word} {order.number} {nonce} {tries} {seconds:.6f}\n")
    answers.flush()


def _listen(orders: TextIO, lines: "queue.SimpleQueue[str]") -> None:
    for line in orders:
        lines.put(line)
    lines.put("")


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
