"""What a team's view is made of at one moment: transactions, as far as the team may see them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category, default_teams
from ehr_desktop.domain.consent import CONTROLLED
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Team
from ehr_desktop.node.contracts.consent_state import Erasing, entry
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.policy import final_state, reading_teams
from ehr_desktop.node.store import transactions
from ehr_desktop.node.store.views.changes import (
    CategoryForgotten,
    EntrySeen,
    PatientForgotten,
    ViewChange,
)
from ehr_desktop.node.store.views.views import Views
from ehr_desktop.node.viewing.committed import commits_about
from ehr_desktop.node.viewing.projecting import Plain, Projecting, Reading


class Source:
    """Reads transactions once each, as far as the team may see what they bring, and gathers what
    is missing for them. All of it in one state of the ledger.
    """

    def __init__(
        self, connection: Connection, projecting: Projecting, plain: Plain, team: Team
    ) -> None:
        self._connection = connection
        self._projecting = projecting
        self._plain = plain
        self._team = team
        self._shown: dict[tuple[bytes, Category], bool] = {}
        self.value: StateReader = final_state(connection)
        self._known: dict[bytes, Transaction] = {}
        self._readings: dict[bytes, Reading] = {}
        self.missing: list[tuple[bytes, bytes]] = []

    def know(self, known: Sequence[Transaction]) -> None:
        """Take over transactions that need not be looked up."""
        self._known.update((transaction.id, transaction) for transaction in known)

    def shows(self, patient: bytes, category: Category) -> bool:
        """Tell whether the team may see a category of a patient."""
        name = patient, category
        if name not in self._shown:
            self._shown[name] = self._team in default_teams(category) and (
                self._team in reading_teams(self.value, patient, category)
            )
        return self._shown[name]

    def of(self, transaction: Transaction) -> list[ViewChange]:
        """Give what a transaction changes."""
        reading = self._readings.get(transaction.id)
        if reading is None:
            reading = self._projecting.read(
                self._connection, transaction, self._plain, self.shows, self.value
            )
            self._readings[transaction.id] = reading
            self.missing += [(name, transaction.id) for name in reading.missing]
        return reading.changes

    def changes(self, name: bytes) -> list[ViewChange]:
        """Give what a transaction changes, by its id."""
        known = self._known.get(name)
        if known is None:
            row = transactions.by_id(self._connection, name)
            if row is None:
                return []
            known = self._known[name] = Transaction.decode(row.wire)
        return self.of(known)


def decided_anew(
    connection: Connection, source: Source, views: Views, patient: bytes
) -> list[ViewChange]:
    """Give what a view has to forget of a patient, and to show that it did not."""
    name = PatientId(patient.hex())
    erasing = entry(source.value, Erasing, "erasure", patient)
    if erasing is not None and erasing.confirmed_ms:
        return [PatientForgotten(name)]
    shown = views.chart.categories(name) & CONTROLLED
    wanted = frozenset(category for category in CONTROLLED if source.shows(patient, category))
    changes: list[ViewChange] = [CategoryForgotten(name, lost) for lost in sorted(shown - wanted)]
    if wanted - shown:
        for row in commits_about(connection, patient):
            if row.position is not None:
                changes += [
                    change
                    for change in source.of(Transaction.decode(row.wire))
                    if isinstance(change, EntrySeen) and change.category in wanted - shown
                ]
    return changes
