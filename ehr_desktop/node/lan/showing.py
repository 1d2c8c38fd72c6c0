"""The workstations and their agreement in the values that screens show."""

from typing import Final

from ehr_desktop.domain.ids import BlockId, DeviceId
from ehr_desktop.domain.network import (
    Accusation,
    Ballot,
    ConsensusStatus,
    FinalPoint,
    LinkState,
    MiningStatus,
    NetworkStatus,
    ProposerMode,
    Voter,
    WorkstationStatus,
)
from ehr_desktop.node.consensus.port import Agreement
from ehr_desktop.node.consensus.work import difficulty
from ehr_desktop.node.contracts.roster import Device
from ehr_desktop.node.contracts.statements import ReportEvidence, read_statement
from ehr_desktop.node.core import Core
from ehr_desktop.node.lan.lan import Lan
from ehr_desktop.node.ledger.transaction import Transaction, device_id_of
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import SignedVote, Vote, VoteKind
from ehr_desktop.node.ledger.work import RETARGET_BLOCKS
from ehr_desktop.node.net.peers import Peer, PeerState
from ehr_desktop.node.store import awaited, transactions

_CONFIRMING: Final = frozenset({Ballot.CONFIRMED, Ballot.FINAL})
_STATES: Final = {
    PeerState.LINKED: LinkState.LINKED,
    PeerState.DIALLING: LinkState.DIALLING,
    PeerState.ABSENT: LinkState.ABSENT,
}


async def network_status(core: Core, lan: Lan) -> NetworkStatus:
    """Give all workstations of the clinic, this one first."""
    pipeline, standing = core.pipeline, core.pipeline.standing
    peers = {device_id_of(peer.key): peer for peer in lan.hub.peers()}
    active = [device for device in pipeline.devices if device.active]
    here = [_here(d, standing.height) for d in active if d.id == pipeline.device]
    others = [_other(d, peers[d.id]) for d in active if d.id in peers]
    if not active:
        others = [_stranger(peer) for peer in peers.values()]
    validators = pipeline.chain.validators
    return NetworkStatus(
        workstations=(*here, *sorted(others, key=lambda other: other.name)),
        height=max(standing.height, 0),
        pending=standing.pending,
        quorum=validators.quorum if validators else 0,
        present=lan.present(),
        total=validators.total if validators else 0,
        listening=", ".join(lan.addresses()),
        catching_up=pipeline.sync.progress,
        missing_containers=await core.read(awaited.count),
    )


def _here(device: Device, height: int) -> WorkstationStatus:
    return WorkstationStatus(
        DeviceId(device.id.hex()),
        device.name,
        LinkState.HERE,
        height,
        weight=device.weight,
        away=device.away,
        stopped=device.accused,
    )


def _other(device: Device, peer: Peer) -> WorkstationStatus:
    return WorkstationStatus(
        DeviceId(device.id.hex()),
        device.name,
        _STATES[peer.state],
        peer.height,
        peer.rtt_ms,
        str(peer.address) if peer.address else "",
        str(peer.rung) if peer.rung else "",
        str(peer.trouble) if peer.trouble else "",
        peer.clock_ahead_ms,
        device.weight,
        device.away,
        device.accused,
    )


def _stranger(peer: Peer) -> WorkstationStatus:
    unnamed = Device(device_id_of(peer.key), peer.key, b"", peer.name)
    return _other(unnamed, peer)


async def consensus_status(core: Core, lan: Lan, finals: tuple[FinalPoint, ...]) -> ConsensusStatus:
    """Give how far the block being agreed has come; `finals` are those of the last hour."""
    pipeline, standing = core.pipeline, core.pipeline.standing
    validators, agreement = pipeline.chain.validators, standing.agreement
    names = {device.id: device.name for device in pipeline.devices}
    members = validators.members if validators else ()
    ballots = _ballots(core, agreement)
    mode = core.value("proposers") if standing.height >= 0 else None
    leader = agreement.leader if agreement else None
    return ConsensusStatus(
        mode=ProposerMode(mode or ProposerMode.AUTHORITY),
        epoch=standing.epoch,
        slot=agreement.slot if agreement else 0,
        height=max(standing.height, 0),
        block=BlockId((agreement.block or b"").hex() if agreement else ""),
        proposer=names.get(leader, "") if leader else "",
        voters=tuple(
            Voter(
                DeviceId(member.device.hex()),
                names.get(member.device, ""),
                member.weight,
                ballots.get(member.device, Ballot.NONE),
                member.device == leader,
            )
            for member in members
        ),
        quorum=validators.quorum if validators else 0,
        total=validators.total if validators else 0,
        confirmed=sum(m.weight for m in members if ballots.get(m.device) in _CONFIRMING),
        may_be_off=may_be_off(validators) if validators else 0,
        may_lie=may_lie(validators) if validators else 0,
        finals=finals,
        pending=standing.pending,
        halted=_halted(core, validators),
        mining=_mining(core, lan),
        accusations=await _accusations(core, names),
    )


def _ballots(core: Core, agreement: Agreement | None) -> dict[bytes, Ballot]:
    """Give the votes on the block being agreed; while there is none and nothing waits, those that
    made the newest block final.
    """
    ballots: dict[bytes, Ballot] = {}
    if agreement is None:
        return ballots
    for ballot, devices in (
        (Ballot.SKIPPED, agreement.skip),
        (Ballot.CONFIRMED, agreement.notar),
        (Ballot.FINAL, agreement.final),
    ):
        ballots.update(dict.fromkeys(devices, ballot))
    finality = core.pipeline.chain.finality
    if not ballots and not core.pipeline.standing.pending and finality is not None:
        signers = [device for device, _ in finality.certificate.signatures]
        ballots = dict.fromkeys(signers, Ballot.FINAL)
    return ballots


def may_be_off(validators: ValidatorSet) -> int:
    """Count how many workstations, whichever they are, may be off while the rest decides."""
    left, off = validators.total, 0
    for weight in _heaviest_first(validators):
        left -= weight
        if left < validators.quorum:
            break
        off += 1
    return off


def may_lie(validators: ValidatorSet) -> int:
    """Count how many workstations, whichever they are, may lie without harm."""
    spare, liars = validators.faulty, 0
    for weight in _heaviest_first(validators):
        spare -= weight
        if spare < 0:
            break
        liars += 1
    return liars


def _halted(core: Core, validators: ValidatorSet | None) -> str:
    pipeline = core.pipeline
    if pipeline.halted:
        return pipeline.halted
    if pipeline.conflicted:
        return "conflict"
    me = next((device for device in pipeline.devices if device.id == pipeline.device), None)
    if me is not None and not me.active:
        return "removed"
    if me is not None and me.accused:
        return "stopped"
    if me is not None and me.away:
        return "away"
    votes = validators is not None and validators.find(pipeline.device) is not None
    return "" if votes else "follows"


def _mining(core: Core, lan: Lan) -> MiningStatus | None:
    work = core.value("work")
    if work is None:
        return None
    target, count, _ = work
    progress = lan.miner.progress
    number = int.from_bytes(target)
    return MiningStatus(
        running=progress.running if progress else False,
        header=progress.mining.header.encode().hex() if progress else "",
        nonce=progress.nonce if progress else 0,
        tries=progress.tries if progress else 0,
        rate=progress.rate if progress else 0.0,
        target=f"{number:064x}",
        difficulty=difficulty(number),
        retarget_in=RETARGET_BLOCKS - count,
    )


async def _accusations(core: Core, names: dict[bytes, str]) -> tuple[Accusation, ...]:
    rows = await core.read(
        lambda connection: transactions.of_kind(connection, ReportEvidence.KIND, 100)
    )
    found: dict[bytes, Accusation] = {}
    for row in rows:
        if row.rule:
            continue
        statement = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
        assert isinstance(statement, ReportEvidence), "the kind says so"
        first, second = (SignedVote.decode(vote) for vote in (statement.first, statement.second))
        liar = first.validator
        found[liar] = Accusation(
            DeviceId(liar.hex()),
            names.get(liar, ""),
            first.vote.slot,
            what_it_told(first.vote, second.vote),
            row.height,
        )
    return tuple(found.values())


def what_it_told(first: Vote, second: Vote) -> str:
    """Give a code for how two votes contradict each other."""
    kinds = {first.kind, second.kind}
    if VoteKind.SKIP in kinds:
        return "skip-and-final"
    return "two-blocks"


def _heaviest_first(validators: ValidatorSet) -> list[int]:
    return sorted((member.weight for member in validators.members if member.weight), reverse=True)
