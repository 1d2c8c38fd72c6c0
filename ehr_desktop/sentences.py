"""What the ledger says, in plain sentences: transactions, refusals and faults, one table each.

Everything given here is plain text; names come from accounts and are shown as they were typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Final

from ehr_desktop import consent_sentences
from ehr_desktop.dates import shown_date, shown_time
from ehr_desktop.domain.ledger import FaultKind, TransactionState, TransactionSummary
from ehr_desktop.domain.people import Role, Team
from ehr_desktop.domain.schedule import AppointmentStatus

SOMEBODY: Final = "Somebody no longer known here"
_ROLES: Final[Mapping[str, str]] = {
    Role.ADMINISTRATOR: "administrator",
    Role.RECEPTIONIST: "receptionist",
    Role.NURSE: "nurse",
    Role.DOCTOR: "doctor",
}
_TEAMS: Final[Mapping[str, str]] = {
    Team.FRONT_DESK: "front desk team",
    Team.CLINICAL: "clinical team",
}
_STATUSES: Final[Mapping[str, str]] = {
    AppointmentStatus.BOOKED: "booked again",
    AppointmentStatus.ARRIVED: "arrived",
    AppointmentStatus.IN_ROOM: "in the room",
    AppointmentStatus.DONE: "done",
    AppointmentStatus.CANCELLED: "cancelled",
    AppointmentStatus.NO_SHOW: "not attended",
}
_PURPOSES: Final[Mapping[str, str]] = {
    "treatment": "for treatment",
    "administration": "for administration",
    "export": "for an export",
    "audit": "for an audit",
    "patient-request": "at the patient's request",
}


def short_id(text: str) -> str:
    """Give the start of an id, enough to tell it from the others in sight."""
    return f"{text[:4]}…" if len(text) > 8 else text


def moment(when: datetime, zone: tzinfo | None) -> str:
    """Give a time as `14-Aug-2026 10:40` in `zone`; None is this computer's zone."""
    local = when.astimezone(zone)
    return f"{shown_date(local.date())} {shown_time(local.time())}"


@dataclass(frozen=True, slots=True)
class _Doing:
    """A verb, done and tried, and what follows it either way."""

    done: str
    tried: str
    rest: str


def _reading(t: TransactionSummary) -> _Doing:
    verbs = {
        "open": ("opened the record", "open the record"),
        "export": ("exported the record", "export the record"),
        "print": ("printed the record", "print the record"),
    }
    done, tried = verbs.get(t.fact("manner"), verbs["open"])
    purpose = t.fact("purpose")
    return _Doing(done, tried, f"of {_patient(t)} {_PURPOSES.get(purpose, f'for {purpose}')}")


def _commit(t: TransactionSummary) -> _Doing:
    records = int(t.fact("records") or 0)
    amendments = int(t.fact("amendments") or 0)
    where = f"of {_patient(t)}"
    if t.fact("source") == "import":
        return _Doing("imported", "import", f"{_count(records, 'record')} {where}")
    if amendments == records:
        return _Doing("amended", "amend", f"{_count(records, 'record')} {where}")
    also = f", {amendments:,} of them amended" if amendments else ""
    return _Doing("wrote", "write", f"{_count(records, 'record')} {where}{also}")


def _booking(t: TransactionSummary) -> _Doing:
    return _Doing("booked", "book", f"{_slot(t)} {_with_whom(t)}")


def _move(t: TransactionSummary) -> _Doing:
    return _Doing("moved", "move", f"an appointment to {_slot(t)} {_with_whom(t)}")


def _status(t: TransactionSummary) -> _Doing:
    status = t.fact("status")
    return _Doing("marked", "mark", f"an appointment as {_STATUSES.get(status, status)}")


def _account(t: TransactionSummary) -> _Doing:
    own = t.fact("name") == t.person_name
    whose = "their own account" if own else f"the account of {_named(t)}"
    return _Doing("renewed", "renew", whose)


def _consent(words: tuple[str, str, str], t: TransactionSummary) -> _Doing:
    done, tried, rest = words
    return _Doing(done, tried, rest.format(patient=_patient(t), name=_named(t)))


def _claim(t: TransactionSummary) -> _Doing:
    ground = "in an emergency" if t.fact("ground") == "emergency" else "under a standing rule"
    return _Doing("opened", "open", f"the record of {_patient(t)} {ground}")


TRANSACTIONS: Final[Mapping[str, Callable[[TransactionSummary], _Doing]]] = {
    "clinic.found": lambda t: _Doing(
        "founded", "found", f"{t.fact('clinic')} on the workstation {t.fact('workstation')}"
    ),
    "clinic.change": lambda _: _Doing(
        "changed", "change", "the clinic's name, time zone or opening hours"
    ),
    "member.enrol": lambda t: _Doing(
        "added", "add", f"the account of {_named(t)}, {_ROLES.get(t.fact('role'), t.fact('role'))}"
    ),
    "member.account": _account,
    "member.deactivate": lambda t: _Doing("ended", "end", f"the account of {_named(t)}"),
    "device.enrol": lambda t: _Doing("let", "let", f"the workstation {_pc(t)} into the clinic"),
    "device.remove": lambda t: _Doing(
        "removed", "remove", f"the workstation {_pc(t)} from the clinic"
    ),
    "device.weights": lambda t: _Doing(
        "set", "set", f"the voting weights of workstations: {t.fact('weights')}"
    ),
    "device.leave": lambda _: _Doing("signed off", "sign off", "until it is back"),
    "device.return": lambda _: _Doing("came back", "come back", "to take part again"),
    "device.evidence": lambda t: _Doing(
        "proved",
        "prove",
        f"that {t.fact('accused') or 'another one'} told the others two different stories",
    ),
    "team.key": lambda t: _Doing("replaced", "replace", f"the key of the {_team(t)}"),
    "team.renew": lambda t: _Doing(
        "renewed", "renew", f"the key of the {_team(t)} for {t.fact('names') or 'its members'}"
    ),
    "team.reseal": lambda t: _Doing(
        "sealed", "seal", f"{t.fact('boxes')} keys of records again for the {_team(t)}"
    ),
    "team.box": lambda t: _Doing(
        "handed", "hand", f"the key of the {_team(t)} to {t.fact('names') or 'its members'}"
    ),
    "patient.register": lambda t: _Doing("registered", "register", _patient(t)),
    "epoch.open": lambda t: _Doing(
        "made", "make", f"new keys for {_keys(t)} in the record of {_patient(t)}"
    ),
    "record.commit": _commit,
    "access.read": _reading,
    "appointment.book": _booking,
    "appointment.move": _move,
    "appointment.status": _status,
    **{kind: partial(_consent, words) for kind, words in consent_sentences.DOINGS.items()},
    "escrow.claim": _claim,
}
"""Every kind of transaction, as what somebody did."""


REFUSALS: Final[Mapping[str, str]] = {
    "role": "their role does not allow it",
    "malformed": "it was not written the way the rules ask for",
    "sequence": "it does not follow the last transaction of its workstation",
    "signer": "it was not signed by the person and the workstation it names",
    "unknown-device": "the workstation is not part of this clinic",
    "device-removed": "the workstation was removed from the clinic",
    "device-known": "the workstation's key was used here before",
    "not-accepted": "the workstation has not signed that it joins this clinic from here",
    "own-device": "a workstation is removed from another one, never from itself",
    "device-accused": "the workstation was found telling two stories and votes no more",
    "not-stake": "voting weights are not what chooses who proposes in this clinic",
    "too-many-validators": "too many workstations would vote",
    "no-validators": "no workstation would be left to vote",
    "already-away": "the workstation had signed off before",
    "not-away": "the workstation had not signed off",
    "core-set": "too few voting workstations would stay switched on",
    "no-evidence": "the two votes prove nothing against a workstation",
    "already-accused": "the workstation was found out before",
    "device-name": "the workstation's id does not belong to its key",
    "not-a-member": "the person has no active account",
    "expired": "it came too late",
    "weak-key": "the key proves nothing, or nothing can be sealed to it",
    "containers": "what it brings does not match what it says",
    "already-founded": "the clinic was founded before",
    "already-a-member": "the account exists already",
    "unknown-person": "there is no such account",
    "not-your-account": "it is somebody else's account",
    "not-active": "the account had ended before",
    "last-administrator": "the clinic would be left without an administrator",
    "not-of-the-team": "the person does not belong to the team",
    "stale-generation": "the team's key was replaced in the meantime",
    "unknown-patient": "the patient is not registered",
    "already-registered": "the patient is registered already",
    "policy": "the clinic's policy gives these keys to other teams",
    "stale-epoch": "the key of this part of the record was replaced in the meantime",
    "stale-version": "somebody else changed the record in the meantime",
    "another-patient": "the record belongs to another patient",
    "purpose": "no accepted purpose was given",
    "no-grant": "their keys do not open this part of the record",
    "unknown-appointment": "there is no such appointment",
    "already-booked": "this booking was made already",
    "slot-taken": "the time was already taken",
    "status-order": "the appointment had moved on by then",
    "not-a-provider": "the person sees no patients here",
    "override-reason": "no reason was given for booking over another appointment",
    **consent_sentences.REFUSALS,
}
"""Every rule that refuses, as the second half of a sentence."""


@dataclass(frozen=True, slots=True)
class FaultWords:
    """A fault's short name, what it means for the clinic, and what to do about it."""

    title: str
    means: str
    advice: str


_RESTORE: Final = (
    "Stop using this workstation, keep its data folder as it is, and restore the last backup."
)
FAULTS: Final[Mapping[FaultKind, FaultWords]] = {
    FaultKind.LINK: FaultWords(
        "The chain of blocks is broken here",
        "A block is missing, was exchanged, or does not name the one before it. The order of what "
        "happened can no longer be proved from here on.",
        _RESTORE,
    ),
    FaultKind.ROOT: FaultWords(
        "A block's contents are not the ones it commits to",
        "A transaction was changed, added or taken away after the block was agreed on.",
        _RESTORE,
    ),
    FaultKind.SIGNATURE: FaultWords(
        "A signature does not hold",
        "This transaction is not what the person and the workstation it names have signed.",
        "Do not rely on this transaction. Ask the person it names, and restore the last backup.",
    ),
    FaultKind.CERTIFICATE: FaultWords(
        "A block was not agreed on",
        "The signatures that make a block final are missing or false.",
        _RESTORE,
    ),
    FaultKind.PROPOSER: FaultWords(
        "A block came from where it may not come from",
        "The workstation that proposed it had no vote, or did not do the work that was asked for.",
        _RESTORE,
    ),
    FaultKind.SEQUENCE: FaultWords(
        "A workstation's transactions are not in order",
        "One was left out, repeated or moved. Every workstation numbers its transactions so that "
        "this shows.",
        _RESTORE,
    ),
    FaultKind.OUTCOME: FaultWords(
        "An outcome was changed",
        "Running the clinic's rules again gives another result for this transaction than the one "
        "that is stored.",
        "Do not rely on whether this was accepted. Restore the last backup.",
    ),
    FaultKind.STATE: FaultWords(
        "The current state does not follow from the ledger",
        "What the program takes for true now, such as who may do what and which times are taken, "
        "is not what the transactions add up to.",
        _RESTORE,
    ),
    FaultKind.CONTAINER_MISSING: FaultWords(
        "A stored record is missing",
        "The ledger proves that it was written, but its contents are gone from this workstation.",
        "Restore this record from the last backup. Until then its contents cannot be shown.",
    ),
    FaultKind.CONTAINER_CHANGED: FaultWords(
        "A stored record was changed",
        "Its bytes are not the ones that were signed. The program does not show it any more.",
        "Restore this record from the last backup, and find out who had access to this computer.",
    ),
    FaultKind.CONTAINER_UNKNOWN: FaultWords(
        "Something was put into the store",
        "Nothing in the ledger belongs to it, so nobody has signed it. The program does not use "
        "it.",
        "No record is affected. Find out who had access to this computer.",
    ),
    FaultKind.VAULT_KEY: FaultWords(
        "A patient's key was exchanged",
        "The key this workstation keeps for the patient is not the one that was signed. It opens "
        "none of the patient's records, and what is sealed with it opens nowhere else.",
        "Write nothing for this patient here, and restore the last backup.",
    ),
    FaultKind.ACCOUNT: FaultWords(
        "An account cannot be opened",
        "Its sealed particulars are damaged; this person may not be able to sign in here.",
        "Restore the last backup, or let an administrator add a new account for this person.",
    ),
    FaultKind.VIEW: FaultWords(
        "A screen shows something else than the record",
        "The records themselves are sound. The lists and searches made from them are not.",
        "Open the record itself before you rely on a list, and tell your administrator: lists "
        "can be built anew from the records.",
    ),
    FaultKind.STORE: FaultWords(
        "A database file is damaged",
        "A part of the file can no longer be read, or was changed outside the program. The disk "
        "may be failing.",
        "Copy the data folder to another disk now, then restore the last backup.",
    ),
}
"""Every kind of fault a check can find."""


def sentence(transaction: TransactionSummary, zone: tzinfo | None = None) -> str:
    """Explain a transaction: who did what, and why it was refused if it was.

    Times of the clinic's day stand as they were written; others are given in `zone`.
    """
    said = attempt(transaction)
    if transaction.state is not TransactionState.REFUSED:
        return said
    return f"{said}: refused, {refusal(transaction, zone)}"


def attempt(transaction: TransactionSummary) -> str:
    """Say who did what, or tried to; why it was refused is left to `refusal`."""
    who = _who(transaction)
    words = TRANSACTIONS.get(transaction.kind)
    doing = words(transaction) if words else _Doing("wrote", "write", f"“{transaction.kind}”")
    if transaction.state is TransactionState.REFUSED:
        return f"{who} tried to {doing.tried} {doing.rest}"
    return f"{who} {doing.done} {doing.rest}"


def refusal(transaction: TransactionSummary, zone: tzinfo | None = None) -> str:
    """Say why a transaction was refused, as the second half of a sentence."""
    reason = REFUSALS.get(transaction.rule, f"the rule “{transaction.rule}” does not hold")
    start, end = transaction.fact("start_ms"), transaction.fact("end_ms")
    if transaction.rule == "slot-taken" and start and end:
        return f"{reason} from {_clock(start, zone)} to {_clock(end, zone)}"
    return reason


def _clock(time_ms: str, zone: tzinfo | None) -> str:
    return shown_time(datetime.fromtimestamp(int(time_ms) / 1000, UTC).astimezone(zone).time())


def _who(t: TransactionSummary) -> str:
    if not t.person:
        return f"The workstation {_pc(t)}"
    if t.fact("speaker"):
        return f"Patient {short_id(t.fact('speaker'))}"
    return t.person_name or SOMEBODY


def _pc(t: TransactionSummary) -> str:
    return t.fact("workstation") or "no longer known here"


def _patient(t: TransactionSummary) -> str:
    return f"patient {short_id(t.fact('patient'))}"


def _named(t: TransactionSummary) -> str:
    return t.fact("name") or SOMEBODY.lower()


def _team(t: TransactionSummary) -> str:
    return _TEAMS.get(t.fact("team"), t.fact("team"))


def _keys(t: TransactionSummary) -> str:
    return _count(len(t.fact("categories").split(", ")), "category", "categories")


def _slot(t: TransactionSummary) -> str:
    wall = datetime.fromisoformat(t.fact("when"))
    return f"{shown_date(wall.date())} {shown_time(wall.time())}"


def _with_whom(t: TransactionSummary) -> str:
    over = ", over another appointment" if t.fact("override") else ""
    return f"with {t.fact('provider-name') or 'a provider'}{over}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
