"""Team keys: opening them from boxes, handing them on, and starting a new generation.

A team's key is sealed to each member's own. While a team has no members, the clinic's
administrator keeps its founding key in trust; at the first enrolment a new generation is made, the
category keys sealed so far are sealed again to it, and the founding key is destroyed.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ehr_desktop.domain.people import TEAMS_OF_ROLE, Role, Team
from ehr_desktop.node.crypto.box import generate_box_seed, seal_box
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError
from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.keyring import TeamKey
from ehr_desktop.node.store import secrets
from ehr_desktop.node.store.secrets import KeyBox

FOUNDING_GENERATION = 1


@dataclass(frozen=True, slots=True)
class TeamPublic:
    """The public half of one generation of a team's key, as the ledger holds it."""

    team: Team
    generation: int
    public: bytes


def public_of(key: TeamKey) -> TeamPublic:
    """Give the public half of a team's key."""
    return TeamPublic(key.team, key.generation, key.box.public)


def new_team_key(team: Team, generation: int) -> TeamKey:
    """Make a generation of a team's key."""
    return TeamKey.from_seed(team, generation, generate_box_seed())


def box_team_key(key: TeamKey, person: bytes, public: bytes) -> KeyBox:
    """Seal a team's key for one person."""
    box = seal_box(key.seed, public, _team_context(key.team, key.generation, person))
    address = b"", str(key.team), key.generation, person, 1
    return KeyBox(box_hash(box, *address), *address, box)


def open_team_keys(
    connection: Connection, person: bytes, keys: PersonKeys, current: dict[Team, TeamPublic]
) -> dict[Team, TeamKey]:
    """Open every current team key that was sealed for a person.

    Anybody can seal a box: what is in it counts only if it is the key the ledger names.
    """
    opened: dict[Team, TeamKey] = {}
    for team, wanted in current.items():
        for box in secrets.boxes_for(connection, team, person):
            if box.epoch != wanted.generation:
                continue
            try:
                seed = keys.box.open(box.box, _team_context(team, wanted.generation, person))
                key = TeamKey.from_seed(team, wanted.generation, seed)
            except (OpenFailedError, UnusableKeyError):
                continue
            if key.box.public == wanted.public:
                opened[team] = key
                break
    return opened


def split_by_role(
    opened: dict[Team, TeamKey], role: Role
) -> tuple[dict[Team, TeamKey], dict[Team, TeamKey]]:
    """Part the keys a role's teams may use from those it only keeps in trust."""
    own = {team: key for team, key in opened.items() if team in TEAMS_OF_ROLE[role]}
    return own, {team: key for team, key in opened.items() if team not in own}


def box_category_key(
    category_key: bytes, patient: bytes, category: str, epoch: int, team: TeamPublic
) -> KeyBox:
    """Seal a patient's category key for a team."""
    context = _category_context(patient, category, epoch, team.team)
    box = seal_box(category_key, team.public, context)
    address = patient, category, epoch, str(team.team).encode(), team.generation
    return KeyBox(box_hash(box, *address), *address, box)


def open_category_key(box: KeyBox, team: TeamKey) -> bytes:
    """Open a patient's category key with a team's key.

    Raises:
        OpenFailedError: it was sealed to another key, or changed.
    """
    context = _category_context(box.subject, box.purpose, box.epoch, team.team)
    return team.box.open(box.box, context)


def seal_again(boxes: Iterable[KeyBox], old: TeamKey, new: TeamKey) -> list[KeyBox]:
    """Seal category keys, sealed to one generation, to the next."""
    return [
        box_category_key(
            open_category_key(box, old), box.subject, box.purpose, box.epoch, public_of(new)
        )
        for box in boxes
    ]


def box_hash(
    box: bytes, subject: bytes, purpose: str, epoch: int, recipient: bytes, generation: int
) -> bytes:
    """Give the hash that stands for a box on the ledger. It binds what the box is for and whom, so
    nobody can pass one on under another address.
    """
    numbers = str(epoch).encode(), str(generation).encode()
    return digest("ehr/box/v1", box, subject, purpose.encode(), recipient, *numbers)


def new_category_key() -> bytes:
    """Make a category key, 32 bytes."""
    return os.urandom(32)


def category_key_commitment(key: bytes) -> bytes:
    """Give what the ledger says of a category key, so that a wrong one in a box is noticed."""
    return digest("ehr/category-key/v1", key)


def _team_context(team: Team, generation: int, person: bytes) -> bytes:
    return digest("ehr/team-box/v1", team.encode(), str(generation).encode(), person)


def _category_context(patient: bytes, category: str, epoch: int, team: Team) -> bytes:
    return digest(
        "ehr/category-box/v1", patient, category.encode(), str(epoch).encode(), team.encode()
    )


def hashes_of(boxes: Sequence[KeyBox]) -> tuple[bytes, ...]:
    """Give the hashes of boxes, in order."""
    return tuple(box.hash for box in boxes)
