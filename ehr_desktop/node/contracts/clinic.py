"""The clinic contract: founding, and changes of name, zone and hours."""

from ehr_desktop.domain.people import Action, Role, Team
from ehr_desktop.node.contracts.epochs import (
    FIRST_EPOCH,
    FIRST_WEIGHT,
    founding_validators,
    put_validators,
)
from ehr_desktop.node.contracts.roster import Device
from ehr_desktop.node.contracts.rules import (
    Context,
    Refusal,
    allow,
    container_count,
    usable_key,
)
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import ChangeClinic, FoundClinic
from ehr_desktop.node.contracts.team_keys import FOUNDING_GENERATION, put_generation
from ehr_desktop.node.ledger.transaction import device_id_of


def found(statement: FoundClinic, context: Context) -> None:
    """Write the first state of a network; only ever the first transaction of the genesis block."""
    _nothing_before(context)
    container_count(context, 1)
    usable_key(statement.device_key)
    usable_key(statement.administrator_key)
    if statement.device != device_id_of(statement.device_key):
        raise Refusal("device-name", device=statement.device.hex())
    state = context.state
    state.put("clinic", value=[statement.name, statement.time_zone, _hours(statement.hours)])
    state.put("directory", value=statement.directory)
    _first_workstation(statement, state)
    state.put(
        "member",
        statement.administrator,
        value=[Role.ADMINISTRATOR, statement.administrator_key, statement.administrator_box_key,
               True, context.payload.containers[0].commitment],
    )  # fmt: skip
    for team, public in (
        (Team.FRONT_DESK, statement.front_desk_key),
        (Team.CLINICAL, statement.clinical_key),
    ):
        put_generation(state, team, FOUNDING_GENERATION, public, statement.administrator)
    state.put("patient", statement.directory, value=[context.height, statement.vault])


def _first_workstation(statement: FoundClinic, state: State) -> None:
    first = Device(
        statement.device,
        statement.device_key,
        statement.device_box_key,
        statement.device_name,
        weight=FIRST_WEIGHT,
    )
    state.put("device", first.id, value=first.stored())
    state.put("devices", value=[first.id])
    state.put("proposers", value=statement.proposers)
    put_validators(state, FIRST_EPOCH, founding_validators(statement))


def change(statement: ChangeClinic, context: Context) -> None:
    """Change what the clinic says of itself."""
    allow(context, Action.CHANGE_CLINIC)
    context.state.put(
        "clinic", value=[statement.name, statement.time_zone, _hours(statement.hours)]
    )


def _nothing_before(context: Context) -> None:
    if context.height != 0 or context.state.get("clinic") is not None:
        raise Refusal("already-founded")


def _hours(rows: tuple[tuple[int, str, str], ...]) -> list[list[int | str]]:
    return [list(row) for row in rows]
