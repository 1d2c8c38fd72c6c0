"""A real clinic in a temporary home, with everything a benchmark asks of it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path

from benchmarks.setting import Setting
from ehr_desktop.config import resources_folder
from ehr_desktop.domain.ids import PatientId, RecordId
from ehr_desktop.domain.patients import Demographics, PatientSummary
from ehr_desktop.domain.people import Actor, Clinic, OpeningHours, Role, Team
from ehr_desktop.domain.projection import PatientRow
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.node.core import Core
from ehr_desktop.node.node import FLOOR, Node
from ehr_desktop.node.store.views.changes import PatientSeen, ViewChange
from ehr_desktop.node.store.views.views import Views
from ehr_desktop.services.clinic import Clinic as UseCases
from ehr_desktop.services.demo.clinic import many_demographics
from ehr_desktop.services.founding import found
from ehr_desktop.services.values import Founding, ImportReport, NewAccount

PASSWORD = "plum-tiger-otter-violin"  # noqa: S105 - of a clinic that lives for a minute
TODAY = date(2026, 3, 2)
SEED = 7
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class OpenClinic:
    """A clinic that is open, with a doctor signed in. `home` is its data directory."""

    home: Path
    node: Node
    use: UseCases
    doctor: Actor

    @property
    def core(self) -> Core:
        """What is behind the node's front door: for filling it quickly, never for measuring."""
        return self.node._core  # noqa: SLF001

    def views(self, team: Team) -> Views:
        """Give a team's open view."""
        return self.core.indexes[team].views

    async def import_files(self, files: Sequence[Path]) -> ImportReport:
        """Import bundles as the import screen does."""
        return await self.use.imports.run(self.doctor, files, lambda _progress: None, lambda: False)

    async def register(self, family: str = "Benchmark") -> PatientSummary:
        """Register one patient."""
        return await self.use.patients.register(
            self.doctor, Demographics(family, "Anna", "1980-05-01")
        )


@asynccontextmanager
async def open_clinic(setting: Setting) -> AsyncIterator[OpenClinic]:
    """Give a new clinic; passwords cost as little as is allowed, since none is measured."""
    home = setting.folder / "home"
    await make_clinic(home)
    node = await Node.open(home, project, parameters=FLOOR)
    try:
        use = UseCases(node, Validator.load(resources_folder() / "fhir_r4" / "table.json.gz"))
        admin = await use.session.sign_in("admin", PASSWORD)
        await use.people.add(admin, NewAccount("lee", "Dr Lee", Role.DOCTOR, PASSWORD + "-lee"))
        doctor = await use.session.sign_in("lee", PASSWORD + "-lee")
        yield OpenClinic(home, node, use, doctor)
    finally:
        await node.close()


async def make_clinic(home: Path) -> None:
    """Found a clinic."""
    clinic = Clinic("Benchmark", "Europe/London", OpeningHours())
    account = NewAccount("admin", "Admin", Role.ADMINISTRATOR, PASSWORD)
    await found(home, Founding(clinic, account, "PC 1"), parameters=FLOOR)


async def fill_patients(clinic: OpenClinic, setting: Setting, count: int) -> list[Demographics]:
    """Put people into the front desk's view, as an import of so many would leave it."""
    people = list(many_demographics(count, seed=SEED, resources=setting.demo, today=TODAY))
    changes = (
        PatientSeen(
            patient=patient_at(number),
            record=RecordId(f"{number:032x}"),
            row=PatientRow(person, (person.record_number, person.insurance_id)),
            reference=f"Patient/{number}",
            changed_ms=number,
        )
        for number, person in enumerate(people)
    )
    await fill_view(clinic, Team.FRONT_DESK, changes)
    return people


async def fill_view(clinic: OpenClinic, team: Team, changes: Iterable[ViewChange]) -> None:
    """Write changes into a team's view directly, on the writer thread."""
    views = clinic.views(team)
    position = views.position
    source = iter(changes)
    while batch := list(islice(source, _BATCH)):
        await clinic.core.on_writer(partial(views.apply, batch, position))


def patient_at(number: int) -> PatientId:
    """Give the pseudonym of the patient filled in at a place."""
    return PatientId(f"{number:032x}")
