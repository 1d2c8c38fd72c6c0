"""Key boxes: a key sealed for one recipient, bound to what it is for, whom, and from when.

What is in it          subject   purpose            epoch             recipient     generation
a team's key           empty     team               its generation    person        1
an earlier one         empty     team               its generation    team          the later one's
category key, team     patient   category           epoch             team          the team key's
category key, reader   patient   category           epoch             reader        1
share for a PIN        patient   pin                card's number     device        place
sealed category key    patient   category           epoch             escrow        1
share of that          patient   share:category     epoch             device        place
share released         patient   release:category   epoch             claim         place
for the custodians     whose     team, read-key     custody's number  custodians    custody's number
"""

from collections.abc import Sequence

from ehr_desktop.node.crypto.box import BoxKey, seal_box
from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.store.secrets import KeyBox


def seal_key(
    key: bytes,
    public: bytes,
    label: str,
    *,
    subject: bytes,
    purpose: str,
    epoch: int,
    recipient: bytes,
    generation: int,
) -> KeyBox:
    """Seal `key` to the holder of `public` (1,216 bytes); `label` says what kind of box it is.

    Raises:
        UnusableKeyError: `public` is no public key.
    """
    box = seal_box(key, public, _context(label, subject, purpose, epoch, recipient))
    return addressed(box, subject, purpose, epoch, recipient, generation)


def open_key(box: KeyBox, key: BoxKey, label: str) -> bytes:
    """Give what was sealed with `seal_key`. Anybody can seal a box: what is in it counts only if it
    is what the ledger says.

    Raises:
        OpenFailedError: it was sealed to another key, for something else, or changed.
    """
    return key.open(box.box, _context(label, box.subject, box.purpose, box.epoch, box.recipient))


def addressed(
    box: bytes, subject: bytes, purpose: str, epoch: int, recipient: bytes, generation: int
) -> KeyBox:
    """Give sealed bytes as a box under its address, with the hash that names it."""
    address = subject, purpose, epoch, recipient, generation
    return KeyBox(box_hash(box, *address), *address, box)


def box_hash(
    box: bytes, subject: bytes, purpose: str, epoch: int, recipient: bytes, generation: int
) -> bytes:
    """Give the hash that stands for a box on the ledger. It binds what the box is for and whom, so
    nobody can pass one on under another address.
    """
    numbers = str(epoch).encode(), str(generation).encode()
    return digest("ehr/box/v1", box, subject, purpose.encode(), recipient, *numbers)


def hashes_of(boxes: Sequence[KeyBox]) -> tuple[bytes, ...]:
    """Give the hashes of boxes, in order."""
    return tuple(box.hash for box in boxes)


def _context(label: str, subject: bytes, purpose: str, epoch: int, recipient: bytes) -> bytes:
    # a box with a team's own key is about no patient
    about = (subject,) if subject else ()
    return digest(label, *about, purpose.encode(), str(epoch).encode(), recipient)
