"""Requests, grants, rules and delegations of one patient, read straight from the contract state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    AccessRequest,
    Delegation,
    EndingProgress,
    GranteeKind,
    GrantState,
    RequestState,
    Rule,
    RuleKind,
    Share,
)
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.node.consent.card_status import Names, delegation, instant
from ehr_desktop.node.contracts.consent_basis import speakers
from ehr_desktop.node.contracts.consent_state import (
    CategoryKey,
    Closing,
    Delegated,
    Grant,
    Request,
    StandingRule,
    entry,
    ids,
    team_of,
)
from ehr_desktop.node.contracts.consent_statements import (
    Delegate,
    GrantAccess,
    NameGuardian,
    RequestAccess,
    ReshareAccess,
)
from ehr_desktop.node.contracts.roster import devices
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import ReadRecords, read_statement
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.store import transactions

MOST_EARLIER = 200
"""So many requests, grants and readings of a patient are looked back at."""


@dataclass(frozen=True, slots=True)
class ConsentReader:
    """What the ledger says of consent at one moment; `people` are the names of staff."""

    connection: Connection
    value: StateReader
    people: Mapping[PersonId, str]
    now_ms: int

    # --- requests --------------------------------------------------------------------------------

    def requests(self, patient: bytes) -> tuple[AccessRequest, ...]:
        """Give a patient's requests: those that wait first, then earlier ones, newest first."""
        found = [self.request(name) for name in self._named(patient, RequestAccess)]
        return tuple(sorted(found, key=lambda one: one.state is not RequestState.OPEN))

    def requests_by(self, person: bytes, since_ms: int) -> tuple[AccessRequest, ...]:
        """Give what a member asked for: what waits, and what was asked since, newest first."""
        rows = transactions.of_kind(self.connection, RequestAccess.KIND, MOST_EARLIER)
        found = []
        for row in rows:
            if row.person == person and not row.rule:
                asked = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
                assert isinstance(asked, RequestAccess)
                if entry(self.value, Request, "request", asked.request) is not None:
                    found.append(self.request(asked.request))
        since = instant(since_ms)
        return tuple(r for r in found if r.state is RequestState.OPEN or r.asked >= since)

    def request(self, name: bytes) -> AccessRequest:
        """Give one request that is in the state."""
        found = entry(self.value, Request, "request", name)
        assert found is not None, "only what is in the state is asked for"
        state = RequestState(found.state)
        if state is RequestState.OPEN and found.until_ms and found.until_ms <= self.now_ms:
            state = RequestState.EXPIRED
        person = PersonId(found.person.hex())
        return AccessRequest(
            id=name.hex(),
            patient=PatientId(found.patient.hex()),
            person=person,
            person_name=self.people.get(person, ""),
            role=self._role(found.person),
            categories=frozenset(map(Category, found.categories)),
            purpose=found.purpose,
            asked=instant(found.asked_ms),
            start=instant(found.from_ms),
            until=_end(found.until_ms),
            keep_until=_end(found.keep_ms),
            state=state,
        )

    # --- grants ----------------------------------------------------------------------------------

    def shares(self, patient: bytes) -> tuple[Share, ...]:
        """Give what a patient shares, then what the patient did share, newest first."""
        kept = dict.fromkeys(reversed(ids(self.value, "grants", patient)))
        names = [*kept, *(n for n in self._named(patient, GrantAccess, ReshareAccess)
                          if n not in kept)]  # fmt: skip
        over = (name for name in reversed(ids(self.value, "ended", patient)) if name not in names)
        return tuple(self.share(name) for name in (*names, *over))

    def share(self, name: bytes) -> Share:
        """Give one grant that is in the state."""
        found = entry(self.value, Grant, "grant", name)
        assert found is not None, "only what is in the state is asked for"
        state, ending = GrantState(found.state), None
        if state is GrantState.ACTIVE and found.is_over_at(self.now_ms):
            state = GrantState.EXPIRED
        if found.state != GrantState.ACTIVE:
            ending = self._ending(found)
            state = GrantState.ENDING if ending else state
        kind = GranteeKind(found.grantee_kind)
        is_person = kind is GranteeKind.PERSON
        grantee = found.grantee.hex() if is_person else str(team_of(found.grantee))
        handed_on_by = PersonId(found.speaker.hex()) if found.parent else PersonId("")
        return Share(
            id=name.hex(),
            grantee_kind=kind,
            grantee=grantee,
            name=self.people.get(PersonId(grantee), "") if is_person else grantee,
            categories=frozenset(map(Category, found.categories)),
            purpose=found.purpose,
            start=instant(found.from_ms),
            until=_end(found.until_ms),
            state=state,
            reshare=bool(found.reshare),
            handed_on_by=self.people.get(handed_on_by, ""),
            handed_on_from=found.parent.hex(),
            ending=ending,
            opened_before=self._opened(found),
        )

    def _ending(self, found: Grant) -> EndingProgress | None:
        """Give how far an ended grant's keys are destroyed; None if they are, or never were."""
        names = {one.id: one.name for one in devices(self.value) if one.active}
        resealed, done, waiting = True, set[bytes](), set[bytes]()
        for category in found.categories:
            for epoch, _count in self.value("sealed", found.patient, category) or ():
                key = entry(self.value, CategoryKey, "key", found.patient, category, epoch)
                resealed = resealed and not (key is not None and key.spent)
            closing = entry(self.value, Closing, "closing", found.patient, category)
            if closing is not None:
                done |= set(closing.done)
                waiting |= set(closing.owing) - set(closing.done)
        waiting &= names.keys()
        if resealed and not waiting:
            return None
        if not resealed:
            done, waiting = set(), set(names)
        return EndingProgress(
            tuple(name for one, name in names.items() if one in done - waiting),
            tuple(name for one, name in names.items() if one in waiting),
            resealed,
        )

    def _opened(self, found: Grant) -> tuple[tuple[Category, datetime], ...]:
        """Give which categories the grantee opened while it held, each with the last time."""
        last: dict[Category, datetime] = {}
        kinds = [ReadRecords.KIND]
        for row in transactions.about(self.connection, found.patient, kinds, MOST_EARLIER):
            ended_ms = found.ended_ms or self.now_ms
            is_theirs = found.grantee_kind == GranteeKind.TEAM or row.person == found.grantee
            if row.rule or not is_theirs or not found.given_ms <= row.time_ms <= ended_ms:
                continue
            read = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
            assert isinstance(read, ReadRecords)
            for category in set(read.categories) & set(found.categories):
                last.setdefault(Category(category), instant(row.time_ms))
        return tuple(sorted(last.items(), key=lambda pair: list(Category).index(pair[0])))

    # --- rules and delegations ------------------------------------------------------------------

    def rules(self, patient: bytes) -> tuple[Rule, ...]:
        """Give the standing rules that hold."""
        return tuple(
            rule_of(name, found)
            for name in ids(self.value, "rules", patient)
            if (found := entry(self.value, StandingRule, "rule", name)) is not None
            and found.active
            and not (found.until_ms and found.until_ms <= self.now_ms)
        )

    def delegations(self, patient: bytes, names: Names) -> tuple[Delegation, ...]:
        """Give who may speak for a patient, and since when."""
        since = self._said_when(patient)
        return tuple(
            replace(one, since=since.get(bytes.fromhex(one.id)))
            for one in self._delegations("delegations", patient, names)
        )

    def represented(self, speaker: bytes, names: Names) -> tuple[Delegation, ...]:
        """Give for whom somebody may speak; `names` are those of delegates."""
        return self._delegations("speaks-for", speaker, names)

    def _delegations(self, label: str, owner: bytes, names: Names) -> tuple[Delegation, ...]:
        return tuple(
            delegation(name, found, names)
            for name in ids(self.value, label, owner)
            if (found := entry(self.value, Delegated, "delegation", name)) is not None
            and found.delegate in speakers(self.value, found.patient, self.now_ms)
        )

    def _said_when(self, patient: bytes) -> dict[bytes, datetime]:
        """Give when each delegation of a patient was signed."""
        when = {}
        kinds = [Delegate.KIND, NameGuardian.KIND]
        for row in transactions.about(self.connection, patient, kinds, MOST_EARLIER):
            said = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
            assert isinstance(said, Delegate | NameGuardian)
            if not row.rule:
                when[said.delegation] = instant(row.time_ms)
        return when

    def _role(self, person: bytes) -> str:
        member = self.value("member", person)
        return str(member[0]) if member else ""

    def _named(
        self, patient: bytes, *kinds: type[RequestAccess] | type[GrantAccess] | type[ReshareAccess]
    ) -> list[bytes]:
        """Give the ids that statements about a patient gave to requests or grants, newest first,
        as far as they are in the state.
        """
        found = []
        wanted = [kind.KIND for kind in kinds]
        for row in transactions.about(self.connection, patient, wanted, MOST_EARLIER):
            said = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
            is_request = isinstance(said, RequestAccess)
            name = said.request if is_request else said.grant  # type: ignore[attr-defined]
            label = "request" if is_request else "grant"
            if not row.rule and self.value(label, name) is not None:
                found.append(name)
        return found


def rule_of(name: bytes, found: StandingRule) -> Rule:
    """Give a rule as screens show it."""
    return Rule(
        name.hex(),
        RuleKind(found.kind),
        frozenset(map(Category, found.categories)),
        _end(found.until_ms),
    )


def _end(at_ms: int) -> datetime | None:
    return instant(at_ms) if at_ms else None
