"""A patient with a record, a card and a visit to the kiosk, on a clinic's PC."""

import asyncio
import base64

import pytest

from ehr_desktop.domain.errors import NoKeyError
from ehr_desktop.domain.patients import Demographics
from tests.support.growing_clinic import until
from tests.support.one_pc import ANNA, OnePc

PIN = "592741"
NOTE_TEXT = "Sleeps badly since March."
NOTE_IN_FHIR = base64.b64encode(NOTE_TEXT.encode())


async def registered(pc: OnePc, doctor: str = "lee", who: Demographics = ANNA):
    """Register somebody, and write a note and an allergy."""
    patient = (await pc.clinic.patients.register(pc.actors[doctor], who)).id
    chart = await pc.clinic.charts.open(pc.actors[doctor], patient)
    await pc.clinic.charts.add_note(chart, "Visit", NOTE_TEXT)
    await pc.clinic.charts.add_allergy(chart, "Penicillin")
    return patient


async def card_for(
    pc: OnePc, patient, desk: str = "rae", keep=frozenset(), *, doctor: str = "lee", reached=True
):
    """Make a card at the front desk, have the doctor confirm it, and wait until the keys have
    reached it.
    """
    card = await pc.clinic.cards.take(pc.actors[desk], patient, PIN, keep)
    await confirmed(pc.clinic, pc.actors[doctor], patient)
    if reached:
        await keys_reached(pc, patient, desk)
    return card


async def confirmed(clinic, doctor, patient):
    """Have a clinician confirm all of a patient's that waits for one."""
    for waiting in (await clinic.cards.status(doctor, patient)).unconfirmed:
        await clinic.cards.confirm(doctor, waiting)


async def keys_reached(pc: OnePc, patient, desk: str = "rae"):
    """Wait until every key of the record is sealed for the patient."""

    async def reached():
        return (await pc.clinic.cards.status(pc.actors[desk], patient)).keys_reached

    await eventually(pc, reached)


async def eventually(pc: OnePc, holds):
    """Wait until something holds."""
    async with asyncio.timeout(300):
        await until(holds, pc.clinic)


async def chart_is_closed(pc: OnePc, name: str, patient):
    """Nothing clinical opens for somebody."""
    with pytest.raises(NoKeyError):
        await pc.clinic.charts.open(pc.actors[name], patient)


class Visit:
    """Somebody before the kiosk, from showing the card to leaving. A context manager."""

    def __init__(self, pc: OnePc, card, pin: str = PIN):
        self.kiosk = pc.clinic.kiosk
        self._card, self._pin = card, pin
        self.actor = None

    async def __aenter__(self):
        self.actor = await self.kiosk.open(self._card.code, self._pin)
        return self

    async def __aexit__(self, *_reason):
        await self.kiosk.close(self.actor)
