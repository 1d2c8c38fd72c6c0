"""Category keys sealed for single readers: a member with a grant, the patient, a delegate."""

from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.keys.boxes import open_key, seal_key
from ehr_desktop.node.store.secrets import KeyBox

_LABEL = "ehr/reader-box/v1"
READER_GENERATION = 1


def box_for_reader(
    category_key: bytes, patient: bytes, category: str, epoch: int, reader: bytes, public: bytes
) -> KeyBox:
    """Seal a patient's category key for a reader: a member's id and box key, or the pseudonym and
    read key of the patient or a delegate.

    Raises:
        UnusableKeyError: `public` is no public key.
    """
    return seal_key(
        category_key, public, _LABEL,
        subject=patient, purpose=category, epoch=epoch, recipient=reader,
        generation=READER_GENERATION,
    )  # fmt: skip


def open_reader_box(box: KeyBox, key: BoxKey) -> bytes:
    """Open a patient's category key with a reader's own key; whoever opens it compares it with its
    commitment.

    Raises:
        OpenFailedError: it was sealed to another key, for something else, or changed.
    """
    return open_key(box, key, _LABEL)
