"""Runs one transaction against the state: the rules all share, then those of its contract."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ehr_desktop.domain.people import Role
from ehr_desktop.node.contracts import (
    access,
    appointments,
    clinic,
    devices,
    membership,
    records,
)
from ehr_desktop.node.contracts.rules import Context, Refusal
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import (
    NOBODY,
    SAID_BY_DEVICES,
    FoundClinic,
    Statement,
    read_statement,
)
from ehr_desktop.node.ledger.transaction import (
    NO_PREVIOUS,
    Transaction,
)

CONTRACTS: dict[str, Callable[[Any, Context], None]] = {
    "clinic.found": clinic.found,
    "clinic.change": clinic.change,
    "member.enrol": membership.enrol,
    "member.account": membership.replace_account,
    "member.deactivate": membership.deactivate,
    "device.enrol": devices.enrol,
    "device.remove": devices.remove,
    "device.weights": devices.set_weights,
    "device.leave": devices.leave,
    "device.return": devices.come_back,
    "device.evidence": devices.report,
    "team.key": membership.replace_team_key,
    "team.box": membership.welcome,
    "team.reseal": membership.reseal,
    "patient.register": records.register,
    "epoch.open": records.open_epochs,
    "record.commit": records.commit,
    "access.read": access.read,
    "appointment.book": appointments.book,
    "appointment.move": appointments.move,
    "appointment.status": appointments.change_status,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a transaction; `rule` is empty when it was accepted."""

    rule: str = ""
    details: tuple[tuple[str, str], ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it takes effect."""
        return not self.rule


def execute(transaction: Transaction, state: State, height: int) -> Verdict:
    """Run a transaction whose signatures hold at `height`; the same everywhere, always.

    A refused one leaves no trace in the state but its place in its device's feed, and not even
    that unless its device signed it as the next one.
    """
    try:
        _feed_continues(transaction, state)
    except Refusal as refusal:
        return Verdict(refusal.rule, refusal.details)
    payload = transaction.payload
    state.begin()
    verdict = Verdict()
    try:
        statement = read_statement(payload.kind, tuple(payload.body))
        role = _signed_by_whom_it_names(transaction, state, statement)
        _still_valid(transaction, height)
        CONTRACTS[payload.kind](statement, Context(state, payload, height, role))
    except MalformedBodyError as error:
        verdict = Verdict("malformed", (("reason", str(error)),))
    except Refusal as refusal:
        verdict = Verdict(refusal.rule, refusal.details)
    if not verdict.accepted:
        state.undo()
    state.put("feed", payload.device, value=[payload.sequence, transaction.id])
    return verdict


def _feed_continues(transaction: Transaction, state: State) -> None:
    """Refuse a transaction that is not the next one of a known device, signed by that device.

    Whoever could move another device's feed on could silence it.
    """
    payload = transaction.payload
    device = state.get("device", payload.device)
    if device is not None:
        if device[0] not in {signature.key for signature in transaction.signatures}:
            raise Refusal("signer")
    elif payload.kind != FoundClinic.KIND or state.get("clinic") is not None:
        raise Refusal("unknown-device", device=payload.device.hex())
    last, previous = state.get("feed", payload.device) or (0, NO_PREVIOUS)
    if payload.sequence != last + 1 or payload.previous != previous:
        raise Refusal("sequence", expected=last + 1, given=payload.sequence)


def _signed_by_whom_it_names(
    transaction: Transaction, state: State, statement: Statement
) -> Role | None:
    """Refuse `signer` unless exactly the named device and person signed; give the role, None for
    what a device says by itself.
    """
    payload = transaction.payload
    wanted: set[bytes]
    role: Role | None
    if isinstance(statement, FoundClinic) and state.get("clinic") is None:
        wanted = {statement.device_key, statement.administrator_key}
        role = Role.ADMINISTRATOR
        if (payload.device, payload.person) != (statement.device, statement.administrator):
            raise Refusal("signer")
    else:
        device = state.get("device", payload.device)
        if not device or not device[1]:
            raise Refusal("device-removed", device=payload.device.hex())
        if payload.kind in SAID_BY_DEVICES:
            wanted, role = {device[0]}, None
            if payload.person != NOBODY:
                raise Refusal("signer")
        else:
            member = state.get("member", payload.person)
            if not member or not member[3]:
                raise Refusal("not-a-member", person=payload.person.hex())
            wanted, role = {device[0], member[1]}, Role(member[0])
    if {signature.key for signature in transaction.signatures} != wanted:
        raise Refusal("signer")
    return role


def _still_valid(transaction: Transaction, height: int) -> None:
    """Refuse `expired` once the block height has passed what the author allowed."""
    valid_until = transaction.payload.valid_until
    if valid_until and height > valid_until:
        raise Refusal("expired", valid_until=valid_until, height=height)
