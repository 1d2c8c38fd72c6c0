"""A clinic in which something has happened, made once and copied for each test."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import RefusedError
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.services.values import Booking
from tests.support.closed_clinic import Clinic
from tests.support.one_pc import ANNA, story


@pytest.fixture(scope="session")
def lived_in(homes):
    home = homes.staffed()
    clinic = Clinic(home)

    @story(home, "lee", "rae")
    async def _(pc):
        lee = pc.actors["lee"]
        patient = (await pc.clinic.patients.register(lee, ANNA)).id
        chart = await pc.clinic.charts.open(lee, patient)
        note = await pc.clinic.charts.add_note(chart, "Note", "first")
        note = await pc.clinic.charts.amend_note(chart, note.source.record, "second", "typo")
        scan = home.parent / "scan.png"
        scan.write_bytes(os.urandom(400_000))
        document = await pc.clinic.charts.add_document(chart, "Scan", scan)
        start = datetime(2027, 3, 1, 10, tzinfo=UTC)
        booking = Booking(lee.id, patient, start, timedelta(minutes=15), reason="Cough")
        booked = await pc.clinic.appointments.book(lee, booking)
        with pytest.raises(RefusedError):
            await pc.clinic.appointments.book(lee, replace(booking, comment="again"))
        later = NewRecord(Category.GENERAL, "Basic", b'{"resourceType":"Basic"}')
        await pc.node.charts.write(lee, patient, [later])
        refused = await pc.clinic.ledger.transactions(lee, refused_only=True)
        clinic.facts = {
            "patient": patient,
            "note": note.source.record,
            "amendment": note.source.transaction,
            "document": document.source.record,
            "booked": booked.id,
            "refused": refused[0].id,
            "lee": lee.id,
        }

    assert clinic.faults() == set()
    return clinic


@pytest.fixture
def clinic(lived_in, homes):
    return Clinic(homes.copy(lived_in.home), lived_in.facts)
