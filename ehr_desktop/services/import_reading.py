"""Reading a file for an import: entries checked, sorted and projected, in batches."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ehr_desktop.domain.errors import BadFileError
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.interchange.fhir.bundle import BadEntry, BundleEntry, read_entries
from ehr_desktop.interchange.fhir.category import category_of
from ehr_desktop.interchange.fhir.patient_of import patient_keys, patient_references
from ehr_desktop.interchange.fhir.problem import Problem
from ehr_desktop.interchange.fhir.project import project_resource
from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.services.values import RefusedEntry

_MOST_ENTRIES = 500
_MOST_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One good entry. `keys` are the references others may use for a Patient, empty for anything
    else; `patients` the references to whose record it is.
    """

    index: int
    keys: tuple[str, ...]
    patients: tuple[str, ...]
    record: NewRecord


@dataclass(slots=True)
class Batch:
    """Some entries of a file in their order; `error` is the code of what ended it too early."""

    entries: list[ReadEntry] = field(default_factory=list)
    refused: list[RefusedEntry] = field(default_factory=list)
    error: str = ""
    size: int = 0


def read_batches(
    path: Path, validator: Validator, progress: Callable[[int, int], None]
) -> Iterator[Batch]:
    """Read a file, gzipped or plain; at most 500 entries and about 16 MiB are held at once.

    `progress` is told entries read and bytes of the file read. A file that breaks off gives what
    stood before the break, and the reason in the last batch. To cancel, stop iterating.
    """
    batch = Batch()
    read = 0
    at = 0

    def tell(bytes_read: int) -> None:
        nonlocal at
        at = bytes_read

    try:
        with path.open("rb") as stream:
            for entry in read_entries(stream, progress=tell):
                read += 1
                _add(batch, path.name, entry, validator)
                if len(batch.entries) >= _MOST_ENTRIES or batch.size >= _MOST_BYTES:
                    progress(read, at)
                    yield batch
                    batch = Batch()
    except BadFileError as error:
        batch.error = error.reason
    except OSError:
        batch.error = "unreadable"
    progress(read, at)
    yield batch


def _add(batch: Batch, name: str, entry: BundleEntry | BadEntry, validator: Validator) -> None:
    if isinstance(entry, BadEntry):
        batch.refused.append(_refusal(name, entry.index, entry.reference, entry.problems))
        return
    reference = _reference(entry)
    problems = validator.check(entry.resource)
    if problems:
        batch.refused.append(_refusal(name, entry.index, reference or entry.full_url, problems))
        return
    kind = entry.resource["resourceType"]
    record = NewRecord(
        category=category_of(entry.resource),
        resource_type=kind,
        body=entry.body,
        full_url=entry.full_url,
        origin=name,
        reference=reference or entry.full_url or f"sha256:{hashlib.sha256(entry.body).hexdigest()}",
        projection=project_resource(entry.resource),
    )
    keys = patient_keys(entry.full_url, entry.resource) if kind == "Patient" else ()
    batch.entries.append(ReadEntry(entry.index, keys, patient_references(entry.resource), record))
    batch.size += len(entry.body)


def _reference(entry: BundleEntry) -> str:
    own_id = entry.resource.get("id")
    return f"{entry.resource['resourceType']}/{own_id}" if isinstance(own_id, str) else ""


def _refusal(file: str, index: int, reference: str, problems: tuple[Problem, ...]) -> RefusedEntry:
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    where = f"{first.path}: " if first.path else ""
    return RefusedEntry(file, index, reference, f"{where}{first.text}{more}")
