"""Somebody who was let in, and is not any more, with a copy of the whole disk and every key ever
held: nothing that was written since opens, and nothing that was never granted.
"""

import asyncio
import itertools
import shutil
from contextlib import suppress

from ehr_desktop.domain.categories import Category
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.readers import open_reader_box
from ehr_desktop.node.keys.records import RecordHeader, opens
from ehr_desktop.node.keys.teams import open_category_key
from ehr_desktop.node.pipeline.history import History
from ehr_desktop.node.store import containers, secrets
from ehr_desktop.node.store.destroying import boxes_about
from tests.support.custody import patient_with_notes, shows, takes_a_card, writes
from tests.support.growing_clinic import until
from tests.support.one_pc import ledger_of, story

RECORDS = 1000
GRANTED = frozenset({Category.NOTES})


def test_a_thousand_records_written_after_the_revocation_stay_shut(homes, tmp_path):
    home = homes.staffed()

    @story(home, "admin", "lee", "nia")
    async def stolen(pc):
        clinic, lee, nia = pc.clinic, pc.actors["lee"], pc.actors["nia"]
        async with asyncio.timeout(300):
            patient, _ = await patient_with_notes(clinic, lee, 20)
            card = await takes_a_card(clinic, lee, patient, keep=frozenset())
            anna = await shows(clinic, card)
            asked = await clinic.node.consent.ask(lee, patient, GRANTED, "treatment", None, None)
            share = await clinic.node.consent.approve(anna, asked.id, GRANTED, None)

            async def is_let_in() -> bool:
                return await clinic.node.consent.open_to(lee, patient) >= GRANTED

            await until(is_let_in, clinic)
            await writes(clinic, lee, patient, Category.NOTES, 20)
            chart = await clinic.charts.open(lee, patient)
            assert chart.summary.notes.total == 40
            session = pc.session("lee")
            keys = {
                "category": dict(session.category_keys),
                "teams": dict(session.teams),
                "own": session.keys.box,
            }
            shutil.copytree(home, tmp_path / "before")
            opened = await pc.on_disk(lambda c: len(opened_by(c, keys, patient, Category.NOTES)))
            assert opened >= 20, "the thief opens what the thief was given"

            await clinic.node.consent.stop(anna, share.id)

            async def is_over() -> bool:
                return {one.state for one in await clinic.node.consent.shares_of(patient)} == {
                    "revoked"
                }

            await until(is_over, clinic)
            for category in (Category.NOTES, Category.LABS):
                await writes(clinic, nia, patient, category, RECORDS)
            assert len(await clinic.node.charts.records_of(patient)) > 2 * RECORDS
        return keys, patient

    keys, patient = stolen
    subject = bytes.fromhex(patient)
    with ledger_of(home) as database, ledger_of(tmp_path / "before") as before:
        with before.reading() as connection:
            # what the copy holds sealed is the thief's for good: who was let in may remember
            keys["category"] |= dict(keys_in(connection, keys, subject))
            vaults = secrets.vault_keys_of(connection, subject)
        with database.reading() as connection:
            keys["category"] |= dict(keys_in(connection, keys, subject))
            for category in (Category.NOTES, Category.LABS):
                assert len(standing(connection, subject, category)) >= RECORDS
                assert opened_by(connection, keys, patient, category, vaults) == []


def standing(connection, subject, category):
    return list(History.of(connection, subject).standing(category))


def keys_in(connection, keys, subject):
    """Every category key that the thief's keys open in a store, under a name of its own."""
    numbers = itertools.count()
    for address in boxes_about(connection, subject):
        box = secrets.box_named(connection, address.name)
        if box is None:
            continue
        for team_key in keys["teams"].values():
            with suppress(OpenFailedError):
                yield ("found", next(numbers)), open_category_key(box, team_key)
        with suppress(OpenFailedError):
            yield ("found", next(numbers)), open_reader_box(box, keys["own"])


def opened_by(connection, keys, patient, category, vaults=()):
    """The records of a category that some of these keys open."""
    subject = bytes.fromhex(patient)
    vault_keys = [*vaults, *secrets.vault_keys_of(connection, subject)]
    known = {*keys["category"].values(), *dict(keys_in(connection, keys, subject)).values()}
    found = []
    for one in standing(connection, subject, category):
        stored = containers.container(connection, one.name)
        assert RecordHeader.decode(stored.header).category == category
        if any(
            opens(stored.header, stored.wrapped_key, key, vault)
            for key in known
            for vault in vault_keys
        ):
            found.append(one.name)
    return found
