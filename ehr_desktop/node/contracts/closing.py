"""The closing contract: earlier keys of a category go, and each workstation says that it did it."""

from ehr_desktop.domain.people import Team
from ehr_desktop.node.contracts.category_keys import (
    keeps_keys,
    no_longer_apart,
    put_sealed,
    sealed_epochs,
    trusted_key,
)
from ehr_desktop.node.contracts.consent_rules import change, put
from ehr_desktop.node.contracts.consent_state import Closing, Escrow, entry
from ehr_desktop.node.contracts.custody_statements import AcknowledgeClosed, CloseEpochs
from ehr_desktop.node.contracts.guards import active_devices
from ehr_desktop.node.contracts.records import current_epoch
from ehr_desktop.node.contracts.rounds import round_of
from ehr_desktop.node.contracts.rules import Context, Refusal, known_patient


def close(statement: CloseEpochs, context: Context) -> None:
    """End every epoch of earlier rounds; nothing may be sealed under one of them any more."""
    patient, category = statement.patient, statement.category
    known_patient(context, patient)
    current_epoch(context, patient, category, statement.epoch)
    keeps_keys(context, patient, category)
    trusted_key(context, patient, category, statement.epoch)
    counts = sealed_epochs(context, patient, category)
    ended = [epoch for epoch in counts if round_of(epoch) < round_of(statement.epoch)]
    if not ended:
        raise Refusal("nothing-owed", category=category)
    for epoch in ended:
        if counts[epoch]:
            raise Refusal("still-sealed", category=category, records=counts[epoch])
    for epoch in ended:
        context.state.remove("key", patient, category, epoch)
        del counts[epoch]
    put_sealed(context, patient, category, counts)
    for team in Team:
        no_longer_apart(context, team, patient, category, ended)
    dealt = entry(context.state.get, Escrow, "escrow", patient, category)
    if dealt is not None and dealt.epoch in ended:
        context.state.remove("escrow", patient, category)
    put(
        context, "closing", patient, category,
        value=Closing(statement.epoch, active_devices(context)),
    )  # fmt: skip


def gone(statement: AcknowledgeClosed, context: Context) -> None:
    """Note that a workstation has destroyed what was closed."""
    place = "closing", statement.patient, statement.category
    found = entry(context.state.get, Closing, *place)
    device = context.payload.device
    if found is None or found.epoch != statement.epoch or device not in found.owing:
        raise Refusal("nothing-owed", category=statement.category)
    if device in found.done:
        raise Refusal("already-done")
    change(context, found, *place, done=(*found.done, device))
