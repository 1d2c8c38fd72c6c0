"""What was refused after its author was told that it is pending: read, kept, discarded."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.records import ATTACHMENT, NewRecord
from ehr_desktop.interchange.fhir import build
from ehr_desktop.interchange.fhir.build_patient import patient as patient_resource
from ehr_desktop.node.contracts.consent_statements import BoxKeys
from ehr_desktop.node.contracts.custody_statements import CloseEpochs, DealShares, ResealRecords
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.copies import author_key, keep_copies
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.sealing.sealing import Sealer
from ehr_desktop.node.store import authors_copies, told_pending, transactions
from ehr_desktop.node.writing import Prepared
from tests.support.custody import patient_with_notes
from tests.support.one_pc import ANNA, story
from tests.support.waiting_clinic import WaitingClinic

NOON = datetime(2030, 3, 5, 12, tzinfo=UTC)
LATE = "Fell from the ladder, wrist swollen."


def note(patient, record, text):
    body = build.note(text, f"Patient/{patient}", "Dr Lee", NOON, "Late")
    return NewRecord(Category.NOTES, "DocumentReference", body, record=record)


async def told_that_it_waits(clinic, name, patient, new):
    """Seal and sign a record, keep its copy, and say that it is pending."""
    core, session = clinic.pc.node._core, clinic.pc.session(name)

    def seal():
        with core.database.reading() as connection:
            sealer = Sealer(session, connection, core.pipeline, core.files, lambda _b: None)
            return sealer.seal(patient, [new], "form", register=False)

    sealed = await core.on_writer(seal)
    (waiting,) = await clinic.arrive(sealed.unsigned)

    def keep(connection):
        row = transactions.by_id(connection, waiting.id)
        prepared = Prepared(sealed.unsigned, sealed.plain, author_key=author_key(session))
        keep_copies(connection, row, prepared)
        told_pending.add(connection, session.person, [waiting.id])

    await clinic.write(keep)
    return waiting


@pytest.mark.parametrize(
    ("rule", "somebody_else_first", "is_shown"),
    [
        ("stale-version", True, True),
        ("stale-epoch", True, True),
        ("foreign-key", True, True),
        # the node writes it again by itself
        ("stale-epoch", False, False),
    ],
)
def test_a_note_that_nothing_writes_again_is_shown_to_its_author_until_discarded(
    homes, rule, somebody_else_first, is_shown
):
    @story(homes.staffed(), "lee", "nia")
    async def _(pc):
        clinic, lee, nia = WaitingClinic(pc), pc.actors["lee"], pc.actors["nia"]
        patient, (record,) = await patient_with_notes(pc.clinic, lee, 1)
        waiting = await told_that_it_waits(clinic, "lee", patient, note(patient, record, LATE))
        if somebody_else_first:
            chart = await pc.clinic.charts.open(nia, patient)
            await pc.clinic.charts.amend_note(chart, record, "Wrist is fine.", "Seen again")
        await clinic.decide((waiting, Verdict(rule)))

        (work,) = await pc.clinic.refusals.list(lee)
        assert (work.kept is Category.NOTES) == is_shown
        assert work.rule == ("stale-version" if is_shown else rule)
        assert work.patient_name
        name = TransactionId(waiting.id.hex())
        (kept,) = await pc.clinic.refusals.kept(lee, name)
        assert (kept.record, kept.version) == (record, 2)
        assert kept.body == note(patient, record, LATE).body
        assert await pc.clinic.refusals.list(nia) == ()
        for doing in (pc.clinic.refusals.kept, pc.clinic.refusals.discard):
            with pytest.raises(NotFoundError):
                await doing(nia, name)

        await pc.clinic.refusals.dismiss(lee, name)
        assert [one.transaction for one in await pc.clinic.refusals.list(lee)] == [name] * is_shown
        await pc.clinic.refusals.discard(lee, name)
        assert await pc.clinic.refusals.list(lee) == ()
        assert await pc.on_disk(lambda c: authors_copies.copies(c, waiting.id)) == {}
        with pytest.raises(NotFoundError):
            await pc.clinic.refusals.kept(lee, name)


def test_what_the_desk_changed_in_a_registration_is_shown_too(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        clinic, rae = WaitingClinic(pc), pc.actors["rae"]
        before = await pc.clinic.patients.register(rae, ANNA)
        (record,) = [one.record for one in await pc.node.charts.records_of(before.id)]
        body = patient_resource(replace(ANNA, given="Annabel"), before.id)
        new = NewRecord(Category.DEMOGRAPHICS, "Patient", body, record=record)
        waiting = await told_that_it_waits(clinic, "rae", before.id, new)
        await clinic.decide((waiting, Verdict("stale-version")))
        (work,) = await pc.clinic.refusals.list(rae)
        assert (work.kept, work.patient) == (Category.DEMOGRAPHICS, before.id)
        (kept,) = await pc.clinic.refusals.kept(rae, work.transaction)
        assert b"Annabel" in kept.body


def test_what_was_dismissed_too_early_is_shown_again_once_nothing_writes_it(homes):
    @story(homes.staffed(), "lee", "nia")
    async def _(pc):
        clinic, lee, nia = WaitingClinic(pc), pc.actors["lee"], pc.actors["nia"]
        patient, (record,) = await patient_with_notes(pc.clinic, lee, 1)
        waiting = await told_that_it_waits(clinic, "lee", patient, note(patient, record, LATE))
        await pc.clinic.refusals.dismiss(lee, TransactionId(waiting.id.hex()))
        chart = await pc.clinic.charts.open(nia, patient)
        await pc.clinic.charts.amend_note(chart, record, "Wrist is fine.", "Seen again")
        await clinic.decide((waiting, Verdict("stale-epoch")))
        (work,) = await pc.clinic.refusals.list(lee)
        assert work.kept is Category.NOTES


def test_a_document_whose_file_is_gone_is_not_written_again_and_told(homes, tmp_path):
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-")

    @story(homes.staffed(), "lee")
    async def _(pc):
        clinic, lee = WaitingClinic(pc), pc.actors["lee"]
        patient, _ = await patient_with_notes(pc.clinic, lee, 1)
        new = NewRecord(Category.DOCUMENTS, ATTACHMENT, b"", attachment=scan)
        # the first document of a patient begins the category
        await pc.node.charts.write(lee, patient, [replace(new, record=pc.node.new_id())])
        waiting = await told_that_it_waits(
            clinic, "lee", patient, replace(new, record=pc.node.new_id())
        )
        await clinic.decide((waiting, Verdict("stale-epoch")))
        (work,) = await pc.clinic.refusals.list(lee)
        assert work.kept is None
        scan.unlink()
        (work,) = await pc.clinic.refusals.list(lee)
        assert (work.kept, work.rule) == (Category.DOCUMENTS, "stale-epoch")
        assert await pc.clinic.refusals.kept(lee, work.transaction) == ()


def test_what_a_workstation_says_by_itself_with_somebodys_keys_is_no_work_of_theirs(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        clinic, lee = WaitingClinic(pc), pc.session("lee")
        patient, _ = await patient_with_notes(pc.clinic, pc.actors["lee"], 1)
        subject, box = bytes.fromhex(patient), bytes(32)
        by_itself = (
            BoxKeys(subject, (("notes", 1 << 20, "reader", bytes(16), box),)),
            DealShares(subject, (("notes", 1 << 20, box, 1, ((bytes(16), 1, box),)),)),
            ResealRecords(subject, "notes", 2 << 20, ()),
            CloseEpochs(subject, "notes", 2 << 20),
        )
        waiting = await clinic.arrive(
            [Unsigned(one, lee.person, lee.keys.signing, subject) for one in by_itself]
        )
        await clinic.write(lambda c: told_pending.add(c, lee.person, [one.id for one in waiting]))
        await clinic.decide(*((one, Verdict("stale-epoch")) for one in waiting))
        told = await pc.on_disk(lambda c: told_pending.refused(c, lee.person))
        assert len(told) == len(by_itself)
        assert await pc.clinic.refusals.list(pc.actors["lee"]) == ()
