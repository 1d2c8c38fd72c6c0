"""What a transaction says, as the names and codes its sentence is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ehr_desktop.domain.ids import DeviceId, PersonId
from ehr_desktop.node.contracts.custody_statements import ClaimShares, RenewMember
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.signers import SAID_BY_BOTH, SAID_BY_PATIENTS
from ehr_desktop.node.contracts.statements import (
    SAID_BY_DEVICES,
    BookAppointment,
    ChangeAppointmentStatus,
    CommitRecords,
    DeactivateMember,
    EnrolDevice,
    EnrolMember,
    FoundClinic,
    MoveAppointment,
    OpenEpochs,
    ReadRecords,
    RemoveDevice,
    RenewTeamKey,
    ReplaceAccount,
    ReplaceTeamKey,
    ReportEvidence,
    ResealKeys,
    SetWeights,
    Statement,
    WelcomeMembers,
    read_statement,
)
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.transaction import Payload
from ehr_desktop.node.ledger.vote import SignedVote

Names = Mapping[PersonId, str]
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The names of people and of workstations, by id."""

    people: Names
    workstations: Mapping[DeviceId, str]

    def person(self, name: bytes) -> str:
        """Give the name of a person (16 bytes), empty if nobody knows it."""
        return self.people.get(PersonId(name.hex()), "")

    def workstation(self, name: bytes) -> str:
        """Give the name of a workstation (16 bytes), empty if nobody knows it."""
        return self.workstations.get(DeviceId(name.hex()), "")


def facts_of(payload: Payload, known: Known) -> Facts:
    """Give what a payload's sentence is made of: names and codes; none if it is malformed."""
    author: Facts = ()
    if payload.kind in SAID_BY_DEVICES:
        author = (("workstation", known.workstation(payload.device)),)
    elif payload.kind in SAID_BY_PATIENTS | SAID_BY_BOTH and not known.person(payload.person):
        author = (("speaker", payload.person.hex()),)
    try:
        statement = read_statement(payload.kind, tuple(payload.body))
    except MalformedBodyError:
        # refused for it, and kept like any other
        return author
    describe = _DESCRIBE.get(type(statement), _patient)
    return (*author, *describe(statement, known))


def _found(statement: FoundClinic, _: Known) -> Facts:
    return ("clinic", statement.name), ("workstation", statement.device_name)


def _enrolled(statement: EnrolMember, known: Known) -> Facts:
    return ("name", known.person(statement.person)), ("role", statement.role)


def _about_person(statement: Any, known: Known) -> Facts:
    return (("name", known.person(statement.person)),)


def _team(statement: ReplaceTeamKey, _: Known) -> Facts:
    return ("team", statement.team), ("generation", str(statement.generation))


def _renewed(statement: RenewTeamKey, known: Known) -> Facts:
    people = ", ".join(known.person(person) for person, _ in statement.boxes)
    return ("team", statement.team), ("names", people)


def _resealed(statement: ResealKeys, _: Known) -> Facts:
    return ("team", statement.team), ("boxes", str(len(statement.boxes)))


def _welcomed(statement: WelcomeMembers, known: Known) -> Facts:
    people = ", ".join(known.person(person) for person, _ in statement.boxes)
    return ("team", statement.team), ("names", people)


def _let_in(statement: EnrolDevice, _: Known) -> Facts:
    return (("workstation", statement.name),)


def _removed(statement: RemoveDevice, known: Known) -> Facts:
    return (("workstation", known.workstation(statement.device)),)


def _weights(statement: SetWeights, known: Known) -> Facts:
    rows = (f"{known.workstation(name)} {weight}" for name, weight in statement.weights)
    return (("weights", ", ".join(rows)),)


def _accused(statement: ReportEvidence, known: Known) -> Facts:
    try:
        accused = SignedVote.decode(statement.first)
    except CodecError:
        return ()
    return ("accused", known.workstation(accused.validator)), ("slot", str(accused.vote.slot))


def _patient(statement: Statement, _: Known) -> Facts:
    patient: bytes = getattr(statement, "patient", b"")
    return (("patient", patient.hex()),) if patient else ()


def _claim(statement: ClaimShares, _: Known) -> Facts:
    return (
        ("patient", statement.patient.hex()),
        ("ground", statement.claim_kind),
        ("reason", statement.reason),
    )


def _epochs(statement: OpenEpochs, _: Known) -> Facts:
    return (
        ("patient", statement.patient.hex()),
        ("categories", ", ".join(row[0] for row in statement.epochs)),
    )


def _records(statement: CommitRecords, _: Known) -> Facts:
    return (
        ("patient", statement.patient.hex()),
        ("records", str(len(statement.records))),
        ("amendments", str(sum(version > 1 for _, version, _, _ in statement.records))),
        ("source", statement.source),
    )


def _read(statement: ReadRecords, _: Known) -> Facts:
    return (
        ("patient", statement.patient.hex()),
        ("manner", statement.manner),
        ("purpose", statement.purpose),
        ("basis", statement.basis),
    )


def _slot(statement: BookAppointment | MoveAppointment, known: Known) -> Facts:
    return (
        ("provider-name", known.person(statement.provider)),
        ("when", statement.wall_start),
        ("minutes", str(statement.minutes)),
        ("override", statement.override),
    )


def _status(statement: ChangeAppointmentStatus, _: Known) -> Facts:
    return (("status", statement.status),)


_DESCRIBE: dict[type[Statement], Callable[[Any, Known], Sequence[tuple[str, str]]]] = {
    FoundClinic: _found,
    EnrolMember: _enrolled,
    DeactivateMember: _about_person,
    ReplaceAccount: _about_person,
    EnrolDevice: _let_in,
    RemoveDevice: _removed,
    SetWeights: _weights,
    ReportEvidence: _accused,
    ReplaceTeamKey: _team,
    RenewTeamKey: _renewed,
    ResealKeys: _resealed,
    WelcomeMembers: _welcomed,
    ClaimShares: _claim,
    RenewMember: _about_person,
    OpenEpochs: _epochs,
    CommitRecords: _records,
    ReadRecords: _read,
    BookAppointment: _slot,
    MoveAppointment: _slot,
    ChangeAppointmentStatus: _status,
}
