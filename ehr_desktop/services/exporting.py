"""Writing a patient's record out as a FHIR bundle."""

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ehr_desktop.domain.categories import CLINICAL_CATEGORIES, Category
from ehr_desktop.domain.chart import Receipt
from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.domain.errors import DiskFullError, InvalidInputError, NoKeyError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.domain.records import ATTACHMENT, StoredRecord
from ehr_desktop.interchange.fhir.binary import binary_resource
from ehr_desktop.interchange.fhir.export import write_bundle
from ehr_desktop.node.node import Node
from ehr_desktop.services.values import ExportReport

_AT_ONCE = 200


class Exports:
    """Records on their way out."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def patient(self, actor: Actor, patient: PatientId, target: Path) -> ExportReport:
        """Write all of a patient's record that the person's keys open to a file.

        Every resource is written byte for byte as it was received or made. The receipt is in the
        ledger before anything is read; the file appears whole or not at all.

        Raises:
            NotFoundError: there is no such patient.
            NoKeyError: the person's keys open nothing of it.
            IntegrityError: a record is not what the ledger commits to.
            DiskFullError: there is no room for the file.
            InvalidInputError: no file can be written there.
        """
        await self._node.view(actor, Team.FRONT_DESK, lambda v: v.patients.patient(patient))
        open_now = await self._node.consent.open_to(actor, patient)
        team = Team.CLINICAL if open_now & CLINICAL_CATEGORIES else Team.FRONT_DESK
        records = await self._node.charts.records_of(patient)
        if not any(record.category in open_now for record in records):
            raise NoKeyError(patient)
        receipt = await self._node.charts.receive(
            actor, patient, manner="export", purpose="export", team=team
        )
        return await write_record(self._node, actor, receipt, records, target)


async def write_record(
    node: Node,
    actor: Actor | PatientActor,
    receipt: Receipt,
    records: Sequence[StoredRecord],
    target: Path,
) -> ExportReport:
    """Write those of a patient's records that a receipt is for to a file.

    Raises:
        IntegrityError, DiskFullError, InvalidInputError: as `Exports.patient`.
    """
    wanted = [r for r in records if r.category in receipt.all_categories]
    left_out = {r.category for r in records} - {r.category for r in wanted}
    bodies: list[tuple[str, bytes]] = []
    for start in range(0, len(wanted), _AT_ONCE):
        opened = await node.charts.bodies(
            actor, receipt, [r.record for r in wanted[start : start + _AT_ONCE]]
        )
        bodies += [
            (url, binary_resource(record.record, body) if kind == ATTACHMENT else body)
            for (kind, url, body), record in zip(opened, wanted[start:], strict=False)
        ]
    size = await node.off_loop(lambda: _write(target, bodies))
    return ExportReport(len(bodies), size, tuple(sorted(left_out, key=list(Category).index)))


def _write(target: Path, bodies: list[tuple[str, bytes]]) -> int:
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as file:
            write_bundle(file, bodies)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError from error
        raise InvalidInputError("target", "unwritable") from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return target.stat().st_size
