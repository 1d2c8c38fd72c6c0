"""Opening a patient's category keys for whoever is here: a member, or a patient at the kiosk.

A member's boxes are those for the teams and those for the member alone; a patient's, those for the
patient. Anybody can seal a box: what is in one counts only if it is what the ledger says.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

from sqlalchemy import Connection

from ehr_desktop.node.contracts.consent_state import CategoryKey, entry
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.keyring import PatientSession, Session
from ehr_desktop.node.keys.readers import READER_GENERATION, open_reader_box
from ehr_desktop.node.keys.teams import category_key_commitment, open_category_key
from ehr_desktop.node.store import secrets

Holder = Session | PatientSession
"""Whose keys may open something."""


def category_key(
    holder: Holder,
    connection: Connection,
    value: StateReader,
    patient: bytes,
    category: str,
    epoch: int,
) -> bytes | None:
    """Give the key of an epoch, remembered in the session from then on; None if nothing here opens
    it. It is the one that the ledger commits to.
    """
    name = patient, category, epoch
    known = holder.category_keys.get(name)
    if known is not None:
        return known
    said = entry(value, CategoryKey, "key", patient, category, epoch)
    for sealed_epoch, open_box in _sealed_for(holder, connection, patient, category):
        if sealed_epoch == epoch and said is not None:
            with suppress(OpenFailedError):
                key = open_box()
                if category_key_commitment(key) == said.commitment:
                    holder.category_keys[name] = key
                    return key
    return None


def epochs_sealed_for(
    holder: Holder, connection: Connection, patient: bytes, category: str
) -> frozenset[int]:
    """Give the epochs of a category whose keys are sealed for somebody; nothing is opened."""
    return frozenset(epoch for epoch, _ in _sealed_for(holder, connection, patient, category)) | {
        epoch for of, what, epoch in holder.category_keys if (of, what) == (patient, category)
    }


def reader_keys(
    connection: Connection, value: StateReader, reader: bytes, key: BoxKey
) -> dict[tuple[bytes, str, int], bytes]:
    """Open everything that is sealed for one reader alone, of whichever patient, with the reader's
    key: by patient, category and epoch.
    """
    found: dict[tuple[bytes, str, int], bytes] = {}
    for box in secrets.boxes_to(connection, reader, READER_GENERATION):
        said = entry(value, CategoryKey, "key", box.subject, box.purpose, box.epoch)
        if said is None:
            continue
        with suppress(OpenFailedError):
            opened = open_reader_box(box, key)
            if category_key_commitment(opened) == said.commitment:
                found[box.subject, box.purpose, box.epoch] = opened
    return found


def _sealed_for(
    holder: Holder, connection: Connection, patient: bytes, category: str
) -> Iterator[tuple[int, Callable[[], bytes]]]:
    """Give what is sealed for somebody: the epoch of each key, and how to open its box."""
    for team, team_key in holder.teams.items():
        for box in secrets.category_boxes(connection, patient, category, team):
            if team_key.of(box.generation) is not None:
                yield box.epoch, lambda box=box, key=team_key: open_category_key(box, key)  # type: ignore[misc]
    for box in secrets.boxes_of(connection, patient, category, holder.reader):
        yield box.epoch, lambda box=box: open_reader_box(box, holder.keys.box)  # type: ignore[misc]
