"""Team keys: opening them from boxes, handing them on, and starting a new generation.

A team's key is sealed to each member's own. While a team has no members, the clinic's
administrator keeps its founding key in trust; at the first enrolment a new generation is made, the
category keys sealed so far are sealed again to it, and the founding key is destroyed.

When somebody has left, a new generation is made as well; the earlier ones stay for what they
opened, and are sealed to it: whoever opens it opens them.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ehr_desktop.domain.people import TEAMS_OF_ROLE, Role, Team
from ehr_desktop.node.crypto.box import generate_box_seed
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError
from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.boxes import open_key, seal_key
from ehr_desktop.node.keys.keyring import TeamKey
from ehr_desktop.node.store import secrets
from ehr_desktop.node.store.secrets import KeyBox

_TEAM_LABEL = "ehr/team-box/v1"
_LINK_LABEL = "ehr/team-link/v1"
_CATEGORY_LABEL = "ehr/category-box/v1"


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
    return seal_key(
        key.seed, public, _TEAM_LABEL,
        subject=b"", purpose=str(key.team), epoch=key.generation, recipient=person, generation=1,
    )  # fmt: skip


def link_team_key(earlier: TeamKey, new: TeamKey) -> KeyBox:
    """Seal an earlier generation of a team's key to a later one."""
    return seal_key(
        earlier.seed, new.box.public, _LINK_LABEL,
        subject=b"", purpose=str(new.team), epoch=earlier.generation,
        recipient=str(new.team).encode(), generation=new.generation,
    )  # fmt: skip


Generations = Mapping[Team, Sequence[TeamPublic]]
"""The generations of teams' keys that the ledger names, newest first: only the first seals."""


def open_team_keys(
    connection: Connection, person: bytes, keys: PersonKeys, named: Generations
) -> dict[Team, TeamKey]:
    """Open every team's present key that was sealed for a person, and with it the earlier ones.

    Anybody can seal a box: what is in it counts only if it is the key the ledger names.
    """
    opened: dict[Team, TeamKey] = {}
    for team in named:
        held = held_team_keys(connection, person, keys, team, named[team])
        if held and held[0].generation == named[team][0].generation:
            opened[team] = replace(held[0], earlier=tuple(held[1:]))
    return opened


def held_team_keys(
    connection: Connection,
    person: bytes,
    keys: PersonKeys,
    team: Team,
    named: Sequence[TeamPublic],
) -> list[TeamKey]:
    """Open every generation of a team's key that a person can, newest first: those sealed for the
    person, and those sealed to one of these.
    """
    publics = {one.generation: one.public for one in named}
    held: dict[int, TeamKey] = {}
    found = [(box, keys.box, _TEAM_LABEL) for box in secrets.boxes_for(connection, team, person)]
    while found:
        box, with_key, label = found.pop()
        if box.epoch in held or box.epoch not in publics:
            continue
        with suppress(OpenFailedError, UnusableKeyError):
            key = TeamKey.from_seed(team, box.epoch, open_key(box, with_key, label))
            if key.box.public == publics[box.epoch]:
                held[box.epoch] = key
                links = secrets.links_to(connection, team, box.epoch)
                found += [(link, key.box, _LINK_LABEL) for link in links]
    return [held[generation] for generation in sorted(held, reverse=True)]


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
    return seal_key(
        category_key, team.public, _CATEGORY_LABEL,
        subject=patient, purpose=category, epoch=epoch, recipient=str(team.team).encode(),
        generation=team.generation,
    )  # fmt: skip


def open_category_key(box: KeyBox, team: TeamKey) -> bytes:
    """Open a patient's category key with a team's key, of whichever generation it holds.

    Raises:
        OpenFailedError: it was sealed to another key or team, or changed.
    """
    key = team.of(box.generation)
    if box.recipient != team.team.encode() or key is None:
        raise OpenFailedError
    return open_key(box, key.box, _CATEGORY_LABEL)


def seal_again(boxes: Iterable[KeyBox], old: TeamKey, new: TeamKey) -> list[KeyBox]:
    """Seal category keys, sealed to one generation, to the next."""
    return [
        box_category_key(
            open_category_key(box, old), box.subject, box.purpose, box.epoch, public_of(new)
        )
        for box in boxes
    ]


def new_category_key() -> bytes:
    """Make a category key, 32 bytes."""
    return os.urandom(32)


def category_key_commitment(key: bytes) -> bytes:
    """Give what the ledger says of a category key, so that a wrong one in a box is noticed."""
    return digest("ehr/category-key/v1", key)
