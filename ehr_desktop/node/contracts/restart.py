"""The restart contract: all workstations are lost, and the custodians begin again on a new one.

The old workstations cannot vote any more, so no quorum can say so. Instead the custodians' key,
which stands in the state before, signs who takes over. The block that ends with their statement
begins another epoch, in which the new workstation alone decides, that block included. Whoever
replays the ledger checks just this, and the statement stays where everybody sees it.

An old workstation that turns up again does not follow: it knows the new one by no statement of its
own epoch. It is removed already and joins anew.
"""

from dataclasses import replace

from ehr_desktop.node.contracts.consent_state import CustodyKey, entry
from ehr_desktop.node.contracts.custody_statements import RestartClinic
from ehr_desktop.node.contracts.epochs import FIRST_WEIGHT
from ehr_desktop.node.contracts.roster import Device, devices
from ehr_desktop.node.contracts.rules import Context, Refusal, usable_box_key, usable_key
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import read_statement
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.transaction import Transaction, device_id_of, signatures_hold
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet


def restart(statement: RestartClinic, context: Context) -> None:
    """Take every workstation out and let one new one in, which is the only one to vote."""
    usable_key(statement.key)
    usable_box_key(statement.box_key)
    if statement.device != device_id_of(statement.key):
        raise Refusal("device-name", device=statement.device.hex())
    known = devices(context.state.get)
    for lost in known:
        gone = replace(lost, active=False, weight=0)
        context.state.put("device", lost.id, value=gone.stored())
    new = Device(
        statement.device, statement.key, statement.box_key, statement.name, weight=FIRST_WEIGHT
    )
    context.state.put("device", new.id, value=new.stored())
    context.state.put("devices", value=[*(lost.id for lost in known), new.id])


def restarted_by(statement: RestartClinic) -> ValidatorSet:
    """Give who decides once a clinic was begun again: the new workstation, alone."""
    return ValidatorSet.of([Validator(statement.device, statement.key, FIRST_WEIGHT)])


def decided_by_custodians(
    header: Header, parent: Header | None, last: Transaction | None, value: StateReader
) -> ValidatorSet | None:
    """Give who decides on a block with which the custodians begin again; None if it is none.

    `last` is its last transaction, `value` gives the state before it. It begins the epoch after
    that of its parent, whoever was to decide in that.
    """
    if parent is None or last is None or header.epoch != parent.epoch + 1:
        return None
    statement = _restarting(last)
    if statement is None or value("device", statement.device) is not None:
        return None
    if not is_signed_by_custodians(last, value) or not signatures_hold(last):
        return None
    return restarted_by(statement)


def is_signed_by_custodians(transaction: Transaction, value: StateReader) -> bool:
    """Tell whether just the workstation that takes over and the custodians of now signed that it
    does. Whoever else says so is not even noted: it names a workstation nobody knows.
    """
    statement, custody = _restarting(transaction), entry(value, CustodyKey, "custody")
    if statement is None or custody is None:
        return False
    signed = {signature.key for signature in transaction.signatures}
    is_its_own = transaction.payload.device == statement.device == device_id_of(statement.key)
    return is_its_own and signed == {statement.key, custody.signing_key}


def _restarting(transaction: Transaction) -> RestartClinic | None:
    payload = transaction.payload
    if payload.kind != RestartClinic.KIND:
        return None
    try:
        statement = read_statement(payload.kind, tuple(payload.body))
    except MalformedBodyError:
        return None
    return statement if isinstance(statement, RestartClinic) else None
