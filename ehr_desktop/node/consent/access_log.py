"""Who saw a patient's record: the receipts of the ledger, in the words of the domain."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import REVIEW_HOURS, Basis, Finding, Look
from ehr_desktop.domain.ids import PatientId, PersonId, TransactionId
from ehr_desktop.node.consent.card_status import instant
from ehr_desktop.node.contracts.consent_state import Claim, entry
from ehr_desktop.node.contracts.consent_statements import ReadOwn
from ehr_desktop.node.contracts.custody_statements import ClaimShares
from ehr_desktop.node.contracts.roster import devices
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import ReadRecords, read_statement
from ehr_desktop.node.core import Core
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.store import transactions
from ehr_desktop.node.store.transactions import StoredTransaction

MOST_LOOKS = 10_000
_CLAIMED = "claim"
"""The manner of emergency access that nothing was read with."""


class AccessLogs:
    """Who saw which record. `staff` gives the display names of members."""

    def __init__(self, core: Core, staff: Callable[[], Mapping[PersonId, str]]) -> None:
        self._core = core
        self._staff = staff

    async def looks(
        self, patient: PatientId, *, own: bool = False, limit: int = 50, offset: int = 0
    ) -> tuple[Look, ...]:
        """Give a page of who saw a record, newest first; the patient's own readings with `own`."""
        subject = bytes.fromhex(patient)
        return await self._core.read(
            lambda connection: self._log(connection).looks(
                subject, own=own, limit=limit, offset=offset
            )
        )

    async def look(self, transaction: TransactionId) -> Look | None:
        """Give the look that stands in a transaction; None if there is none."""
        return await self._core.read(lambda connection: self._log(connection).look_in(transaction))

    def _log(self, connection: Connection) -> "AccessLog":
        return AccessLog(connection, self._core.value_in(connection), self._staff())


@dataclass(frozen=True, slots=True)
class AccessLog:
    """Looks at one patient's record; `people` are the names of staff."""

    connection: Connection
    value: StateReader
    people: Mapping[PersonId, str]

    def looks(self, patient: bytes, *, own: bool, limit: int, offset: int = 0) -> tuple[Look, ...]:
        """Give a page of who saw a record, newest first; the patient's own readings only with
        `own`.
        """
        kinds = [ReadRecords.KIND, ClaimShares.KIND, *([ReadOwn.KIND] if own else [])]
        most = min(offset + limit, MOST_LOOKS)
        rows = transactions.about(self.connection, patient, kinds, most)
        found = [look for row in rows if not row.rule and (look := self.look(row)) is not None]
        return tuple(found[offset : offset + limit])

    def look_in(self, name: TransactionId) -> Look | None:
        """Give the look that stands in a transaction."""
        row = transactions.by_id(self.connection, bytes.fromhex(name))
        return None if row is None or row.rule else self.look(row)

    def look(self, row: StoredTransaction) -> Look | None:
        """Give the look of a receipt or a claim."""
        statement = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
        if isinstance(statement, ReadRecords):
            claim = self._claim(row, statement)
            return self._told(
                row, statement.manner, statement.purpose, statement.categories,
                Basis(statement.basis), claim,
            )  # fmt: skip
        if isinstance(statement, ReadOwn):
            return self._told(row, statement.manner, "own", statement.categories, Basis.PATIENT)
        if isinstance(statement, ClaimShares) and statement.claim_kind == Basis.EMERGENCY:
            return self._told(
                row, _CLAIMED, "treatment", statement.categories, Basis.EMERGENCY, statement
            )
        return None

    def _told(
        self,
        row: StoredTransaction,
        manner: str,
        purpose: str,
        categories: tuple[str, ...],
        basis: Basis,
        claim: ClaimShares | None = None,
    ) -> Look:
        own = row.kind == ReadOwn.KIND
        person = PersonId(row.person.hex())
        member = None if own else self.value("member", row.person)
        names = {one.id: one.name for one in devices(self.value)}
        known = entry(self.value, Claim, "claim", claim.claim) if claim else None
        return Look(
            transaction=TransactionId(row.id.hex()),
            when=instant(row.time_ms),
            person=None if own else person,
            name="" if own else self.people.get(person, ""),
            role=str(member[0]) if member else "",
            workstation=names.get(row.device, ""),
            manner=manner,
            purpose=purpose,
            categories=frozenset(map(Category, categories)),
            basis=basis,
            own=own,
            reason=claim.reason if claim else "",
            finding=Finding(known.finding) if known and known.finding else None,
            review_due=(
                instant(known.from_ms) + timedelta(hours=REVIEW_HOURS)
                if known and not known.finding
                else None
            ),
        )

    def _claim(self, row: StoredTransaction, statement: ReadRecords) -> ClaimShares | None:
        """Give the newest emergency claim before a reading in an emergency."""
        if statement.basis != Basis.EMERGENCY:
            return None
        kinds = [ClaimShares.KIND]
        for claimed in transactions.about(self.connection, row.subject, kinds, MOST_LOOKS):
            is_theirs = claimed.person == row.person and claimed.time_ms <= row.time_ms
            if is_theirs and not claimed.rule:
                payload = Transaction.decode(claimed.wire).payload
                found = read_statement(claimed.kind, tuple(payload.body))
                assert isinstance(found, ClaimShares)
                return found
        return None
