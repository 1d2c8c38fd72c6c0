"""Who holds which key, as the contract state tells it."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category, default_teams
from ehr_desktop.domain.errors import HomeDamagedError, NotFoundError
from ehr_desktop.domain.people import Role, Team
from ehr_desktop.node.contracts.records import ROUND_BITS, round_of
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.keys.teams import TeamPublic
from ehr_desktop.node.store.secrets import vault_named
from ehr_desktop.node.store.tables import LEDGER_FILE


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the ledger has it."""

    person: bytes
    role: Role
    signing_key: bytes
    box_key: bytes
    active: bool
    account: bytes


def member(value: StateReader, person: bytes) -> Member:
    """Give a member.

    Raises:
        NotFoundError: nobody of that id was ever enrolled.
        HomeDamagedError: what is stored of it is no member.
    """
    found = value("member", person)
    if found is None:
        raise NotFoundError(person.hex())
    try:
        role, signing_key, box_key, active, account = found
        return Member(person, Role(role), signing_key, box_key, active, account)
    except (TypeError, ValueError) as error:
        raise HomeDamagedError(LEDGER_FILE) from error


def team_public(value: StateReader, team: Team) -> TeamPublic:
    """Give the current generation of a team's public key."""
    generation, public = value("team", team)
    return TeamPublic(team, generation, public)


def team_publics(value: StateReader) -> dict[Team, TeamPublic]:
    """Give the current generation of every team's public key."""
    return {team: team_public(value, team) for team in Team}


def registered_vault_key(
    connection: Connection, value: StateReader, patient: bytes
) -> bytes | None:
    """Give the vault key that a patient's registration commits to; None if it is not here: it has
    not come yet, or was destroyed.
    """
    registered = value("patient", patient)
    found = vault_named(connection, registered[1]) if registered else None
    return found[1] if found else None


def usable_epoch(value: StateReader, patient: bytes, category: Category) -> int:
    """Give the epoch new records of a category are written under, or 0 if one must be opened:
    there is none yet, or it was sealed to a generation of a team's key that is no longer current.
    """
    current = value("epoch", patient, category)
    if current is None:
        return 0
    epoch, _commitment, sealed_to, _open = current
    now = {team: value("team", team)[0] for team in default_teams(category)}
    if {Team(team): generation for team, generation in sealed_to} != now:
        return 0
    return int(epoch)


def next_epoch(value: StateReader, patient: bytes, category: Category) -> int:
    """Draw the number of a category's next epoch."""
    current = value("epoch", patient, category)
    newest = round_of(current[0]) if current else 0
    return (newest + 1) << ROUND_BITS | secrets.randbelow(1 << ROUND_BITS)
