"""Cutting what is to be sent into messages that fit a frame."""

from collections.abc import Iterable, Iterator


def batches(pieces: Iterable[bytes], room: int, most: int) -> Iterator[tuple[bytes, ...]]:
    """Cut byte strings into runs: each ends once it holds `room` bytes or `most` pieces."""
    batch: list[bytes] = []
    size = 0
    for piece in pieces:
        batch.append(piece)
        size += len(piece)
        if size >= room or len(batch) == most:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)
