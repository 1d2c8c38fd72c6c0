"""What the ledger names of a patient's record and a view cannot show yet: its container, or the key
it is sealed under, has not come to this workstation.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.keys.records import RecordHeader
from ehr_desktop.node.policy import sealed_now
from ehr_desktop.node.store import awaited, containers, secrets
from ehr_desktop.node.store.containers import ContainerLead
from ehr_desktop.node.viewing.committed import newest_records
from ehr_desktop.node.viewing.view_keys import ViewKeys


def on_way(
    connection: Connection,
    value: StateReader,
    keys: ViewKeys,
    patient: bytes,
    categories: Iterable[Category],
) -> Mapping[Category, int]:
    """Count the records of these categories whose newest version is on its way; a category of which
    nothing is has no number. What is complete costs a few look-ups, and no look at its records.
    """
    held = {one: keys.epochs(connection, patient, one) for one in categories}
    has_vault_key = bool(secrets.vault_keys_of(connection, patient))
    if (
        has_vault_key
        and all(_sealed(value, patient, one) <= epochs for one, epochs in held.items())
        and not awaited.lacks_containers(connection, patient)
    ):
        return {}
    records = [one for one in newest_records(connection, patient) if one.category in held]
    here = containers.leads(connection, (bytes.fromhex(one.commitment) for one in records))

    def is_shown(lead: ContainerLead | None, category: Category) -> bool:
        if lead is None or not has_vault_key:
            return False
        return RecordHeader.decode(lead.header).epoch in held[category]

    counts: Counter[Category] = Counter()
    for one in records:
        if is_shown(here.get(bytes.fromhex(one.commitment)), one.category):
            continue
        now = sealed_now(value, bytes.fromhex(one.record), one.version)
        again = containers.leads(connection, [now.commitment]) if now is not None else {}
        if now is None or not is_shown(again.get(now.commitment), one.category):
            counts[one.category] += 1
    return dict(counts)


def _sealed(value: StateReader, patient: bytes, category: Category) -> set[int]:
    """Give the epochs of a category that something is sealed under."""
    return {epoch for epoch, count in value("sealed", patient, category) or () if count}
