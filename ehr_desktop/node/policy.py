"""Who holds which key, as the contract state tells it."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category, default_teams
from ehr_desktop.domain.consent import Basis, GranteeKind, GrantState
from ehr_desktop.domain.errors import HomeDamagedError, NotFoundError
from ehr_desktop.domain.people import Role, Team
from ehr_desktop.node.contracts.consent_basis import basis_for, is_controlled, recipients, speakers
from ehr_desktop.node.contracts.consent_state import (
    CategoryKey,
    CustodyKey,
    Epoch,
    RecordVersion,
    card,
    entry,
    grants,
    team_id,
    team_of,
)
from ehr_desktop.node.contracts.rounds import ROUND_BITS, round_of
from ehr_desktop.node.contracts.state import State, StateReader
from ehr_desktop.node.contracts.team_keys import departures, generations, public_key
from ehr_desktop.node.keys.custody import TEAM_KEY
from ehr_desktop.node.keys.keyring import PatientSession, Session
from ehr_desktop.node.keys.opening import Holder, epochs_sealed_for
from ehr_desktop.node.keys.teams import TeamPublic
from ehr_desktop.node.store import state
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


def final_state(connection: Connection) -> StateReader:
    """Give a reader of the state as final blocks alone make it, for as long as a connection is
    held.
    """
    return State(lambda place: state.value(connection, place)).get


def team_public(value: StateReader, team: Team) -> TeamPublic:
    """Give the current generation of a team's public key."""
    generation, public = value("team", team)
    return TeamPublic(team, generation, public)


def team_generations(value: StateReader, team: Team) -> list[TeamPublic]:
    """Give every generation of a team's public key that still opens something, newest first."""
    publics = ((one, public_key(value, team, one)) for one in generations(value, team))
    return [TeamPublic(team, one, public) for one, public in publics if public is not None][::-1]


def team_publics(value: StateReader) -> dict[Team, list[TeamPublic]]:
    """Give those of every team."""
    return {team: team_generations(value, team) for team in Team}


def entrusted_generation(value: StateReader, team: Team) -> int:
    """Give the generation of a team's key that the custodians of now could open; 0 for none."""
    custody = entry(value, CustodyKey, "custody")
    sealed = value("custody-box", TEAM_KEY, team_id(team))
    if custody is None or sealed is None or sealed[0] != custody.generation:
        return 0
    return int(sealed[1])


def registered_vault_key(
    connection: Connection, value: StateReader, patient: bytes
) -> bytes | None:
    """Give the vault key that a patient's registration commits to; None if it is not here: it has
    not come yet, or was destroyed.
    """
    registered = value("patient", patient)
    found = vault_named(connection, registered[1]) if registered else None
    return found[1] if found else None


def sealed_now(value: StateReader, record: bytes, version: int) -> RecordVersion | None:
    """Give what a version of a record is sealed as by now; None if the ledger knows no such one."""
    newest = entry(value, RecordVersion, "record", record)
    if newest is None or newest.version == version:
        return newest
    return entry(value, RecordVersion, "superseded", record, version)


def reader_public(value: StateReader, reader: bytes) -> bytes | None:
    """Give the key that something is sealed to for a reader alone: a member, or a patient with a
    card; None if there is no such reader.
    """
    found = value("member", reader)
    if found is not None:
        return member(value, reader).box_key
    held = card(value, reader)
    return held.read_key if held is not None else None


def usable_epoch(
    value: StateReader, patient: bytes, category: Category, person: bytes, at_ms: int
) -> int:
    """Give the epoch under which somebody writes new records of a category, or 0 if one must be
    opened: there is none yet, it was drawn by somebody else who may not read it, or somebody has
    its key who is not to read what is written from now on, or has left since it was drawn.
    """
    current = entry(value, Epoch, "epoch", patient, category)
    if current is None:
        return 0
    key = entry(value, CategoryKey, "key", patient, category, current.epoch)
    if key is None or (key.foreign and key.opener != person):
        return 0
    if current.epoch not in current.open or key.departures != departures(value):
        return 0
    teams, readers = recipients(value, patient, category, at_ms)
    now = {str(team): team_public(value, team).generation for team in teams}
    if any(now.get(team) != generation for team, generation in current.teams):
        return 0
    let_in = {*current.readers, *key.readers} <= readers and set(key.teams) <= now.keys()
    return current.epoch if let_in else 0


def basis_of(
    value: StateReader, holder: Holder, patient: bytes, category: Category, at_ms: int
) -> Basis | None:
    """Give why somebody may read a category of a patient at an instant; None if not at all."""
    if isinstance(holder, Session):
        return basis_for(value, patient, holder.person, holder.actor.role, category, at_ms)
    if holder.patient != patient or value("erasure", patient) is not None:
        return None
    return Basis.PATIENT if may_speak(value, holder, at_ms) else None


def standing_basis(
    connection: Connection,
    value: StateReader,
    holder: Holder,
    patient: bytes,
    category: Category,
    at_ms: int,
) -> Basis | None:
    """Give why somebody may read a category now. What lets somebody in has to be final; what ends
    that counts already while it waits. `value` reads the expected state.
    """
    basis = basis_of(value, holder, patient, category, at_ms)
    if basis in (None, Basis.POLICY):
        return basis
    return basis_of(final_state(connection), holder, patient, category, at_ms) and basis


def may_speak(value: StateReader, holder: PatientSession, at_ms: int) -> bool:
    """Tell whether the card that was shown still speaks for the patient."""
    held = card(value, holder.person)
    return (
        held is not None
        and not held.lost_ms
        and held.generation == holder.card.generation
        and holder.person in speakers(value, holder.patient, at_ms)
    )


def open_categories(
    holder: Holder, connection: Connection, value: StateReader, patient: bytes, at_ms: int
) -> dict[Category, Basis]:
    """Give the categories of a patient that somebody may read now and holds the keys of, each with
    why.
    """
    found: dict[Category, Basis] = {}
    for category in Category:
        basis = standing_basis(connection, value, holder, patient, category, at_ms)
        if basis is Basis.POLICY:
            if default_teams(category) & holder.teams.keys():
                found[category] = basis
        elif basis is not None and (
            value("epoch", patient, category) is None
            or epochs_sealed_for(holder, connection, patient, category)
        ):
            found[category] = basis
    return found


def reading_teams(value: StateReader, patient: bytes, category: Category) -> frozenset[Team]:
    """Give the teams whose members may read a category of a patient: by the clinic's policy, or as
    the patient has granted it.
    """
    if value("erasure", patient) is not None:
        return frozenset()
    if not is_controlled(value, patient, category):
        return default_teams(category)
    return frozenset(
        team_of(grant.grantee)
        for grant in grants(value, patient).values()
        if grant.grantee_kind == GranteeKind.TEAM
        and grant.state == GrantState.ACTIVE
        and category in grant.categories
    )


def next_generation(value: StateReader, team: Team) -> int:
    """Draw the number of the next generation of a team's key."""
    return _in_next_round(team_public(value, team).generation)


def next_epoch(value: StateReader, patient: bytes, category: Category) -> int:
    """Draw the number of a category's next epoch."""
    current = value("epoch", patient, category)
    return _in_next_round(current[0] if current else 0)


def _in_next_round(newest: int) -> int:
    return (round_of(newest) + 1) << ROUND_BITS | secrets.randbelow(1 << ROUND_BITS)
