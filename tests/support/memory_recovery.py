"""Custodians, backups and forgotten passwords of the in-memory clinic."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from ehr_desktop.domain.backups import Backup
from ehr_desktop.domain.consent import Custody, PaperShare
from ehr_desktop.domain.errors import (
    CancelledError,
    EhrError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    SharesWrongError,
    WeakPasswordError,
)
from ehr_desktop.domain.events import BackedUp, PeopleChanged
from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.people import Action, Team
from tests.support.memory_desk import need, refuse
from tests.support.memory_world import World

WORDS = "amber kettle orbit meadow quill " * 5


def words_of(generation: int, number: int) -> str:
    """What stands on a paper: 25 words, the first ones telling which."""
    lead = f"paper{'abcdefghijklmnop'[number - 1]} key{'abcdefgh'[generation - 1]}"
    return f"{lead} {' '.join(WORDS.split()[2:])}"


class MemoryRecovery:
    """Shares hold if they are `words_of` the generation; `broken` fails the next backup."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.now = Custody(0, 0, 0)
        self.drawn: Custody | None = None
        self.last: Backup | None = None
        self.broken: EhrError | None = None
        self.handed: list[Team] = []

    async def custody(self, actor) -> Custody:
        self._world.require(actor)
        return self.now

    async def draw_custodians(self, actor, threshold, count):
        need(self._world, actor, Action.MANAGE_PEOPLE)
        if not 2 <= threshold <= count:
            raise InvalidInputError("shares", "threshold")
        generation = self.now.generation + 1
        self.drawn = Custody(generation, threshold, count, tuple(map(str, Team)))
        return tuple(
            PaperShare(number, count, threshold, words_of(generation, number))
            for number in range(1, count + 1)
        )

    async def confirm_custodians(self, actor, shares, current=()):
        need(self._world, actor, Action.MANAGE_PEOPLE)
        if self.drawn is None:
            raise SharesWrongError("other-key")
        self._hold(self.drawn, shares)
        if self.now.generation:
            self._hold(self.now, current)
        self.now, self.drawn = self.drawn, None
        self._world.publish(PeopleChanged())
        return self.now

    async def set_custodians(self, actor, threshold, count, current=()):
        shares = await self.draw_custodians(actor, threshold, count)
        await self.confirm_custodians(actor, [share.words for share in shares], current)
        return shares

    async def rehearse(self, actor, shares):
        self._world.require(actor)
        self._hold(self.now, shares)
        return self.now

    async def hand_on(self, actor, team, shares):
        need(self._world, actor, Action.MANAGE_PEOPLE)
        self._hold(self.now, shares)
        self.handed.append(team)
        self._world.awaiting.clear()
        self._world.publish(PeopleChanged())

    async def back_up(self, actor, folder, progress, cancelled):
        self._world.require(actor)
        for done in range(3):
            progress(done, 3)
            if cancelled():
                raise CancelledError
        if self.broken is not None:
            raise self.broken
        path = Path(folder) / "harbour-street-practice-2026-08-14-094000.ehrbackup"
        when = self._world.now()
        self.last = Backup(when, path, 1204, bool(self.now.generation))
        self._world.publish(BackedUp(when))
        return path

    async def backup(self, actor):
        self._world.require(actor)
        return self.last

    async def last_backup(self, actor):
        last = await self.backup(actor)
        return last.when if last else None

    async def renew_account(self, actor, person: PersonId, new_password: str):
        need(self._world, actor, Action.MANAGE_PEOPLE)
        found = self._world.staff.get(person)
        if found is None:
            raise NotFoundError(person)
        if len(new_password) < 15:
            raise WeakPasswordError("short")
        if person == actor.id:
            raise RefusedError(refuse(self._world, actor, "member.renew", "same-member"))
        self._world.passwords[person] = new_password
        self._world.publish(PeopleChanged())
        return found

    def was(self, days: int, **changes) -> None:
        """There was a backup so many days ago."""
        when = self._world.now() - timedelta(days=days)
        path = Path("/media/stick/harbour-street-practice-2026-08-11-180000.ehrbackup")
        self.last = replace(Backup(when, path, 1180, for_custodians=True), **changes)

    def _hold(self, custody: Custody, shares) -> None:
        typed = {" ".join(share.split()) for share in shares}
        good = {words_of(custody.generation, n) for n in range(1, custody.count + 1)}
        if any(len(share.split()) != 25 for share in typed):
            raise SharesWrongError("unreadable")
        if typed - good:
            raise SharesWrongError("other-key")
        if len(typed) < custody.threshold:
            raise SharesWrongError("few")
