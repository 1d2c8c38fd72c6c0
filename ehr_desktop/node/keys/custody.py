"""The clinic's recovery key: it exists only as paper shares, any few of which give it back.

Source: DESIGN, section 5, Recovery.
"""

from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.crypto.sharing import random_scalar
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.boxes import open_key, seal_key
from ehr_desktop.node.store.secrets import KeyBox

CUSTODIANS = b"custodians"
TEAM_KEY = "team"
READ_KEY = "read-key"
_LABEL = "ehr/custody-box/v1"


def new_recovery_seed() -> bytes:
    """Make the seed of a recovery key, 32 bytes: a scalar, so that it can be shared out."""
    return random_scalar()


def custody_keys(seed: bytes) -> PersonKeys:
    """Give the signing and the box key of a recovery seed."""
    return PersonKeys.from_seed(
        derive_key(seed, "ehr/custody-signing/v1") + derive_key(seed, "ehr/custody-box/v1")
    )


def box_for_custodians(
    key: bytes, what: str, whose: bytes, generation: int, public: bytes
) -> KeyBox:
    """Seal a key to the custodians' key of a generation: `what` is `team` or `read-key`, `whose` a
    team's name padded to 16 bytes, or the patient's pseudonym.

    Raises:
        UnusableKeyError: `public` is no public key.
    """
    return seal_key(
        key, public, _LABEL,
        subject=whose, purpose=what, epoch=generation, recipient=CUSTODIANS, generation=generation,
    )  # fmt: skip


def open_for_custodians(box: KeyBox, key: BoxKey) -> bytes:
    """Give a key that was sealed to the custodians'; whoever opens it compares it with the ledger.

    Raises:
        OpenFailedError: it was sealed to another key, for something else, or changed.
    """
    return open_key(box, key, _LABEL)
