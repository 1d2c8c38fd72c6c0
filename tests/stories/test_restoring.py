"""All workstations are lost: the clinic goes on from a backup and the custodians' papers."""

import json
import os
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ehr_desktop.cli import run_command
from ehr_desktop.config import read_config
from ehr_desktop.domain.errors import BadFileError, HomeExistsError, SharesWrongError
from ehr_desktop.explain import explain
from ehr_desktop.node.node import Sources, look_at, restore_clinic, system_clock
from ehr_desktop.node.recovery.backup.folder import VAULT_FILE
from tests.support.one_pc import ANNA, PASSWORDS, story
from tests.support.papers import misspelt, name_custodians, slipped


@dataclass
class Lost:
    """What is left of a clinic whose workstations are gone: a stick and five papers."""

    stick: Path
    backup: Path
    papers: list[str]
    facts: dict[str, str] = field(default_factory=dict)
    scan: bytes = b""

    def restore(self, home: Path, papers: list[str], backup: Path | None = None):
        sources = Sources.beside(backup or self.backup)
        return restore_clinic(
            home, sources, papers, "New PC", None, system_clock, _quietly, lambda: False
        )


def _quietly(_done, _total):
    pass


async def back_up(pc, stick):
    return (await pc.node.backups.back_up(stick, _quietly, lambda: False)).path


@pytest.fixture(scope="module")
def once_lost(homes, tmp_path_factory):
    home, stick = homes.staffed(), tmp_path_factory.mktemp("stick")
    left = Lost(stick, stick, [], scan=os.urandom(700_000))

    @story(home, "admin", "lee", "rae")
    async def _(pc):
        lee = pc.actors["lee"]
        left.papers = await name_custodians(pc)
        anna = (await pc.clinic.patients.register(lee, ANNA)).id
        chart = await pc.clinic.charts.open(lee, anna)
        note = await pc.clinic.charts.add_note(chart, "Note", "first")
        scan = stick / "scan.bin"
        scan.write_bytes(left.scan)
        document = await pc.clinic.charts.add_document(chart, "Scan", scan)
        scan.unlink()
        left.facts = {
            "anna": anna,
            "note": note.source.record,
            "document": document.source.record,
        }
        left.backup = await back_up(pc, stick)

    shutil.rmtree(home)
    return left


@pytest.fixture
def lost(once_lost, tmp_path):
    stick = shutil.copytree(once_lost.stick, tmp_path / "stick")
    return replace(once_lost, stick=stick, backup=stick / once_lost.backup.name)


def test_three_of_five_papers_bring_everything_back_and_the_ledger_verifies(lost, tmp_path):
    home = tmp_path / "new"
    restored = lost.restore(home, [lost.papers[4], slipped(lost.papers[0]), lost.papers[2]])
    assert (restored.clinic, restored.patients, restored.erased) == ("Test clinic", 1, 0)

    @story(home, "lee", "rae", "admin")
    async def _(pc):
        lee, facts = pc.actors["lee"], lost.facts
        page = await pc.clinic.patients.search(lee, "Smith")
        assert [match.patient.id for match in page.matches] == [facts["anna"]]
        chart = await pc.clinic.charts.open(lee, facts["anna"])
        out = tmp_path / "scan.bin"
        await pc.clinic.charts.save_document(chart, facts["document"], out)
        assert out.read_bytes() == lost.scan
        assert (await pc.check("lee")).faults == ()
        before = (await pc.node.status()).height
        await pc.clinic.charts.add_note(chart, "Note", "after the fire")
        status = await pc.node.status()
        assert status.height > before
        assert (status.validators, status.quorum, status.pending) == (1, 1, 0)
        states = {w.name: w.active for w in await pc.node.workstations()}
        assert states == {"PC 1": False, "New PC": True}
        kinds = [t.kind for t in await pc.clinic.ledger.transactions(lee)]
        assert "custody.restart" in kinds

    @story(home, "lee")
    async def _again(pc):
        assert (await pc.check("lee")).faults == ()
        assert (await pc.clinic.recovery.custody(pc.actors["lee"])).generation == 1


@pytest.mark.parametrize("which", ["two", "one twice", "misspelt", "another clinic's"])
def test_too_few_wrong_or_strange_papers_restore_nothing_and_it_is_said_why(
    which, lost, homes, tmp_path
):
    first, second, third, *_ = lost.papers
    given = {
        "two": [first, second],
        "one twice": [first, second, second],
        "misspelt": [first, second, misspelt(third)],
        "another clinic's": [],
    }[which]
    if not given:

        @story(homes.founded(), "admin")
        async def _(pc):
            given.extend(await name_custodians(pc))

    home = tmp_path / "new"
    with pytest.raises(SharesWrongError) as refused:
        lost.restore(home, given)
    reasons = {"two": "few", "one twice": "few", "misspelt": "unreadable"}
    assert refused.value.reason == reasons.get(which, "other-key")
    assert "share" in explain(refused.value)
    assert not home.exists()


def test_a_damaged_cut_or_strange_file_restores_nothing(lost, tmp_path):
    home = tmp_path / "new"
    whole = lost.backup.read_bytes()
    for content in (
        whole[: len(whole) // 2],
        whole[:-1],
        whole[:500_000] + bytes([whole[500_000] ^ 1]) + whole[500_001:],
        b"no backup at all",
        b"",
    ):
        lost.backup.write_bytes(content)
        with pytest.raises(BadFileError) as refused:
            lost.restore(home, lost.papers[:3])
        assert "This file cannot be used" in explain(refused.value)
        assert not home.exists()


def test_the_vault_keys_of_another_clinic_are_not_taken(lost, homes, tmp_path):
    other = tmp_path / "other"
    other.mkdir()

    @story(homes.founded(), "admin")
    async def _(pc):
        await name_custodians(pc)
        await back_up(pc, other)

    shutil.copy(other / VAULT_FILE, lost.stick / VAULT_FILE)
    with pytest.raises(BadFileError, match="other-clinic"):
        lost.restore(tmp_path / "new", lost.papers[:3])


def test_a_backup_from_before_there_were_custodians_says_so(homes, tmp_path):
    @story(homes.staffed(), "admin")
    async def _(pc):
        path = await back_up(pc, tmp_path)
        papers = await name_custodians(pc)
        assert look_at(path).shares == 0
        with pytest.raises(BadFileError, match="no-custodians"):
            restore_clinic(
                tmp_path / "new", Sources.beside(path), papers, "New", None, system_clock,
                _quietly, lambda: False,
            )  # fmt: skip


def test_nothing_is_restored_over_a_clinic(lost, homes):
    home = homes.founded()
    with pytest.raises(HomeExistsError):
        lost.restore(home, lost.papers[:3])


def test_a_disk_that_fills_up_half_way_leaves_nothing(lost, small_disk):
    home = small_disk / "new"
    with pytest.raises(Exception) as refused:  # noqa: PT011 - whichever layer notices first
        lost.restore(home, lost.papers[:3])
    assert "full" in explain(refused.value)
    assert not home.exists()


def test_new_papers_carry_over_what_the_old_ones_opened_and_the_old_ones_open_no_new_backup(
    homes, tmp_path
):
    home, stick, new = homes.staffed(), tmp_path / "stick", tmp_path / "new"
    stick.mkdir()
    papers: dict[str, list[str]] = {}

    @story(home, "admin", "lee")
    async def _(pc):
        papers["old"] = await name_custodians(pc)
        papers["before"] = [str(await back_up(pc, stick))]
        with pytest.raises(SharesWrongError):
            await name_custodians(pc, 2, 3, papers["old"][:2])
        papers["new"] = await name_custodians(pc, 2, 3, papers["old"][1:4])
        status = await pc.clinic.recovery.custody(pc.actors["admin"])
        assert (status.generation, status.threshold, status.count) == (2, 2, 3)
        assert set(status.teams) == {"front-desk", "clinical"}
        papers["backup"] = [str(await back_up(pc, stick))]

    older = Sources.beside(Path(papers["before"][0]))
    with pytest.raises(BadFileError, match="other-papers"):
        restore_clinic(new, older, papers["old"], "New", None, system_clock, _quietly, bool)
    sources = Sources.beside(Path(papers["backup"][0]))
    with pytest.raises(SharesWrongError, match="other-key"):
        restore_clinic(new, sources, papers["old"], "New", None, system_clock, _quietly, bool)
    restore_clinic(new, sources, papers["new"][1:], "New", None, system_clock, _quietly, bool)

    @story(new, "lee")
    async def _restored(pc):
        assert (await pc.check("lee")).faults == ()


def test_from_a_terminal(lost, tmp_path, capsys):
    home, shares, password = tmp_path / "new", tmp_path / "shares", tmp_path / "password"
    shares.write_text("\n\n".join(lost.papers[:3]) + "\n", "utf-8")
    password.write_text(PASSWORDS["lee"], "utf-8")

    def run(*arguments):
        code = run_command(read_config([*map(str, arguments), "--json", "--home", str(home)]))
        return code, json.loads(capsys.readouterr().out)

    code, restored = run("restore", lost.backup, "--shares-file", shares, "--name", "Room 1")
    assert code == 0, restored
    assert restored["patients"] == 1
    code, checked = run("verify", "--as", "lee", "--password-file", password)
    assert (code, checked["faults"]) == (0, [])
    code, made = run("backup", "--to", lost.stick)
    assert (code, made["for_custodians"]) == (0, True)
    assert Path(made["backup"]).exists()
    code, refused = run("restore", lost.backup, "--shares-file", shares)
    assert (code, refused["error"]) == (1, "HomeExistsError")
