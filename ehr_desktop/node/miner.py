"""Mining in a process of its own: hashing would take the interpreter from screens and links.

Run as `python -m ehr_desktop.node.miner`: one line in (header and target), lines out
until a nonce is found or the process is ended.
"""

import sys
import time
from typing import Final, TextIO

from ehr_desktop.node.consensus.work import mine

SLICE: Final = 20_000
"""Tries between two looks at the clock."""
REPORT_S: Final = 0.25


def serve(orders: TextIO, answers: TextIO) -> None:
    """Mine what the first line of `orders` says: header and target in hexadecimal.

    Answers are `rate TRIES NONCE SECONDS` now and then, and `found NONCE TRIES SECONDS` at last.
    """
    words = orders.readline().split()
    header, target, nonce = bytes.fromhex(words[0]), int(words[1], 16), 0
    started = told = time.monotonic()
    tries = 0
    while True:
        mined = mine(header, target, nonce, SLICE)
        tries += mined.tries
        nonce += mined.tries
        now = time.monotonic()
        if mined.nonce is not None:
            answers.write(f"found {mined.nonce} {tries} {now - started:.6f}\n")
            answers.flush()
            return
        if now - told >= REPORT_S:
            told = now
            answers.write(f"rate {nonce} {tries} {now - started:.6f}\n")
            answers.flush()


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
