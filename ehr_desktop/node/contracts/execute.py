"""Runs one transaction against the state: the rules all share, then those of its contract."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ehr_desktop.node.contracts import (
    access,
    appointments,
    cards,
    claims,
    clinic,
    closing,
    custodians,
    custody,
    delegations,
    devices,
    erasure,
    escrow,
    grants,
    membership,
    pins,
    records,
    requests,
    restart,
    standing_rules,
    team_keys,
)
from ehr_desktop.node.contracts.rules import Context, Refusal
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.signers import signed_by_whom_it_names
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import FoundClinic, read_statement
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
    "custody.hand": custodians.hand,
    "custody.carry": custodians.carry,
    "custody.restart": restart.restart,
    "team.key": membership.replace_team_key,
    "team.renew": team_keys.renew,
    "team.box": membership.welcome,
    "team.reseal": membership.reseal,
    "member.renew": membership.renew,
    "patient.register": records.register,
    "epoch.open": records.open_epochs,
    "record.commit": records.commit,
    "record.reseal": records.reseal,
    "epoch.box": records.box,
    "epoch.close": closing.close,
    "epoch.gone": closing.gone,
    "access.read": access.read,
    "access.own": access.read_own,
    "access.question": access.ask,
    "card.take": cards.take,
    "card.confirm": cards.confirm,
    "card.reject": cards.reject,
    "card.guard": cards.guard,
    "card.lose": cards.lose,
    "card.find": cards.find,
    "card.replace": cards.replace_card,
    "card.use": cards.use,
    "pin.try": pins.try_pin,
    "pin.answer": pins.answer,
    "consent.request": requests.request,
    "consent.withdraw": requests.withdraw,
    "consent.refuse": requests.refuse,
    "consent.grant": grants.grant,
    "consent.reshare": grants.reshare,
    "consent.revoke": grants.revoke,
    "consent.lapse": grants.lapse,
    "consent.rule": standing_rules.set_rule,
    "consent.unrule": standing_rules.end_rule,
    "consent.lapse-rule": standing_rules.lapse,
    "consent.delegate": delegations.delegate,
    "consent.guardian": delegations.name_guardian,
    "consent.undelegate": delegations.end,
    "consent.lapse-delegation": delegations.lapse,
    "escrow.deal": escrow.deal,
    "escrow.release": escrow.release,
    "escrow.claim": claims.claim,
    "escrow.review": claims.review,
    "erasure.order": erasure.order,
    "erasure.cancel": erasure.cancel,
    "erasure.confirm": erasure.confirm,
    "erasure.done": erasure.done,
    "custody.set": custody.set_custody,
    "custody.box": custody.box,
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


def execute(transaction: Transaction, state: State, height: int, now_ms: int) -> Verdict:
    """Run a transaction whose signatures hold in the block of `height`, whose time is `now_ms` (UTC
    milliseconds); the same everywhere, always.

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
        role = signed_by_whom_it_names(transaction, state, statement, now_ms)
        _still_valid(transaction, height)
        context = Context(state, payload, height, role, now_ms, transaction.id)
        CONTRACTS[payload.kind](statement, context)
        if context.is_patient:
            pins.opened(context)
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
    elif not _brings_its_device(transaction, state):
        raise Refusal("unknown-device", device=payload.device.hex())
    last, previous = state.get("feed", payload.device) or (0, NO_PREVIOUS)
    if payload.sequence != last + 1 or payload.previous != previous:
        raise Refusal("sequence", expected=last + 1, given=payload.sequence)


def _brings_its_device(transaction: Transaction, state: State) -> bool:
    """Tell whether a transaction may come from a workstation that joins by it."""
    if transaction.payload.kind == FoundClinic.KIND:
        return state.get("clinic") is None
    return restart.is_signed_by_custodians(transaction, state.get)


def _still_valid(transaction: Transaction, height: int) -> None:
    """Refuse `expired` once the block height has passed what the author allowed."""
    valid_until = transaction.payload.valid_until
    if valid_until and height > valid_until:
        raise Refusal("expired", valid_until=valid_until, height=height)
