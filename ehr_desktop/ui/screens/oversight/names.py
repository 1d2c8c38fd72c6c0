"""The names of patients that a list is about, as far as the reader's keys open them."""

from collections.abc import Iterable

from ehr_desktop.domain.errors import EhrError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.ui.screens.patients.words import isolated
from ehr_desktop.ui.shell.context import ScreenContext


async def names_of(
    context: ScreenContext, patients: Iterable[PatientId]
) -> dict[PatientId, tuple[str, str]]:
    """Give name and record id of each patient that can be read; those erased cannot."""
    found: dict[PatientId, tuple[str, str]] = {}
    for patient in dict.fromkeys(patients):
        try:
            known = await context.clinic.patients.get(context.actor, patient)
        except EhrError:
            continue
        found[patient] = (known.name, known.demographics.record_number)
    return found


def named(name: str, number: str, patient: PatientId) -> str:
    """Write who it is, or the pseudonym where the name cannot be read."""
    if not name:
        return f"A patient ({patient[:8]}…)"
    return f"{isolated(name)} · {number}" if number else isolated(name)
