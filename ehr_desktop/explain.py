"""What went wrong, as a sentence for people. The only place where errors become text."""

import logging
import os
import traceback
from collections.abc import Callable, Mapping
from typing import Final

from ehr_desktop.domain import errors
from ehr_desktop.domain.network import ENROLMENT_WAITS
from ehr_desktop.sentences import FAULTS, REFUSALS
from ehr_desktop.services.values import SlotTakenError

LOG: Final = logging.getLogger("ehr_desktop")

SIGN_IN_REFUSED: Final = "That account name and password do not go together."

_WEAK: Final[Mapping[str, str]] = {
    "short": "Use at least 15 characters, or take the suggested pass-phrase.",
    "common": "This password is on lists that attackers try first. Choose another.",
    "account-name": "The password must not contain the account name.",
}
_REFUSED: Final[Mapping[str, str]] = {
    "role": "Your role does not allow this.",
    "no-grant": "Your keys do not open this part of the record.",
    "nothing-written": "No emergency entry was ever written for this patient, so there is nothing "
    "to open. That does not mean that there is no allergy and no medicine: ask the patient or "
    "whoever came along. Telephone numbers are in the registration; the rest of the record only "
    "the patient can open to you, at the kiosk. The ledger keeps that you tried.",
    "not-shared-out": "The emergency key has not been shared out to the workstations yet. That is "
    "done by itself once somebody who may read this record signs in, or the patient shows the card "
    "at the kiosk. Try again then, and ask the patient or whoever came along meanwhile.",
}
"""Where the ledger's sentence speaks of somebody, and that is who reads it."""
_FIELDS: Final[Mapping[str, str]] = {
    "family": "family name",
    "given": "given names",
    "birth_date": "birth date",
    "record_number": "record id",
    "insurance_id": "insurance id",
    "phone": "phone number",
    "email": "e-mail address",
    "time_zone": "time zone",
    "hours": "opening hours",
    "name": "name",
    "account_name": "account name",
    "display_name": "name",
    "deceased": "date of death",
    "onset": "date it began",
    "abated": "date it ended",
    "end": "last day",
    "start": "time",
    "path": "file",
    "target": "file",
    "drug": "medicine",
    "workstation": "name of this workstation",
    "address": "address",
    "weights": "number of votes",
}
_INVALID: Final[Mapping[str, str]] = {
    "empty": "Please fill in the {field}.",
    "too-long": "The {field} is too long.",
    "unknown": "The program knows no such {field}.",
    "date": "The {field} is not a date. Write it as 14-Aug-1980 or 1980-08-14.",
    "number": "The {field} must be a number, such as 7.5.",
    "impossible": "No living person has such a {field}. Please check the number.",
    "count": "The {field} needs all its numbers.",
    "order": "In the {field}, the first number must be the larger one.",
    "full-age": "A guardian decides for a child until the day before the 18th birthday at most.",
    "no-time-zone": "The {field} has no time zone.",
    "out-of-range": "The {field} is outside of what can be booked.",
    "unreadable": "The {field} cannot be read. Check that it is there and that you may open it.",
    "unwritable": "The {field} cannot be written. Choose another folder.",
    "own-folder": "That {field} is inside this program's own data, which a backup has to outlive. "
    "Choose another folder, best on another disk.",
    "other-clinic": "In that {field} are the vault keys of another clinic, which a backup would "
    "overwrite. Choose another folder.",
    "full": "There is not enough room in that {field}. What was there before is unchanged.",
    "threshold": "It takes at least two shares to open it, and no more than there are.",
    "no-address": "That is no address. Type it as the other workstation shows it, such as "
    "192.168.1.20.",
}
"""By reason code, for every code that services and interchange raise."""
_PINS: Final[Mapping[str, str]] = {
    "digits": "A PIN has digits only.",
    "short": "A PIN has at least 6 digits.",
    "long": "A PIN has at most 12 digits.",
    "common": "That PIN is one of the first anybody would try. Choose another.",
    "date": "That PIN can be read as a date, and a birthday is tried first. Choose another.",
}
"""Why a PIN does not do."""
BAD_FILE: Final[Mapping[str, str]] = {
    "empty": "there is nothing in it",
    "not-json": "it is not JSON, so it holds no records we can read",
    "not-utf-8": "its text is not UTF-8, which FHIR asks for",
    "bad-gzip": "it is compressed, and damaged",
    "truncated": "it ends too early; it was probably not copied completely",
    "trailing-text": "something stands after its end",
    "too-large": "one piece of it is larger than any record may be",
    "too-many-elements": "one piece of it has more elements than any record may have",
    "too-deep": "it is nested more deeply than any real record",
    "duplicate-key": "it names the same field twice, so it cannot be trusted",
    "wrong-type": "it is JSON, but neither a FHIR bundle nor a FHIR resource",
    "unreadable": "this computer cannot read it, or not to its end",
    "no-backup": "it is no backup of this program",
    "damaged": "it is damaged, or was not copied completely",
    "other-clinic": "the backup and the vault keys are of two different clinics",
    "other-papers": "the custodians' papers were replaced between it and the vault keys beside it, "
    "so no papers open both; take a newer backup",
    "no-custodians": "it was written before the clinic had custodians, so only the workstations it "
    "came from could open it",
}
"""Why a file cannot be used, as the second half of a sentence; by reason code."""
_DIFFERED: Final = (
    "The digits were not the same, so nothing was shared. Try again; if they differ again, "
    "somebody may be between the two workstations: tell whoever looks after your network."
)
_MEDDLED: Final = (
    "What came over the network was not what the other workstation sends, so nothing was shared. "
    "Try again; if this comes back, tell whoever looks after your network."
)
_JOINING: Final[Mapping[str, str]] = {
    "unreachable": "Nobody answered there. Check that the other workstation shows “Add a "
    "workstation”, and that both are on the same network.",
    "busy": "Another workstation is just being let in. Try again when it is done.",
    "expired": "Two minutes have passed without an answer. Start again on both workstations.",
    "too-many-tries": "The other workstation let nobody in after three tries. Start again there.",
    "refused-here": _DIFFERED,
    "refused-there": "On the other workstation somebody said that the digits differ. Nothing was "
    "shared. Compare them again, one by one.",
    "broken-off": "The connection broke off, or the other workstation was closed. Nothing was "
    "shared. Try again.",
    "garbage": _MEDDLED,
    "changed-keys": _MEDDLED,
    "bad-signature": _MEDDLED,
}
"""Why this workstation did not join, by the reason of a `PairingFailedError`."""
_ADMITTING: Final[Mapping[str, str]] = {
    "expired": "Nobody came in within two minutes, so the door is closed again.",
    "too-many-tries": "Three tries have failed, so the door is closed. Open it again to go on.",
    "refused-here": _DIFFERED,
    "refused-there": "On the new workstation somebody said that the digits differ. Nothing was "
    "shared. Compare them again, one by one.",
    "broken-off": "The connection to the new workstation broke off. Nothing was shared.",
    "garbage": _MEDDLED,
    "changed-keys": _MEDDLED,
    "bad-signature": _MEDDLED,
    ENROLMENT_WAITS: "Too few workstations are connected to confirm it now. It fetches the "
    "clinic's records as soon as enough of them are.",
    "closed": "The door was closed before anybody came in.",
    "locked": "The door closed because the administrator's session was locked.",
}
"""Why nobody was let in, by the failure of `PairingLeft` and `PairingEnded`."""

_SHARES: Final[Mapping[str, str]] = {
    "few": "These are too few shares. Ask another custodian for theirs.",
    "unreadable": "A share cannot be read. Compare it word by word with the paper.",
    "other-key": "These shares belong to another key, perhaps to an older one.",
}
"""Why custodians' shares do not open anything, by the reason of a `SharesWrongError`."""


def _weak(error: errors.WeakPasswordError) -> str:
    return _WEAK.get(error.reason, "Choose a stronger password.")


def _refused(error: errors.RefusedError) -> str:
    rule = error.outcome.rule
    reason = REFUSALS.get(rule, f"the rule “{rule}” does not hold")
    return _REFUSED.get(rule, f"This was refused: {reason}. It is kept as refused.")


def _slot_taken(error: SlotTakenError) -> str:
    taken = error.taken
    if taken is None:
        return "That time is already taken."
    return f"{taken.provider_name} already has an appointment at {taken.wall_start[11:16]}."


def _integrity(error: errors.IntegrityError) -> str:
    what = FAULTS[error.fault.what].title
    return f"This record is not shown. {what}. Run the integrity check and tell your administrator."


def _in_use(error: errors.HomeInUseError) -> str:
    return f"The program is already running on this data ({error.holder}). Use that window."


def _damaged(error: errors.HomeDamagedError) -> str:
    return f"The file {error.where} is damaged and cannot be read. Restore it from a backup."


def _invalid(error: errors.InvalidInputError) -> str:
    if error.field == "pin":
        return _PINS.get(error.reason, _PINS["digits"])
    field = _FIELDS.get(error.field) or _within_a_sentence(error.field.replace("_", " "))
    return _INVALID.get(error.reason, "Please check the {field}.").format(field=field)


def _within_a_sentence(title: str) -> str:
    """Give a title without its capital, unless it is an abbreviation."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _bad_file(error: errors.BadFileError) -> str:
    sentence = f"This file cannot be used: {BAD_FILE.get(error.reason, error.reason)}."
    return sentence if error.position is None else f"{sentence} (At byte {error.position:,}.)"


def _wrong_pin(error: errors.PinWrongError) -> str:
    tries = "1 try is" if error.left == 1 else f"{error.left} tries are"
    return f"That is not the PIN of this card. {tries} left."


def _guards_away(error: errors.GuardsAwayError) -> str:
    return (
        f"{error.needed} workstations would have to answer and {error.answered} did. Switch on "
        "another one, or see whether it is connected, and try again."
    )


def _not_joined(error: errors.PairingFailedError) -> str:
    return _JOINING.get(error.reason) or _not_enrolled(error.reason)


def _not_enrolled(rule: str) -> str:
    reason = REFUSALS.get(rule, f"the rule “{rule}” does not hold")
    return f"The clinic did not take this workstation in: {reason}."


_SENTENCES: Final[Mapping[type[BaseException], str]] = {
    errors.EhrError: "That was not possible.",
    errors.SignInRefusedError: SIGN_IN_REFUSED,
    errors.AccountNameTakenError: "Another account already has this name.",
    errors.NotSignedInError: "You are no longer signed in. Unlock or sign in to go on.",
    errors.NoKeyError: "Your keys do not open this part of the record.",
    errors.ReceiptMissingError: "The record stays closed: the opening could not be written down.",
    errors.HomeTooNewError: "This data was written by a newer version. Update the program first.",
    errors.HomeMissingError: "There is no clinic in this data folder.",
    errors.HomeExistsError: "There is already a clinic in this data folder.",
    errors.CardUnknownError: "No patient of this clinic has that card. Check the code.",
    errors.CardLostError: "That card was noted as lost, or a newer one took its place.",
    errors.PinLockedError: "The PIN was tried too often: only a new card helps now.",
    errors.ErasedError: "This record is locked because it is to be erased, or it was erased.",
    errors.DiskFullError: "The disk is full. Nothing was saved; free some space and try again.",
    errors.NotFoundError: "That is no longer there.",
    errors.NotHereYetError: "That has not reached this PC yet. It comes by itself.",
    errors.CancelledError: "Stopped. What was done before is kept.",
    FileNotFoundError: "That file is no longer there.",
    PermissionError: "This computer does not allow reading or writing that file.",
    IsADirectoryError: "That is a folder, not a file.",
}
_DETAILED: Final[Mapping[type[BaseException], Callable[..., str]]] = {
    SlotTakenError: _slot_taken,
    errors.WeakPasswordError: _weak,
    errors.RefusedError: _refused,
    errors.IntegrityError: _integrity,
    errors.HomeInUseError: _in_use,
    errors.HomeDamagedError: _damaged,
    errors.InvalidInputError: _invalid,
    errors.BadFileError: _bad_file,
    errors.PairingFailedError: _not_joined,
    errors.PinWrongError: _wrong_pin,
    errors.GuardsAwayError: _guards_away,
    errors.SharesWrongError: lambda error: _SHARES.get(error.reason, _SHARES["unreadable"]),
    errors.WorkstationHaltedError: lambda _error: (
        "This workstation has forgotten what it signed before: its disk was restored from a copy, "
        "or another PC runs on a copy of it. It signs nothing any more. Remove it on the Network "
        "screen of another workstation and let it join again."
    ),
}


def explain(error: BaseException) -> str:
    """Give a sentence for people. What nobody expected is noted in the log under a short id."""
    for kind in type(error).__mro__:
        if kind in _DETAILED:
            return _DETAILED[kind](error)
        if kind in _SENTENCES:
            return _SENTENCES[kind]
    return f"Something went wrong. It has been noted as {note(error)}; your work is kept."


def explain_door(failure: str) -> str:
    """Give a sentence for why a new workstation was not let in, from the code in an event."""
    return _ADMITTING.get(failure) or _not_enrolled(failure)


def note(error: BaseException) -> str:
    """Write `error` to the log and give the short id it stands under.

    The log gets the class and the places in the code. The message is left out: it may quote
    what somebody typed.
    """
    short_id = os.urandom(3).hex()
    frames = traceback.extract_tb(error.__traceback__)
    places = "".join(f"\n  {place.filename}:{place.lineno} {place.name}" for place in frames)
    LOG.error("noted as %s: %s%s", short_id, type(error).__name__, places)
    return short_id
