"""Reading files for an import ahead of what is being stored.

Reading and storing are both work for a processor, so a large import is read in a second process. A
small one, and one for which no process can be started or whose process ends too early, is read
here.
"""

import multiprocessing
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.services.import_reading import Batch, read_batches
from ehr_desktop.services.values import ImportProgress

WORTH_A_PROCESS = 512 << 10
"""Bytes of files from which on a process pays for its start."""

Found = tuple[ImportProgress, Batch]


def read_ahead(
    files: Sequence[Path], validator: Validator, progress: Callable[[ImportProgress], None]
) -> Generator[tuple[int, Batch], None, None]:
    """Give every file's batches, at least one a file, with the file's place in the list.

    Take them on a worker thread, and close the iterator there too: that ends the process.
    """
    taken = 0
    if sum(map(_size, files)) >= WORTH_A_PROCESS and not getattr(sys, "frozen", False):
        for found in _read_elsewhere(files, validator):
            if found is None:
                return
            taken += 1
            progress(found[0])
            yield found[0].file_index, found[1]
    for number, (told, batch) in enumerate(_read(files, validator)):
        if number >= taken:
            progress(told)
            yield told.file_index, batch


def _read(files: Sequence[Path], validator: Validator) -> Iterator[Found]:
    for index, path in enumerate(files):
        counts = (0, 0)

        def tell(entries: int, bytes_done: int) -> None:
            nonlocal counts
            counts = entries, bytes_done

        for batch in read_batches(path, validator, tell):
            yield ImportProgress(path.name, index, len(files), *counts, _size(path)), batch


def _read_elsewhere(files: Sequence[Path], validator: Validator) -> Iterator[Found | None]:
    """Give what the process sends as far as it comes; None follows when that was all."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sending, files, validator), daemon=True)
    try:
        process.start()
    except OSError:
        receiving.close()
        sending.close()
        return
    sending.close()
    try:
        while True:
            yield receiving.recv()
    except EOFError:
        return
    finally:
        receiving.close()
        process.terminate()
        process.join()


def _send(
    sending: "Connection[Found | None, None]", files: Sequence[Path], validator: Validator
) -> None:
    """The process: it reads as fast as what it sends is taken."""
    # who presses Ctrl+C speaks to the program, which then ends this process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for found in _read(files, validator):
        sending.send(found)
    sending.send(None)
    sending.close()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
