"""The custodians' key, given back by their shares.

It exists only while shares are typed in, and is forgotten as soon as what it was needed for is
done; Python cannot promise to overwrite it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ehr_desktop.domain import consent
from ehr_desktop.domain.errors import NotFoundError, SharesWrongError
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.node.contracts.consent_state import CustodyKey, card, entry, team_id
from ehr_desktop.node.contracts.team_keys import public_key
from ehr_desktop.node.core import Core
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.custody import (
    CUSTODIANS,
    READ_KEY,
    TEAM_KEY,
    custody_keys,
    open_for_custodians,
)
from ehr_desktop.node.keys.keyring import TeamKey
from ehr_desktop.node.keys.paper_shares import read_shares
from ehr_desktop.node.policy import entrusted_generation, team_public
from ehr_desktop.node.store import secrets
from ehr_desktop.node.store.secrets import KeyBox


@dataclass(frozen=True, slots=True)
class Opened:
    """The custodians' key in somebody's hands, for one thing to be done. `keys.signing` signs what
    they say, `keys.box` opens what was sealed to them.
    """

    custody: CustodyKey
    keys: PersonKeys

    def unseal(self, box: KeyBox) -> bytes | None:
        """Give a key that was sealed to the custodians; None if it does not open."""
        try:
            return open_for_custodians(box, self.keys.box)
        except OpenFailedError:
            return None


class Custody:
    """What the custodians could open, and what their shares give."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def status(self) -> consent.Custody:
        """Give what the custodians could open."""
        value = self._core.value
        custody = entry(value, CustodyKey, "custody")
        if custody is None:
            return consent.Custody(0, 0, 0)
        teams = tuple(
            str(team)
            for team in Team
            if entrusted_generation(value, team) == team_public(value, team).generation
        )
        return consent.Custody(custody.generation, custody.threshold, custody.count, teams)

    def open(self, shares: Sequence[str]) -> Opened:
        """Give the custodians' key back from their shares.

        Raises:
            SharesWrongError: they do not give it; without custodians, `other-key`.
        """
        custody = entry(self._core.value, CustodyKey, "custody")
        if custody is None:
            raise SharesWrongError("other-key")
        network = self._core.pipeline.network
        seed = read_shares(shares, custody.threshold, network, custody.signing_key)
        return Opened(custody, custody_keys(seed))

    async def rehearse(self, actor: Actor, shares: Sequence[str]) -> consent.Custody:
        """Try whether shares give the key back; it opens nothing and is forgotten.

        Raises:
            SharesWrongError: they do not.
        """
        self._core.session(actor)
        self.open(shares)
        return self.status()

    async def read_seed(self, opened: Opened, patient: bytes) -> bytes:
        """Give the seed of a patient's read key, 32 bytes: for a new card, the old one being lost.

        Raises:
            NotFoundError: it was never sealed to the custodians, who are there since.
        """

        def find(connection: Connection) -> bytes:
            held = card(self._core.value, patient)
            for box in boxes_here(connection, READ_KEY, patient, opened.custody.generation):
                seed = opened.unseal(box)
                key = _box_key(seed)
                if seed and key and held and key.public == held.read_key:
                    return seed
            raise NotFoundError(patient.hex())

        return await self._core.read(find)

    def team_key(self, connection: Connection, opened: Opened, team: Team) -> TeamKey:
        """Open a team's key: the newest generation that the custodians have.

        Raises:
            NotFoundError: it was never sealed to the custodians, who are there since.
        """
        generation = entrusted_generation(self._core.value, team)
        public = public_key(self._core.value, team, generation)
        for box in boxes_here(connection, TEAM_KEY, team_id(team), opened.custody.generation):
            seed = opened.unseal(box)
            key = _team_key(team, generation, seed)
            if key is not None and key.box.public == public:
                return key
        raise NotFoundError(team)


def boxes_here(connection: Connection, what: str, whose: bytes, generation: int) -> list[KeyBox]:
    """Give the boxes to a generation of the custodians' key that are here."""
    found = secrets.boxes_of(connection, whose, what, CUSTODIANS)
    return [box for box in found if box.generation == generation]


def _box_key(seed: bytes | None) -> BoxKey | None:
    try:
        return BoxKey(seed) if seed else None
    except UnusableKeyError:
        return None


def _team_key(team: Team, generation: int, seed: bytes | None) -> TeamKey | None:
    key = _box_key(seed)
    return TeamKey(team, generation, seed, key) if seed and key else None
