"""Names for things. All but `RecordNumber` are random, so they say nothing about a person."""

import re
from typing import NewType

PatientId = NewType("PatientId", str)
"""A patient's pseudonym on the ledger: 32 hexadecimal characters."""

PersonId = NewType("PersonId", str)
"""A member of staff: 32 hexadecimal characters."""

DeviceId = NewType("DeviceId", str)
"""A workstation: 32 hexadecimal characters, the start of the hash of its signing key."""

RecordId = NewType("RecordId", str)
"""One record through all its versions: 32 hexadecimal characters."""

AppointmentId = NewType("AppointmentId", str)
"""One booking: 32 hexadecimal characters."""

TransactionId = NewType("TransactionId", str)
"""SHA-256 of a transaction's signed payload: 64 hexadecimal characters."""

BlockId = NewType("BlockId", str)
"""SHA-256 of a block's header: 64 hexadecimal characters."""

ContainerId = NewType("ContainerId", str)
"""The commitment to a container, which also names it: 64 hexadecimal characters."""

RecordNumber = NewType("RecordNumber", str)
"""What the front desk calls "record id": the clinic's own number for a patient."""

_ID = re.compile(r"[0-9a-f]{32}\Z")


def is_id(text: str) -> bool:
    """Tell whether `text` has the form of a random id: 32 lower-case hexadecimal characters."""
    return _ID.match(text) is not None
