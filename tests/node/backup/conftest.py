"""A clinic with a note and a large document, backed up onto a stick."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from ehr_desktop.node.recovery.backup.envelope import BACKUP, VAULT_KEYS, SealedReader
from ehr_desktop.node.recovery.backup.folder import VAULT_FILE
from ehr_desktop.node.store import secrets
from tests.support.one_pc import ANNA, ledger_of, story


@dataclass
class BackedUp:
    """A closed clinic, its stick and what is on it."""

    home: Path
    stick: Path
    path: Path
    patient: str
    scan: bytes

    def secret(self, name: str) -> bytes:
        with ledger_of(self.home) as database, database.reading() as connection:
            found = secrets.secret(connection, name)
        assert found is not None
        return found

    def values(self, file: Path, kind: str) -> list:
        """Open one of its files as a workstation of the clinic would."""
        with file.open("rb") as stream:
            reader = SealedReader(stream, kind)
            return list(reader.values(reader.key_for_site(self.secret("site-secret"))))

    def backup_values(self) -> list:
        return self.values(self.path, BACKUP)

    def vault_values(self) -> list:
        return self.values(self.stick / VAULT_FILE, VAULT_KEYS)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="session")
def once_backed_up(homes, tmp_path_factory):
    home, folder = homes.staffed(), tmp_path_factory.mktemp("stick")
    made = BackedUp(home, folder, folder, "", os.urandom(1_300_000))

    @story(home, "lee")
    async def _(pc):
        lee = pc.actors["lee"]
        made.patient = (await pc.clinic.patients.register(lee, ANNA)).id
        chart = await pc.clinic.charts.open(lee, made.patient)
        await pc.clinic.charts.add_note(chart, "Note", "first")
        scan = home.parent / "scan.bin"
        scan.write_bytes(made.scan)
        await pc.clinic.charts.add_document(chart, "Scan", scan)
        written = await pc.node.backups.back_up(folder, lambda _d, _t: None, lambda: False)
        made.path = written.path

    return made


@pytest.fixture
def backed_up(once_backed_up, homes, tmp_path):
    home = homes.copy(once_backed_up.home)
    stick = shutil.copytree(once_backed_up.stick, tmp_path / "stick")
    return BackedUp(
        home, stick, stick / once_backed_up.path.name, once_backed_up.patient, once_backed_up.scan
    )
