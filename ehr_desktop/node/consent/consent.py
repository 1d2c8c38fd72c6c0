"""What patients decide and what those who ask them say, as statements the contracts decide on."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    AccessRequest,
    Delegation,
    GranteeKind,
    GrantState,
    PatientActor,
    Rule,
    RuleKind,
    Share,
)
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.node.consent.card_status import Names
from ehr_desktop.node.consent.consent_read import ConsentReader
from ehr_desktop.node.consent.stewards import Stewards
from ehr_desktop.node.contracts.consent_state import (
    Grant,
    Request,
    entry,
    grants,
    team_id,
)
from ehr_desktop.node.contracts.consent_statements import (
    Delegate,
    EndDelegation,
    EndRule,
    GrantAccess,
    RefuseRequest,
    RequestAccess,
    ReshareAccess,
    RevokeAccess,
    SetRule,
    WithdrawRequest,
)
from ehr_desktop.node.contracts.statements import Statement
from ehr_desktop.node.core import Core
from ehr_desktop.node.keys.cards import read_card
from ehr_desktop.node.keys.keyring import PatientSession, Session
from ehr_desktop.node.keys.known_cards import known_card
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import open_categories

Result = TypeVar("Result")
StaffNames = Mapping[PersonId, str]
_TREATMENT: Final = "treatment"
_RECENT_MS: Final = 24 * 60 * 60 * 1000


class Consent:
    """Requests, grants, rules and delegations. On the node's loop.

    `staff` gives the display names of members. `after_rule` is called with the patient's session
    when a standing rule was set, for the shares it works through to be dealt.
    """

    def __init__(self, core: Core, stewards: Stewards, staff: Callable[[], StaffNames]) -> None:
        self._core = core
        self._stewards = stewards
        self._staff = staff
        self.after_rule: Callable[[PatientSession], object] = lambda _session: None
        self.after_revoke: Callable[[PatientSession], object] = lambda _session: None

    # --- staff -----------------------------------------------------------------------------------

    async def ask(
        self,
        actor: Actor,
        patient: PatientId,
        categories: frozenset[Category],
        purpose: str,
        until: datetime | None,
        keep_until: datetime | None,
    ) -> AccessRequest:
        """Ask a patient for access, from now on.

        Raises:
            RefusedError: a contract refused: `no-card`, `too-many`, `period`, ...
        """
        session, name = self._core.session(actor), os.urandom(16)
        subject = bytes.fromhex(patient)
        statement = RequestAccess(
            name, subject, _codes(categories), purpose, self._core.clock(), _ms(until),
            _ms(keep_until),
        )  # fmt: skip
        await self._say(session, statement, subject)
        return await self._read(lambda reader: reader.request(name))

    async def withdraw(self, actor: Actor, request: str) -> None:
        """Ask no longer.

        Raises:
            NotFoundError: there is no such request.
            RefusedError: it is another's, or was answered.
        """
        session, found = self._core.session(actor), self._request(request)
        await self._say(session, WithdrawRequest(bytes.fromhex(request)), found.patient)

    async def own_requests(self, actor: Actor) -> tuple[AccessRequest, ...]:
        """Give what a member asked for and waits for, or asked for within a day."""
        session, since_ms = self._core.session(actor), self._core.clock() - _RECENT_MS
        return await self._read(lambda reader: reader.requests_by(session.person, since_ms))

    async def open_to(self, actor: Actor, patient: PatientId) -> frozenset[Category]:
        """Give the categories of a patient that somebody may read now and holds the keys of."""
        session = self._core.session(actor)

        def run(connection: Connection) -> frozenset[Category]:
            value = self._core.value_in(connection)
            subject, now_ms = bytes.fromhex(patient), self._core.clock()
            return frozenset(open_categories(session, connection, value, subject, now_ms))

        return await self._core.read(run)

    async def shares_of(self, patient: PatientId) -> tuple[Share, ...]:
        """Give what a patient shares, then what was shared."""
        return await self._read(lambda reader: reader.shares(bytes.fromhex(patient)))

    async def hand_on(
        self,
        actor: Actor,
        share: str,
        colleague: PersonId,
        categories: frozenset[Category],
        until: datetime | None,
    ) -> Share:
        """Hand a grant on to a colleague, unchanged or narrower.

        Raises:
            NotFoundError: there is no such grant.
            RefusedError: it does not allow that: `over-scoped`, `not-yours`, `grant-ended`, ...
        """
        session, parent, name = self._core.session(actor), self._grant(share), os.urandom(16)
        statement = ReshareAccess(
            name, bytes.fromhex(share), bytes.fromhex(colleague), _codes(categories),
            _ms(until) or parent.until_ms,
        )  # fmt: skip
        await self._say(session, statement, parent.patient)
        await self._stewards.seal(session, parent.patient)
        return await self._read(lambda reader: reader.share(name))

    # --- patients --------------------------------------------------------------------------------

    async def requests(self, actor: PatientActor) -> tuple[AccessRequest, ...]:
        """Give the requests to a patient, those that wait first."""
        session = self._core.keyring.patient(actor)
        return await self._read(lambda reader: reader.requests(session.patient))

    async def approve(
        self,
        actor: PatientActor,
        request: str,
        categories: frozenset[Category],
        until: datetime | None,
    ) -> Share:
        """Share what was asked for, or less; the keys are sealed once that is final.

        Raises:
            NotFoundError: there is no such request.
            RefusedError: it was answered, withdrawn or is over; or this is more than was asked.
        """
        session, asked, name = self._core.keyring.patient(actor), self._request(request), _name()
        now_ms = self._core.clock()
        statement = GrantAccess(
            name, session.patient, bytes.fromhex(request), GranteeKind.PERSON, asked.person,
            _codes(categories), asked.purpose, max(asked.from_ms, now_ms),
            _ms(until) or asked.until_ms, _unless_over(asked.keep_ms, now_ms), 0,
        )  # fmt: skip
        return await self._grant_and_seal(session, statement)

    async def refuse(self, actor: PatientActor, request: str) -> None:
        """Do not share.

        Raises:
            NotFoundError: there is no such request.
            RefusedError: it was answered already.
        """
        session, _ = self._core.keyring.patient(actor), self._request(request)
        await self._say(session, RefuseRequest(bytes.fromhex(request)), session.patient)

    async def share_with_team(
        self,
        actor: PatientActor,
        categories: frozenset[Category],
        team: Team = Team.CLINICAL,
        *,
        reshare: bool = False,
    ) -> Share:
        """Let a team see these categories, and no others, from now on: a new grant in place of the
        team's others. With `reshare` its members may hand it on.

        Raises:
            RefusedError: a contract refused.
        """
        session = self._core.keyring.patient(actor)
        statement = GrantAccess(
            _name(), session.patient, b"", GranteeKind.TEAM, team_id(team), _codes(categories),
            _TREATMENT, self._core.clock(), 0, 0, int(reshare),
        )  # fmt: skip
        older = [
            name
            for name, found in grants(self._core.value, session.patient).items()
            if (found.grantee_kind, found.grantee) == (GranteeKind.TEAM, team_id(team))
        ]
        return await self._replace(session, older, statement)

    async def set_reshare(self, actor: PatientActor, share: str, *, reshare: bool) -> Share:
        """Allow a grantee to hand a grant on, or no longer: the same grant anew in place of the one
        before. What was handed on from that ends with it.

        Raises:
            NotFoundError: the patient has given no such grant, or it has ended.
            RefusedError: a contract refused.
        """
        session, old, now_ms = (
            self._core.keyring.patient(actor),
            self._grant(share),
            self._core.clock(),
        )
        is_given = old.patient == session.patient and not old.parent
        if not is_given or old.state != GrantState.ACTIVE or old.is_over_at(now_ms):
            raise NotFoundError(share)
        statement = GrantAccess(
            _name(), session.patient, b"", old.grantee_kind, old.grantee, old.categories,
            old.purpose, max(old.from_ms, now_ms), old.until_ms,
            _unless_over(old.keep_ms, now_ms), int(reshare),
        )  # fmt: skip
        return await self._replace(session, [bytes.fromhex(share)], statement)

    async def shares(self, actor: PatientActor) -> tuple[Share, ...]:
        """Give what is shared, then what was."""
        return await self.shares_of(PatientId(self._core.keyring.patient(actor).actor.patient))

    async def stop(self, actor: PatientActor, share: str) -> Share:
        """Stop sharing.

        Raises:
            NotFoundError: there is no such grant.
            RefusedError: it has ended already.
        """
        session, _ = self._core.keyring.patient(actor), self._grant(share)
        await self._revoke(session, bytes.fromhex(share))
        return await self._read(lambda reader: reader.share(bytes.fromhex(share)))

    async def rules(self, actor: PatientActor) -> tuple[Rule, ...]:
        """Give the standing rules."""
        session = self._core.keyring.patient(actor)
        return await self._read(lambda reader: reader.rules(session.patient))

    async def set_rule(self, actor: PatientActor, categories: frozenset[Category]) -> Rule:
        """Let whoever the patient has an appointment with see these categories that day.

        Raises:
            RefusedError: a contract refused.
        """
        session, name = self._core.keyring.patient(actor), _name()
        kind = RuleKind.APPOINTMENT_DAY
        await self._say(
            session, SetRule(name, session.patient, kind, _codes(categories), 0), session.patient
        )
        self.after_rule(session)
        return Rule(name.hex(), kind, categories, None)

    async def end_rule(self, actor: PatientActor, rule: str) -> None:
        """End a standing rule.

        Raises:
            RefusedError: there is none.
        """
        session = self._core.keyring.patient(actor)
        await self._say(session, EndRule(bytes.fromhex(rule)), session.patient)

    async def represented(self, actor: PatientActor, names: Names) -> tuple[Delegation, ...]:
        """Give for whom whoever shows the card may speak; `names` are those of patients."""
        session = self._core.keyring.patient(actor)
        return await self._read(lambda reader: reader.represented(session.person, names))

    async def delegations(self, actor: PatientActor, names: Names) -> tuple[Delegation, ...]:
        """Give who may speak for the patient."""
        session = self._core.keyring.patient(actor)
        return await self._read(lambda reader: reader.delegations(session.patient, names))

    async def delegate(self, actor: PatientActor, code: str, until: datetime) -> Delegation:
        """Let the patient of another card, which is shown here, speak, too.

        Raises:
            CardUnknownError, CardLostError: the other card is none of this clinic's, or was lost.
            RefusedError: a contract refused.
        """
        session, other, name = self._core.keyring.patient(actor), read_card(code), _name()
        known_card(self._core.value, other)
        statement = Delegate(name, session.patient, other.patient, _ms(until))
        await self._say(session, statement, session.patient)
        await self._stewards.seal(session, session.patient)
        delegate = PatientId(other.patient.hex())
        return Delegation(name.hex(), actor.patient, delegate, "", until, guardian=False)

    async def end_delegation(self, actor: PatientActor, delegation: str) -> None:
        """Let somebody speak no longer.

        Raises:
            RefusedError: there is no such delegation, or it is not the speaker's to end.
        """
        session = self._core.keyring.patient(actor)
        await self._say(session, EndDelegation(bytes.fromhex(delegation)), session.patient)

    # --- how -------------------------------------------------------------------------------------

    async def _grant_and_seal(self, session: PatientSession, statement: GrantAccess) -> Share:
        await self._say(session, statement, session.patient)
        # only what is final lets anybody in; if it waits, the keys are sealed when it is
        await self._stewards.seal(session, session.patient)
        return await self._read(lambda reader: reader.share(statement.grant))

    async def _replace(
        self, session: PatientSession, older: Sequence[bytes], statement: GrantAccess
    ) -> Share:
        """Grant first, then end the `older` ones: so whoever stays is never without a key."""
        share = await self._grant_and_seal(session, statement)
        for name in older:
            await self._revoke(session, name)
        return share

    async def _revoke(self, session: PatientSession, grant: bytes) -> None:
        await self._say(session, RevokeAccess(grant), session.patient)
        self.after_revoke(session)

    async def _say(
        self, session: Session | PatientSession, statement: Statement, patient: bytes
    ) -> None:
        await self._core.say(
            Unsigned(statement, session.person, session.keys.signing, subject=patient),
            subject=patient,
        )

    async def _read(self, ask: Callable[[ConsentReader], Result]) -> Result:
        names, now_ms = self._staff(), self._core.clock()
        return await self._core.read(
            lambda connection: ask(
                ConsentReader(connection, self._core.value_in(connection), names, now_ms)
            )
        )

    def _request(self, name: str) -> Request:
        found = entry(self._core.value, Request, "request", _id(name))
        if found is None:
            raise NotFoundError(name)
        return found

    def _grant(self, name: str) -> Grant:
        found = entry(self._core.value, Grant, "grant", _id(name))
        if found is None:
            raise NotFoundError(name)
        return found


def _id(name: str) -> bytes:
    try:
        return bytes.fromhex(name)
    except ValueError:
        raise NotFoundError(name) from None


def _name() -> bytes:
    return os.urandom(16)


def _codes(categories: frozenset[Category]) -> tuple[str, ...]:
    return tuple(str(category) for category in Category if category in categories)


def _unless_over(keep_ms: int, now_ms: int) -> int:
    """Give until when copies may be kept; 0, for none, once that is over."""
    return keep_ms if keep_ms > now_ms else 0


def _ms(moment: datetime | None) -> int:
    return int(moment.timestamp() * 1000) if moment else 0
