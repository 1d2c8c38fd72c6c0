"""Making a clinic: device secret, site secret, keys, genesis block."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.people import Clinic, Role, Staff, Team
from ehr_desktop.node.contracts.statements import FoundClinic
from ehr_desktop.node.contracts.team_keys import FOUNDING_GENERATION
from ehr_desktop.node.crypto.box import BoxKey, generate_box_seed
from ehr_desktop.node.crypto.passwords import PasswordParameters
from ehr_desktop.node.crypto.sign import SigningKey, generate_seed
from ehr_desktop.node.keys.accounts import Account, make_account, new_person_keys, seal_account
from ehr_desktop.node.keys.containers import whole_container
from ehr_desktop.node.keys.device import SecretStore
from ehr_desktop.node.keys.new_home import NewHome
from ehr_desktop.node.keys.records import vault_commitment
from ehr_desktop.node.keys.teams import box_team_key, new_team_key
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.pipeline.pipeline import Pipeline
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import secrets
from ehr_desktop.node.store.containers import StoredContainer
from ehr_desktop.node.store.engine import Database

_ACCOUNT_HEADER = b"ehr/account/v1"


@dataclass(frozen=True, slots=True)
class Founder:
    """The first administrator, as typed."""

    account_name: str
    display_name: str
    phone: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Foundation:
    """What a clinic begins with."""

    clinic: Clinic
    founder: Founder
    workstation_name: str
    parameters: PasswordParameters
    proposers: ProposerMode = ProposerMode.AUTHORITY


def found_clinic(
    home: Path, foundation: Foundation, store: SecretStore | None, clock: Callable[[], int]
) -> None:
    """Make a clinic in an empty directory; a failure leaves nothing behind.

    Raises:
        HomeExistsError: there is a clinic already.
        DiskFullError: there is no room.
    """
    unfinished = NewHome(home, store)
    try:
        _write_genesis(unfinished.database, foundation, clock)
    except BaseException:
        unfinished.discard()
        raise
    unfinished.keep()


def _write_genesis(database: Database, foundation: Foundation, clock: Callable[[], int]) -> None:
    network, site_secret = os.urandom(32), os.urandom(32)
    device_seed, device_box_seed = generate_seed(), generate_box_seed()
    device_key = SigningKey(device_seed)
    with database.writing() as connection:
        secrets.put_secret(connection, "network", network)
        secrets.put_secret(connection, "site-secret", site_secret)
        secrets.put_secret(connection, "device-signing-seed", device_seed)
        secrets.put_secret(connection, "device-box-seed", device_box_seed)
    founder, keys = foundation.founder, new_person_keys()
    person = os.urandom(16)
    account = make_account(
        Staff(
            PersonId(person.hex()), founder.account_name, founder.display_name,
            Role.ADMINISTRATOR, founder.phone, founder.email,
        ),
        founder.password, keys, site_secret, foundation.parameters,
    )  # fmt: skip
    directory, vault_key = os.urandom(16), os.urandom(32)
    teams = {team: new_team_key(team, FOUNDING_GENERATION) for team in Team}
    boxes = tuple(box_team_key(key, person, keys.box.public) for key in teams.values())
    statement = FoundClinic(
        name=foundation.clinic.name,
        time_zone=foundation.clinic.time_zone,
        hours=hours_rows(foundation.clinic),
        proposers=foundation.proposers.value,
        device=device_id_of(device_key.public),
        device_key=device_key.public,
        device_box_key=BoxKey(device_box_seed).public,
        device_name=foundation.workstation_name,
        administrator=person,
        administrator_key=keys.signing.public,
        administrator_box_key=keys.box.public,
        front_desk_key=teams[Team.FRONT_DESK].box.public,
        clinical_key=teams[Team.CLINICAL].box.public,
        directory=directory,
        vault=vault_commitment(directory, vault_key),
        boxes=tuple((box.purpose, box.hash) for box in boxes),
    )
    genesis = Unsigned(
        statement,
        person,
        keys.signing,
        subject=directory,
        containers=(account_container(account, site_secret),),
        boxes=boxes,
        vault_key=vault_key,
    )
    Pipeline(database, network, device_key, clock).write([genesis])


def hours_rows(clinic: Clinic) -> tuple[tuple[int, str, str], ...]:
    """Give opening hours as a statement holds them."""
    return tuple(
        (day, start.isoformat("minutes"), end.isoformat("minutes"))
        for day, start, end in clinic.hours.days
    )


def account_container(account: Account, site_secret: bytes) -> StoredContainer:
    """Give an account's container: sealed under the site secret, committed to like a record."""
    sealed = seal_account(account, site_secret)
    return whole_container(bytes.fromhex(account.person), _ACCOUNT_HEADER, sealed)
