"""Custodians, backups, forgotten passwords."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from ehr_desktop.domain.backups import Backup
from ehr_desktop.domain.consent import Custody, PaperShare
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.people import Actor, Staff, Team
from ehr_desktop.node.node import Node
from ehr_desktop.services.passwords import check_password


class Recovery:
    """What helps when something was lost."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def custody(self, actor: Actor) -> Custody:
        """Give what the custodians can open."""
        self._node.require(actor)
        return self._node.custody.status()

    async def draw_custodians(
        self, actor: Actor, threshold: int, count: int
    ) -> tuple[PaperShare, ...]:
        """Draw a new recovery key and give its paper shares, once. It is not the clinic's before
        `confirm_custodians`.

        Raises:
            InvalidInputError: that many shares cannot be.
        """
        return self._node.custodians.draw(actor, threshold, count)

    async def confirm_custodians(
        self, actor: Actor, shares: Sequence[str], current: Sequence[str] = ()
    ) -> Custody:
        """Make the key that was drawn the clinic's, with as many of its shares as open it, typed
        back from paper. `current` are shares of the key before, from generation 2 on.

        Raises:
            SharesWrongError: either do not give their key.
            RefusedError: the actor may not.
        """
        return await self._node.custodians.confirm(actor, shares, current)

    async def set_custodians(
        self, actor: Actor, threshold: int, count: int, current: Sequence[str] = ()
    ) -> tuple[PaperShare, ...]:
        """Draw and confirm at once, for whoever is sure to keep the shares.

        Raises:
            InvalidInputError, SharesWrongError, RefusedError: see the two.
        """
        shares = await self.draw_custodians(actor, threshold, count)
        await self.confirm_custodians(actor, [share.words for share in shares], current)
        return shares

    async def rehearse(self, actor: Actor, shares: Sequence[str]) -> Custody:
        """Try whether shares give the key back; nothing is opened.

        Raises:
            SharesWrongError: too few, unreadable, or not of this key.
        """
        return await self._node.custody.rehearse(actor, shares)

    async def hand_on(self, actor: Actor, team: Team, shares: Sequence[str]) -> None:
        """Have the custodians hand a team's key on to members no colleague is left to hand it to.

        Raises:
            SharesWrongError: the shares do not give the custodians' key.
            NotFoundError: the team's key was never sealed to it.
            RefusedError: the actor may not.
        """
        await self._node.custodians.hand_on(actor, team, shares)

    async def back_up(
        self,
        actor: Actor,
        folder: Path,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Path:
        """Write a backup and the vault-key file beside it; give the backup's path. Both callbacks
        are called on a worker thread.

        Raises:
            InvalidInputError: the folder cannot be used, or is full.
            CancelledError: the person stopped it.
        """
        self._node.require(actor)
        return (await self._node.backups.back_up(folder, progress, cancelled)).path

    async def backup(self, actor: Actor) -> Backup | None:
        """Give the last backup of this workstation, if there was one."""
        self._node.require(actor)
        return await self._node.backups.last()

    async def last_backup(self, actor: Actor) -> datetime | None:
        """Give when the last backup of this workstation was written."""
        last = await self.backup(actor)
        return last.when if last else None

    async def renew_account(self, actor: Actor, person: PersonId, new_password: str) -> Staff:
        """Give somebody who forgot the password new keys under a new one.

        Raises:
            NotFoundError: there is no such account.
            WeakPasswordError: the password would not hold.
            RefusedError: the actor may not, the account has ended, or it is the actor's own.
        """
        self._node.require(actor)
        staff = next((one for one in self._node.people.all() if one.id == person), None)
        if staff is None:
            raise NotFoundError(person)
        check_password(new_password, staff.account_name)
        return await self._node.people.renew(actor, person, new_password)
