"""A patient was erased: no older backup brings the patient back, with whatever keys."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from ehr_desktop.domain.errors import EhrError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.node.keys.custody import custody_keys
from ehr_desktop.node.keys.paper_shares import read_shares
from ehr_desktop.node.node import Sources, restore_clinic, system_clock
from ehr_desktop.node.recovery.backup.envelope import VAULT_KEYS, SealedReader
from ehr_desktop.node.recovery.backup.folder import VAULT_FILE
from ehr_desktop.node.recovery.backup.last import LastBackup
from ehr_desktop.node.store import secrets
from tests.support.one_pc import ANNA, PASSWORDS, story
from tests.support.papers import name_custodians

STAFF = ("admin", "lee", "nia", "rae")


@dataclass
class Erased:
    """A clinic that backed up twice, erased Anna, and backed up once more."""

    home: Path
    stick: Path
    papers: list[str] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)
    anna: PatientId = PatientId("")
    ben: PatientId = PatientId("")


def quietly(_done, _total):
    pass


def whose_keys(stick: Path, papers: list[str]) -> set[str]:
    """Give the patients whose vault keys stand beside the backups."""
    with (stick / VAULT_FILE).open("rb") as file:
        reader = SealedReader(file, VAULT_KEYS)
        label = reader.label
        seed = read_shares(papers, label.threshold, label.network, label.custodians)
        values = list(reader.values(reader.key_for_custodians(custody_keys(seed).box)))
    return {rest[0].hex() for kind, *rest in values if kind == "key"}


async def writes_about(pc, given):
    lee = pc.actors["lee"]
    patient = (await pc.clinic.patients.register(lee, replace(ANNA, given=given))).id
    chart = await pc.clinic.charts.open(lee, patient)
    await pc.clinic.charts.add_note(chart, "Note", f"about {given}")
    return patient


async def erase(pc, patient):
    now_ms = system_clock()
    await pc.node.erasing.order(
        pc.actors["admin"], patient, not_before_ms=now_ms, basis="patient-request"
    )
    return await pc.node.erasing.confirm(pc.actors["lee"], patient, password=PASSWORDS["lee"])


@pytest.fixture(scope="module")
def once_erased(homes, tmp_path_factory):
    made = Erased(homes.staffed(), tmp_path_factory.mktemp("stick"))

    @story(made.home, *STAFF)
    async def _(pc):
        async def back_up():
            made.backups.append((await pc.node.backups.back_up(made.stick, quietly, bool)).path)

        made.papers = await name_custodians(pc)
        made.anna = await writes_about(pc, "Anna")
        await back_up()
        made.ben = await writes_about(pc, "Ben")
        await back_up()
        assert {made.anna, made.ben} <= whose_keys(made.stick, made.papers)
        erasure = await erase(pc, made.anna)
        assert erasure.confirmed_ms
        await pc.node.backups.close()
        keys = whose_keys(made.stick, made.papers)
        assert made.anna not in keys
        assert made.ben in keys
        await back_up()

    return made


@pytest.mark.parametrize("which", [0, 1, 2])
def test_no_backup_opens_a_record_of_the_erased_patient_with_every_key_of_the_staff(
    which, once_erased, tmp_path
):
    home = tmp_path / "new"
    restored = restore_clinic(
        home, Sources.beside(once_erased.backups[which]), once_erased.papers[:3], "New", None,
        system_clock, quietly, bool,
    )  # fmt: skip
    assert restored.erased == (1 if which < 2 else 0)

    @story(home, *STAFF)
    async def _(pc):
        assert await pc.on_disk(
            lambda c: secrets.vault_keys_of(c, bytes.fromhex(once_erased.anna))
        ) == []  # fmt: skip
        for name in STAFF:
            actor = pc.actors[name]
            page = await pc.clinic.patients.search(actor, "Smith")
            shown = {match.patient.id for match in page.matches}
            assert once_erased.anna not in shown
            assert shown == ({once_erased.ben} if which else set())
            with pytest.raises(EhrError):
                await pc.clinic.charts.open(actor, once_erased.anna)
        assert await records_that_open(pc, once_erased.anna) == 0
        if which:
            chart = await pc.clinic.charts.open(pc.actors["lee"], once_erased.ben)
            assert chart.summary.notes.total == 1
        assert (await pc.check("lee")).faults == ()


async def records_that_open(pc, patient):
    """Try every container of a patient with every category key any session of the staff opens, and
    with every vault key there is.
    """
    from ehr_desktop.domain.categories import Category
    from ehr_desktop.node.crypto.errors import OpenFailedError
    from ehr_desktop.node.keys.records import RecordHeader, opens
    from ehr_desktop.node.keys.teams import open_category_key
    from ehr_desktop.node.store import containers
    from ehr_desktop.node.store.tables import CONTAINERS

    def all_there_is(connection):
        rows = [containers.StoredContainer(*row) for row in connection.execute(CONTAINERS.select())]
        vaults = [key for _, key in secrets.vault_keys(connection)]
        teams = {key for name in STAFF for key in pc.session(name).teams.values()}
        keys = []
        for team in teams:
            for category in Category:
                for box in secrets.category_boxes(
                    connection, bytes.fromhex(patient), category, team.team
                ):
                    try:
                        keys.append(open_category_key(box, team))
                    except OpenFailedError:
                        continue
        return rows, vaults, keys

    rows, vaults, keys = await pc.on_disk(all_there_is)
    opened = 0
    for row in rows:
        try:
            header = RecordHeader.decode(row.header)
        except OpenFailedError:
            continue
        if header.patient == bytes.fromhex(patient):
            opened += any(
                opens(row.header, row.wrapped_key, key, vault) for key in keys for vault in vaults
            )
    return opened


def test_a_stick_that_was_away_is_put_right_at_the_next_start(homes, tmp_path):
    home, stick, away = homes.staffed(), tmp_path / "stick", tmp_path / "drawer"
    stick.mkdir()
    facts: dict = {}

    @story(home, *STAFF)
    async def _(pc):
        facts["papers"] = await name_custodians(pc)
        facts["anna"] = await writes_about(pc, "Anna")
        await pc.node.backups.back_up(stick, quietly, bool)
        stick.rename(away)
        await erase(pc, facts["anna"])
        await pc.node.backups.close()
        last = await pc.clinic.recovery.backup(pc.actors["admin"])
        assert last.keys_owed
        assert isinstance(last.when, datetime)

    assert facts["anna"] in whose_keys(away, facts["papers"])
    away.rename(stick)

    @story(home)
    async def _again(pc):
        await pc.node.backups.close()

    assert facts["anna"] not in whose_keys(stick, facts["papers"])
    noted = LastBackup.read(home)
    assert noted is not None
    assert not noted.keys_owed
