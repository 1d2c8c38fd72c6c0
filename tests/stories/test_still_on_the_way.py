"""What the ledger names and has not come to a workstation yet is never shown as none."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import AllergyStatement
from ehr_desktop.domain.errors import NotFoundError, NotHereYetError
from ehr_desktop.domain.events import ContainersArrived
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.node.pipeline import receiving
from ehr_desktop.node.pipeline.parcels import parcel
from ehr_desktop.node.store import containers, secrets
from ehr_desktop.node.sync import parcels
from tests.support.custody import patient_with_notes, shows, signs_in, takes_a_card
from tests.support.growing_clinic import add, level, opened, until
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import ANNA


def nothing(_connection, _name):
    """Hold nothing back."""
    return False


class Withheld:
    """Parcels that no workstation hands out while they are held back."""

    def __init__(self) -> None:
        self.is_held = nothing

    def __call__(self, connection, files, name):
        return None if self.is_held(connection, name) else parcel(connection, files, name)


@pytest.fixture
def withheld(monkeypatch):
    made = Withheld()
    monkeypatch.setattr(receiving, "parcel", made)
    # whoever lacked something is asked again at the next tick, not two minutes later
    monkeypatch.setattr(parcels, "FORGET_MS", 1_000)
    return made


async def knows_of(clinic, actor, patient, count):
    """Open a chart once the workstation's ledger names so many records of the patient."""

    async def holds() -> bool:
        return len(await clinic.node.charts.records_of(patient)) == count

    await until(holds, clinic)
    return await clinic.charts.open(actor, patient)


@on_a_loop
async def test_entries_whose_bytes_or_keys_are_elsewhere_are_counted_until_they_come(
    homes, tmp_path, withheld
):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, homes.staffed())
        second = await add(stack, first, tmp_path / "b", "Room 2")
        lee, nia = await signs_in(first, "lee"), await signs_in(second, "nia")
        for is_held in (containers.is_here, secrets.box_named):
            withheld.is_held = nothing
            patient, _ = await patient_with_notes(first, lee, 0)
            await level(first, second)
            chart = await first.charts.open(lee, patient)
            before = len(await first.node.charts.records_of(patient))
            # the first of each category brings a key along
            withheld.is_held = is_held
            await first.charts.add_note(chart, "Visit", "Cough for three days")
            await first.charts.add_problem(chart, "Asthma")
            opening = await knows_of(second, nia, patient, before + 2)
            assert opening.summary.on_way == {Category.NOTES: 1, Category.GENERAL: 1}
            assert (opening.summary.notes.total, opening.summary.problems.total) == (0, 0)
            assert opening.summary.allergy_statement is AllergyStatement.KNOWN

            heard = asyncio.Queue()
            second.node.subscribe(
                lambda e, heard=heard: (
                    heard.put_nowait(e) if isinstance(e, ContainersArrived) else None
                )
            )
            withheld.is_held = nothing
            await level(first, second)
            await heard.get()
            summary = await second.charts.summary(opening)
            assert summary.on_way == {}
            assert (summary.notes.total, summary.problems.total) == (1, 1)


@on_a_loop
async def test_a_chart_whose_allergies_are_elsewhere_does_not_say_that_there_are_none(
    homes, tmp_path, withheld
):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, homes.staffed())
        second = await add(stack, first, tmp_path / "b", "Room 2")
        lee, nia = await signs_in(first, "lee"), await signs_in(second, "nia")
        patient, _ = await patient_with_notes(first, lee, 1)
        card = await takes_a_card(first, lee, patient)
        other = (await first.patients.register(lee, replace(ANNA, given="Ben"))).id
        await level(first, second)
        chart = await first.charts.open(lee, patient)
        before = len(await first.node.charts.records_of(patient))
        anna = await shows(second, card)

        withheld.is_held = containers.is_here
        await first.charts.add_medication(chart, "Salbutamol", "1-1-1")
        await first.charts.add_allergy(chart, "Wasp venom")
        of_other = await first.charts.open(lee, other)
        await first.charts.add_allergy(of_other, "", none_known=True)
        opening = await knows_of(second, nia, patient, before + 2)
        assert opening.summary.on_way == {Category.EMERGENCY: 2}
        assert [one.title for one in opening.summary.allergies] == ["Penicillin"]
        assert (await second.kiosk.summary(anna)).on_way == {Category.EMERGENCY: 2}
        opening = await knows_of(second, nia, other, 2)
        assert opening.summary.on_way == {Category.EMERGENCY: 1}
        assert opening.summary.allergy_statement is AllergyStatement.INCOMPLETE

        withheld.is_held = nothing
        await level(first, second)
        summary = await second.charts.summary(opening)
        assert (summary.allergy_statement, summary.on_way) == (AllergyStatement.NONE_KNOWN, {})
        own = await second.kiosk.summary(anna)
        assert (len(own.allergies), own.medications.total, own.on_way) == (2, 1, {})


@on_a_loop
async def test_a_patient_of_whom_nothing_has_come_is_not_told_to_be_gone(homes, tmp_path, withheld):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, homes.staffed())
        second = await add(stack, first, tmp_path / "b", "Room 2")
        lee, nia = await signs_in(first, "lee"), await signs_in(second, "nia")
        withheld.is_held = containers.is_here
        patient = (await first.patients.register(lee, ANNA)).id

        async def is_known() -> bool:
            return second.node.charts.is_registered(patient)

        await until(is_known, second)
        for asked in (second.patients.get, second.charts.open):
            with pytest.raises(NotHereYetError):
                await asked(nia, patient)
        with pytest.raises(NotFoundError) as missed:
            await second.patients.get(nia, PatientId("00" * 16))
        assert missed.type is NotFoundError
