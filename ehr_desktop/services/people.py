"""Who works here."""

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.people import Actor, Role, Staff, Team, Workstation
from ehr_desktop.node.node import Node, Particulars
from ehr_desktop.services.passwords import check_password
from ehr_desktop.services.values import NewAccount


class People:
    """Accounts and workstations."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def list(self, actor: Actor) -> tuple[Staff, ...]:
        """Give everybody, active accounts first, by name."""
        self._node.require(actor)
        return self._node.people.all()

    async def providers(self, actor: Actor) -> tuple[Staff, ...]:
        """Give active doctors and nurses, doctors first, by name."""
        self._node.require(actor)
        staff = [s for s in self._node.people.all() if s.active]
        doctors = [s for s in staff if s.role is Role.DOCTOR]
        return (*doctors, *(s for s in staff if s.role is Role.NURSE))

    async def awaiting_keys(self, actor: Actor) -> tuple[PersonId, ...]:
        """Give who can read nothing yet, until a colleague of the team signs in here."""
        self._node.require(actor)
        return await self._node.people.awaiting_keys()

    async def keys_to_replace(self, actor: Actor) -> tuple[Team, ...]:
        """Give the teams whose key somebody who has left may know: it seals nothing any more, and
        is replaced as soon as somebody of the team is signed in.
        """
        self._node.require(actor)
        return self._node.people.keys_to_replace()

    async def add(self, actor: Actor, account: NewAccount) -> Staff:
        """Make an account.

        Raises:
            InvalidInputError: a name is missing.
            WeakPasswordError: the password would not hold.
            AccountNameTakenError: another account has the name.
            RefusedError: the actor may not.
        """
        require_names(account)
        check_password(account.password, account.account_name)
        return await self._node.people.enrol(actor, particulars(account))

    async def deactivate(self, actor: Actor, person: PersonId) -> None:
        """Close an account.

        Raises:
            RefusedError: the actor may not, or it is the actor's own.
        """
        await self._node.people.deactivate(actor, person)

    async def change_own_password(self, actor: Actor, old: str, new: str) -> None:
        """Give the actor's account a new password.

        Raises:
            WeakPasswordError: the new one would not hold.
            SignInRefusedError: the old one is wrong.
        """
        check_password(new, actor.staff.account_name)
        await self._node.people.change_password(actor, old, new)

    async def workstations(self, actor: Actor) -> tuple[Workstation, ...]:
        """Give the paired PCs."""
        self._node.require(actor)
        return await self._node.workstations()


def require_names(account: NewAccount) -> None:
    """Check that an account has what it needs.

    Raises:
        InvalidInputError: its account name or display name is missing or too long.
    """
    for field in ("account_name", "display_name"):
        text = getattr(account, field)
        if not text.strip():
            raise InvalidInputError(field, "empty")
        if len(text) > 100:
            raise InvalidInputError(field, "too-long")


def particulars(account: NewAccount) -> Particulars:
    """Give an account as the node takes it."""
    return Particulars(
        account_name=account.account_name.strip(),
        display_name=account.display_name.strip(),
        role=account.role,
        password=account.password,
        phone=account.phone.strip(),
        email=account.email.strip(),
    )
