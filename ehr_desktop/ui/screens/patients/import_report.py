"""What became of an import, as text one can read, copy and keep."""

from collections.abc import Iterator

from ehr_desktop.explain import BAD_FILE
from ehr_desktop.services.values import FileReport, ImportReport
from ehr_desktop.ui.screens.patients.words import counted


def headline(report: ImportReport) -> str:
    """Say in one sentence what was taken."""
    taken = counted(report.taken, "record", "records")
    whom = counted(report.patients, "patient", "patients")
    start = "Stopped: " if report.cancelled else ""
    return f"{start}{taken} taken for {whom}, {report.new_patients:,} of them new."


def remainder(report: ImportReport) -> str:
    """Say in one sentence what was not taken."""
    same = f"{report.unchanged:,} were here already"
    refused = f"{len(report.refused):,} were refused"
    unusable = sum(bool(file.error) for file in report.files)
    files = f", {counted(unusable, 'file', 'files')} could not be used" if unusable else ""
    return f"{same}, {refused}{files}. It took {report.seconds:.1f} s."


def full_text(report: ImportReport) -> str:
    """Give the whole report as lines of text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ImportReport) -> Iterator[str]:
    yield headline(report)
    yield remainder(report)
    yield ""
    yield "Files"
    for file in report.files:
        yield f"  {file.name}: {_file_words(file)}"
    if report.refused:
        yield ""
        yield "Refused"
    for entry in report.refused:
        what = entry.reference or "no reference"
        yield f"  {entry.file}, entry {entry.index + 1} ({what}): {entry.reason}"


def _file_words(file: FileReport) -> str:
    counts = f"{file.taken:,} taken, {file.unchanged:,} unchanged, {file.refused:,} refused"
    return f"{counts}; {BAD_FILE.get(file.error, file.error)}" if file.error else counts
