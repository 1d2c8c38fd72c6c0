"""Patients with cards in a real clinic: taking one up, showing it, and what is written about them."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import CONTROLLED
from ehr_desktop.domain.errors import GuardsAwayError
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.interchange.fhir import build
from ehr_desktop.node.node import system_clock
from ehr_desktop.services.values import Booking
from tests.support.growing_clinic import until
from tests.support.one_pc import ANNA, PASSWORDS

PIN = "836152"
MINUTE_MS = 60_000
TRIES = 4


class Clock:
    """The time of a workstation, which can be set forward."""

    def __init__(self) -> None:
        self._ahead_ms = 0

    def __call__(self) -> int:
        return system_clock() + self._ahead_ms

    def forward(self, by_ms: int) -> None:
        """Let time pass."""
        self._ahead_ms += by_ms


async def patient_with_notes(clinic, lee, count, given="Anna"):
    """Register somebody, and write notes and an allergy; gives the pseudonym and the notes."""
    patient = (await clinic.patients.register(lee, replace(ANNA, given=given))).id
    notes = await writes(clinic, lee, patient, Category.NOTES, count)
    chart = await clinic.charts.open(lee, patient)
    await clinic.charts.add_allergy(chart, "Penicillin")
    return patient, notes


async def writes(clinic, actor, patient, category, count):
    """Write many small records in one go; gives their ids."""
    now = clinic.node.now()
    new = [
        NewRecord(
            category,
            "DocumentReference",
            build.note(f"note {number}", f"Patient/{patient}", "x", now, "Note"),
        )
        for number in range(count)
    ]
    _, report = await clinic.node.charts.write(actor, patient, new)
    return [one.record for one in report.written]


async def takes_a_card(clinic, staff, patient, keep=CONTROLLED):
    """Give the patient a card, and wait until the patient's own keys reach all of the record."""
    card = await clinic.node.cards.take(staff, patient, PIN, frozenset(keep))

    async def reached() -> bool:
        return (await clinic.node.cards.status(patient)).keys_reached

    await until(reached, clinic)
    return card


async def shows(clinic, card):
    """Show a card at a workstation."""
    for _ in range(TRIES - 1):
        # on a busy machine the guards may be too slow for somebody at a kiosk, who tries again
        with suppress(GuardsAwayError):
            return await clinic.node.shown_cards.open(card.code, PIN)
    return await clinic.node.shown_cards.open(card.code, PIN)


async def shares_of(clinic, patient):
    """What a patient shares now and shared before."""
    return await clinic.node.consent.shares_of(patient)


async def signs_in(clinic, name):
    """Sign somebody in at a workstation."""
    return await clinic.session.sign_in(name, PASSWORDS[name])


async def books_today(clinic, by, provider, patient):
    """Have somebody book the patient with a provider today, a minute ago."""
    start = clinic.node.now().replace(second=0, microsecond=0)
    wanted = Booking(provider.id, patient, start, timedelta(minutes=15))
    return await clinic.appointments.book(by, wanted)
