"""A record is erased: ordered by one, confirmed by another, and gone to the last byte."""

import asyncio
import os
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import EhrError, ErasedError, RefusedError, SignInRefusedError
from ehr_desktop.domain.people import Team
from ehr_desktop.node.keys.device import load_device_secret
from ehr_desktop.node.pipeline.history import History
from ehr_desktop.node.store import containers, secrets, transactions
from ehr_desktop.node.store.awaited import names
from ehr_desktop.node.store.destroying import holds_anything
from tests.support.custody import (
    patient_with_notes,
    shares_of,
    shows,
    signs_in,
    takes_a_card,
)
from tests.support.growing_clinic import add, opened, until
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import PASSWORDS, story
from tests.support.pages import opened_pages


def test_an_erased_patient_is_gone_to_the_last_byte_and_the_ledger_still_verifies(homes, tmp_path):
    home = homes.staffed()
    scan = tmp_path / "scan.png"
    scan.write_bytes(os.urandom(300 * 1024))

    @story(home, "admin", "lee", "nia")
    async def before(pc):
        clinic, lee, admin = pc.clinic, pc.actors["lee"], pc.actors["admin"]
        async with asyncio.timeout(300):
            patient, _ = await patient_with_notes(clinic, lee, 3, given="Zebulon")
            kept, _ = await patient_with_notes(clinic, lee, 1, given="Kept")
            chart = await clinic.charts.open(lee, patient)
            await clinic.charts.add_document(chart, "Scan", scan)
            await clinic.drafts.save(lee, f"note/{patient}", "half a sentence")
            await takes_a_card(clinic, lee, patient)
            subject = bytes.fromhex(patient)
            canaries = await pc.on_disk(lambda c: _bytes_of(c, subject))
            canaries["name"] = b"Zebulon"
            views_key = pc.session("lee").teams[Team.FRONT_DESK].views_key()
            files = {path.name for path in (home / "containers").iterdir()}
            assert len(files) == 1
            assert all(_is_there(home, views_key, canary) for canary in canaries.values())

            today = clinic.node.now().date()
            with pytest.raises(RefusedError):
                await clinic.erasing.confirm(lee, patient, password=PASSWORDS["lee"])
            ordered = await clinic.erasing.order(
                lee, patient, not_before=today, basis="patient-request"
            )
            assert (ordered.ordered_by, ordered.confirmed) == ("Dr Lee", None)
            with pytest.raises(ErasedError):
                await clinic.charts.open(lee, patient)
            with pytest.raises(RefusedError) as own:
                await clinic.erasing.confirm(lee, patient, password=PASSWORDS["lee"])
            assert own.value.outcome.rule == "same-member"
            with pytest.raises(SignInRefusedError):
                await clinic.erasing.confirm(admin, patient, password="wrong")
            await clinic.erasing.confirm(admin, patient, password=PASSWORDS["admin"])

            async def is_done() -> bool:
                return not (await clinic.erasing.certificate(admin, patient)).waiting

            await until(is_done, clinic)
            certificate = await clinic.erasing.certificate(admin, patient)
            assert [name for name, _ in certificate.acknowledged] == ["PC 1"]
            assert len(certificate.transactions) == 3
            with pytest.raises(ErasedError):
                await clinic.charts.open(lee, patient)
            assert (await clinic.charts.open(lee, kept)).summary.notes.total == 1
            found = await clinic.patients.search(lee, "Smith")
            assert [match.patient.demographics.given for match in found.matches] == ["Kept"]

        # while it runs: what a thief of the disk would find at this moment
        assert [
            name for name, canary in canaries.items() if _is_there(home, views_key, canary)
        ] == []
        assert list((home / "containers").iterdir()) == []
        assert (await pc.check("lee")).faults == ()
        return canaries, views_key

    canaries, views_key = before
    assert [name for name, canary in canaries.items() if _is_there(home, views_key, canary)] == []


def test_an_order_can_be_taken_back_and_is_not_confirmed_before_its_day(homes):
    @story(homes.staffed(), "admin", "lee")
    async def _(pc):
        clinic, lee, admin = pc.clinic, pc.actors["lee"], pc.actors["admin"]
        async with asyncio.timeout(300):
            patient, _ = await patient_with_notes(clinic, lee, 2)
            later = clinic.node.now().date() + timedelta(days=3650)
            await clinic.erasing.order(lee, patient, not_before=later, basis="retention")
            with pytest.raises(RefusedError) as early:
                await clinic.erasing.confirm(admin, patient, password=PASSWORDS["admin"])
            assert early.value.outcome.rule == "too-early"
            await clinic.erasing.cancel(admin, patient)
            assert await clinic.erasing.all(lee) == ()
            assert (await clinic.charts.open(lee, patient)).summary.notes.total == 2


def test_who_was_let_in_before_an_order_is_let_in_again_when_it_is_taken_back(homes):
    @story(homes.staffed(), "admin", "lee", "nia")
    async def _(pc):
        clinic, lee, nia, admin = pc.clinic, pc.actors["lee"], pc.actors["nia"], pc.actors["admin"]
        async with asyncio.timeout(300):
            patient, _ = await patient_with_notes(clinic, lee, 2)
            card = await takes_a_card(clinic, lee, patient)
            before = await shares_of(clinic, patient)
            await clinic.erasing.order(
                admin, patient, not_before=clinic.node.now().date(), basis="patient-request"
            )
            for actor in (lee, nia):
                with pytest.raises(ErasedError):
                    await clinic.charts.open(actor, patient)
            with pytest.raises(EhrError):
                await shows(clinic, card)
            await clinic.erasing.cancel(lee, patient)
            assert await shares_of(clinic, patient) == before
            chart = await clinic.charts.open(nia, patient)
            assert chart.summary.notes.total == 2
            await clinic.charts.add_note(await clinic.charts.open(lee, patient), "Note", "after it")
            await shows(clinic, card)
            assert (await clinic.charts.open(nia, patient)).summary.notes.total == 3
            report = await clinic.integrity.check(None, lambda _d, _t: None, lambda: False)
            assert report.faults == ()


def _bytes_of(connection, patient):
    """Bytes that only this patient's rows have, by what they are."""
    found = {"vault key": secrets.vault_keys_of(connection, patient)[0]}
    for row in transactions.about(connection, patient, ["record.commit"], 100):
        for stored in containers.of_transaction(connection, row.id):
            found[f"wrapped key of {stored.record.hex()}"] = stored.wrapped_key
            if stored.sealed is not None:
                found[f"body of {stored.record.hex()}"] = stored.sealed[:48]
    for category in Category:
        for team in Team:
            for box in secrets.category_boxes(connection, patient, category, team):
                found[f"box of {category} for {team}"] = box.box[:48]
    assert len(found) > 10
    return found


def _is_there(home, views_key, canary):
    ledger_key = load_device_secret(home, None).database_key()
    return (
        canary in opened_pages(home / "ledger.db", ledger_key)
        or canary in opened_pages(home / "views-front-desk.db", views_key)
        or any(canary in path.read_bytes() for path in (home / "containers").iterdir())
    )


@on_a_loop
async def test_a_workstation_that_was_off_destroys_it_too_and_says_so(homes, tmp_path):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, homes.staffed())
        evening = await stack.enter_async_context(AsyncExitStack())
        second = await add(evening, first, tmp_path / "b", "Room 2")
        third = await add(stack, first, tmp_path / "c", "Room 3")
        lee, admin = await signs_in(first, "lee"), await signs_in(first, "admin")
        patient, _ = await patient_with_notes(first, lee, 3)
        subject = bytes.fromhex(patient)
        for clinic in (second, third):
            await signs_in(clinic, "lee")

        async def has_all() -> bool:
            return await holds(second, subject) and not await second.node._core.read(
                lambda c: any(names(c, large=False, after=b"", limit=1))
            )

        await until(has_all, second)
        await evening.aclose()
        today = first.node.now().date()
        await first.erasing.order(lee, patient, not_before=today, basis="patient-request")
        await first.erasing.confirm(admin, patient, password=PASSWORDS["admin"])

        async def waits_for_the_second() -> bool:
            return (await first.erasing.certificate(admin, patient)).waiting == ("Room 2",)

        await until(waits_for_the_second, first, third)
        assert not await holds(third, subject)
        assert (tmp_path / "b" / "views-clinical.db").exists()
        again = await opened(stack, tmp_path / "b")

        async def is_done() -> bool:
            return not (await first.erasing.certificate(admin, patient)).waiting

        await until(is_done, first, third, again)
        assert not await holds(again, subject)
        assert not (tmp_path / "b" / "views-clinical.db").exists()
        for clinic in (first, third, again):
            report = await clinic.integrity.check(None, lambda _d, _t: None, lambda: False)
            assert report.faults == ()


async def holds(clinic, patient):
    """Whether a workstation holds anything of a patient."""

    def read(connection):
        named = History.of(connection, patient).named
        return holds_anything(connection, patient, named)

    return await clinic.node._core.read(read)
