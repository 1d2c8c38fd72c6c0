"""The devices contract: which workstations are in, who of them votes, and who was found lying."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.people import Action, Team
from ehr_desktop.node.contracts.acceptance import acceptance_holds
from ehr_desktop.node.contracts.epochs import FIRST_WEIGHT
from ehr_desktop.node.contracts.roster import Device, device, devices, proposer_mode
from ehr_desktop.node.contracts.rules import Context, Refusal, allow, usable_box_key, usable_key
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.statements import (
    EnrolDevice,
    LeaveDevice,
    RemoveDevice,
    ReportEvidence,
    ReturnDevice,
    SetWeights,
)
from ehr_desktop.node.contracts.team_keys import somebody_left
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.ledger.vote import SignedVote, contradict, is_cast_by

MOST_VOTERS: Final = 7
"""So many workstations vote at most; every other one checks and follows."""

CORE: Final = 3
"""So many voting workstations never sign off, or all of them where there are no more."""


def enrol(statement: EnrolDevice, context: Context) -> None:
    """Let a workstation in. It votes from the next block on, unless enough others do."""
    allow(context, Action.MANAGE_WORKSTATIONS)
    usable_key(statement.key)
    usable_box_key(statement.box_key)
    _named_after_its_key(statement)
    _never_seen_before(context, statement.device)
    _has_accepted(statement, context)
    known = devices(context.state.get)
    weight = FIRST_WEIGHT if sum(entry.has_vote for entry in known) < MOST_VOTERS else 0
    _put(
        context,
        Device(statement.device, statement.key, statement.box_key, statement.name, weight=weight),
    )
    context.state.put("devices", value=[*(entry.id for entry in known), statement.device])


def remove(statement: RemoveDevice, context: Context) -> None:
    """Take a workstation out for good. Its author stays, so one is always left."""
    allow(context, Action.MANAGE_WORKSTATIONS)
    removed = _active(context, statement.device)
    if removed.id == context.payload.device:
        raise Refusal("own-device", device=removed.id.hex())
    _put(context, replace(removed, active=False, weight=0))
    _somebody_votes(context)
    somebody_left(context, frozenset(Team))


def set_weights(statement: SetWeights, context: Context) -> None:
    """Give workstations other voting weights, in a clinic whose proposers are drawn by weight."""
    allow(context, Action.MANAGE_WORKSTATIONS)
    _by_stake(context)
    if len({name for name, _ in statement.weights}) != len(statement.weights):
        raise MalformedBodyError("a workstation stands there twice")
    for name, weight in statement.weights:
        _put(context, replace(_honest(_active(context, name)), weight=weight))
    _few_enough_vote(context)
    _somebody_votes(context)


def leave(statement: LeaveDevice, context: Context) -> None:
    """Sign the author's workstation off until it returns."""
    del statement
    leaving = _active(context, context.payload.device)
    if leaving.away:
        raise Refusal("already-away", device=leaving.id.hex())
    _core_stays(context, leaving)
    _put(context, replace(leaving, away=True))


def come_back(statement: ReturnDevice, context: Context) -> None:
    """Have the author's workstation take part again."""
    del statement
    returning = _active(context, context.payload.device)
    if not returning.away:
        raise Refusal("not-away", device=returning.id.hex())
    _put(context, replace(returning, away=False))


def report(statement: ReportEvidence, context: Context) -> None:
    """Take the vote of a workstation that has told two stories, for good."""
    liar = _convicted(statement, context)
    if liar.accused:
        raise Refusal("already-accused", device=liar.id.hex())
    _put(context, replace(liar, accused=True, weight=0))
    _somebody_votes(context)


def _named_after_its_key(statement: EnrolDevice) -> None:
    if statement.device != device_id_of(statement.key):
        raise Refusal("device-name", device=statement.device.hex())


def _never_seen_before(context: Context, name: bytes) -> None:
    """Refuse `device-known`, also for a workstation that was removed: its key may be a copy."""
    if context.state.get("device", name) is not None:
        raise Refusal("device-known", device=name.hex())


def _has_accepted(statement: EnrolDevice, context: Context) -> None:
    if not acceptance_holds(
        statement.acceptance,
        statement.key,
        statement.box_key,
        network=context.payload.network,
        author=context.payload.device,
        administrator=context.person,
    ):
        raise Refusal("not-accepted", device=statement.device.hex())


def _active(context: Context, name: bytes) -> Device:
    found = device(context.state.get, name)
    if found is None:
        raise Refusal("unknown-device", device=name.hex())
    if not found.active:
        raise Refusal("device-removed", device=name.hex())
    return found


def _honest(found: Device) -> Device:
    if found.accused:
        raise Refusal("device-accused", device=found.id.hex())
    return found


def _by_stake(context: Context) -> None:
    mode = proposer_mode(context.state.get)
    if mode is not ProposerMode.STAKE:
        raise Refusal("not-stake", mode=mode)


def _few_enough_vote(context: Context) -> None:
    voters = _count(context, lambda entry: entry.has_vote)
    if voters > MOST_VOTERS:
        raise Refusal("too-many-validators", most=MOST_VOTERS, given=voters)


def _somebody_votes(context: Context) -> None:
    if _count(context, lambda entry: entry.votes) == 0:
        raise Refusal("no-validators")


def _core_stays(context: Context, leaving: Device) -> None:
    """Refuse `core-set` when too few voting workstations would stay for the others to rely on."""
    if not leaving.votes:
        return
    core = min(CORE, _count(context, lambda entry: entry.has_vote))
    if _count(context, lambda entry: entry.votes) - 1 < core:
        raise Refusal("core-set", needed=core)


def _convicted(statement: ReportEvidence, context: Context) -> Device:
    """Give the workstation that signed both votes, which contradict each other."""
    try:
        first, second = (SignedVote.decode(vote) for vote in (statement.first, statement.second))
    except CodecError:
        raise Refusal("no-evidence") from None
    liar = device(context.state.get, first.validator)
    if (
        liar is None
        or second.validator != liar.id
        or first.vote.network != context.payload.network
        or not contradict(first.vote, second.vote)
        or not all(is_cast_by(signed, liar.public) for signed in (first, second))
    ):
        raise Refusal("no-evidence")
    return liar


def _count(context: Context, counts: Callable[[Device], bool]) -> int:
    return sum(map(counts, devices(context.state.get)))


def _put(context: Context, changed: Device) -> None:
    context.state.put("device", changed.id, value=changed.stored())
