"""A record's summary in words, for the screen and for paper."""

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from ehr_desktop.domain.chart import AllergyStatement, ChartSummary, Entry, Section
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.kiosk.language import Language
from ehr_desktop.ui.kiosk.phrases import reaction
from ehr_desktop.ui.models.closed_categories import is_complete


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its title, and lines with a detail that may be empty. What a record says stays in
    the language it was written in.
    """

    title: str
    lines: tuple[tuple[str, str], ...]
    alarming: bool = False


def parts_of(language: Language, summary: ChartSummary, zone: tzinfo) -> tuple[Part, ...]:
    """Give allergies, medicines, problems and results, in this order."""
    sections = (
        ("summary.medications", summary.medications),
        ("summary.problems", summary.problems),
        ("summary.results", summary.results),
    )
    return tuple(
        part if is_complete(kind, summary.on_way) else _with_more_to_come(language, part)
        for kind, part in (
            (SectionKind.ALLERGIES, _allergies(language, summary, zone)),
            *(
                (SectionKind(section.kind), _section(language, key, section, zone))
                for key, section in sections
            ),
        )
    )


def on_way_line(language: Language, summary: ChartSummary) -> str:
    """Say how much of the record has not come to this computer yet; empty if all has."""
    count = sum(summary.on_way.values())
    return language.say("summary.on-way", count=count) if count else ""


def fhir_day(language: Language, when: str, zone: tzinfo) -> str:
    """Write a FHIR date or instant with the precision it has; what is none stays as it is."""
    try:
        if len(when) == 7:
            return language.month_of(date.fromisoformat(f"{when}-01"))
        if len(when) == 10:
            return language.day(date.fromisoformat(when))
        if len(when) > 10:
            return language.day(datetime.fromisoformat(when).astimezone(zone).date())
    except ValueError:
        return when
    return when


def _allergies(language: Language, summary: ChartSummary, zone: tzinfo) -> Part:
    said = {
        AllergyStatement.KNOWN: "summary.none",
        AllergyStatement.NONE_KNOWN: "summary.none-known",
        AllergyStatement.NOT_RECORDED: "summary.not-recorded",
        AllergyStatement.UNAVAILABLE: "summary.unavailable",
        AllergyStatement.INCOMPLETE: "summary.incomplete",
    }
    lines = tuple(
        _line(language, replace(one, detail=reaction(language, one.detail)), zone)
        for one in summary.allergies
    )
    known = summary.allergy_statement is AllergyStatement.KNOWN and bool(lines)
    nothing = ((language.say(said[summary.allergy_statement]), ""),)
    return Part(language.say("summary.allergies"), lines if known else nothing, alarming=known)


def _with_more_to_come(language: Language, part: Part) -> Part:
    """Say that a part is not complete: in place of *nothing*, or below what there is."""
    stands = tuple(line for line in part.lines if line != (language.say("summary.none"), ""))
    said = (language.say("summary.incomplete"), "")
    return replace(part, lines=stands if said in stands else (*stands, said))


def _section(language: Language, key: str, section: Section, zone: tzinfo) -> Part:
    lines = [_line(language, entry, zone) for entry in section.entries]
    if not lines:
        lines.append((language.say("summary.none"), ""))
    elif section.total > len(section.entries):
        more = section.total - len(section.entries)
        lines.append((language.say("summary.more", count=more), ""))
    return Part(language.say(key), tuple(lines))


def _line(language: Language, entry: Entry, zone: tzinfo) -> tuple[str, str]:
    value = " ".join(part for part in (entry.value, entry.unit) if part)
    title = f"{entry.title}: {value}" if value else entry.title
    detail = " ".join(entry.detail.split()) if not value else ""
    told = [part for part in (detail, fhir_day(language, entry.when, zone)) if part]
    return language.isolated(title), language.listed(told)
