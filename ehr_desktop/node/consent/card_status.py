"""Whether and how a patient decides, as the contract state tells it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    MOST_GUESSES,
    RECOVERY_HOURS,
    CardStatus,
    Delegation,
    TurnedAway,
    UnconfirmedCard,
)
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.node.contracts.consent_basis import is_confirmed, named_speakers
from ehr_desktop.node.contracts.consent_state import (
    CategoryKey,
    Confirmation,
    Delegated,
    Try,
    card,
    entry,
    ids,
    rejection,
)
from ehr_desktop.node.contracts.state import StateReader

Names = Mapping[PatientId, str]
"""The names of patients, as far as whoever asks may know them."""
_FIRST_BYTES = 256


def card_status(value: StateReader, patient: bytes, names: Names, now_ms: int) -> CardStatus:
    """Give whether and how a patient decides, from the state."""
    guardians = tuple(
        delegation(name, found, names)
        for name in ids(value, "delegations", patient)
        if (found := entry(value, Delegated, "delegation", name)) is not None
        and found.guardian
        and now_ms < found.until_ms
        and is_confirmed(value, patient, found.delegate)
    )
    waiting = tuple(unconfirmed_of(value, patient, now_ms))
    held = card(value, patient)
    decides_ms = value("decides-since", patient)
    since = instant(decides_ms) if decides_ms else None
    if held is None:
        return CardStatus(
            taken=False,
            guardians=guardians,
            since=since,
            unconfirmed=waiting,
            turned_away=None if waiting else _turned_away(value, patient, decides_ms or 0),
        )
    newest = entry(value, Try, "try", patient)
    lost = instant(held.lost_ms) if held.lost_ms else None
    return CardStatus(
        taken=True,
        generation=held.generation,
        lost_since=lost,
        replaceable_from=lost + timedelta(hours=RECOVERY_HOURS) if lost else None,
        guesses_left=MOST_GUESSES - (newest.count if newest else 0),
        guardians=guardians,
        keys_reached=_keys_reached(value, patient),
        since=since,
        unconfirmed=waiting,
    )


def _turned_away(value: StateReader, patient: bytes, since_ms: int) -> TurnedAway | None:
    """Give what was turned away since somebody decides, without names."""
    found = rejection(value, patient)
    if found is None or found.rejected_ms < since_ms:
        return None
    return TurnedAway(
        PatientId(patient.hex()), PatientId(found.speaker.hex()), "", found.generation,
        PersonId(found.rejected_by.hex()), "", instant(found.rejected_ms),
    )  # fmt: skip


def unconfirmed_of(value: StateReader, patient: bytes, now_ms: int) -> Iterator[UnconfirmedCard]:
    """Give a patient's card and guardians that wait for a clinician, without names."""
    for speaker, counts in named_speakers(value, patient, now_ms).items():
        made = entry(value, Confirmation, "confirmation", patient, speaker)
        held = card(value, speaker)
        if not counts and made is not None and held is not None:
            yield UnconfirmedCard(
                PatientId(patient.hex()), "", PatientId(speaker.hex()), "", held.generation,
                PersonId(made.made_by.hex()), "", instant(made.made_ms),
            )  # fmt: skip


def every_unconfirmed(value: StateReader, now_ms: int) -> list[UnconfirmedCard]:
    """Give all that wait for a clinician in the clinic, those made last first, without names; not
    of patients whose record is to be erased.
    """
    patients = dict.fromkeys(
        patient
        for first in range(_FIRST_BYTES)
        for patient, _speaker in value("unconfirmed", first) or ()
        if value("erasure", patient) is None
    )
    found = [one for patient in patients for one in unconfirmed_of(value, patient, now_ms)]
    return sorted(found, key=lambda one: one.made, reverse=True)


def delegation(name: bytes, found: Delegated, names: Names) -> Delegation:
    """Give a delegation as screens show it."""
    delegate = PatientId(found.delegate.hex())
    return Delegation(
        name.hex(),
        PatientId(found.patient.hex()),
        delegate,
        names.get(delegate, ""),
        instant(found.until_ms),
        guardian=bool(found.guardian),
    )


def _keys_reached(value: StateReader, patient: bytes) -> bool:
    """Tell whether every key of the record is sealed for the patient."""
    for category in Category:
        for epoch, _count in value("sealed", patient, category) or ():
            key = entry(value, CategoryKey, "key", patient, category, epoch)
            if key is not None and patient not in key.readers:
                return False
    return True


def instant(at_ms: int) -> datetime:
    """Give a time of the ledger, UTC milliseconds, as an aware datetime."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)
