"""Category keys shared out to the workstations, so that none of them can open one alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from ehr_desktop.domain.categories import Category
from ehr_desktop.node.contracts.consent_state import Escrow, entry
from ehr_desktop.node.contracts.custody_statements import DealShares
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.guards import guards_now, rows_of
from ehr_desktop.node.keys.escrow import deal_escrow
from ehr_desktop.node.keys.guarding import threshold_of
from ehr_desktop.node.store.secrets import KeyBox


@dataclass(frozen=True, slots=True)
class OpenKey:
    """A category key that is open here: its epoch and its 32 bytes."""

    category: Category
    epoch: int
    key: bytes


def is_dealt(value: StateReader, patient: bytes, category: Category, epoch: int) -> bool:
    """Tell whether a key is shared out to the workstations there are now."""
    dealt = entry(value, Escrow, "escrow", patient, category)
    if dealt is None or dealt.epoch != epoch:
        return False
    return {device for device, _place, _box in dealt.guards} == {
        guard.device for guard in guards_now(value)
    }


def deal_shares(
    value: StateReader, patient: bytes, keys: Sequence[OpenKey]
) -> tuple[DealShares, tuple[KeyBox, ...]]:
    """Give the statement that shares keys out, and the boxes it brings."""
    guards = guards_now(value)
    threshold = threshold_of(len(guards))
    rows, boxes = [], []
    for one in keys:
        sealed, shares = deal_escrow(
            one.key, patient, str(one.category), one.epoch, guards, threshold
        )
        rows.append((str(one.category), one.epoch, sealed.hash, threshold, rows_of(shares)))
        boxes += [sealed, *shares]
    return DealShares(patient, tuple(rows)), tuple(boxes)
