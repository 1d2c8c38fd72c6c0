"""The records contract: patients, the epochs of their category keys, and record versions."""

from typing import Final

from ehr_desktop.domain.categories import CLINICAL_CATEGORIES, Category
from ehr_desktop.domain.people import Action, Team
from ehr_desktop.node.contracts.category_keys import (
    count_sealed,
    draw,
    keep_apart,
    keeps_keys,
    live_key,
    might_hold,
    no_longer_apart,
    own_key,
    sealed_by_those_here,
    trusted_key,
)
from ehr_desktop.node.contracts.consent_basis import recipients
from ehr_desktop.node.contracts.consent_rules import change, put
from ehr_desktop.node.contracts.consent_state import Epoch, RecordVersion, entry
from ehr_desktop.node.contracts.consent_statements import BoxKeys
from ehr_desktop.node.contracts.custody_statements import ResealRecords
from ehr_desktop.node.contracts.rounds import round_of
from ehr_desktop.node.contracts.rules import (
    Context,
    Refusal,
    allow,
    container_count,
    free_id,
    known_patient,
)
from ehr_desktop.node.contracts.statements import CommitRecords, OpenEpochs, RegisterPatient
from ehr_desktop.node.contracts.team_keys import is_closed_to

READER: Final = "reader"
"""What a box is for that is for somebody by id, and not for a team."""


FOR_ITS_KEY: Final = frozenset({"stale-epoch", "foreign-key"})
"""The rules that refuse records for nothing but the key they are sealed under."""


def register(statement: RegisterPatient, context: Context) -> None:
    """Take a new pseudonym."""
    allow(context, Action.REGISTER_PATIENT)
    free_id(context, statement.patient)
    context.state.put("patient", statement.patient, value=[context.height, statement.vault])


def open_epochs(statement: OpenEpochs, context: Context) -> None:
    """Start new category keys, each the next epoch, boxed for exactly those who may read."""
    patient = statement.patient
    if not context.is_patient:
        allow(context, Action.REGISTER_PATIENT)
    known_patient(context, patient)
    for category, epoch, commitment, teams, readers in statement.epochs:
        _next_epoch(context, patient, category, epoch)
        apart = _for_whom_it_is(context, patient, Category(category), teams, readers)
        names = tuple(name for name, _ in readers)
        opened = Epoch(
            epoch,
            commitment,
            tuple((team, generation) for team, generation, _ in teams),
            (*_open_epochs(context, patient, category, epoch), epoch),
            names,
        )
        draw(context, patient, category, epoch, commitment, (t for t, _, _ in teams), names)
        for team in sorted(apart):
            keep_apart(context, team, patient, category, epoch)
        put(context, "epoch", patient, category, value=opened)


def box(statement: BoxKeys, context: Context) -> None:
    """Seal keys for those who may have them by now; whoever says so has to hold them. A team that
    held a key on only to hand it to who decides now has done so.
    """
    patient = statement.patient
    known_patient(context, patient)
    for category, epoch in dict.fromkeys(row[:2] for row in statement.boxes):
        might_hold(context, patient, category, epoch)
    for category, epoch, what, reader, _box in statement.boxes:
        teams, readers = recipients(context.state.get, patient, Category(category), context.now_ms)
        key = live_key(context, patient, category, epoch)
        place = "key", patient, category, epoch
        kept = {team for team in key.teams if team in teams}
        if what == READER and reader in readers:
            change(
                context,
                key,
                *place,
                readers=tuple(sorted({*key.readers, reader})),
                teams=tuple(sorted(kept)),
            )
        elif what in teams and not reader:
            _open_team(context, what)
            change(context, key, *place, teams=tuple(sorted({*kept, what})))
            no_longer_apart(context, Team(what), patient, category, (epoch,))
        else:
            raise Refusal("policy", category=category)


def commit(statement: CommitRecords, context: Context) -> None:
    """Commit to records: new ones, or the next version of one of this patient."""
    known_patient(context, statement.patient)
    container_count(context, len(statement.records))
    for category, epoch in {(row[2], row[3]): None for row in statement.records}:
        _may_write(context, Category(category), statement.source)
        current_epoch(context, statement.patient, category, epoch)
        own_key(context, statement.patient, category, epoch)
        sealed_by_those_here(context, statement.patient, category, epoch)
        rows = sum(row[2:] == (category, epoch) for row in statement.records)
        count_sealed(context, statement.patient, category, epoch, rows)
    for row, container in zip(statement.records, context.payload.containers, strict=True):
        record, version, category, epoch = row
        _next_version(context, statement.patient, record, version)
        written = RecordVersion(
            statement.patient, category, version, container.commitment, epoch, context.transaction
        )
        put(context, "record", record, value=written)


def reseal(statement: ResealRecords, context: Context) -> None:
    """Commit to records encrypted again, under a key of a later round."""
    patient, category, epoch = statement.patient, statement.category, statement.epoch
    known_patient(context, patient)
    container_count(context, len(statement.records))
    if not statement.records:
        raise Refusal("containers", found=len(statement.records))
    current_epoch(context, patient, category, epoch)
    keeps_keys(context, patient, category)
    trusted_key(context, patient, category, epoch)
    sealed_by_those_here(context, patient, category, epoch)
    for row, container in zip(statement.records, context.payload.containers, strict=True):
        record, version, first, replaced = row
        place, found = _version(context, record, version)
        _is_the_very_one(statement, found, first, replaced)
        if round_of(found.epoch) >= round_of(epoch):
            raise Refusal("stale-epoch", category=category, given=epoch)
        change(context, found, *place, commitment=container.commitment, epoch=epoch)
        count_sealed(context, patient, category, found.epoch, -1)
        count_sealed(context, patient, category, epoch, 1)


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
    A round that was ended begins no more.
    """
    current = context.state.get("epoch", patient, category)
    newest = round_of(current[0]) if current else 0
    follows = round_of(epoch) == newest + 1
    beside = bool(current and current[3]) and round_of(epoch) == newest and epoch not in current[3]
    if not follows and not beside:
        raise Refusal("stale-epoch", category=category, given=epoch)


def _open_epochs(context: Context, patient: bytes, category: str, epoch: int) -> list[int]:
    """Give the earlier epochs of the same round, under which records may still be written."""
    current = context.state.get("epoch", patient, category)
    return [one for one in (current[3] if current else ()) if round_of(one) == round_of(epoch)]


def _for_whom_it_is(
    context: Context,
    patient: bytes,
    category: Category,
    teams: tuple[tuple[str, int, bytes], ...],
    readers: tuple[tuple[bytes, bytes], ...],
) -> frozenset[Team]:
    """Refuse `policy` unless a key is sealed for exactly those who may read, each once; give the
    teams that wait for it, because nothing is sealed to their present key any more.
    """
    of_teams, of_readers = recipients(context.state.get, patient, category, context.now_ms)
    for team, generation, _ in teams:
        if generation != context.state.get("team", Team(team))[0]:
            raise Refusal("stale-generation", team=team, given=generation)
        _open_team(context, team)
    apart = {t for t in of_teams if is_closed_to(context.state.get, t, context.person)}
    if sorted(team for team, _, _ in teams) != sorted(of_teams - apart):
        raise Refusal("policy", category=category)
    if sorted(name for name, _ in readers) != sorted(of_readers):
        raise Refusal("policy", category=category)
    if not teams and not readers:
        raise Refusal("stale-generation", category=category)
    return frozenset(apart)


def _open_team(context: Context, team: str) -> None:
    """Refuse `stale-generation` for sealing to a key that somebody who has left may know."""
    if is_closed_to(context.state.get, Team(team), context.person):
        raise Refusal("stale-generation", team=team)


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
    if current is not None:
        context.state.put("superseded", record, newest, value=list(current))


def _version(
    context: Context, record: bytes, version: int
) -> tuple[tuple[str | bytes | int, ...], RecordVersion]:
    """Give where a version of a record stands in the state, and what stands there."""
    newest = entry(context.state.get, RecordVersion, "record", record)
    if newest is not None and newest.version == version:
        return ("record", record), newest
    place = "superseded", record, version
    found = entry(context.state.get, RecordVersion, *place)
    if found is None:
        raise Refusal("unknown-record", record=record.hex())
    return place, found


def _is_the_very_one(
    statement: ResealRecords, found: RecordVersion, first: bytes, replaced: bytes
) -> None:
    """Refuse a row that is about something else than it says."""
    if found.patient != statement.patient:
        raise Refusal("another-patient", patient=statement.patient.hex())
    if found.category != statement.category:
        raise Refusal("another-category", category=found.category)
    if (found.first, found.commitment) != (first, replaced):
        raise Refusal("stale-version", given=found.version)
