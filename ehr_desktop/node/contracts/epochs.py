"""The end of a block: who decides on the next one, and how much work it has to show."""

from typing import Final

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.node.contracts.roster import (
    devices,
    rows_of,
    validator_set,
    work_target,
)
from ehr_desktop.node.contracts.state import State, StateReader
from ehr_desktop.node.contracts.statements import FoundClinic
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet
from ehr_desktop.node.ledger.work import FIRST_TARGET, RETARGET_BLOCKS, retarget, work_holds

FIRST_EPOCH: Final = 0
FIRST_WEIGHT: Final = 1


def founding_validators(statement: FoundClinic) -> ValidatorSet:
    """Give who decides on the first block: the workstation that founds the clinic, alone."""
    return ValidatorSet.of([Validator(statement.device, statement.device_key, FIRST_WEIGHT)])


def put_validators(state: State, epoch: int, validators: ValidatorSet) -> None:
    """Write who decides from the next block on, and keep it for those who look back."""
    rows = rows_of(validators)
    state.put("validators", value=[epoch, rows])
    state.put("validators", epoch, value=rows)


def open_next_epoch(state: State) -> None:
    """Begin another epoch if what a block says of devices has changed who votes.

    One that changes it and another that changes it back leave the epoch as it is.
    """
    epoch, current = validator_set(state.get)
    changed = ValidatorSet.of(
        Validator(entry.id, entry.public, entry.weight)
        for entry in devices(state.get)
        if entry.votes
    )
    if changed != current:
        put_validators(state, epoch + 1, changed)


def count_work(state: State, header: Header) -> None:
    """Count a block, and set another target after so many; the first block begins the count."""
    if state.get("proposers") != ProposerMode.WORK:
        return
    stored = state.get("work")
    if stored is None:
        _put_work(state, FIRST_TARGET, 0, header.time_ms)
        return
    _, count, begun_ms = stored
    target = work_target(state.get)
    if count + 1 < RETARGET_BLOCKS:
        _put_work(state, target, count + 1, begun_ms)
    else:
        _put_work(state, retarget(target, header.time_ms - begun_ms), 0, header.time_ms)


def proof_holds(value: StateReader, header: Header) -> bool:
    """Tell whether a header shows the work that the state before it asks for, and no proof where
    none is asked for.
    """
    if value("work") is None:
        return not header.proof
    return work_holds(header, work_target(value))


def _put_work(state: State, target: int, count: int, begun_ms: int) -> None:
    state.put("work", value=[target.to_bytes(32), count, begun_ms])
