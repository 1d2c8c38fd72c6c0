"""Accounts and sessions: enrolling, signing in and out, handing team keys on."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.errors import (
    AccountNameTakenError,
    DiskFullError,
    HomeDamagedError,
    NotFoundError,
    RefusedError,
    SignInRefusedError,
    WorkstationHaltedError,
)
from ehr_desktop.domain.events import (
    ContainersArrived,
    Event,
    PeopleChanged,
    WorkstationsChanged,
)
from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.people import Actor, Role, Staff, Team
from ehr_desktop.node.contracts.custody_statements import RenewMember
from ehr_desktop.node.contracts.statements import (
    DeactivateMember,
    EnrolMember,
    ReplaceAccount,
)
from ehr_desktop.node.contracts.team_keys import unlinked
from ehr_desktop.node.core import Core
from ehr_desktop.node.crypto.passwords import PasswordParameters
from ehr_desktop.node.founding import account_container
from ehr_desktop.node.handing import Handing, lacking
from ehr_desktop.node.keys.accounts import (
    Account,
    PersonKeys,
    make_account,
    new_person_keys,
    open_account,
    open_keys,
    waste_the_same_time,
)
from ehr_desktop.node.keys.keyring import Session
from ehr_desktop.node.keys.teams import (
    open_team_keys,
    split_by_role,
)
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import Member, member, team_publics
from ehr_desktop.node.reading import container_holds
from ehr_desktop.node.renewing import Renewing
from ehr_desktop.node.store import awaited, containers, transactions

_OTHERS_FIRST_S: Final = 0.4
"""Whoever ended an account replaces keys at once; workstations wait so long for each one before."""


@dataclass(frozen=True, slots=True)
class Particulars:
    """What somebody gives for a new account."""

    account_name: str
    display_name: str
    role: Role
    password: str
    phone: str = ""
    email: str = ""


class People:
    """The clinic's staff, as this workstation knows them."""

    def __init__(self, core: Core, parameters: PasswordParameters) -> None:
        self._core = core
        self.parameters = parameters
        self._accounts: dict[PersonId, tuple[Account, Member]] = {}
        self._handing = Handing(core, lambda: [found for _, found in self._accounts.values()])
        self._renewing = Renewing(core)
        self._enrolling = asyncio.Lock()
        self._is_incomplete = False
        self._keeping_up: asyncio.Task[None] | None = None
        core.listeners.append(self._hear)

    async def load(self) -> None:
        """Read all accounts from their containers."""
        self._accounts = await self._core.read(self._read_accounts)

    def _hear(self, event: Event) -> None:
        """Another workstation changed who works here or with what, or sent an account or a key."""
        is_news = isinstance(event, PeopleChanged | WorkstationsChanged)
        if is_news or (self._lacks_something() and isinstance(event, ContainersArrived)):
            earlier = self._keeping_up
            self._keeping_up = asyncio.get_running_loop().create_task(self._keep_up(earlier))

    async def close(self) -> None:
        """Take over nothing more."""
        if self._keeping_up is not None:
            self._keeping_up.cancel()
            await asyncio.gather(self._keeping_up, return_exceptions=True)

    def _lacks_something(self) -> bool:
        return self._is_incomplete or any(map(lacking, self._core.keyring.sessions()))

    async def _keep_up(self, earlier: asyncio.Task[None] | None) -> None:
        """Take over who works here now: whoever was let go is signed out, and whoever was handed
        a key may use it at once.
        """
        if earlier is not None:
            await asyncio.gather(earlier, return_exceptions=True)
        await self.load()
        await self._keep_sessions_up()
        if any(map(self._renewing.is_owed_by, self._core.keyring.sessions())):
            await asyncio.sleep(_OTHERS_FIRST_S * (1 + self._core.place))
            for session in self._core.keyring.sessions():
                await self._renewing.renew(session)

    async def _keep_sessions_up(self) -> None:
        for session in self._core.keyring.sessions():
            # the ledger tells, also before the new account has come
            if _is_another(member(self._core.value, session.person), session):
                await self.sign_out(session.actor)
                continue
            if lacking(session):
                await self._handing.take(session)
            # a colleague may have new keys, or the custodians
            with suppress(RefusedError, DiskFullError, WorkstationHaltedError):
                await self._handing.welcome(session)
                await self._handing.entrust(session)

    def all(self) -> tuple[Staff, ...]:
        """Give everyone who ever had an account, active ones first, by name."""
        staff = [a.staff(m.role, active=m.active) for a, m in self._accounts.values()]
        return tuple(sorted(staff, key=lambda s: (not s.active, s.display_name.casefold())))

    def names(self) -> dict[PersonId, str]:
        """Give everyone's display name."""
        return {person: account.display_name for person, (account, _) in self._accounts.items()}

    async def awaiting_accounts(self) -> int:
        """Give how many people's sealed accounts have not arrived on this workstation yet."""
        return len(await self._core.read(transactions.persons)) - len(self._accounts)

    async def awaiting_boxes(self) -> bool:
        """Tell whether boxes with teams' keys have not arrived on this workstation yet."""
        return await self._core.read(awaited.any_team_box)

    async def awaiting_keys(self) -> tuple[PersonId, ...]:
        """Give who waits for a colleague to hand the key of one of their teams on."""
        found = await self._core.read(
            lambda connection: [p for team in Team for p in self._waiting(connection, team)]
        )
        return tuple(dict.fromkeys(PersonId(person.hex()) for person in found))

    def _waiting(self, connection: Connection, team: Team) -> list[bytes]:
        """Give who has not got a team's key, or an earlier one which the present does not open."""
        apart = (None, *sorted(unlinked(self._core.value, team)))
        return [p for one in apart for p in self._handing.unboxed(connection, team, one)]

    def keys_to_replace(self) -> tuple[Team, ...]:
        """Give the teams whose key somebody may know who has left: it is replaced as soon as
        somebody of the team is signed in, on any workstation.
        """
        return self._renewing.owed()

    async def sign_in(
        self,
        account_name: str,
        password: str,
        progress: Callable[[int, int], None],
        *,
        session_name: str = "",
    ) -> Actor:
        """Open a person's keys and the views of their teams; `session_name` is that of a session
        to be unlocked.

        A wrong name takes as long as a wrong password and is refused in the same words.

        Raises:
            SignInRefusedError: no active account of that name has that password.
        """
        account, found = self._by_name(account_name)
        keys = await asyncio.to_thread(self._open, account, password)
        if account is None or found is None or keys is None:
            raise SignInRefusedError
        opened = await self._core.read(
            lambda connection: open_team_keys(
                connection, found.person, keys, team_publics(self._core.value)
            )
        )
        teams, in_trust = split_by_role(opened, found.role)
        staff = account.staff(found.role, active=True)
        session = self._core.keyring.open(staff, keys, teams, session_name)
        session.in_trust.update(in_trust)
        try:
            for team_key in teams.values():
                await self._core.open_index(team_key, progress)
            await self._handing.hand_over(session)
            await self._renewing.renew(session)
            await self._handing.welcome(session)
            await self._handing.entrust(session)
        except BaseException:
            await self.sign_out(session.actor)
            raise
        return session.actor

    async def sign_out(self, actor: Actor) -> None:
        """Forget a person's keys, and close the views nobody may read any more."""
        self._core.keyring.close(actor)
        await self._core.close_unused_indexes()

    async def enrol(self, actor: Actor, wanted: Particulars) -> Staff:
        """Make an account and hand it the keys of its teams, where someone present holds them.

        Raises:
            AccountNameTakenError: another account has that name.
            RefusedError: the actor may not enrol people.
        """
        async with self._enrolling:
            return await self._enrol(self._core.session(actor), wanted)

    async def _enrol(self, session: Session, wanted: Particulars) -> Staff:
        if self._by_name(wanted.account_name)[0] is not None:
            raise AccountNameTakenError(wanted.account_name)
        person, keys = os.urandom(16), new_person_keys()
        staff = Staff(
            PersonId(person.hex()), wanted.account_name, wanted.display_name, wanted.role,
            wanted.phone, wanted.email,
        )  # fmt: skip
        account = await asyncio.to_thread(self._make, staff, wanted.password, keys)
        await self._core.say(
            Unsigned(
                EnrolMember(person, str(wanted.role), keys.signing.public, keys.box.public),
                session.person,
                session.keys.signing,
                subject=person,
                containers=(account_container(account, self._core.site_secret),),
            )
        )
        await self.load()
        await self._handing.hand_over(session)
        for present in self._core.keyring.sessions():
            await self._handing.welcome(present)
        return staff

    async def deactivate(self, actor: Actor, person: PersonId) -> None:
        """Close an account.

        Raises:
            NotFoundError: there is no such account.
            RefusedError: the actor may not, or it is the actor's own.
        """
        session = self._core.session(actor)
        if person not in self._accounts:
            raise NotFoundError(person)
        await self._core.say(
            Unsigned(DeactivateMember(bytes.fromhex(person)), session.person, session.keys.signing)
        )
        await self._end_sessions(person)
        for present in self._core.keyring.sessions():
            await self._renewing.renew(present)

    async def renew(self, actor: Actor, person: PersonId, new_password: str) -> Staff:
        """Give somebody who forgot the password new keys under a new one. What the old ones opened
        is sealed again for the new ones by colleagues who hold it, here at once if any is here.

        Raises:
            NotFoundError: there is no such account.
            RefusedError: the actor may not, the account has ended, or it is the actor's own.
        """
        session = self._core.session(actor)
        account, found = self._accounts.get(person, (None, None))
        if account is None or found is None:
            raise NotFoundError(person)
        staff, keys = account.staff(found.role, active=True), new_person_keys()
        fresh = await asyncio.to_thread(self._make, staff, new_password, keys)
        await self._core.say(
            Unsigned(
                RenewMember(found.person, keys.signing.public, keys.box.public),
                session.person,
                session.keys.signing,
                subject=found.person,
                containers=(account_container(fresh, self._core.site_secret),),
            )
        )
        await self._end_sessions(person)
        for present in self._core.keyring.sessions():
            await self._handing.welcome(present)
        return staff

    async def entrust(self) -> None:
        """Seal the teams' keys that anybody here holds to the custodians."""
        for present in self._core.keyring.sessions():
            await self._handing.entrust(present)

    def unboxed(self, connection: Connection, team: Team, generation: int) -> list[bytes]:
        """Give the active members of a team nobody has sealed a generation of its key for."""
        return self._handing.unboxed(connection, team, generation)

    async def _end_sessions(self, person: PersonId) -> None:
        await self.load()
        for open_session in self._core.keyring.sessions():
            if open_session.actor.id == person:
                await self.sign_out(open_session.actor)

    async def change_password(self, actor: Actor, old: str, new: str) -> None:
        """Seal a person's keys under a new password.

        Raises:
            SignInRefusedError: the old password is wrong.
        """
        session = self._core.session(actor)
        account, _ = self._accounts[actor.id]
        if await asyncio.to_thread(self._open, account, old) is None:
            raise SignInRefusedError
        fresh = await asyncio.to_thread(self._make, actor.staff, new, session.keys)
        await self._core.say(
            Unsigned(
                ReplaceAccount(session.person),
                session.person,
                session.keys.signing,
                containers=(account_container(fresh, self._core.site_secret),),
            )
        )
        await self.load()

    async def verify_password(self, actor: Actor, password: str) -> bool:
        """Tell whether a password is the actor's; for unlocking."""
        account, _ = self._accounts[actor.id]
        return await asyncio.to_thread(self._open, account, password) is not None

    def _read_accounts(self, connection: Connection) -> dict[PersonId, tuple[Account, Member]]:
        accounts: dict[PersonId, tuple[Account, Member]] = {}
        persons = transactions.persons(connection)
        for person in persons:
            # an account that was changed on the disk opens nothing; the full check names it
            with suppress(NotFoundError, HomeDamagedError):
                found = member(self._core.value, person)
                account = self._read_account(connection, found)
                accounts[account.person] = account, found
        self._is_incomplete = len(accounts) < len(persons)
        return accounts

    def _read_account(self, connection: Connection, found: Member) -> Account:
        stored = containers.container(connection, found.account)
        if stored is None or stored.sealed is None:
            raise NotFoundError(found.person.hex())
        account = open_account(stored.sealed, self._core.site_secret)
        if not container_holds(stored, self._core.files) or (
            bytes.fromhex(account.person) != found.person
        ):
            raise HomeDamagedError(self._core.database.path.name)
        return account

    def _by_name(self, account_name: str) -> tuple[Account | None, Member | None]:
        wanted = account_name.strip().casefold()
        for account, found in self._accounts.values():
            if account.account_name.casefold() == wanted and found.active:
                return account, found
        return None, None

    def _open(self, account: Account | None, password: str) -> PersonKeys | None:
        if account is None:
            waste_the_same_time(password, self.parameters)
            return None
        try:
            return open_keys(account, password, self._core.site_secret)
        except SignInRefusedError:
            return None

    def _make(self, staff: Staff, password: str, keys: PersonKeys) -> Account:
        return make_account(staff, password, keys, self._core.site_secret, self.parameters)


def _is_another(found: Member, session: Session) -> bool:
    """Tell whether a session is of an account that has ended or has other keys by now."""
    return not found.active or found.signing_key != session.keys.signing.public
