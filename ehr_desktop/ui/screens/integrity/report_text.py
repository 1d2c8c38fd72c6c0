"""A check's report as text: to copy into a letter, or to keep beside a backup."""

from ehr_desktop.domain.ledger import CheckReport, Fault
from ehr_desktop.domain.people import Clinic
from ehr_desktop.sentences import FAULTS
from ehr_desktop.ui.models.ledger_surroundings import Surroundings


def report_text(report: CheckReport, clinic: Clinic, around: Surroundings) -> str:
    """Give the whole report. It holds ids and times, nothing of any record."""
    compared = "compared" if report.views_checked else "not compared"
    lines = [
        f"Integrity check of {clinic.name}",
        f"Network {clinic.network}" if clinic.network else "",
        f"Begun {around.moment(report.started)}, took {duration(report.seconds)}",
        "",
        outcome(report),
        "",
        f"Blocks        {report.blocks:>12,}",
        f"Transactions  {report.transactions:>12,}",
        f"Signatures    {report.signatures:>12,}",
        f"Containers    {report.containers:>12,}",
        f"Records       {report.records:>12,}",
        f"Lists and searches {compared} with the records",
    ]
    for number, fault in enumerate(report.faults, start=1):
        lines += ["", *_fault_lines(number, fault, around)]
    return "\n".join(lines) + "\n"


def outcome(report: CheckReport) -> str:
    """Say in one sentence what a check found."""
    faults = len(report.faults)
    if faults:
        found = f"{faults:,} fault{'' if faults == 1 else 's'} found"
        return f"{found}." if report.complete else f"Stopped before the end. {found} so far."
    if not report.complete:
        return "Stopped before the end. No fault found so far."
    return "No fault found. Everything is as it was signed."


def duration(seconds: float) -> str:
    """Give a length of time as people say it."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _fault_lines(number: int, fault: Fault, around: Surroundings) -> list[str]:
    words = FAULTS[fault.what]
    lines = [f"{number}. {words.title}", f"   Where: {fault.where}"]
    if since := around.iso_moment(fault.since):
        lines.append(f"   Since: {since}")
    return [
        *lines,
        f"   Found: {fault.meaning}",
        f"   Meaning: {words.means}",
        f"   What to do: {words.advice}",
    ]
