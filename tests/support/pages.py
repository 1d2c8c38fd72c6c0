"""The bytes of a database as they lie on the disk, with the pages opened: what SQL does not show,
too. Pages of SQLCipher are AES-256-CBC under the raw key; the last 48 bytes are vector and MAC.
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
_RESERVED = 48
_SALT = 16
_LOG_HEADER = 32
_FRAME_HEADER = 24


def opened_pages(path, key):
    """Give every page of a database file and of its log, opened."""
    raw = path.read_bytes()
    pages = [_opened(raw[at : at + PAGE], key, first=at == 0) for at in range(0, len(raw), PAGE)]
    log = path.with_name(path.name + "-wal")
    if log.exists():
        raw = log.read_bytes()[_LOG_HEADER:]
        step = PAGE + _FRAME_HEADER
        for at in range(0, len(raw) - step + 1, step):
            number = int.from_bytes(raw[at : at + 4], "big")
            pages.append(_opened(raw[at + _FRAME_HEADER : at + step], key, first=number == 1))
    return b"".join(pages)


def _opened(page, key, *, first):
    start = _SALT if first else 0
    vector = page[PAGE - _RESERVED : PAGE - _RESERVED + 16]
    opener = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return opener.update(page[start : PAGE - _RESERVED]) + opener.finalize()
