"""What a chart calls its parts, its codes and its authors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from ehr_desktop.domain.chart import AllergyStatement, EntrySource
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.theme.tokens import Tone


@dataclass(frozen=True, slots=True)
class SectionWords:
    """How a section is shown: its name, icon, key, what is said while it is empty, and what
    one adds to it (empty where nothing is written by hand).
    """

    name: str
    icon: str
    empty: str
    add: str = ""
    key: str = ""


SECTIONS: Final[Mapping[SectionKind, SectionWords]] = {
    SectionKind.PROBLEMS: SectionWords(
        "Problems", "clipboard-list", "No problems are recorded", "Add problem"
    ),
    SectionKind.MEDICATIONS: SectionWords(
        "Medications", "pill", "No medications are recorded", "Add medication", "F8"
    ),
    SectionKind.ALLERGIES: SectionWords(
        "Allergies", "triangle-alert", "Allergies are not recorded", "Add allergy"
    ),
    SectionKind.VITALS: SectionWords(
        "Vitals", "heart-pulse", "No vital signs are recorded", "Add vital sign"
    ),
    SectionKind.RESULTS: SectionWords(
        "Results", "flask-conical", "There are no results yet", key="F7"
    ),
    SectionKind.VISITS: SectionWords("Visits", "stethoscope", "There are no visits yet"),
    SectionKind.NOTES: SectionWords(
        "Notes", "notebook-pen", "There are no notes yet", "Add note", "F6"
    ),
    SectionKind.DOCUMENTS: SectionWords(
        "Documents", "paperclip", "There are no documents yet", "Add document"
    ),
    SectionKind.IMMUNIZATIONS: SectionWords(
        "Immunizations", "syringe", "No immunizations are recorded"
    ),
    SectionKind.PROCEDURES: SectionWords("Procedures", "scissors", "No procedures are recorded"),
    SectionKind.OTHER: SectionWords("Other", "layers", "There is nothing else in this record"),
}

_STATUS: Final[Mapping[str, tuple[str, Tone]]] = {
    "active": ("Active", Tone.SUCCESS),
    "recurrence": ("Recurrence", Tone.WARNING),
    "relapse": ("Relapse", Tone.WARNING),
    "remission": ("In remission", Tone.NEUTRAL),
    "resolved": ("Resolved", Tone.NEUTRAL),
    "inactive": ("Inactive", Tone.NEUTRAL),
    "completed": ("Completed", Tone.NEUTRAL),
    "finished": ("Finished", Tone.NEUTRAL),
    "in-progress": ("In progress", Tone.NOTE),
    "planned": ("Planned", Tone.NOTE),
    "stopped": ("Stopped", Tone.NEUTRAL),
    "on-hold": ("On hold", Tone.WARNING),
    "cancelled": ("Cancelled", Tone.NEUTRAL),
    "not-done": ("Not done", Tone.WARNING),
    "draft": ("Draft", Tone.NOTE),
    "preliminary": ("Preliminary", Tone.NOTE),
    "amended": ("Amended", Tone.NOTE),
    "corrected": ("Corrected", Tone.NOTE),
    "entered-in-error": ("Entered in error", Tone.DANGER),
}
_UNREMARKABLE: Final = frozenset({"final", "current", "registered"})

_ALLERGIES: Final[Mapping[AllergyStatement, tuple[str, str, Tone]]] = {
    AllergyStatement.KNOWN: ("Known allergies", "triangle-alert", Tone.DANGER),
    AllergyStatement.NONE_KNOWN: ("No known allergies", "circle-check", Tone.SUCCESS),
    AllergyStatement.NOT_RECORDED: ("Allergies not recorded", "circle-help", Tone.WARNING),
    AllergyStatement.INCOMPLETE: ("Allergies not complete here yet", "hourglass", Tone.WARNING),
    AllergyStatement.UNAVAILABLE: ("Allergies unavailable", "ban", Tone.NEUTRAL),
}
CRITICALITY_WORDS: Final[Mapping[str, str]] = {
    "unable-to-assess": "Severity not assessed",
    "low": "Low risk",
    "high": "High risk",
}
_PURPOSES: Final[Mapping[str, str]] = {
    "treatment": "Treatment",
    "emergency": "Emergency",
    "administration": "Administration",
}


def status_words(status: str) -> tuple[str, Tone]:
    """Give words and tone for a FHIR status code; empty for what needs no remark."""
    if not status or status in _UNREMARKABLE:
        return "", Tone.NEUTRAL
    return _STATUS.get(status, (status.replace("-", " ").capitalize(), Tone.NEUTRAL))


def allergy_words(statement: AllergyStatement) -> tuple[str, str, Tone]:
    """Give the banner's text, icon and tone.

    Source: NHS Common User Interface, Patient Banner, PAB-0064 to 0072.
    """
    return _ALLERGIES[statement]


def detail_words(kind: str, detail: str) -> str:
    """Give an entry's detail for people: codes become words, line breaks spaces."""
    if kind == SectionKind.ALLERGIES:
        return CRITICALITY_WORDS.get(detail, detail)
    return " ".join(detail.split())


def purpose_words(purpose: str) -> str:
    """Name the purpose of an opening."""
    return _PURPOSES.get(purpose, purpose.replace("-", " ").capitalize())


def author_words(source: EntrySource) -> str:
    """Say who wrote it, or where it came from."""
    if source.author_name:
        return source.author_name
    return f"From {source.origin}" if source.origin else "Author not recorded"


def source_words(source: EntrySource, zone: tzinfo) -> str:
    """Say who wrote it and when, or where it came from and when it was taken in."""
    when = shown_moment(source.recorded, zone)
    if source.author_name:
        words = f"Written by {source.author_name} · {when}"
        return f"{words} · pending" if source.pending else words
    origin = f"From {source.origin}" if source.origin else "From outside this clinic"
    return f"{origin} · taken in {when}"
