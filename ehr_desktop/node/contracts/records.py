"""The records contract: patients, the epochs of their category keys, and record versions."""

from typing import Final

from ehr_desktop.domain.categories import CLINICAL_CATEGORIES, Category, default_teams
from ehr_desktop.domain.people import Action
from ehr_desktop.node.contracts.rules import (
    Context,
    Refusal,
    allow,
    container_count,
    known_patient,
)
from ehr_desktop.node.contracts.statements import CommitRecords, OpenEpochs, RegisterPatient

ROUND_BITS: Final = 20
"""The low bits of an epoch's number are drawn at random, so two sides of a split network draw
different ones; the rest counts rounds.
"""


def round_of(epoch: int) -> int:
    """Give which round of a category's keys an epoch belongs to, from 1."""
    return epoch >> ROUND_BITS


def register(statement: RegisterPatient, context: Context) -> None:
    """Take a new pseudonym."""
    allow(context, Action.REGISTER_PATIENT)
    if context.state.get("patient", statement.patient) is not None:
        raise Refusal("already-registered", patient=statement.patient.hex())
    context.state.put("patient", statement.patient, value=[context.height, statement.vault])


def open_epochs(statement: OpenEpochs, context: Context) -> None:
    """Start new category keys, each the next epoch, boxed for exactly the teams of the policy."""
    allow(context, Action.REGISTER_PATIENT)
    known_patient(context, statement.patient)
    for category, epoch, commitment, boxes in statement.epochs:
        _next_epoch(context, statement.patient, category, epoch)
        _teams_of_the_policy(context, Category(category), boxes)
        context.state.put(
            "epoch",
            statement.patient,
            category,
            value=[
                epoch,
                commitment,
                [[team, generation] for team, generation, _ in boxes],
                [*_open_epochs(context, statement.patient, category, epoch), epoch],
            ],
        )


def commit(statement: CommitRecords, context: Context) -> None:
    """Commit to records: new ones, or the next version of one of this patient."""
    known_patient(context, statement.patient)
    container_count(context, len(statement.records))
    for row, container in zip(statement.records, context.payload.containers, strict=True):
        record, version, category, epoch = row
        _may_write(context, Category(category), statement.source)
        current_epoch(context, statement.patient, category, epoch)
        _next_version(context, statement.patient, record, version)
        context.state.put(
            "record",
            record,
            value=[statement.patient, category, version, container.commitment],
        )


def _may_write(context: Context, category: Category, source: str) -> None:
    if source == "import":
        allow(context, Action.IMPORT_RECORDS)
    elif category in CLINICAL_CATEGORIES:
        allow(context, Action.WRITE_CLINICAL)
    else:
        allow(context, Action.REGISTER_PATIENT)


def _next_epoch(context: Context, patient: bytes, category: str, epoch: int) -> None:
    """Refuse `stale-epoch` unless a key is of the next round, or of this one and another: two sides
    of a split network may each have started it, and what is sealed under either stays readable.
    """
    current = context.state.get("epoch", patient, category)
    newest = round_of(current[0]) if current else 0
    follows = round_of(epoch) == newest + 1
    beside = current is not None and round_of(epoch) == newest and epoch not in current[3]
    if not follows and not beside:
        raise Refusal("stale-epoch", category=category, given=epoch)


def _open_epochs(context: Context, patient: bytes, category: str, epoch: int) -> list[int]:
    """Give the earlier epochs of the same round, under which records may still be written."""
    current = context.state.get("epoch", patient, category)
    return [one for one in (current[3] if current else ()) if round_of(one) == round_of(epoch)]


def _teams_of_the_policy(
    context: Context, category: Category, boxes: tuple[tuple[str, int, bytes], ...]
) -> None:
    if {team for team, _, _ in boxes} != set(default_teams(category)):
        raise Refusal("policy", category=category)
    for team, generation, _ in boxes:
        if generation != context.state.get("team", team)[0]:
            raise Refusal("stale-generation", team=team, given=generation)


def current_epoch(context: Context, patient: bytes, category: str, epoch: int) -> None:
    """Refuse `stale-epoch` unless `epoch` is of the newest round of the category's keys of this
    patient.
    """
    current = context.state.get("epoch", patient, category)
    if current is None or epoch not in current[3]:
        raise Refusal("stale-epoch", category=category, given=epoch)


def _next_version(context: Context, patient: bytes, record: bytes, version: int) -> None:
    current = context.state.get("record", record)
    if current is not None and current[0] != patient:
        raise Refusal("another-patient", record=record.hex())
    newest = current[2] if current else 0
    if version != newest + 1:
        raise Refusal("stale-version", record=record.hex(), current=newest, given=version)
