"""Which of a patient's keys somebody may still have who is not to read any more."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.people import Team
from ehr_desktop.node.contracts.consent_basis import recipients
from ehr_desktop.node.contracts.consent_state import Claim, entry
from ehr_desktop.node.contracts.consent_statements import BoxKeys, ReplaceCard
from ehr_desktop.node.contracts.custody_statements import ClaimShares, CloseEpochs
from ehr_desktop.node.contracts.rounds import round_of
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import OpenEpochs, Statement, read_statement
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.policy import reading_teams
from ehr_desktop.node.store import transactions

KINDS: Final = (OpenEpochs.KIND, BoxKeys.KIND, ReplaceCard.KIND, ClaimShares.KIND)
_MOST: Final = 1_000_000


@dataclass(slots=True)
class KeyHolders:
    """For whom every key of a patient's categories was ever sealed, as the ledger tells it.

    `sealed` gives, by category and epoch, the names: a team's as text in bytes, a reader's id; a
    name that `renewed` its own key since counts as somebody else. `claimed` are claims by the key
    that was the newest when they were made.
    """

    sealed: dict[tuple[str, int], set[bytes]] = field(default_factory=dict)
    renewed: set[tuple[str, int]] = field(default_factory=set)
    claimed: dict[tuple[str, int], list[bytes]] = field(default_factory=dict)

    def is_tainted(
        self, value: StateReader, patient: bytes, category: Category, epoch: int, at_ms: int
    ) -> bool:
        """Tell whether somebody was given a key who is not to have it at an instant: a grant or a
        delegation has ended, a card was replaced, an emergency is over.
        """
        name = str(category), epoch
        teams, readers = recipients(value, patient, category, at_ms)
        allowed = {team.encode() for team in teams} | readers
        if name in self.renewed or not self.sealed.get(name, set()) <= allowed:
            return True
        claims = (entry(value, Claim, "claim", claim) for claim in self.claimed.get(name, ()))
        return any(one is not None and one.released and one.until_ms <= at_ms for one in claims)

    def take(self, statement: Statement) -> None:
        """Take over what became of an accepted statement."""
        match statement:
            case OpenEpochs():
                for category, epoch, _, teams, names in statement.epochs:
                    holders = self.sealed.setdefault((category, epoch), set())
                    holders |= {team.encode() for team, _, _ in teams} | {one for one, _ in names}
            case BoxKeys():
                for category, epoch, what, reader, _ in statement.boxes:
                    self.sealed.setdefault((category, epoch), set()).add(reader or what.encode())
            case ReplaceCard():
                self.renewed |= {n for n, who in self.sealed.items() if statement.patient in who}
            case ClaimShares():
                for category in statement.categories:
                    for name in self._newest(category):
                        self.claimed.setdefault(name, []).append(statement.claim)
            case _:
                pass

    def _newest(self, category: str) -> list[tuple[str, int]]:
        known = [name for name in self.sealed if name[0] == category]
        newest = max((round_of(epoch) for _, epoch in known), default=0)
        return [name for name in known if round_of(name[1]) == newest]


def key_holders(connection: Connection, patient: bytes) -> KeyHolders:
    """Read for whom a patient's keys were sealed, from what is final."""
    holders = KeyHolders()
    for statement in _accepted(connection, patient):
        holders.take(statement)
    return holders


def shut_out(connection: Connection, value: StateReader, closed: CloseEpochs) -> frozenset[Team]:
    """Give the teams that had a key which a closing ended, and may not read any more."""
    category, round_ = Category(closed.category), round_of(closed.epoch)
    earlier = [
        round_of(one.epoch)
        for one in _accepted(connection, closed.patient, (CloseEpochs.KIND,))
        if isinstance(one, CloseEpochs) and one.category == category
    ]
    since = max((one for one in earlier if one < round_), default=0)
    had = {
        name
        for (what, epoch), names in key_holders(connection, closed.patient).sealed.items()
        if what == category and since <= round_of(epoch) < round_
        for name in names
    }
    may_read = reading_teams(value, closed.patient, category)
    return frozenset(team for team in Team if team.encode() in had) - may_read


def _accepted(
    connection: Connection, patient: bytes, kinds: Iterable[str] = KINDS
) -> Iterable[Statement]:
    for row in reversed(transactions.about(connection, patient, kinds, _MOST)):
        if row.position is not None and not row.rule:
            try:
                payload = Transaction.decode(row.wire).payload
                yield read_statement(payload.kind, tuple(payload.body))
            except MalformedBodyError:
                continue
