"""What administrators do together with the custodians: make their key, and hand keys on."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ehr_desktop.domain import consent
from ehr_desktop.domain.consent import PaperShare
from ehr_desktop.domain.errors import InvalidInputError, SharesWrongError
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.node.contracts.custody_statements import CarryOver, HandByCustodians, SetCustody
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import MOST_ROWS
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.custody import (
    CUSTODIANS,
    box_for_custodians,
    custody_keys,
    new_recovery_seed,
)
from ehr_desktop.node.keys.paper_shares import paper_shares, read_shares
from ehr_desktop.node.keys.teams import box_team_key
from ehr_desktop.node.people import People
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import member
from ehr_desktop.node.recovery.custody import Custody, Opened
from ehr_desktop.node.recovery.entrusting import rows_of
from ehr_desktop.node.store import secrets
from ehr_desktop.node.store.secrets import KeyBox

LEAST_SHARES = 2
MOST_SHARES = 16


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A key on paper that is not the clinic's yet: what is remembered of it says nothing."""

    session: str
    signing_key: bytes
    threshold: int
    count: int


class Custodians:
    """The clinic's recovery key."""

    def __init__(self, core: Core, custody: Custody, people: People) -> None:
        self._core = core
        self._custody = custody
        self._people = people
        self._drawn: _Drawn | None = None

    def draw(self, actor: Actor, threshold: int, count: int) -> tuple[PaperShare, ...]:
        """Draw a new recovery key and give its shares. It becomes the clinic's by `confirm`, once
        shares that were typed back from paper prove that the papers are good.

        Raises:
            InvalidInputError: that many shares cannot be.
        """
        if not LEAST_SHARES <= threshold <= count <= MOST_SHARES:
            raise InvalidInputError("shares", "threshold")
        self._core.session(actor)
        seed = new_recovery_seed()
        keys = custody_keys(seed)
        self._drawn = _Drawn(actor.session, keys.signing.public, threshold, count)
        texts = paper_shares(seed, threshold, count, self._core.pipeline.network)
        return tuple(
            PaperShare(number, count, threshold, words) for number, words in enumerate(texts, 1)
        )

    async def confirm(
        self, actor: Actor, shares: Sequence[str], current: Sequence[str] = ()
    ) -> consent.Custody:
        """Make the key that was drawn last the clinic's, with some of its shares. `current` are
        shares of the key there is, if there is one.

        What the key before could open is sealed to the new one; teams' keys by whoever holds them.

        Raises:
            SharesWrongError: `shares` do not give the key that was drawn, or `current` the present.
            RefusedError: the actor may not.
        """
        session, drawn = self._core.session(actor), self._drawn
        if drawn is None or drawn.session != actor.session:
            raise SharesWrongError("other-key")
        network = self._core.pipeline.network
        keys = custody_keys(read_shares(shares, drawn.threshold, network, drawn.signing_key))
        before = self._custody.open(current) if self._custody.status().generation else None
        generation = before.custody.generation + 1 if before else 1
        statement = SetCustody(
            generation, keys.signing.public, keys.box.public, drawn.threshold, drawn.count
        )
        others = (before.keys.signing,) if before else ()
        await self._core.say(
            Unsigned(statement, session.person, session.keys.signing, others=others)
        )
        self._drawn = None
        if before is not None:
            await self._carry_over(actor, before, keys, generation)
        await self._people.entrust()
        return self._custody.status()

    async def hand_on(self, actor: Actor, team: Team, shares: Sequence[str]) -> None:
        """Hand a team's key on to all of its members who wait for it, no colleague being left who
        could.

        Raises:
            SharesWrongError: the shares do not give the custodians' key.
            NotFoundError: the team's key was never sealed to it.
            RefusedError: the actor may not.
        """
        session, opened = self._core.session(actor), self._custody.open(shares)

        def prepare(connection: Connection) -> Prepared:
            key = self._custody.team_key(connection, opened, team)
            waiting = self._people.unboxed(connection, team, key.generation)
            if not waiting:
                return Prepared(())
            boxes = [box_team_key(key, p, member(self._core.value, p).box_key) for p in waiting]
            statement = HandByCustodians(
                team, key.generation, tuple((box.recipient, box.hash) for box in boxes)
            )
            return Prepared(
                [
                    Unsigned(
                        statement, session.person, session.keys.signing,
                        boxes=tuple(boxes), others=(opened.keys.signing,),
                    )
                ]
            )  # fmt: skip

        raise_refusal(await self._core.write(team.encode(), prepare))

    async def _carry_over(
        self, actor: Actor, before: Opened, keys: PersonKeys, generation: int
    ) -> None:
        session, value = self._core.session(actor), self._core.value

        def prepare(connection: Connection) -> Prepared:
            opened = (
                (old, before.unseal(old))
                for old in secrets.boxes_to(connection, CUSTODIANS, before.custody.generation)
                if _is_named(value, old)
            )
            boxes = [
                box_for_custodians(key, old.purpose, old.subject, generation, keys.box.public)
                for old, key in opened
                if key is not None
            ]
            parts = [boxes[at : at + MOST_ROWS] for at in range(0, len(boxes), MOST_ROWS)]
            return Prepared(
                [
                    Unsigned(
                        CarryOver(generation, rows_of(part)),
                        session.person,
                        session.keys.signing,
                        boxes=tuple(part),
                        others=(keys.signing,),
                    )
                    for part in parts
                ]
            )

        raise_refusal(await self._core.write(CUSTODIANS, prepare))


def _is_named(value: StateReader, box: KeyBox) -> bool:
    """Tell whether a box is the newest one the ledger names for what it is about."""
    known = value("custody-box", box.purpose, box.subject)
    return known is not None and known[2] == box.hash
